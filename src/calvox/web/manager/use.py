"""Use over time, on the overview: for each pool a chart, the forecast in words, and the figures by week."""

from collections.abc import Iterator
from dataclasses import dataclass

from calvox.common.clock import DAY, utc
from calvox.common.i18n import Text, t
from calvox.core.forecast import HORIZON, LEAST, Forecast, Outlook
from calvox.core.usage import PoolUsage
from calvox.web.manager.menu import type_text

SOON = 45
"""A pool that runs out within so many days needs somebody."""
WEEKS = 13
"""Weeks in the table."""
CHARTED = 3
"""Days of which a chart is drawn, at the least."""


@dataclass(frozen=True)
class Week:
    """Seven days, the last of which may be today."""

    begin: str
    """2026-11-24."""
    peak: int
    total: int
    """CALs installed on its last day."""


@dataclass(frozen=True)
class Use:
    """A pool's use over time."""

    number: int
    """Its place among the charts."""
    kind: Text
    version: str
    outlook: Text
    colour: str
    """Of the outlook: good, warn or bad; empty: none."""
    weeks: tuple[Week, ...]
    """The latest first."""
    soon: bool
    """Whether it runs out before long."""
    charted: bool = True
    """Whether there are days enough for a chart."""


def use(number: int, pool: PoolUsage) -> Use:
    """Make what is shown of a pool."""
    told, today = pool.forecast, pool.begin + len(pool.peaks) - 1
    soon = told.outlook is Outlook.RUNS_OUT and told.days <= SOON
    colour = {
        Outlook.USED_UP: "bad",
        Outlook.RUNS_OUT: "warn" if soon else "",
        Outlook.STEADY: "good",
        Outlook.FAR: "good",
    }
    text, weeks = outlook(told, today), tuple(_weeks(pool, today))
    about = type_text(pool.cal_type), pool.version, text, colour.get(told.outlook, "")
    return Use(number, *about, weeks, soon, charted=len(pool.peaks) >= CHARTED)


def outlook(told: Forecast, today: int) -> Text:
    """Say what is to be expected."""
    match told.outlook:
        case Outlook.SHORT:
            return t(
                "No forecast yet: {days} whole days are known, and {least} are needed.", days=told.history, least=LEAST
            )
        case Outlook.USED_UP:
            return t("Used up: every CAL was in use today.")
        case Outlook.STEADY:
            return t("No end in sight: in the last {days} days, use did not grow.", days=told.history)
        case Outlook.FAR:
            return t("Use grows, but the CALs last for more than {days} days.", days=HORIZON)
        case Outlook.RUNS_OUT:
            return _runs_out(told, today)


def _runs_out(told: Forecast, today: int) -> Text:
    day, soonest = _date(today + told.days), _date(today + told.soonest)
    if told.latest:
        return t(
            "Runs out about {day}, between {soonest} and {latest}, if use goes on as in the last {days} days.",
            day=day,
            soonest=soonest,
            latest=_date(today + told.latest),
            days=told.history,
        )
    return t(
        "Runs out about {day}, at the soonest {soonest}, if use goes on as in the last {days} days; perhaps it does not.",
        day=day,
        soonest=soonest,
        days=told.history,
    )


def _weeks(pool: PoolUsage, today: int) -> Iterator[Week]:
    end = len(pool.peaks)
    for _ in range(WEEKS):
        begin = max(0, end - 7)
        if begin == end:
            return
        yield Week(_date(pool.begin + begin), max(pool.peaks[begin:end]), pool.totals[end - 1])
        end = begin


def _date(day: int) -> str:
    return utc(day * DAY)[:10]
