"""A paper's rows as plain values: what an element is called, what is known of it, from where and since when.

Rules: what nobody knows has no text and is shown “(to be filled in)”; in French the procedure's own words are kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from calvox.common.i18n import Text, current_language, t
from calvox.doctor.facts import Fact
from calvox.windows.codes import groups

MOST_NAMES = 6
"""Names of machines that are listed one by one."""


@dataclass(frozen=True, slots=True)
class Worded:
    """Words that the French procedure has, and what they are in other languages."""

    article: str
    """The procedure's own words."""
    text: Text

    def __str__(self) -> str:
        return self.article if current_language() == "fr" else str(self.text)


Words = Worded | Text | str
TO_FILL = Worded("(à compléter)", t("(to be filled in)"))
"""What stands where nothing is known."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value of an element, or the gap where it is missing."""

    text: Words = ""
    """Empty: nobody knows it."""
    source: Words = ""
    """Where it was read."""
    time: int = 0
    """When it was read, seconds UTC; 0 = at no one time."""
    note: Words = ""
    """Why it is not known, or what else is to be said."""
    fixed: bool = False
    """Whether it is a name or a code, whose every sign counts."""
    installed: int | None = None
    """When a pack was installed; 0 = not known, None = it is no pack."""

    @property
    def known(self) -> bool:
        """Tell whether there is a value."""
        return bool(str(self.text))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table."""

    name: str
    """Its name, for scripts."""
    element: Worded
    """What it is called."""
    values: tuple[Value, ...]
    """What is known of it; at least one, be it a gap."""
    where: Worded | None = None
    """Where it is found, if the procedure says so."""


def of_fact(fact: Fact[Any], text: Words, *, fixed: bool = False) -> Value:
    """Make a value of a fact; `text` is taken if the fact is known."""
    if not fact.known:
        return Value(note=fact.why or t("not collected"))
    return Value(text, fact.source, fact.time, fixed=fixed)


def in_short(names: Sequence[str]) -> Words:
    """List the first names, and count the rest."""
    shown = ", ".join(names[:MOST_NAMES])
    if len(names) <= MOST_NAMES:
        return shown
    return t("{names} and {count} more", names=shown, count=len(names) - MOST_NAMES)


def in_groups(code: str) -> str:
    """Write a code as it is read out, in groups of five."""
    return " ".join(groups(code.replace("-", "")))
