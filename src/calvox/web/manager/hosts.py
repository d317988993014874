"""The session hosts: sought by name, state, standing and group, fifty on a page; those that wait for approval first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode

import msgspec

from calvox.common.i18n import Text, t
from calvox.core.hosting import HostState
from calvox.core.products import VERSIONS, version_name
from calvox.core.standing import Stands
from calvox.server.standing import UNHEARD, HostStanding
from calvox.web.common.pages import Page
from calvox.web.manager.menu import HOSTS
from calvox.web.manager.stands import said_before, stands_colour, stands_text

PAGE = 50
"""Hosts of one page."""
STATES: Mapping[HostState, tuple[Text, str]] = {
    HostState.PENDING: (t("waits for approval"), "warn"),
    HostState.ENROLLED: (t("enrolled"), "good"),
    HostState.REVOKED: (t("shut out"), "bad"),
}
"""How each state is said, and in which colour."""
_ORDER = tuple(STATES)


class WantedHosts(msgspec.Struct, frozen=True):
    """Which session hosts are sought; what is empty does not matter."""

    name: str = ""
    """A part of the name, or the beginning of the identifier."""
    state: str = ""
    stands: str = ""
    """How it stands, as it said."""
    group: str = ""
    page: int = 1


@dataclass(frozen=True)
class HostRow:
    """A session host."""

    host: str
    """Its identifier, hexadecimal."""
    name: str
    version: int
    state: HostState
    group: str
    enrolled: int
    """Seconds UTC, as is the next."""
    seen: int
    """When it was last heard; 0: not yet."""
    standing: HostStanding = UNHEARD
    """How it stands, as it said."""

    @property
    def stands(self) -> str:
        """How it stands; empty unless it is enrolled."""
        return str(self.standing.stands) if self.state is HostState.ENROLLED else ""

    @property
    def stands_text(self) -> Text:
        """The same in words, with its days of grace."""
        return stands_text(self.standing)

    @property
    def stands_colour(self) -> str:
        """The colour of that."""
        return stands_colour(self.standing)

    @property
    def before(self) -> Text | None:
        """What it said last, where that does not count any more."""
        return said_before(self.standing)

    @property
    def software(self) -> Text | None:
        """What it runs."""
        return t("Calvox {version}", version=self.standing.software) if self.standing.software else None

    @property
    def version_name(self) -> str:
        """The version as people call it."""
        return version_name(self.version)

    @property
    def state_text(self) -> Text:
        """The state in words."""
        return STATES[self.state][0]

    @property
    def colour(self) -> str:
        """The state's colour."""
        return STATES[self.state][1]

    @property
    def pending(self) -> bool:
        """Whether it waits for approval."""
        return self.state is HostState.PENDING


@dataclass(frozen=True)
class HostsPage(Page):
    """Lists the session hosts."""

    template: ClassVar[str] = "manager/hosts.html"
    title: ClassVar[Text] = t("Session hosts")
    words: ClassVar[Mapping[str, Text]] = {
        "seek": t("Search"),
        "name_help": t("Part of the name, or identifier"),
        "all": t("all"),
        "name": t("Name"),
        "version": t("Version"),
        "state": t("State"),
        "stands": t("Stands"),
        "said": t("last said:"),
        "group": t("Group"),
        "enrolled": t("enrolled on"),
        "seen": t("Last heard"),
        "never": t("not yet"),
        "none": t("No session host is enrolled."),
        "none_so": t("No session host is as sought."),
        "acts": t("Actions"),
        "approve": t("Approve"),
        "code": t("Make an enrolment code"),
        "reached": t("It reaches this server as"),
        "approved": t("without further approval"),
        "make": t("Make the code"),
        "found": t("Found:"),
        "first": t("To the first"),
        "further": t("Further"),
    }

    wanted: WantedHosts
    hosts: tuple[HostRow, ...]
    """Those of this page."""
    found: int
    """How many are as sought."""
    any_at_all: bool
    groups: tuple[str, ...]
    """Those that there are."""
    addresses: tuple[str, ...]
    """Where session hosts may reach the licence server."""
    first: str = ""
    """Address of the first page; empty: this is it."""
    further: str = ""
    """Address of the next page; empty: there is none."""
    versions: tuple[str, ...] = tuple(reversed(VERSIONS.values()))
    """What a host may be, the newest first."""
    states: tuple[HostState, ...] = _ORDER
    standings: tuple[Stands, ...] = tuple(Stands)

    def state_text(self, state: HostState) -> Text:
        """Say a state."""
        return STATES[state][0]


def hosts(listed: Sequence[HostRow], wanted: WantedHosts | None = None, addresses: Sequence[str] = ()) -> HostsPage:
    """Make the page.

    Args:
        listed: Every session host, by name.
        wanted: Which are sought.
        addresses: Where session hosts may reach the licence server, the likeliest first.
    """
    asked = wanted or WantedHosts()
    number = max(1, min(asked.page, len(listed) // PAGE + 1))
    found = sorted((row for row in listed if _fits(row, asked)), key=lambda row: _place(row, asked))
    shown = tuple(found[(number - 1) * PAGE : number * PAGE])
    return HostsPage(
        asked,
        shown,
        len(found),
        bool(listed),
        tuple(sorted({row.group for row in listed if row.group})),
        tuple(addresses),
        _address(asked, 1) if number > 1 else "",
        _address(asked, number + 1) if len(found) > number * PAGE else "",
    )


def _place(row: HostRow, wanted: WantedHosts) -> tuple[int, int]:
    """Say where a host comes; of those in grace, whose grace ends first."""
    ends = row.standing.grace_ends if wanted.stands == Stands.GRACE else 0
    return _ORDER.index(row.state), ends


def _fits(row: HostRow, wanted: WantedHosts) -> bool:
    part = wanted.name.strip().casefold()
    named = part in row.name.casefold() or row.host.startswith(part)
    stands = wanted.stands in ("", row.stands)
    return named and stands and wanted.state in ("", str(row.state)) and wanted.group in ("", row.group)


def _address(wanted: WantedHosts, page: int) -> str:
    asked = {**msgspec.structs.asdict(wanted), "page": page if page > 1 else 0}
    return f"{HOSTS}?{urlencode({name: value for name, value in asked.items() if value})}"
