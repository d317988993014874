"""What is new between two readings of one list: rows of CALs, and events.

Rules:
- Rows are compared by holder: issued later, ending later, or the first permanent one. A list that was not read before, or of
  which not every row was, is compared by the rows' own dates instead.
- Windows' logs are kept as one record for each number, with the newest time and the count. An event is new if the first
  reading does not have it although it was written at about that time or later.
"""

from collections.abc import Iterable, Iterator

from calvox.common.clock import DAY
from calvox.doctor.facts import Event, IssuedCal, short_name
from calvox.windows.evidence import Reading

CLOCKS = 3_600
"""Seconds by which the clocks of machines and collector may differ when events are told apart."""
USER_DAYS = 60
"""A per-user CAL ends so many days after it was issued or extended; the report tells its end alone."""
DEAD = (4, 5)
"""LicenseStatus of rows that are no CAL any more, or not yet: revoked, pending."""
CAPPED = ", the first "
"""In the source of a list of which not every row was collected."""


def fresh_rows(reading: Reading, per_user: bool, holder: str, since: int) -> list[IssuedCal]:
    """Find the rows that are new or extended since the first state.

    Args:
        reading: the rows of both states.
        per_user: whether they come from the per-user report.
        holder: the one wanted; empty: any.
        since: when the first state was read, for a list that it does not have; 0: not known.
    """
    alive = [row for row in reading.after.value or () if row.status not in DEAD and row.per_user == per_user]
    wanted = [row for row in alive if not holder or same_holder(row.holder, holder, per_user)]
    if not reading.before.known or CAPPED in reading.before.source:
        start = reading.before.time or since
        return [row for row in wanted if start and _began(row) >= start]
    known: dict[str, list[IssuedCal]] = {}
    for row in reading.before.value or ():
        known.setdefault(row.holder.casefold(), []).append(row)
    return [row for row in wanted if _is_more(row, known.get(row.holder.casefold(), []))]


def _is_more(row: IssuedCal, earlier: list[IssuedCal]) -> bool:
    """Tell whether a row says more than all earlier ones of its holder: issued or ending later, or the first permanent one."""
    if not row.temporary and all(old.temporary or old.status in DEAD for old in earlier):
        return True
    return all(row.issued > old.issued or row.expires > old.expires for old in earlier)


def _began(row: IssuedCal) -> int:
    """Tell when a CAL was issued or extended; a per-user entry's end tells it."""
    return row.issued or (row.expires - USER_DAYS * DAY if row.per_user else 0)


def same_holder(one: str, other: str, per_user: bool) -> bool:
    """Compare names of devices without their domain, of users with it where both have one."""
    if not per_user:
        return short_name(one) == short_name(other)
    left, right = one.strip().casefold(), other.strip().casefold()
    return left == right if "\\" in left and "\\" in right else left.rpartition("\\")[2] == right.rpartition("\\")[2]


def new_events(reading: Reading, numbers: Iterable[int], sources: Iterable[str]) -> Iterator[Event]:
    """Find the events that the first state cannot have had; of each number the newest time and the count are known."""
    old = {(event.id, event.source): event for event in reading.before.value or ()}
    for event in reading.after.value or ():
        ours = event.id in numbers and any(source in event.source.lower() for source in sources)
        if not ours or event.time < reading.before.time - CLOCKS:
            continue
        earlier = old.get((event.id, event.source))
        if earlier is None or (event.time, event.count) > (earlier.time, earlier.count):
            yield event
