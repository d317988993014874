"""The machines of a Windows site, as their facts tell: licence servers with their packs, session hosts with their mode."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from calvox.common.i18n import Text, t
from calvox.core.products import CalType, version_name
from calvox.doctor.facts import Backup, Fact, LicenceServer, Pack, SessionHost, Site
from calvox.doctor.licensing import MODE_NAMES
from calvox.web.common.pages import Page
from calvox.web.windows.lines import BAD, GOOD, OPEN

MOST_PACKS = 200
"""Packs of one licence server that are shown."""
UNKNOWN = t("not known")
ACTIVATION: Mapping[bool | None, tuple[Text, str]] = {
    True: (t("activated"), GOOD),
    False: (t("not activated"), BAD),
    None: (UNKNOWN, OPEN),
}
BUILT_IN = t("built-in or temporary")


@dataclass(frozen=True)
class PackRow:
    """A pack of Microsoft's licence server."""

    pack: Pack

    @property
    def kind(self) -> Text:
        """What its CALs are counted by."""
        return CalType(self.pack.product).text if self.pack.counts else BUILT_IN

    @property
    def version(self) -> str:
        """The version of its CALs."""
        return version_name(self.pack.version) if self.pack.version else "–"

    @property
    def used(self) -> int:
        """Issued without the over-use: what the bar shows in its own colour."""
        return min(self.pack.issued, self.pack.total)

    @property
    def told(self) -> Text:
        """The bar in words."""
        return t("{issued} of {total} in use", issued=self.pack.issued, total=self.pack.total)


@dataclass(frozen=True)
class ServerCard:
    """A licence server."""

    server: LicenceServer
    number: int
    """Its place on the page, from 1, by which its form's fields are told apart."""

    @property
    def version(self) -> str:
        """Its version of Windows."""
        return _version(self.server.machine.version)

    @property
    def state(self) -> Text:
        """Whether it is activated."""
        return ACTIVATION[self.server.activated.value][0]

    @property
    def colour(self) -> str:
        """The colour of that."""
        return ACTIVATION[self.server.activated.value][1]

    @property
    def facts(self) -> tuple[tuple[Text, str | Text], ...]:
        """What is known of it in a few lines, and why if it is not."""
        server = self.server
        return (
            (t("Version"), self.version),
            (t("Licence server ID"), _said(server.server_id)),
            (t("Product ID"), _said(server.product_id)),
            (t("Service"), _service(server)),
            (t("Database"), _said(server.database_path)),
        )

    @property
    def packs(self) -> tuple[PackRow, ...]:
        """Its packs, those that were bought first."""
        rows = sorted(self.server.packs.value or (), key=lambda pack: (not pack.counts, pack.number))
        return tuple(PackRow(pack) for pack in rows[:MOST_PACKS])

    @property
    def backup(self) -> Backup | None:
        """Its newest backup."""
        found = self.server.backup.value
        return found if isinstance(found, Backup) else None

    @property
    def collected(self) -> int:
        """When it was read, seconds UTC."""
        return self.server.activated.time or self.server.packs.time or self.server.machine.version.time


@dataclass(frozen=True)
class HostLine:
    """A session host."""

    host: SessionHost

    @property
    def version(self) -> str:
        """Its version of Windows."""
        return _version(self.host.machine.version)

    @property
    def mode(self) -> Text:
        """Its mode."""
        mode = self.host.mode.value
        return MODE_NAMES[mode] if mode is not None else UNKNOWN

    @property
    def servers(self) -> str:
        """The licence servers that it is told to use."""
        return ", ".join(self.host.servers.value or ()) or "–"

    @property
    def grace(self) -> str:
        """Days of grace, as Windows tells them."""
        days = self.host.grace_days.value
        return "–" if days is None else str(days)

    @property
    def collected(self) -> int:
        """When it was read, seconds UTC."""
        return self.host.mode.time or self.host.machine.version.time


@dataclass(frozen=True)
class MachinesPage(Page):
    """Shows what was read of each machine."""

    template: ClassVar[str] = "windows/machines.html"
    title: ClassVar[Text] = t("Machines")
    words: ClassVar[Mapping[str, Text]] = {
        "servers": t("Licence servers"),
        "no_servers": t("No licence server was collected."),
        "read": t("Read"),
        "number": t("Number"),
        "kind": t("Type"),
        "version": t("Version"),
        "issued": t("Issued"),
        "total": t("Total"),
        "over": t("over-use:"),
        "description": t("Description"),
        "uncounted": t("not counted"),
        "no_packs": t("No packs are known."),
        "backup": t("Tested backup"),
        "backup_none": t("None is known."),
        "vouch": t("I tested a backup"),
        "made": t("Made on"),
        "folder": t("with the database folder"),
        "state": t("with the system state"),
        "enter": t("Enter it"),
        "hosts": t("Session hosts"),
        "no_hosts": t("No session host was collected."),
        "name": t("Name"),
        "mode": t("Mode"),
        "named": t("Licence servers it is told"),
        "grace": t("Days of grace"),
        "set": t("Set mode and servers"),
        "acts": t("Actions"),
    }

    servers: tuple[ServerCard, ...]
    hosts: tuple[HostLine, ...]


def machines(site: Site) -> MachinesPage:
    """Make the page."""
    servers = tuple(ServerCard(server, number) for number, server in enumerate(site.licence_servers, start=1))
    return MachinesPage(servers, tuple(_hosts(site.session_hosts)))


def _hosts(hosts: Iterable[SessionHost]) -> Iterable[HostLine]:
    return (HostLine(host) for host in hosts)


def _version(version: Fact[int]) -> str:
    return version_name(version.value) if version.value is not None else "–"


def _said(fact: Fact[str]) -> str | Text:
    if fact.value:
        return fact.value
    return t("not known: {text}", text=fact.why or t("not collected"))


def _service(server: LicenceServer) -> str | Text:
    if server.service_state.value is None:
        return _said(server.service_state)
    return f"{server.service_state.value}, {server.service_start.value or '–'}"
