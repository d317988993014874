"""What the machines prove after a call: one test session, and the procedure's checklist."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from calvox.common.errors import CalvoxError
from calvox.common.i18n import Text, current_language, t
from calvox.web.common.pages import Page
from calvox.web.windows.lines import BAD, GOOD, OPEN, Told, readings_of
from calvox.windows.checklist import Checklist, Item, State
from calvox.windows.checklist_facts import Seen
from calvox.windows.evidence import Acceptance, Condition, Verdict

PROVEN, FAILED, NOT_COLLECTED = (t("proven"), GOOD), (t("failed"), BAD), (t("not collected"), OPEN)
VERDICTS: Mapping[Verdict, tuple[Text, str]] = {
    Verdict.PROVEN: PROVEN,
    Verdict.FAILED: FAILED,
    Verdict.NOT_COLLECTED: NOT_COLLECTED,
}
STATES: Mapping[State, tuple[Text, str]] = {
    State.PROVEN: PROVEN,
    State.OPEN: (t("open"), BAD),
    State.NOT_COLLECTED: NOT_COLLECTED,
}
ANSWERS: Mapping[bool | None, State] = {True: State.PROVEN, False: State.OPEN, None: State.NOT_COLLECTED}
ACCEPTED: Mapping[Verdict, Text] = {
    Verdict.PROVEN: t("Accepted: everything is proven."),
    Verdict.FAILED: t("Not accepted: something failed."),
    Verdict.NOT_COLLECTED: t("Not accepted yet: not everything was collected."),
}
MOST_SEEN = 12
"""What is shown of one item: everything that is not proven comes first."""


@dataclass(frozen=True)
class ItemShown:
    """A line of the checklist."""

    item: Item

    @property
    def title(self) -> Text | str:
        """What is asked; in French the procedure's own words."""
        return self.item.article if current_language() == "fr" else self.item.title

    @property
    def word(self) -> Text:
        """How it stands."""
        return STATES[self.item.state][0]

    @property
    def colour(self) -> str:
        """The colour of that."""
        return STATES[self.item.state][1]

    @property
    def seen(self) -> tuple[Told, ...]:
        """What was found, what is not proven first."""
        first = sorted(self.item.seen, key=lambda seen: seen.good is True)[:MOST_SEEN]
        return tuple(_seen(one) for one in first)

    @property
    def more(self) -> int:
        """How much was found besides."""
        return max(0, len(self.item.seen) - MOST_SEEN)


@dataclass(frozen=True)
class Part:
    """One of the procedure's two lists."""

    title: Text
    items: tuple[ItemShown, ...]


@dataclass(frozen=True)
class Tried:
    """The test session that is asked about."""

    mode: str = ""
    server: str = ""
    host: str = ""
    holder: str = ""


@dataclass(frozen=True)
class AcceptancePage(Page):
    """Shows what is proven."""

    template: ClassVar[str] = "windows/acceptance.html"
    title: ClassVar[Text] = t("Acceptance")
    words: ClassVar[Mapping[str, Text]] = {
        "what": t("Read all machines, let one user sign in, and read them again: the two readings are compared."),
        "mode": t("Mode of the test session"),
        "as_wanted": t("as site.toml has it"),
        "device": t("per device"),
        "user": t("per user"),
        "server": t("Licence server"),
        "host": t("Session host"),
        "holder": t("Device or user"),
        "any": t("empty: any"),
        "look": t("Look"),
        "session": t("The test session"),
        "checklist": t("Checklist"),
        "more": t("proven too, and not shown:"),
    }

    tried: Tried
    servers: tuple[str, ...]
    verdict: Text | None
    colour: str
    conditions: tuple[Told, ...]
    parts: tuple[Part, ...]
    proven: Text | None
    trouble: CalvoxError | None = None
    """Why nothing can be judged."""
    trouble_of_list: CalvoxError | None = None
    """Why there is no checklist."""


def acceptance(
    tried: Tried, servers: Sequence[str], accepted: Acceptance | CalvoxError, listed: Checklist | CalvoxError
) -> AcceptancePage:
    """Make the page."""
    known = None if isinstance(accepted, CalvoxError) else accepted
    verdict = Verdict.PROVEN if known and known.accepted else known.verdict if known else Verdict.NOT_COLLECTED
    found = None if isinstance(listed, CalvoxError) else listed
    return AcceptancePage(
        tried=tried,
        servers=tuple(servers),
        verdict=ACCEPTED[verdict] if known else None,
        colour=VERDICTS[verdict][1],
        conditions=tuple(_condition(one) for one in known.conditions) if known else (),
        parts=_parts(found) if found else (),
        proven=_proven(found) if found else None,
        trouble=accepted if isinstance(accepted, CalvoxError) else None,
        trouble_of_list=listed if isinstance(listed, CalvoxError) else None,
    )


def _condition(one: Condition) -> Told:
    word, colour = VERDICTS[one.verdict]
    text = t("{name}: {text}", name=one.subject, text=one.text) if one.subject else one.text
    return Told(word, colour, text, readings=readings_of(one.evidence))


def _seen(one: Seen) -> Told:
    word, colour = STATES[ANSWERS[one.good]]
    return Told(word, colour, one.text, readings=readings_of(one.evidence))


def _parts(found: Checklist) -> tuple[Part, ...]:
    lists = (
        (t("Checklist for {server}", server=found.server), found.items),
        (t("Checks after the activation"), found.checks),
    )
    return tuple(Part(title, tuple(ItemShown(item) for item in items)) for title, items in lists)


def _proven(found: Checklist) -> Text:
    every = (*found.items, *found.checks)
    proven = sum(item.state is State.PROVEN for item in every)
    return t("{proven} of {count} items are proven.", proven=proven, count=len(every))
