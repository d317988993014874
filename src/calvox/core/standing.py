"""How a session host stands towards its licence servers, in the words that both sides and people share. Pure.

Rules: a host alone knows how it stands, and says so with its signs of life. A licence server shows what was said and when,
and works nothing out for itself: a host that was silent for a day is shown as silent, one that never came as not heard of.
"""

from enum import StrEnum

from calvox.common.clock import DAY
from calvox.common.i18n import Text, t

GRACE_DAYS = 120
GRACE_SOON = 7
"""Days of grace left at which somebody is told."""
SILENCE = DAY
"""Seconds after which what a host said last is not taken for how it stands."""


class State(StrEnum):
    """How a host stands."""

    GRACE = "grace"
    """It never held a token from an activated licence server, and its time for that is not over."""
    GRACE_OVER = "grace-over"
    """It never held one, and its time is over."""
    LICENSED = "licensed"
    OUTAGE = "outage"
    """It is licensed, and no licence server answers."""

    @property
    def text(self) -> Text:
        """Say it to a person."""
        return {
            State.GRACE: t("in grace"),
            State.GRACE_OVER: t("grace is over"),
            State.LICENSED: t("licensed"),
            State.OUTAGE: t("outage: no licence server answers"),
        }[self]


class Stands(StrEnum):
    """What a licence server can say of how a host stands: the host's own word, or that it has none."""

    GRACE = "grace"
    GRACE_OVER = "grace-over"
    LICENSED = "licensed"
    OUTAGE = "outage"
    """No licence server answered, until the sign of life that said so."""
    SILENT = "silent"
    """It was not heard for a day."""
    UNTOLD = "untold"
    """It was heard and does not say how it stands: an older version, or a program without the host's process."""
    UNHEARD = "unheard"
    """It never gave a sign of life."""

    @property
    def text(self) -> Text:
        """Say it to a person."""
        return {
            Stands.GRACE: t("in grace"),
            Stands.GRACE_OVER: t("grace is over"),
            Stands.LICENSED: t("licensed"),
            Stands.OUTAGE: t("comes out of an outage"),
            Stands.SILENT: t("not heard for a day"),
            Stands.UNTOLD: t("does not say"),
            Stands.UNHEARD: t("not heard of yet"),
        }[self]


def days_until(ends: int, now: int) -> int:
    """Count the days until grace ends, a begun one as a whole, from 0 to 120."""
    return max(0, min(GRACE_DAYS, -((now - ends) // DAY)))


def days_text(days: int) -> Text:
    """Say how many days of grace are left."""
    return t("one day left") if days == 1 else t("{days} days left", days=days)
