"""Which CAL for which session host and which licence server, with the why of each answer.

Rules, as Microsoft's tables give them:
- A CAL serves session hosts of its own version and older, never newer.
- A licence server holds CALs of its own version and older, never newer; and it must not be older than the hosts it serves.
- 2008 and 2008 R2 count as one version, and so do 2012 and 2012 R2.
- Where the tables say nothing, the answer that follows from these rules is marked *inferred*: check it on a test machine.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from calvox.common.errors import BadInput
from calvox.common.i18n import Text, t

NAMES: dict[int, str] = {
    3: "2008 / 2008 R2",
    4: "2012 / 2012 R2",
    5: "2016",
    6: "2019",
    7: "2022",
    8: "2025",
}
"""Number to name, oldest first; 8 is inferred."""
V2008, V2012, V2022 = 3, 4, 7
SOURCE = "Microsoft Learn, “License your RDS deployment with client access licenses”, June 2025"
"""Where the tables stand."""


class Verdict(StrEnum):
    """Whether two versions go together."""

    WORKS = "works"
    INFERRED = "inferred"
    """It follows from the rules, but Microsoft's tables do not say it."""
    DOES_NOT = "does-not"

    @property
    def text(self) -> Text:
        """The words that a person reads."""
        return {
            Verdict.WORKS: t("works"),
            Verdict.INFERRED: t("should work (inferred)"),
            Verdict.DOES_NOT: t("does not work"),
        }[self]


@dataclass(frozen=True, slots=True)
class Cell:
    """One answer of a table."""

    row: int
    """Version of the session host or licence server."""
    column: int
    """Version of the CAL, or of the licence server in the table of hosts and servers."""
    verdict: Verdict
    why: Text


@dataclass(frozen=True, slots=True)
class Table:
    """One table: rows and columns are versions, oldest first."""

    title: Text
    row: Text
    """What the rows are."""
    column: Text
    """What the columns are."""
    cells: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a CAL, a session host and a licence server go together."""

    verdict: Verdict
    """The worst of the three."""
    cells: tuple[Cell, ...]
    """CAL on host, CAL on licence server, host with licence server."""


def table() -> tuple[Table, ...]:
    """Give the three tables: CALs on hosts, CALs on licence servers, hosts with licence servers."""
    cal = t("Version of the CALs")
    return (
        Table(t("CALs and session hosts"), t("Session host"), cal, _grid(cal_on_host)),
        Table(t("CALs and licence servers"), t("Licence server"), cal, _grid(cal_on_server)),
        Table(t("Session hosts and licence servers"), t("Session host"), t("Licence server"), _grid(host_with_server)),
    )


def _grid(answer: Callable[[int, int], Cell]) -> tuple[tuple[Cell, ...], ...]:
    return tuple(tuple(answer(row, column) for column in NAMES) for row in NAMES)


def why(cal_version: int, host_version: int, server_version: int) -> Answer:
    """Tell whether these CALs on this licence server serve this host, and why.

    Raises:
        BadInput: a version is unknown.
    """
    cal, host, server = (_known(version) for version in (cal_version, host_version, server_version))
    cells = (cal_on_host(host, cal), cal_on_server(server, cal), host_with_server(host, server))
    order = [Verdict.WORKS, Verdict.INFERRED, Verdict.DOES_NOT]
    return Answer(max((cell.verdict for cell in cells), key=order.index), cells)


def _known(version: int) -> int:
    """Take a ProductVersionID, in which 2008 is a version of its own."""
    known = V2008 if version == V2008 - 1 else version
    if known not in NAMES:
        raise BadInput(t("{number} is no version that CALs have", number=version))
    return known


def cal_on_host(host: int, cal: int) -> Cell:
    """Answer for CALs on a session host."""
    names = {"cal": NAMES[cal], "host": NAMES[host]}
    if cal < host:
        text = t("CALs of {cal} do not serve a host of {host}: they serve their own version and older ones", **names)
        return Cell(host, cal, Verdict.DOES_NOT, text)
    if host <= V2012 and cal >= V2022:
        text = t("Newer CALs serve older hosts; Microsoft's table no longer lists hosts of {host} with {cal}", **names)
        return Cell(host, cal, Verdict.INFERRED, text)
    if cal == host:
        return Cell(host, cal, Verdict.WORKS, t("CALs of {cal} serve hosts of the same version", **names))
    return Cell(host, cal, Verdict.WORKS, t("CALs of {cal} serve hosts of {host} too, which is older", **names))


def cal_on_server(server: int, cal: int) -> Cell:
    """Answer for CALs on a licence server."""
    names = {"cal": NAMES[cal], "server": NAMES[server]}
    if cal > server:
        text = t("A licence server of {server} cannot hold CALs of {cal}, which are newer than itself", **names)
        return Cell(server, cal, Verdict.DOES_NOT, text)
    if cal <= V2012 and server >= V2022:
        text = t("A licence server holds older CALs; Microsoft's table no longer lists {cal} on {server}", **names)
        return Cell(server, cal, Verdict.INFERRED, text)
    if cal == server:
        text = t("A licence server of {server} holds CALs of its own version", **names)
    else:
        text = t("A licence server of {server} holds CALs of {cal} too, which are older", **names)
    return Cell(server, cal, Verdict.WORKS, text)


def host_with_server(host: int, server: int) -> Cell:
    """Answer for a session host that asks a licence server."""
    names = {"host": NAMES[host], "server": NAMES[server]}
    if server < host:
        text = t("A licence server of {server} is too old for hosts of {host}; this is not supported", **names)
        return Cell(host, server, Verdict.DOES_NOT, text)
    if host <= V2012 and server >= V2022:
        text = t("A newer licence server serves older hosts; for {host} with {server} no table says so", **names)
        return Cell(host, server, Verdict.INFERRED, text)
    text = t("A licence server of {server} serves hosts of {host}, for it is not older", **names)
    return Cell(host, server, Verdict.WORKS, text)
