"""Which CAL for which session host and licence server: this site's hosts first, then Microsoft's tables whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from calvox.common.i18n import Text, t
from calvox.core.products import version_name
from calvox.doctor import compat
from calvox.doctor.compat import Cell, Verdict
from calvox.doctor.facts import SessionHost, Site
from calvox.web.common.pages import Page

MARKS: Mapping[Verdict, tuple[str, str]] = {
    Verdict.WORKS: ("✓", "yes"),
    Verdict.INFERRED: ("(✓)", "maybe"),
    Verdict.DOES_NOT: ("✗", "no"),
}
"""How each verdict is drawn, and in which colour."""


@dataclass(frozen=True)
class Square:
    """One answer, drawn."""

    column: str
    cell: Cell

    @property
    def mark(self) -> str:
        """Its sign."""
        return MARKS[self.cell.verdict][0]

    @property
    def colour(self) -> str:
        """Its colour."""
        return MARKS[self.cell.verdict][1]

    @property
    def said(self) -> Text:
        """The sign in words."""
        return self.cell.verdict.text


@dataclass(frozen=True)
class Row:
    """A line of a table."""

    name: str
    here: bool
    """Whether a machine of this site is of that version."""
    squares: tuple[Square, ...]


@dataclass(frozen=True)
class Shown:
    """A table."""

    title: Text
    row: Text
    column: Text
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class HostAnswer:
    """What one session host needs."""

    name: str
    version: str
    serve: Text | str
    """The CALs that serve it."""
    servers: Text | str
    """The licence servers that serve it."""


@dataclass(frozen=True)
class WhichPage(Page):
    """Shows what goes together, and why."""

    template: ClassVar[str] = "windows/which.html"
    title: ClassVar[Text] = t("Which CAL for which host")
    words: ClassVar[Mapping[str, Text]] = {
        "hosts": t("The session hosts of this site"),
        "host": t("Session host"),
        "version": t("Version"),
        "serve": t("CALs that serve it"),
        "servers": t("Licence servers that serve it"),
        "no_hosts": t("No session host was collected."),
        "legend": t("(✓): it follows from the rules, but Microsoft's tables do not say it."),
        "here": t("Lines in colour: a machine of this site is of that version."),
    }

    hosts: tuple[HostAnswer, ...]
    tables: tuple[Shown, ...]
    columns: tuple[str, ...] = tuple(compat.NAMES.values())
    source: str = compat.SOURCE


def which(site: Site) -> WhichPage:
    """Make the page."""
    hosts = {_known(host.machine.version.value) for host in site.session_hosts}
    servers = {_known(server.machine.version.value) for server in site.licence_servers}
    one, two, three = compat.table()
    tables = (_shown(one, hosts), _shown(two, servers), _shown(three, hosts))
    return WhichPage(tuple(_answer(host) for host in site.session_hosts), tables)


def _known(version: int | None) -> int:
    """Give a version as the tables count it: 2008 and 2008 R2 are one."""
    return compat.V2008 if version == compat.V2008 - 1 else version or 0


def _shown(table: compat.Table, here: set[int]) -> Shown:
    rows = [
        Row(name, number in here, tuple(Square(compat.NAMES[cell.column], cell) for cell in cells))
        for (number, name), cells in zip(compat.NAMES.items(), table.cells, strict=True)
    ]
    return Shown(table.title, table.row, table.column, tuple(rows))


def _answer(host: SessionHost) -> HostAnswer:
    number = _known(host.machine.version.value)
    if number not in compat.NAMES:
        gap = t("not known")
        return HostAnswer(host.machine.name, version_name(number) if number else "–", gap, gap)
    serve = [
        name for cal, name in compat.NAMES.items() if compat.cal_on_host(number, cal).verdict is not Verdict.DOES_NOT
    ]
    servers = [
        name
        for one, name in compat.NAMES.items()
        if compat.host_with_server(number, one).verdict is not Verdict.DOES_NOT
    ]
    return HostAnswer(host.machine.name, version_name(number), ", ".join(serve), ", ".join(servers))
