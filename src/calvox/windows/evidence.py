"""What is proven, and by which facts: conditions with their evidence, and the same fact read before and after.

Rules: a fact that was not read again after the first state says nothing about what happened since. When facts are merged a
newer “unknown” leaves the old value with its old time, so the time alone tells.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from calvox.common.i18n import Text, t
from calvox.doctor.facts import Fact, LicenceServer, Mode, SessionHost


class Verdict(StrEnum):
    """How a condition stands."""

    PROVEN = "proven"
    FAILED = "failed"
    NOT_COLLECTED = "not-collected"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A fact that was used."""

    subject: str
    """The machine."""
    fact: str
    """Its name in the model."""
    source: str
    time: int
    """When it was read, seconds UTC; 0 = never."""


def by_reading(evidence: Iterable[Evidence]) -> dict[tuple[str, int], list[str]]:
    """Write facts in short, gathered by the machine and time of their reading."""
    found: dict[tuple[str, int], list[str]] = {}
    for one in evidence:
        found.setdefault((one.subject, one.time), []).append(f"{one.fact} ({one.source or '–'})")
    return found


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that must hold."""

    name: str
    """Its name, for scripts."""
    subject: str
    verdict: Verdict
    text: Text
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The answer for one licence server and one test session."""

    server: str
    mode: Mode
    conditions: tuple[Condition, ...]

    @property
    def verdict(self) -> Verdict:
        """Sum up: one failure fails the whole, one gap leaves it open."""
        verdicts = {condition.verdict for condition in self.conditions}
        return next((v for v in (Verdict.FAILED, Verdict.NOT_COLLECTED) if v in verdicts), Verdict.PROVEN)

    @property
    def accepted(self) -> bool:
        """Tell whether everything is proven."""
        return bool(self.conditions) and self.verdict is Verdict.PROVEN


@dataclass(frozen=True, slots=True)
class Reading:
    """One fact in both states."""

    subject: str
    name: str
    before: Fact[Any]
    after: Fact[Any]

    @property
    def again(self) -> bool:
        """Tell whether it was read after the first state; a newer “unknown” leaves the old value, and so the old time."""
        return self.after.known and self.after.time > self.before.time

    @property
    def evidence(self) -> Evidence:
        """Say what was read, and when."""
        return Evidence(self.subject, self.name, self.after.source, self.after.time)

    @property
    def why(self) -> Text:
        """Say why it tells nothing."""
        if self.after.known:
            return t("The fact “{fact}” of {name} was not read again after the first state.", **self._named)
        why = self.after.why or t("not collected")
        return t("The fact “{fact}” of {name} is not known: {why}.", why=why, **self._named)

    @property
    def _named(self) -> dict[str, str]:
        return {"fact": self.name, "name": self.subject}


def judged(name: str, readings: Sequence[Reading], held: bool | None, text: Text) -> Condition:
    """Make a condition; whatever was found, a fact that was not read again leaves it open."""
    evidence = tuple(reading.evidence for reading in readings)
    subject = readings[0].subject
    if held is None:
        return Condition(name, subject, Verdict.NOT_COLLECTED, text, evidence)
    gap = next((reading for reading in readings if not reading.again), None)
    if gap:
        return Condition(name, subject, Verdict.NOT_COLLECTED, gap.why, evidence)
    return Condition(name, subject, Verdict.PROVEN if held else Verdict.FAILED, text, evidence)


def reading_of(before: LicenceServer | SessionHost, after: LicenceServer | SessionHost, path: str) -> Reading:
    """Find a fact of one machine in both states, by its path."""
    old: Any = before
    new: Any = after
    for part in path.split("."):
        old, new = getattr(old, part), getattr(new, part)
    assert isinstance(old, Fact)
    assert isinstance(new, Fact)
    return Reading(after.machine.name, path, old, new)
