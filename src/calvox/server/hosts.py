"""Session hosts: the one-time code that an administrator makes, and the enrolment that uses it up.

Rules: a code is good for one host, for a day; only its hash is stored. The same code and key again get the same
certificate, so that an answer that was lost can be asked for again.
"""

from hashlib import sha256

import msgspec

from calvox.common.errors import BadInput, Denied
from calvox.common.i18n import t
from calvox.core.entries import HostEnrolled
from calvox.core.products import version_named
from calvox.journal.interface import Transaction
from calvox.server.store import LicenceServer
from calvox.trust.certificates import issue_host_certificate, requested_key_hash
from calvox.trust.enrolment import EnrolmentCode
from calvox.wire.hostapi import EnrolAnswer

HOUR = 3600
_ASK = t("Ask the administrator for a new one.")


class MadeCode(msgspec.Struct, frozen=True):
    """An enrolment code, shown once."""

    code: str
    name: str
    expires: int
    """Seconds since 1970-01-01 UTC."""


def make_enrolment_code(server: LicenceServer, name: str, version: str, by: str) -> MadeCode:
    """Make a code for a session host of this name and Windows-like version.

    Raises:
        BadInput: the name or the version is not well formed.
    """
    plain = name.strip()
    if not plain or len(plain) > 255 or not plain.isprintable():
        raise BadInput(t("A host's name has 1 to 255 printable characters"))
    number = version_named(version)
    code = EnrolmentCode.for_authority(server.world.random(16), server.keys.authority)

    def work(tx: Transaction) -> MadeCode:
        expires = tx.now + server.settings.server.enrolment_hours * HOUR
        row = {"code": code.stored_hash(), "name": plain, "version": number, "expires": expires, "by": by}
        tx.put("enrolment", {**row, "key": b"", "answer": b""})
        return MadeCode(code.text(), plain, expires)

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
            raise Denied(
                t("This enrolment code is not known or has expired"), hint=t("Ask the administrator for a new one.")
            )
        if row["answer"]:
            if row["key"] != key:
                raise Denied(t("This enrolment code was used already"), hint=_ASK)
            return msgspec.json.decode(row["answer"], type=EnrolAnswer)
        made = _make(tx, server, row["name"], row["version"], signing_request, row["by"])
        tx.put("enrolment", {**row, "key": key, "answer": msgspec.json.encode(made)})
        return made

    return server.journal.run(work).value


def _make(tx: Transaction, server: LicenceServer, name: str, version: int, request: bytes, by: str) -> EnrolAnswer:
    keys, host = server.keys, server.world.random(16)
    certificate = issue_host_certificate(keys.authority_key, keys.authority, request, host, name, tx.now)
    tx.append(HostEnrolled(host=host, name=name, version=version, certificate=sha256(certificate).digest(), by=by))
    return EnrolAnswer(
        host=host,
        name=name,
        version=version,
        certificate=certificate.decode(),
        authority=keys.authority.decode(),
        server_id=keys.identity.server_id,
        epoch=keys.identity.epoch,
        public_key=keys.signing.public,
    )
