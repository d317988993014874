"""Session hosts: the one-time code that an administrator makes, the enrolment that uses it up, and what follows.

Rules: a code is good for one host, for a day; only its hash is stored. The same code and key again get the same
certificate, so that an answer that was lost can be asked for again. A host is pending until an administrator approves it,
unless its code was made approved. Whether a host is admitted is asked in the very transaction that serves it.
"""

import hmac
from hashlib import sha256

import msgspec

from calvox.common.clock import DAY
from calvox.common.commands import Command
from calvox.common.errors import BadInput, Conflict, Denied, NotFound, Tampered
from calvox.common.i18n import t
from calvox.core.book import Row
from calvox.core.entries import HostEnrolled
from calvox.core.hosting import HostApproved, HostCertified, HostGrouped, HostRevoked, HostState
from calvox.core.products import version_named
from calvox.journal.interface import Reader, Transaction
from calvox.server.store import LicenceServer
from calvox.trust.certificates import issue_host_certificate, key_hash, requested_key_hash
from calvox.trust.enrolment import EnrolmentCode
from calvox.wire.hostapi import EnrolAnswer, RenewedCertificate

HOUR = 3600
KEPT_DAYS = 90
"""How long the answer to a code that was used can be asked for again."""
_ASK = t("Ask the administrator for a new one.")


class MadeCode(msgspec.Struct, frozen=True):
    """An enrolment code, shown once."""

    code: str
    name: str
    expires: int
    """Seconds since 1970-01-01 UTC."""
    approved: bool = False
    """Whether its host needs no further confirmation."""
    group: str = ""


def make_enrolment_code(
    server: LicenceServer, name: str, version: str, by: str, *, approved: bool = False, group: str = ""
) -> MadeCode:
    """Make a code for a session host of this name and Windows-like version.

    Raises:
        BadInput: the name, group or version is not well formed.
    """
    plain, told = _plain(name, "name"), _group(group)
    number = version_named(version)
    code = EnrolmentCode.for_authority(server.world.random(16), server.keys.authority)

    def work(tx: Transaction) -> MadeCode:
        expires = tx.now + server.settings.server.enrolment_hours * HOUR
        about = {
            "name": plain,
            "version": number,
            "expires": expires,
            "by": by,
            "approved": int(approved),
            "group": told,
        }
        row = {"code": code.stored_hash(), **about, "key": b"", "answer": b""}
        tx.put("enrolment", {**row, "proof": _proof(server, row)})
        return MadeCode(code.text(), plain, expires, approved, told)

    return server.journal.run(work).value


def enrol(server: LicenceServer, code_hash: bytes, signing_request: bytes) -> EnrolAnswer:
    """Enrol the host that presents a code and a signing request.

    Raises:
        Denied: the code is unknown, has expired, or was used with another key.
        BadInput: the signing request is not well formed.
    """
    key = requested_key_hash(signing_request)

    def work(tx: Transaction) -> EnrolAnswer:
        row = tx.get("enrolment", (code_hash,))
        if row is None or (not row["answer"] and row["expires"] < tx.now):
            raise Denied(t("This enrolment code is not known or has expired"), hint=_ASK)
        if not hmac.compare_digest(row["proof"], _proof(server, row)):
            raise Tampered(t("This enrolment code was not made by this server"))
        if row["answer"]:
            if row["key"] != key:
                raise Denied(t("This enrolment code was used already"), hint=_ASK)
            return msgspec.json.decode(row["answer"], type=EnrolAnswer)
        made = _make(tx, server, row, signing_request)
        tx.put("enrolment", {**row, "key": key, "answer": msgspec.json.encode(made)})
        return made

    return server.journal.run(work).value


def _proof(server: LicenceServer, row: Row) -> bytes:
    """Prove that a code was made here, for this host; whoever can write the database alone cannot."""
    names = ("code", "name", "version", "expires", "by", "approved", "group")
    return server.keys.proof(b"CALVOX-CODE-1", *(str(row[name]).encode() for name in names))


def _make(tx: Transaction, server: LicenceServer, row: Row, request: bytes) -> EnrolAnswer:
    keys, host, by = server.keys, server.world.random(16), row["by"]
    name, version = row["name"], row["version"]
    certificate = issue_host_certificate(keys.authority_key, keys.authority, request, host, name, tx.now)
    tx.append(HostEnrolled(host=host, name=name, version=version, certificate=sha256(certificate).digest(), by=by))
    if row["group"]:
        tx.append(HostGrouped(host=host, group=row["group"], by=by))
    if row["approved"]:
        tx.append(HostApproved(host=host, by=by))
    return EnrolAnswer(
        host=host,
        name=name,
        version=version,
        certificate=certificate.decode(),
        authority=keys.trusted.decode(),
        server_id=keys.identity.server_id,
        epoch=keys.identity.epoch,
        public_key=keys.signing.public,
        pending=not row["approved"],
    )


def forget_codes(tx: Transaction) -> int:
    """Drop codes that nobody used in time, and the answers of used ones when they are old; return how many."""
    old = [row for row in tx.select("enrolment", below=("expires", tx.now)) if _is_over(row, tx.now)]
    for row in old:
        tx.drop("enrolment", (row["code"],))
    return len(old)


def _is_over(row: Row, now: int) -> bool:
    return not row["answer"] or row["expires"] < now - KEPT_DAYS * DAY


def admitted(reader: Reader, host: bytes) -> Row:
    """Find a host that is to be served.

    Raises:
        Denied: it is not enrolled here, or pending, or was revoked.
    """
    row = reader.get("host", (host,))
    if row is None:
        raise Denied(t("This session host is not enrolled here"), hint=t("Enrol first: “calvox host enrol”."))
    if row["state"] == HostState.PENDING:
        raise Denied(
            t("This session host waits for an administrator's approval"),
            hint=t("On the licence server: “{approve}”.", approve=Command("server hosts approve", row["name"])),
        )
    if row["state"] != HostState.ENROLLED:
        raise Denied(t("This session host was shut out"), hint=t("Ask the licence server's administrator."))
    return row


def may_have_cals(server: LicenceServer, host: Row) -> bool:
    """Tell whether a host's group is one that is given CALs."""
    allowed = server.settings.server.allowed_groups
    return not allowed or host["group"] in allowed


def host_named(reader: Reader, text: str) -> Row:
    """Find a host by its name, or by the beginning of its identifier in hexadecimal digits.

    Raises:
        NotFound: there is none.
        BadInput: several bear this name.
    """
    rows = list(reader.select("host", {"name": text}))
    if not rows and len(text) >= 4:
        rows = [row for row in reader.select("host") if row["host"].hex().startswith(text.lower())]
    usable = [row for row in rows if row["state"] != HostState.REVOKED] or rows
    if not usable:
        raise NotFound(t("There is no session host {name}", name=text))
    if len(usable) > 1:
        told = ", ".join(row["host"].hex()[:8] for row in usable)
        raise BadInput(
            t("Several session hosts are called {name}: {ids}; name one by these digits", name=text, ids=told)
        )
    return usable[0]


def approve(server: LicenceServer, name: str, by: str) -> None:
    """Confirm a pending host.

    Raises:
        Conflict: it is not pending.
    """

    def work(tx: Transaction) -> None:
        row = host_named(tx, name)
        if row["state"] != HostState.PENDING:
            raise Conflict(t("The session host {name} is not pending", name=row["name"]))
        tx.append(HostApproved(host=row["host"], by=by))

    server.journal.run(work)


def revoke_host(server: LicenceServer, name: str, why: str, by: str) -> None:
    """Shut a host out for good; what its tokens prove ends with them.

    Raises:
        Conflict: it was shut out before.
    """

    def work(tx: Transaction) -> None:
        row = host_named(tx, name)
        if row["state"] == HostState.REVOKED:
            raise Conflict(t("The session host {name} was shut out before", name=row["name"]))
        tx.append(HostRevoked(host=row["host"], why=why, by=by))

    server.journal.run(work)


def group_host(server: LicenceServer, name: str, group: str, by: str) -> None:
    """Put a host into a group; an empty one takes it out of its group."""
    told = _group(group)
    server.journal.run(lambda tx: tx.append(HostGrouped(host=host_named(tx, name)["host"], group=told, by=by)))


def renew_certificate(tx: Transaction, server: LicenceServer, host: Row, signing_request: bytes) -> RenewedCertificate:
    """Give an admitted host its next certificate, by the newest authority.

    Raises:
        BadInput, BadSignature: the signing request is not good.
    """
    key, authority = server.keys.newest_authority
    made = issue_host_certificate(key, authority, signing_request, host["host"], host["name"], tx.now)
    digest = sha256(made).digest()
    tx.append(HostCertified(host=host["host"], certificate=digest, authority=key_hash(authority)))
    return RenewedCertificate(made.decode(), server.keys.trusted.decode())


def _plain(text: str, field: str) -> str:
    plain = text.strip()
    if not plain or len(plain) > 255 or not plain.isprintable():
        raise BadInput(t("The field “{field}” has 1 to 255 printable characters", field=field))
    return plain


def _group(text: str) -> str:
    return _plain(text, "group") if text.strip() else ""
