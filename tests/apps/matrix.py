"""A licence server with every kind of peer that may come to it: session hosts in all states, people in all states."""

import http.client
import json
import ssl
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from calvox.common.clock import DAY
from calvox.core.book import Row
from calvox.core.holders import holder_of
from calvox.core.outages import PolicySet
from calvox.core.products import CalType
from calvox.people.accounts import add_person, set_password
from calvox.people.log_in import Door, proof_of
from calvox.people.sessions import WHOLE
from calvox.server.hosts import enrol, make_enrolment_code, revoke_host
from calvox.server.issue import Granted, HolderAsk, acquire
from calvox.server.statements import set_policy, statements_for
from calvox.trust.certificates import issue_host_certificate, make_authority, make_signing_request, new_key
from calvox.trust.enrolment import EnrolmentCode
from calvox.wire import hostapi as api
from tests.world import Site

PASSWORD, CHOSEN = "correct horse battery", "of my own choice"
ALLOWED = "workshop"


@dataclass
class Peer:
    """A session host, or somebody who would be one."""

    key: Path | None
    """PEM files; None: no certificate."""
    certificate: Path | None

    def context(self, authority: Path) -> ssl.SSLContext:
        """Trust the licence server and show who we are."""
        context = ssl.create_default_context(cafile=str(authority))
        if self.certificate and self.key:
            context.load_cert_chain(self.certificate, self.key)
        return context


@dataclass
class Cast:
    """Everybody."""

    site: Site
    folder: Path
    hosts: dict[str, Peer] = field(default_factory=dict)
    again: api.EnrolAsk = field(default_factory=lambda: api.EnrolAsk(b"", ""))
    """The enrolment of a host that may be asked for again."""
    bearers: dict[str, str] = field(default_factory=dict)
    """What each person shows; empty: nothing."""
    leaving: dict[str, str] = field(default_factory=dict)
    """The same, for those who go."""
    cals: list[bytes] = field(default_factory=list)
    """CALs for sessions of the enrolled host."""
    voucher: bytes = b""
    """Outage voucher of the enrolled host."""

    @property
    def authority(self) -> Path:
        """The file with the certificate of the licence server's authority."""
        return self.site.folder / "keys" / "authority.pem"

    def peer(self, name: str, key: bytes, certificate: bytes) -> None:
        """Keep a host's files."""
        files = self.folder / f"{name}.key", self.folder / f"{name}.pem"
        for path, data in zip(files, (key, certificate), strict=True):
            path.write_bytes(data)
        self.hosts[name] = Peer(*files)


def assembled(site: Site, folder: Path) -> Cast:
    """Let everybody come; the site is closed afterwards."""
    cast = Cast(site, folder)
    _hosts(cast)
    _people(cast)
    site.close()
    return cast


def _hosts(cast: Cast) -> None:
    cast.hosts["no certificate"] = Peer(None, None)
    enrolled = _enrolled(cast, "enrolled", group=ALLOWED)
    _enrolled(cast, "another host", group=ALLOWED)
    _enrolled(cast, "group not allowed", group="office")
    _enrolled(cast, "pending", approved=False, group=ALLOWED)
    _enrolled(cast, "revoked", group=ALLOWED)
    revoke_host(cast.site.server, "revoked", "stolen", "ada")
    _strangers(cast, enrolled)
    _belongings(cast, enrolled)


def _enrolled(cast: Cast, name: str, *, approved: bool = True, group: str = "") -> Row:
    server, key = cast.site.server, new_key()
    made = make_enrolment_code(server, name, "2022", "ada", approved=approved, group=group)
    code, request = EnrolmentCode.read(made.code), make_signing_request(key, name)
    told = enrol(server, code.stored_hash(), request)
    cast.again = api.EnrolAsk(code.secret, request.decode())
    cast.peer(name, key, told.certificate.encode())
    (row,) = cast.site.rows("host", host=told.host)
    return row


def _strangers(cast: Cast, host: Row) -> None:
    """Certificates with the enrolled host's own identifier: of an authority of nobody's, and of ours but old."""
    now, keys, name = cast.site.clock(), cast.site.server.keys, "enrolled"
    wrong = new_key()
    authorities = {
        "wrong authority": (wrong, make_authority(wrong, "Calvox licence server authority", now), now),
        "expired": (keys.authority_key, keys.authority, now - 91 * DAY),
    }
    for title, (key, authority, at) in authorities.items():
        own = new_key()
        made = issue_host_certificate(key, authority, make_signing_request(own, name), host["host"], name, at)
        cast.peer(title, own, made)


def _belongings(cast: Cast, host: Row) -> None:
    server = cast.site.server
    for number in range(4):
        name = f"belonging-{number}"
        asked = HolderAsk(CalType.SESSION, holder_of(CalType.SESSION, name), name, host["host"], host["version"], True)
        given = server.journal.run(acquire(server, asked)).value
        assert isinstance(given, Granted)
        cast.cals.append(given.cal["cal_id"])
    set_policy(server, PolicySet(mode="user", servers=(), fail_open=True, outage_cals=2, outage_hours=8, by="ada"))
    cast.site.run(lambda tx: statements_for(tx, server, host))
    (voucher,) = cast.site.rows("voucher", host=host["host"])
    cast.voucher = voucher["voucher"]


def _people(cast: Cast) -> None:
    server, door = cast.site.server, Door(cast.site.server)
    set_password(server, "ada", PASSWORD, "root")
    for name, role in (("eve", "auditor"), ("zoe", "administrator")):
        add_person(server, name, role, PASSWORD, "ada")
    for title, name in (("administrator", "ada"), ("auditor", "eve")):
        cast.bearers[title], who = door.log_in(name, PASSWORD, "")
        door.change_password(who, PASSWORD, CHOSEN, "")
        cast.leaving[title], _ = door.log_in(name, CHOSEN, "")
    for bearers in (cast.bearers, cast.leaving):
        bearers["must change"], _ = door.log_in("zoe", PASSWORD, "")
    cast.bearers["nobody"] = ""
    cast.bearers["wrong secret"] = urlsafe_b64encode(b"w" * 32).rstrip(b"=").decode()
    old, begun = b"o" * 32, cast.site.clock() - WHOLE
    proof = proof_of(server, old, "ada", begun)
    row = {"session": sha256(old).digest(), "person": "ada", "begun": begun, "heard": cast.site.clock(), "role": ""}
    cast.site.run(lambda tx: tx.put("log_in", {**row, "proof": proof}))
    cast.bearers["session over"] = urlsafe_b64encode(old).rstrip(b"=").decode()


@dataclass(frozen=True)
class Told:
    """An answer."""

    status: int
    """0: cut off before any."""
    body: bytes = b""

    def read(self, kind: Any) -> Any:
        """Read the body."""
        return msgspec.json.decode(self.body, type=kind)


def send(
    port: int, context: ssl.SSLContext, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> Told:
    """Send one request over TLS; whatever ends it before its answer is a cut."""
    connection = http.client.HTTPSConnection("localhost", port, context=context, timeout=20)
    try:
        connection.request(method, path, body or None, headers or {})
        answer = connection.getresponse()
        return Told(answer.status, answer.read())
    except (ssl.SSLError, ConnectionError, http.client.RemoteDisconnected):
        return Told(0)
    finally:
        connection.close()


def bodies(cast: Cast) -> dict[str, Any]:
    """Give each route of the host API a body that is well formed and concerns what is the enrolled host's."""
    session = api.AcquireAsk("session", holder_of(CalType.SESSION, "s"), "s", True)
    request = make_signing_request(new_key(), "h").decode()
    return {
        api.ENROL: cast.again,
        api.ACQUIRE: session,
        api.ACQUIRE_MANY: api.AcquireMany((session,)),
        api.RELEASE: api.ReleaseAsk(cast.cals[0]),
        api.RELEASE_MANY: api.ReleaseMany((cast.cals[1],)),
        api.HEARTBEAT: api.Heartbeat((cast.cals[2],)),
        api.SETTLE: api.Settle(cast.voucher),
        api.REENTER: api.ReenterAsk((api.Presented(b"no token", "s"),)),
        api.REJOIN: api.RejoinAsk(7),
        api.RENEW_CERTIFICATE: api.RenewCertificate(request),
    }


def outcome(path: str, told: Told) -> str:
    """Say in a word what a host was told."""
    if told.status != 200:
        return {0: "cut off", 403: "denied", 404: "not found"}.get(told.status, str(told.status))
    if path == api.ACQUIRE:
        return "refused" if told.read(api.AcquireAnswer).refused else "served"
    if path == api.ACQUIRE_MANY:
        return "refused" if told.read(api.AcquiredMany).answers[0].refused else "served"
    if path == api.RELEASE_MANY:
        return "served" if told.read(api.ReleasedMany).cal_ids else "left out"
    if path == api.REENTER:
        return "served" if told.read(api.Reentered).answers[0].token else "left out"
    if path == api.HEARTBEAT:
        return "left out" if told.read(api.Heartbeaten).lost else "served"
    return "served"


def person_outcome(told: Told) -> str:
    """Say in a word what a person was told; a body that is not well formed is told to whoever may send one."""
    code = json.loads(told.body or b"null")
    known = {200: "served", 401: "log in", 403: "denied", 422: "served"}
    return known.get(told.status, f"{told.status} {code}")
