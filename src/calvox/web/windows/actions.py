"""What can be changed on Windows machines by a script that is carried there; what waits, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from calvox.common.i18n import Text, t
from calvox.web.common.pages import Page
from calvox.web.windows.bundles import OUTCOMES
from calvox.windows.actions.action import Action
from calvox.windows.actions.catalogue import ACTIONS
from calvox.windows.record import Action as Done
from calvox.windows.record import Prepared, Record

MOST_DONE = 100
"""Actions that were tried, of which that many are shown."""
OUTCOME_WORDS: Mapping[str, Text] = {
    "done": t("done"),
    "unchanged": t("it was so already"),
    "rehearsed": t("rehearsed"),
    "failed": t("failed"),
    "unknown": t("not known"),
}
HOW: Mapping[str, Text] = {"script": t("by a script"), "winrm": t("over WinRM")}
OFFERED: tuple[Action, ...] = tuple(one for one in ACTIONS.values() if not one.slot)
"""What is done outside of calls: a code is entered on the page of its call."""


@dataclass(frozen=True)
class ActionRow:
    """Something that was tried."""

    done: Done

    @property
    def title(self) -> Text | str:
        """What it does."""
        return title_of(self.done.action)

    @property
    def word(self) -> Text | str:
        """What came of it."""
        return OUTCOME_WORDS.get(self.done.outcome, self.done.outcome)

    @property
    def colour(self) -> str:
        """The colour of that."""
        return OUTCOMES.get(self.done.outcome, "bad")

    @property
    def how(self) -> Text | str:
        """By which way."""
        return HOW.get(self.done.how, self.done.how)


@dataclass(frozen=True)
class PreparedRow:
    """A script whose result has not come back."""

    prepared: Prepared

    @property
    def title(self) -> Text | str:
        """What it does."""
        return title_of(self.prepared.action)


@dataclass(frozen=True)
class ActionsPage(Page):
    """Lists actions."""

    template: ClassVar[str] = "windows/actions.html"
    title: ClassVar[Text] = t("Actions")
    words: ClassVar[Mapping[str, Text]] = {
        "what": t(
            "Each makes a script for one machine. Carry it there, rehearse it with -WhatIf, run it, and import its result."
        ),
        "offered": t("What can be done"),
        "action": t("Action"),
        "where": t("On the"),
        "choose": t("Make the script"),
        "waiting": t("Scripts whose results have not come back"),
        "machine": t("Machine"),
        "made": t("Made"),
        "by": t("By"),
        "nothing_waits": t("None."),
        "import": t("Import results"),
        "done": t("What was tried"),
        "outcome": t("Outcome"),
        "time": t("Time"),
        "how": t("How"),
        "given": t("Given"),
        "none": t("Nothing was tried yet."),
    }

    waiting: tuple[PreparedRow, ...]
    done: tuple[ActionRow, ...]
    offered: tuple[Action, ...] = OFFERED


def actions(record: Record) -> ActionsPage:
    """Make the page, the newest first."""
    waiting = tuple(PreparedRow(one) for one in reversed(record.prepared))
    return ActionsPage(waiting[:MOST_DONE], tuple(ActionRow(one) for one in newest(record.actions)))


def newest(actions: Sequence[Done]) -> Sequence[Done]:
    """Give the newest, newest first."""
    return tuple(reversed(actions[-MOST_DONE:]))


def title_of(name: str) -> Text | str:
    """Say what an action does; one that is not known by its name."""
    return ACTIONS[name].title if name in ACTIONS else name
