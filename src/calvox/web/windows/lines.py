"""What is so, is not so or is not known, line by line, with what to do and the facts that tell: one form on every page."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from calvox.common.i18n import Text, t
from calvox.windows.evidence import Evidence, by_reading

GOOD, BAD, OPEN, WAITS = "good", "bad", "warn", ""
"""The colours of tags; what waits has none of its own."""
MOST_READINGS = 6
"""Readings of one line that are shown."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Facts that one machine told at one time."""

    subject: str
    time: int
    """Seconds UTC; 0: it was never read."""
    facts: str

    never: ClassVar[Text] = t("never read")
    summary: ClassVar[Text] = t("The facts that tell")


@dataclass(frozen=True, slots=True)
class Told:
    """One line."""

    word: Text
    """How it stands."""
    colour: str
    text: Text | str
    todo: Text | str = ""
    """What to do about it."""
    path: str = ""
    """The page where that is done; empty: none."""
    readings: tuple[Reading, ...] = ()
    """The facts that tell."""

    open: ClassVar[Text] = t("Do it")


def readings_of(evidence: Iterable[Evidence]) -> tuple[Reading, ...]:
    """Gather facts by the machine and time of their reading."""
    found = by_reading(evidence)
    return tuple(
        Reading(subject, time, ", ".join(facts)) for (subject, time), facts in list(found.items())[:MOST_READINGS]
    )
