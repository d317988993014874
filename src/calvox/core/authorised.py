"""Users who are authorised, whether or not they are seen: the list, and what a month's report says of it.

A rental programme counts everybody who may use the hosts. So an administrator keeps the list, by hand or from a file that
the directory's tools export; each change is an entry, and any month can be told afterwards. Beside it stands who was seen:
who had a per-user CAL at any time of that month.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec

from calvox.common.errors import BadInput
from calvox.common.i18n import t
from calvox.core.book import Fact, Row
from calvox.core.entries import (
    CalExpired,
    CalIssued,
    CalReentered,
    CalReleased,
    CalReleasedByHand,
    CalRenewed,
    CalRevoked,
)
from calvox.core.holders import LONGEST_NAME
from calvox.core.products import CalType

COLUMNS = ("samaccountname", "userprincipalname", "user", "username", "login", "name")
"""Headings under which a file may give users' names, the first that is there."""
LARGEST = 4 << 20
"""Bytes of the largest file."""


class AuthorisedUser(msgspec.Struct, frozen=True):
    """A user who was authorised at any time of a month."""

    name: str
    """Empty once erased."""
    since: int
    """Seconds since 1970-01-01 UTC."""
    until: int
    """Seconds since 1970-01-01 UTC; 0: still."""
    seen: bool
    """Whether they had a per-user CAL at any time of that month."""


class AuthorisedReport(msgspec.Struct, frozen=True):
    """A month's report."""

    month: str
    """YYYY-MM, in the site's zone."""
    first: int
    """Its first second, UTC."""
    after: int
    """The first second after it, UTC."""
    users: list[AuthorisedUser]
    """Everybody who was authorised at any time of it, by name."""
    count: int
    """Different users among them."""
    not_authorised: list[str]
    """Names of those who were seen without having been authorised at any time of it."""


def authorised_in(rows: Iterable[Row], first: int, after: int) -> list[Row]:
    """List the authorisations that held at any time from the first second on, before the one after."""
    return [row for row in rows if row["since"] < after and (not row["until"] or row["until"] > first)]


@dataclass(slots=True)
class _Life:
    """How long a per-user CAL was out."""

    holder: bytes
    begin: int
    end: int
    """The first second after it."""


def seen_in(facts: Iterable[tuple[int, Fact]], first: int, after: int) -> set[bytes]:
    """Go through a whole ledger's facts, each with its time, for holders of per-user CALs that were out in that time."""
    out: dict[bytes, _Life] = {}
    over: list[_Life] = []

    def end(cal_id: bytes, time: int) -> None:
        life = out.pop(cal_id, None)
        if life is not None:
            over.append(_Life(life.holder, life.begin, min(life.end, max(time, life.begin + 1))))

    for time, fact in facts:
        match fact:
            case CalIssued() | CalReentered():
                end(fact.replaces, time)
                if fact.cal_type == CalType.USER:
                    out[fact.cal_id] = _Life(fact.holder, time, fact.valid_until + 1)
            case CalRenewed() if fact.cal_id in out:
                out[fact.cal_id].end = fact.valid_until + 1
            case CalReleased() | CalExpired() | CalReleasedByHand() | CalRevoked():
                end(fact.cal_id, time)
    return {life.holder for life in (*over, *out.values()) if life.begin < after and life.end > first}


def read_names(text: str, column: str = "") -> list[str]:
    """Read users' names from a file: a name a line, or a table with a heading, separated by comma, semicolon or tab.

    A `#TYPE` line and a byte-order mark, which the directory's tools write, are passed over.

    Raises:
        BadInput: the column is missing, or a name is not well formed; it names the line.
    """
    lines = [line for line in text.lstrip("\ufeff").splitlines() if line.strip() and not line.startswith("#TYPE")]
    separator = max(",;\t", key=lines[0].count) if lines else ","
    try:
        rows = [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=separator)]
    except csv.Error as error:
        raise BadInput(t("The list of users cannot be read: {why}", why=str(error))) from error
    return list(dict.fromkeys(_names(rows, column.strip().lower())))


def _names(rows: list[list[str]], column: str) -> Iterator[str]:
    if not rows:
        return
    headings = [cell.lower() for cell in rows[0]]
    wanted = [column] if column else [name for name in COLUMNS if name in headings]
    if column and column not in headings:
        raise BadInput(t("There is no column “{column}”; there are {known}", column=column, known=", ".join(rows[0])))
    if not wanted and len(headings) > 1:
        raise BadInput(
            t("No column of the list holds users' names; there are {known}", known=", ".join(rows[0])),
            hint=t("Name it with --column."),
        )
    at = headings.index(wanted[0]) if wanted else 0
    for number, row in enumerate(rows[1 if wanted else 0 :], start=2 if wanted else 1):
        name = row[at] if at < len(row) else ""
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            raise BadInput(
                t(
                    "Line {line}: a holder's name has 1 to {longest} printable characters",
                    line=number,
                    longest=LONGEST_NAME,
                )
            )
        yield name
