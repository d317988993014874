"""Calls in numbers: how many, how long, how many groups were heard wrongly, and why callers were refused.

Counted from the register alone, so that a restart loses nothing and an auditor finds the same. A call begins when the call
word was right. One that was never ended counts as broken off once it is kept no longer.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import msgspec

from calvox.centre.context import Context
from calvox.centre.open_calls import GIVEN_UP, READ_OUT
from calvox.centre.refusals import Reason
from calvox.centre.tallies import Group, Key, Tally, merged, tallies, together
from calvox.common.clock import day_of
from calvox.common.errors import BadInput
from calvox.common.i18n import t
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
    days = range(today - request.days + 1, today + 1)
    with context.journal.read() as reader:
        still = {row["call"] for row in reader.select("open_call") if row["expires"] > now}
        told = tallies(reader, context.tallies, days, still)
    calls = _Calls(merged(told))
    read, unended, still_open = calls.of(READ_OUT), calls.of("").calls, sum(tally.open for tally in told)
    reasons = sum((tally.reasons for tally in told), Counter[str]())
    return CallStatistics(
        days=request.days,
        calls=calls.of().calls,
        read_out=read.calls,
        given_up=calls.of(GIVEN_UP).calls,
        open=still_open,
        broken_off=unended - still_open,
        median=_median(read.seconds),
        longest=max(read.seconds, default=0),
        forms=[_form(form, calls.of(READ_OUT, form=form)) for form in Form],
        by_day=[_day(day, tally) for day, tally in zip(days, told, strict=True)],
        reasons=[ReasonFigures(Reason(reason), count) for reason, count in reasons.most_common()],
        operators=[_operator(name, calls) for name in sorted({key[0] for key in calls.groups})],
    )


@dataclass(frozen=True, slots=True)
class _Calls:
    """The calls of all days."""

    groups: Mapping[Key, Group]

    def of(self, outcome: str | None = None, *, operator: str | None = None, form: str | None = None) -> Group:
        """Give those that are alike in what is told."""
        wanted = operator, outcome, form
        pairs = self.groups.items()
        return together(group for key, group in pairs if all(w in (None, k) for w, k in zip(wanted, key, strict=True)))


def _form(form: Form, read: Group) -> FormFigures:
    groups = group_count(form.encoding, CodeType.CONFIRMATION) * read.calls
    return FormFigures(form, read.calls, groups, read.misheard, _median(read.seconds))


def _day(day: int, tally: Tally) -> DayFigures:
    read = sum(group.calls for (_, outcome, _), group in tally.groups.items() if outcome == READ_OUT)
    return DayFigures(day, read, sum(group.calls for group in tally.groups.values()) - read)


def _operator(name: str, calls: _Calls) -> OperatorFigures:
    return OperatorFigures(name, calls.of(operator=name).calls, _median(calls.of(READ_OUT, operator=name).seconds))


def _median(seconds: Sequence[int]) -> int:
    return round(median(seconds)) if seconds else 0
