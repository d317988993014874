"""How a session host stands, in words and colour, as every page shows it: its own word, or that there is none."""

from collections.abc import Mapping

from calvox.common.i18n import Text, t
from calvox.core.standing import GRACE_SOON, Stands, days_text
from calvox.server.standing import HostStanding

COLOURS: Mapping[Stands, str] = {
    Stands.GRACE: "",
    Stands.GRACE_OVER: "bad",
    Stands.LICENSED: "good",
    Stands.OUTAGE: "warn",
    Stands.SILENT: "warn",
    Stands.UNTOLD: "",
    Stands.UNHEARD: "",
}
"""The colour of each."""
WARN_DAYS = 30
"""Days of grace left at which they are shown as a warning."""


def stands_colour(told: HostStanding) -> str:
    """Tell the colour in which a host's standing is shown."""
    return days_colour(told.days_left) if told.stands is Stands.GRACE else COLOURS[told.stands]


def days_colour(days: int) -> str:
    """Tell the colour of so many days of grace."""
    return "bad" if days <= GRACE_SOON else "warn" if days <= WARN_DAYS else ""


def stands_text(told: HostStanding) -> Text:
    """Say how a host stands, with its days of grace."""
    if told.stands is Stands.GRACE:
        return t("{state}, {left}", state=told.stands.text, left=days_text(told.days_left))
    return told.stands.text


def said_before(told: HostStanding) -> Text | None:
    """Say what a host's last word was, where it does not count any more."""
    return told.said.text if told.said and told.stands in (Stands.SILENT, Stands.UNTOLD) else None
