"""The licence server's use cases about session hosts: codes, approval, groups, shutting out, the authority behind them."""

from functools import partial
from typing import Any

import msgspec

from calvox.apps.owner import UseCase
from calvox.core.hosting import HostState
from calvox.journal.interface import Reader
from calvox.server import hosts
from calvox.server.authority import AuthorityStatus, add_authority, authority_status, replace_authority
from calvox.server.standing import UNHEARD, HostStanding, all_standings
from calvox.server.store import LicenceServer


class Nothing(msgspec.Struct, frozen=True):
    """No parameters."""


class MakeCode(msgspec.Struct, frozen=True):
    """Make an enrolment code."""

    name: str
    version: str
    approved: bool = False
    group: str = ""


class OneHost(msgspec.Struct, frozen=True):
    """A host, by its name or the beginning of its identifier."""

    host: str
    why: str = ""


class Group(msgspec.Struct, frozen=True):
    """Put a host into a group."""

    host: str
    group: str


class Finish(msgspec.Struct, frozen=True):
    """Let the new authority take over."""

    anyway: bool = False


class HostListed(msgspec.Struct, frozen=True):
    """A session host, as a list shows it."""

    host: bytes
    """16 bytes."""
    name: str
    version: int
    state: HostState
    group: str
    enrolled: int
    """Seconds UTC, as are the next two."""
    certified: int
    """When its newest certificate was made."""
    seen: int
    """When it was last heard, to within half a minute; 0: not yet."""
    standing: HostStanding = UNHEARD
    """How it stands, as it said itself."""


def list_hosts(reader: Reader, now: int) -> list[HostListed]:
    """List the session hosts by name."""
    known, nothing = all_standings(reader, now), (0, UNHEARD)
    names = ("host", "name", "version", "group", "enrolled", "certified")
    rows = sorted(reader.select("host"), key=lambda row: (row["name"], row["host"]))
    listed = []
    for row in rows:
        seen, standing = known.get(row["host"], nothing)
        about = {name: row[name] for name in names}
        listed.append(HostListed(**about, state=HostState(row["state"]), seen=seen, standing=standing))
    return listed


def _read(server: LicenceServer, asked: Nothing, by: str, *, look: Any) -> Any:
    with server.journal.read() as reader:
        return look(server, reader)


HOST_CASES: dict[str, UseCase[LicenceServer]] = {
    "enrolment-code": UseCase(
        MakeCode,
        hosts.MadeCode,
        lambda server, asked, by: hosts.make_enrolment_code(
            server, asked.name, asked.version, by, approved=asked.approved, group=asked.group
        ),
    ),
    "hosts": UseCase(
        Nothing,
        list[HostListed],
        partial(_read, look=lambda server, reader: list_hosts(reader, server.world.now())),
        reads=True,
    ),
    "host-approve": UseCase(OneHost, None, lambda server, asked, by: hosts.approve(server, asked.host, by)),
    "host-revoke": UseCase(
        OneHost, None, lambda server, asked, by: hosts.revoke_host(server, asked.host, asked.why, by)
    ),
    "host-group": UseCase(Group, None, lambda server, asked, by: hosts.group_host(server, asked.host, asked.group, by)),
    "authority": UseCase(Nothing, AuthorityStatus, partial(_read, look=authority_status), reads=True),
    "authority-renew": UseCase(Nothing, None, lambda server, asked, by: add_authority(server, by)),
    "authority-finish": UseCase(
        Finish, None, lambda server, asked, by: replace_authority(server, by, anyway=asked.anyway)
    ),
}
