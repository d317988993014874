"""Calls in numbers: how many, how long, what was heard wrongly, and why callers were refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from calvox.centre.statistics import CallStatistics, FormFigures, OperatorFigures, ReasonFigures
from calvox.common.clock import DAY
from calvox.common.i18n import Text, t
from calvox.web.common.pages import Page
from calvox.web.desk.menu import lasted
from calvox.web.desk.reasons import REASONS

DAYS = (7, 30, 90, 365)
HEIGHT = 40
"""Of the chart, in its own units."""


@dataclass(frozen=True)
class DayBar:
    """One day of the chart, in the chart's units."""

    x: float
    width: float
    read: float
    others: float


@dataclass(frozen=True)
class FormRow:
    """What was read out in one form."""

    figures: FormFigures

    @property
    def name(self) -> Text:
        """The form."""
        return self.figures.form.label

    @property
    def lasted(self) -> str:
        """The median duration."""
        return lasted(self.figures.seconds)

    @property
    def share(self) -> str:
        """Lines heard wrongly, in percent."""
        return f"{100 * self.figures.misheard / self.figures.groups:.1f}" if self.figures.groups else "–"


@dataclass(frozen=True)
class ReasonRow:
    """How often callers were refused for one reason."""

    figures: ReasonFigures
    most: int

    @property
    def reason(self) -> Text:
        """Why, in a few words."""
        return REASONS[self.figures.reason]

    @property
    def told(self) -> Text:
        """The bar in words."""
        return t("{count} refusals", count=self.figures.count)


@dataclass(frozen=True)
class OperatorRow:
    """One operator's calls."""

    figures: OperatorFigures

    @property
    def lasted(self) -> str:
        """The median duration."""
        return lasted(self.figures.seconds)


@dataclass(frozen=True)
class StatisticsPage(Page):
    """Shows numbers."""

    template: ClassVar[str] = "desk/statistics.html"
    title: ClassVar[Text] = t("Statistics of calls")
    words: ClassVar[Mapping[str, Text]] = {
        "days": t("Days"),
        "calls": t("Calls"),
        "read": t("Read out"),
        "given_up": t("Given up"),
        "broken": t("Broken off"),
        "open": t("Not ended yet"),
        "median": t("Half of them took at most"),
        "longest": t("Longest"),
        "minutes": t("min:s"),
        "by_day": t("Calls a day"),
        "others": t("others"),
        "forms": t("How it was read out"),
        "form": t("Form"),
        "lines": t("Lines read"),
        "misheard": t("Heard wrongly"),
        "share": t("Share, %"),
        "duration": t("Half took at most"),
        "refused": t("Refusals"),
        "unread": t("Nothing was read out."),
        "no_refusals": t("Nobody was refused."),
        "operators": t("Operators"),
        "operator": t("Operator"),
        "none": t("There were no calls."),
    }

    told: CallStatistics
    bars: tuple[DayBar, ...]
    choices: Sequence[int] = DAYS
    height: ClassVar[int] = HEIGHT

    @property
    def median(self) -> str:
        """Half of the calls took at most this."""
        return lasted(self.told.median)

    @property
    def longest(self) -> str:
        """The longest one."""
        return lasted(self.told.longest)

    @property
    def chart(self) -> Text:
        """The chart in words."""
        most = max((day.read_out + day.others for day in self.told.by_day), default=0)
        return t("{calls} calls in {days} days, at most {most} on one day", calls=self.told.calls, days=self.told.days, most=most)  # fmt: skip

    @property
    def first(self) -> int:
        """Noon of the first day."""
        return self.told.by_day[0].day * DAY + DAY // 2

    @property
    def last(self) -> int:
        """Noon of the last day."""
        return self.told.by_day[-1].day * DAY + DAY // 2

    @property
    def forms(self) -> tuple[FormRow, ...]:
        """The forms that were used."""
        return tuple(FormRow(one) for one in self.told.forms if one.calls)

    @property
    def reasons(self) -> tuple[ReasonRow, ...]:
        """Why callers were refused."""
        most = max((one.count for one in self.told.reasons), default=0)
        return tuple(ReasonRow(one, most) for one in self.told.reasons)

    @property
    def operators(self) -> tuple[OperatorRow, ...]:
        """Who took calls."""
        return tuple(OperatorRow(one) for one in self.told.operators)


def statistics(told: CallStatistics) -> StatisticsPage:
    """Make the page."""
    most = max((day.read_out + day.others for day in told.by_day), default=0) or 1
    width = 100 / len(told.by_day)
    bars = tuple(
        DayBar(round(place * width, 3), round(width * 0.8, 3), _high(day.read_out, most), _high(day.others, most))
        for place, day in enumerate(told.by_day)
        if day.read_out + day.others
    )
    return StatisticsPage(told, bars)


def _high(count: int, most: int) -> float:
    return round(HEIGHT * count / most, 2)
