"""Alarms of a licence server: what was found wrong with its clock, its machine or its history, and how it ended.

They are entries, so that an auditor sees them. Two of them freeze the server: on a machine that is too different from the
one it was made on, and on a history that went back, it gives no new CALs; renewals go on, for a while.
"""

from collections.abc import Iterable
from enum import StrEnum

from calvox.common.clock import DAY
from calvox.common.commands import Command
from calvox.common.i18n import Text, t
from calvox.core.book import Change, Drop, Fact, Placed, Put, Row, Set, Table
from calvox.core.freezing import HELD

DRIFT_DAYS = 30
"""Days for which renewals go on after the machine was found changed."""


class Alarm(StrEnum):
    """What was found."""

    CLOCK_BEHIND = "clock-behind"
    CLOCK_AHEAD = "clock-ahead"
    FINGERPRINT = "fingerprint"
    ROLLBACK = "rollback"
    FORK = "fork"

    @property
    def text(self) -> Text:
        """Say it to a person."""
        return {
            Alarm.CLOCK_BEHIND: t("The machine's clock is more than a day behind what is known of the time"),
            Alarm.CLOCK_AHEAD: t("The machine's clock jumped more than two days ahead"),
            Alarm.FINGERPRINT: t("This is not the machine on which the licence server was made"),
            Alarm.ROLLBACK: t("The ledger is older than what it has signed: it was put back to an earlier state"),
            Alarm.FORK: t("The ledger's history differs from what it has signed: there are two of it"),
        }[self]

    @property
    def hint(self) -> Text:
        """Say what to do next."""
        return {
            Alarm.CLOCK_BEHIND: t("Set the clock right; licensing time stands still until it has caught up."),
            Alarm.CLOCK_AHEAD: t(
                "Set the clock right, or, if it is right: “{confirm}”.", confirm=Command("server clock confirm")
            ),
            Alarm.FINGERPRINT: t(
                "Renewals go on for 30 days, new CALs are not given: enrol anew by a call, “{reenrol}”.",
                reenrol=Command("server re-enrol"),
            ),
            Alarm.ROLLBACK: t("Renewals go on, new CALs are not given: call the activation centre."),
            Alarm.FORK: t(
                "Renewals go on, new CALs are not given: find the other copy, and call the activation centre."
            ),
        }[self]


class AlarmRaised(Fact, frozen=True):
    """Something was found wrong."""

    alarm: str
    detail: str
    """Figures, for whoever looks into it."""


class AlarmCleared(Fact, frozen=True):
    """It is so no longer, or somebody answers for it."""

    alarm: str
    why: str
    by: str


class ClockConfirmed(Fact, frozen=True):
    """Somebody, or two session hosts, confirmed the clock."""

    moment: int
    """What it showed, seconds UTC."""
    by: str


class Frozen(StrEnum):
    """What a licence server gives in spite of its alarms."""

    NO = "no"
    NEW = "new"
    """No new CALs; renewals go on."""
    ALL = "all"
    """Nothing."""


ALARM_FACTS: tuple[type[Fact], ...] = (AlarmRaised, AlarmCleared, ClockConfirmed)
ALARM_TABLE = Table("alarm", ("alarm",), {"alarm": str, "detail": str, "raised": int}, small=True)
CLOCK_TABLE = Table("clock", ("slot",), {"slot": int, "last": int, "doubted": int})
"""Licensing time when it was last noted; working, for it is written every few seconds."""
_FREEZES = {Alarm.FINGERPRINT: "drifted", Alarm.ROLLBACK: "rolled_back", Alarm.FORK: "forked"}
"""Column of the server's row with the time since which it is so; 0 = it is not."""
FREEZE_COLUMNS = (*_FREEZES.values(), HELD)
"""Each holds new CALs back while it is not 0; the last one is the freeze by hand."""
_SERVER = (0,)


def frozen(server: Row, now: int) -> Frozen:
    """Tell what a server gives, from its row."""
    if server["drifted"] and now > server["drifted"] + DRIFT_DAYS * DAY:
        return Frozen.ALL
    return Frozen.NEW if any(server[name] for name in FREEZE_COLUMNS) else Frozen.NO


def alarm_changes(fact: Fact, placed: Placed) -> Iterable[Change]:
    """Tell what an entry about alarms changes."""
    match fact:
        case AlarmRaised(alarm=alarm, detail=detail):
            yield Put("alarm", {"alarm": alarm, "detail": detail, "raised": placed.time})
            if alarm in _FREEZES:
                yield Set("server", _SERVER, {_FREEZES[Alarm(alarm)]: placed.time})
        case AlarmCleared(alarm=alarm):
            yield Drop("alarm", (alarm,))
            if alarm in _FREEZES:
                yield Set("server", _SERVER, {_FREEZES[Alarm(alarm)]: 0})
        case ClockConfirmed():
            pass
        case _:
            raise AssertionError(fact)
