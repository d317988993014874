"""Calls in numbers: how many, how long, how many groups were heard wrongly, and why callers were refused.

Counted from the register alone, so that a restart loses nothing and an auditor finds the same. A call begins when the call
word was right. One that was never ended counts as broken off once it is kept no longer.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median

import msgspec

from calvox.centre.context import Context
from calvox.centre.open_calls import GIVEN_UP, READ_OUT
from calvox.centre.refusals import Reason
from calvox.common.clock import DAY, day_of
from calvox.common.errors import BadInput
from calvox.common.i18n import t
from calvox.core.book import Row
from calvox.journal.interface import Reader
from calvox.wire.phone.codec import CodeType, group_count
from calvox.wire.phone.forms import Form

MOST_DAYS = 731


class StatisticsAsked(msgspec.Struct, frozen=True):
    """Over which days."""

    days: int = 30
    """Today included."""


class FormFigures(msgspec.Struct, frozen=True):
    """What was read out in one form."""

    form: Form
    calls: int
    groups: int
    """Groups that were read out, each counted once."""
    misheard: int
    """How often one was heard wrongly."""
    seconds: int
    """The median of these calls' durations."""


class DayFigures(msgspec.Struct, frozen=True):
    """One day's calls."""

    day: int
    """Days since 1970-01-01 UTC."""
    read_out: int
    others: int
    """Given up, broken off, or still open."""


class ReasonFigures(msgspec.Struct, frozen=True):
    """How often callers were refused for one reason."""

    reason: Reason
    count: int


class OperatorFigures(msgspec.Struct, frozen=True):
    """One operator's calls."""

    operator: str
    calls: int
    seconds: int
    """The median of the durations of those that were read out."""


class CallStatistics(msgspec.Struct, frozen=True):
    """Calls of some days."""

    days: int
    calls: int
    read_out: int
    given_up: int
    open: int
    """Still open."""
    broken_off: int
    """Never ended."""
    median: int
    """Seconds from the call word to the end, of calls that were read out; as are the next."""
    longest: int
    forms: list[FormFigures]
    by_day: list[DayFigures]
    """Every day, the oldest first."""
    reasons: list[ReasonFigures]
    """The most frequent first."""
    operators: list[OperatorFigures]


def call_statistics(context: Context, request: StatisticsAsked, _: str) -> CallStatistics:
    """Count the calls of some days.

    Raises:
        BadInput: there are too many days, or none.
    """
    if not 1 <= request.days <= MOST_DAYS:
        raise BadInput(t("At least 1 day and at most {most} days are counted", most=MOST_DAYS))
    now = context.world.now()
    today = day_of(now)
    first = today - request.days + 1
    with context.journal.read() as reader:
        calls = _since(reader, "call", "opened", first * DAY)
        refused = _since(reader, "refusal", "time", first * DAY)
        still = {row["call"] for row in reader.select("open_call") if row["expires"] > now}
    read = [row for row in calls if row["outcome"] == READ_OUT]
    unended = [row for row in calls if not row["outcome"]]
    reasons = Counter(row["reason"] for row in refused)
    return CallStatistics(
        days=request.days,
        calls=len(calls),
        read_out=len(read),
        given_up=sum(row["outcome"] == GIVEN_UP for row in calls),
        open=sum(row["call"] in still for row in unended),
        broken_off=sum(row["call"] not in still for row in unended),
        median=_median(read),
        longest=max(map(_seconds, read), default=0),
        forms=[_form(form, [row for row in read if row["form"] == form]) for form in Form],
        by_day=_by_day(calls, range(first, today + 1)),
        reasons=[ReasonFigures(Reason(reason), count) for reason, count in reasons.most_common()],
        operators=_operators(calls),
    )


def _since(reader: Reader, table: str, column: str, moment: int) -> list[Row]:
    rows = []
    for row in reader.select(table, order=f"-{column}"):
        if row[column] < moment:
            break
        rows.append(row)
    return rows


def _form(form: Form, rows: Sequence[Row]) -> FormFigures:
    groups = group_count(form.encoding, CodeType.CONFIRMATION) * len(rows)
    return FormFigures(form, len(rows), groups, sum(row["misheard"] for row in rows), _median(rows))


def _by_day(calls: Iterable[Row], days: range) -> list[DayFigures]:
    read: Counter[int] = Counter()
    others: Counter[int] = Counter()
    for row in calls:
        (read if row["outcome"] == READ_OUT else others)[day_of(row["opened"])] += 1
    return [DayFigures(day, read[day], others[day]) for day in days]


def _operators(calls: Iterable[Row]) -> list[OperatorFigures]:
    by: dict[str, list[Row]] = {}
    for row in calls:
        by.setdefault(row["by"], []).append(row)
    return [
        OperatorFigures(name, len(rows), _median([row for row in rows if row["outcome"] == READ_OUT]))
        for name, rows in sorted(by.items())
    ]


def _seconds(row: Row) -> int:
    return int(row["ended"] - row["opened"])


def _median(rows: Sequence[Row]) -> int:
    return round(median(map(_seconds, rows))) if rows else 0
