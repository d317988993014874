"""The session hosts: how they stand, and what an administrator does with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from calvox.common.i18n import Text, t
from calvox.core.hosting import HostState
from calvox.core.products import VERSIONS, version_name
from calvox.server.hosts import MadeCode
from calvox.web.common.pages import Page

STATES: Mapping[HostState, tuple[Text, str]] = {
    HostState.PENDING: (t("waits for approval"), "warn"),
    HostState.ENROLLED: (t("enrolled"), "good"),
    HostState.REVOKED: (t("shut out"), "bad"),
}
"""How each state is said, and in which colour."""


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

    @property
    def over(self) -> bool:
        """Whether it was shut out."""
        return self.state is HostState.REVOKED


@dataclass(frozen=True)
class HostsPage(Page):
    """Lists the session hosts."""

    template: ClassVar[str] = "manager/hosts.html"
    title: ClassVar[Text] = t("Session hosts")
    words: ClassVar[Mapping[str, Text]] = {
        "name": t("Name"),
        "version": t("Version"),
        "state": t("State"),
        "group": t("Group"),
        "enrolled": t("Enrolled"),
        "seen": t("Last heard"),
        "never": t("not yet"),
        "none": t("No session host is enrolled."),
        "acts": t("Actions"),
        "approve": t("Approve"),
        "change": t("Change"),
        "set": t("Set the group"),
        "why": t("Why"),
        "shut_out": t("Shut out for good"),
        "code": t("Make an enrolment code"),
        "code_what": t("It is good for one session host. On that machine:"),
        "until": t("Good until"),
        "approved": t("without further approval"),
        "make": t("Make the code"),
    }

    hosts: tuple[HostRow, ...]
    versions: tuple[str, ...] = tuple(reversed(VERSIONS.values()))
    """What a host may be, the newest first."""
    made: MadeCode | None = None
    """The code that has just been made."""
    heading: Text | None = None
    """What stands above it."""
    command: str = ""
    """What to type on the host."""


def hosts(listed: Sequence[HostRow], made: MadeCode | None = None, address: str = "") -> HostsPage:
    """Make the page: those that wait for approval first.

    Args:
        listed: The session hosts by name.
        made: A code that has just been made; it is shown once.
        address: Where session hosts reach the licence server.
    """
    order = {HostState.PENDING: 0, HostState.ENROLLED: 1, HostState.REVOKED: 2}
    rows = tuple(sorted(listed, key=lambda row: order[row.state]))
    if made is None:
        return HostsPage(rows)
    heading = t("Enrolment code for {name}, shown once", name=made.name)
    return HostsPage(
        rows, made=made, heading=heading, command=f"calvox host enrol --server {address} --code {made.code}"
    )
