"""A licence server that takes another one's place: what comes with it, what comes back later, and how often that may be.

Rules (the phone codes' specification, "Retirement, reissue, migration"):
- What an erased server had taken comes back to its agreement's lines after the longest life that a token can have, 90 days.
  What its successor asks for in a call of kind 3 moves to it at once; the rest waits.
- Without a proof the lost server's ID is refused for ever all the same; what its successor does not take over stays taken,
  for nobody knows whether the lost one runs on.
- Without a proof it is done once in 90 days and three times in 24 months an agreement; beyond that a supervisor allows it,
  once for each time, and their name and reason stand in the register.

Pure but for the reading; the entries are `signing`'s and `servers`'.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from calvox.centre.continuing import ids_of
from calvox.centre.entries import ConfirmationRegistered
from calvox.common.clock import DAY
from calvox.core.book import Row
from calvox.journal.interface import Reader

TOKEN_SECONDS = 90 * DAY
"""The longest life of a token."""
QUIET_SECONDS, WINDOW_SECONDS, MOST_IN_WINDOW = 90 * DAY, 730 * DAY, 3
ALLOWED_SECONDS = 7 * DAY
"""How long a supervisor's leave is good."""
Lines = dict[int, int]
"""Quantity by line."""


def comes_back(at: int) -> int:
    """Tell when the licences of a server that was erased at a moment come back."""
    return at + TOKEN_SECONDS


def within_limits(before: Sequence[int], now: int) -> bool:
    """Tell whether a reissue without proof may be done now, given when those before it were."""
    recent = [at for at in before if at > now - WINDOW_SECONDS]
    return len(recent) < MOST_IN_WINDOW and not any(at > now - QUIET_SECONDS for at in recent)


def back_by(freed: Iterable[Row], now: int) -> Lines:
    """Sum up, line by line, what has come back."""
    return _sums(row for row in freed if row["back"] <= now)


def coming_after(freed: Iterable[Row], now: int) -> Lines:
    """Sum up, line by line, what comes back later."""
    return _sums(row for row in freed if row["back"] > now)


def _sums(rows: Iterable[Row]) -> Lines:
    sums: Counter[int] = Counter()
    for row in rows:
        sums[row["line"]] += row["quantity"]
    return dict(sums)


def moved(credit: Mapping[int, int], taken: Iterable[tuple[int, int, int]]) -> Lines:
    """Tell how much of what a call takes comes out of what the replaced server had, line by line."""
    asked: Counter[int] = Counter()
    for _, line, quantity in taken:
        asked[line] += quantity
    return {line: part for line, quantity in asked.items() if (part := min(quantity, credit.get(line, 0))) > 0}


def without(whole: Mapping[int, int], part: Mapping[int, int]) -> Lines:
    """Take a part away; lines of which nothing is left are left out."""
    left = {line: quantity - part.get(line, 0) for line, quantity in whole.items()}
    return {line: quantity for line, quantity in left.items() if quantity > 0}


def taken_by(reader: Reader, server_id: bytes) -> dict[int, Lines]:
    """Sum up, agreement by agreement, what a licence server's confirmations have taken, under whichever ID it had."""
    found: dict[int, Counter[int]] = {}
    rows = [row for one in ids_of(reader, server_id) for row in reader.select("confirmation", {"server_id": one})]
    for row in rows:
        for entry in reader.entries(row["entry"], row["entry"]):
            fact = reader.fact(entry)
            if isinstance(fact, ConfirmationRegistered):
                sums = found.setdefault(fact.agreement, Counter())
                for _, line, quantity in fact.taken:
                    sums[line] += quantity
    return {agreement: dict(lines) for agreement, lines in found.items()}


def freed_of(reader: Reader, agreement: int, server_id: bytes = b"") -> list[Row]:
    """Read what was freed of an agreement, by one server or by all."""
    rows = list(reader.select("freed", {"agreement": agreement}))
    known = set(ids_of(reader, server_id)) if server_id else set()
    return [row for row in rows if not known or row["server_id"] in known]


def credit_of(reader: Reader, agreement: int, server_id: bytes, now: int) -> Lines:
    """Tell what a server had taken of an agreement and what has not come back yet: its successor may have it."""
    taken = taken_by(reader, server_id).get(agreement, {})
    return without(taken, back_by(freed_of(reader, agreement, server_id), now))


def reissues_before(reader: Reader, agreement: int) -> list[int]:
    """Read when reissues without proof were done for an agreement."""
    return [row["time"] for row in reader.select("reissue", {"agreement": agreement, "proven": 0})]


def allowance_of(reader: Reader, agreement: int, now: int) -> Row | None:
    """Find a supervisor's leave that was not used and has not run out."""
    row = reader.get("allowance", (agreement,))
    return row if row is not None and row["time"] > now - ALLOWED_SECONDS else None
