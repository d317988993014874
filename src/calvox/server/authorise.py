"""Keep the list of users who are authorised, and report on a month of it."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import msgspec

from calvox.common.errors import BadInput
from calvox.common.i18n import t
from calvox.core.authorised import AuthorisedReport, AuthorisedUser, authorised_in, seen_in
from calvox.core.book import Fact, Row
from calvox.core.entries import UserAuthorised, UserUnauthorised
from calvox.core.holders import holder_of
from calvox.core.products import CalType
from calvox.core.remarks import remark
from calvox.journal.interface import Reader, Transaction
from calvox.journal.listing import Chosen, bounds
from calvox.server.holders import holder_reference, references
from calvox.server.store import LicenceServer

_GIVEN, _GONE = {"CalIssued", "CalRenewed", "CalReentered"}, {"CalReleased", "CalReleasedByHand", "CalExpired"}
TOLD = 500
"""Entries after which it is told how far a report is."""
_CAL_KINDS = frozenset({*_GIVEN, *_GONE, "CalRevoked"})


class Authorised(msgspec.Struct, frozen=True):
    """What came of authorising users."""

    added: int
    known: int
    """Those who were authorised already."""


class Unauthorised(msgspec.Struct, frozen=True):
    """What came of taking authorisations back."""

    ended: int
    unknown: list[str]
    """Names that were not authorised."""


class OnTheList(msgspec.Struct, frozen=True):
    """A user who is authorised now."""

    name: str
    """Empty once erased."""
    since: int
    """Seconds since 1970-01-01 UTC."""


def authorise(server: LicenceServer, names: Sequence[str], by: str) -> Authorised:
    """Authorise users by name, those who are authorised already aside.

    Raises:
        BadInput: a name is not well formed.
    """
    holders = {holder_of(CalType.USER, name): name.strip() for name in names}

    def work(tx: Transaction) -> Authorised:
        added = 0
        for holder, name in holders.items():
            reference = holder_reference(tx, server, holder, name)
            if current(tx, reference) is None:
                tx.append(UserAuthorised(holder=reference, by=by))
                added += 1
        return Authorised(added, len(holders) - added)

    return server.journal.run(work).value


def unauthorise(server: LicenceServer, names: Sequence[str], why: str, by: str) -> Unauthorised:
    """Take users' authorisations back; what they hold stays until its end.

    Raises:
        BadInput: a name or the reason is not well formed.
    """
    said = remark(why)

    def work(tx: Transaction) -> Unauthorised:
        ended = {name: end_authorisation(tx, name, said, by) for name in names}
        return Unauthorised(sum(ended.values()), [name for name, was in ended.items() if not was])

    return server.journal.run(work).value


def end_authorisation(tx: Transaction, name: str, why: str, by: str) -> bool:
    """Take one user's authorisation back; tell whether there was one."""
    found = [row for reference in references(tx, CalType.USER, name) if (row := current(tx, reference)) is not None]
    for row in found:
        tx.append(UserUnauthorised(holder=row["holder"], entry=row["entry"], why=why, by=by))
    return bool(found)


def current(reader: Reader, reference: bytes) -> Row | None:
    """Read the authorisation that a user has now."""
    return next(reader.select("authorised", {"holder": reference, "until": 0}), None)


def on_the_list(reader: Reader) -> list[OnTheList]:
    """List who is authorised now, by name."""
    found = [OnTheList(_name(reader, row["holder"]), row["since"]) for row in reader.select("authorised", {"until": 0})]
    return sorted(found, key=lambda user: user.name.casefold())


def authorised_report(
    server: LicenceServer, reader: Reader, month: str, progress: Callable[[float], None] = lambda _: None
) -> AuthorisedReport:
    """Report on a month, YYYY-MM in the site's zone; tell how much of the ledger was gone through, 0 to 1.

    Raises:
        BadInput: it is no month.
    """
    first, after = month_of(server, month)
    rows = authorised_in(reader.select("authorised"), first, after)
    seen = seen_in(_facts(reader, after, progress), first, after)
    users = [
        AuthorisedUser(_name(reader, row["holder"]), row["since"], row["until"], row["holder"] in seen) for row in rows
    ]
    known = {row["holder"] for row in rows}
    strangers = sorted((_name(reader, holder) for holder in seen - known), key=str.casefold)
    users.sort(key=lambda user: (user.name.casefold(), user.since))
    return AuthorisedReport(month, first, after, users, len(known), strangers)


def month_of(server: LicenceServer, month: str) -> tuple[int, int]:
    """Find a month's first second and the one after it, in the site's zone."""
    try:
        begin = datetime.strptime(month, "%Y-%m").replace(tzinfo=server.zone)
        following = begin.replace(year=begin.year + begin.month // 12, month=begin.month % 12 + 1)
        return int(begin.timestamp()), int(following.timestamp())
    except (ValueError, OverflowError) as error:
        raise BadInput(t("“{text}” is no month; write it as 2027-06", text=month)) from error


def _facts(reader: Reader, until: int, progress: Callable[[float], None]) -> Iterator[tuple[int, Fact]]:
    """Read what happened to CALs before a moment."""
    _, end = bounds(reader, Chosen(until=until))
    for entry in reader.entries(last=end - 1):
        if entry.sequence % TOLD == 0:
            progress(entry.sequence / end)
        if entry.kind in _CAL_KINDS:
            yield entry.time, reader.fact(entry)


def _name(reader: Reader, reference: bytes) -> str:
    row = reader.get("holder", (reference,))
    return str(row["name"]) if row else ""
