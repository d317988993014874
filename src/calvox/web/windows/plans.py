"""The plans of a Windows site: those that there are, and a form that begins another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from calvox.common.errors import CalvoxError
from calvox.common.i18n import Text, t
from calvox.web.common.pages import Page
from calvox.web.windows.lines import BAD, GOOD, OPEN
from calvox.windows.plans.plan import SETTLED, PlanView

KINDS: Mapping[str, Text] = {
    "migrate": t("Migrate CALs to another licence server"),
    "database-lost": t("The database was lost"),
    "database-corrupt": t("The database is damaged"),
    "hardware": t("Change the hardware"),
    "upgrade": t("Upgrade Windows in place"),
    "reinstall": t("Install Windows again"),
}
OUTCOMES: Mapping[str, tuple[Text, str]] = {
    "": (t("in progress"), OPEN),
    "done": (t("done"), GOOD),
    "given-up": (t("given up"), BAD),
}


@dataclass(frozen=True)
class PlanRow:
    """A plan."""

    view: PlanView

    @property
    def done(self) -> Text:
        """How far it is."""
        return t("{done} of {count} steps", done=self.view.count(*SETTLED), count=len(self.view.steps))

    @property
    def word(self) -> Text:
        """How it stands."""
        return OUTCOMES[self.view.plan.outcome][0]

    @property
    def colour(self) -> str:
        """The colour of that."""
        return OUTCOMES[self.view.plan.outcome][1]


@dataclass(frozen=True)
class PlansPage(Page):
    """Lists plans, and begins one."""

    template: ClassVar[str] = "windows/plans.html"
    title: ClassVar[Text] = t("Plans")
    words: ClassVar[Mapping[str, Text]] = {
        "number": t("No."),
        "plan": t("Plan"),
        "opened": t("Opened"),
        "by": t("By"),
        "done": t("Done"),
        "state": t("State"),
        "none": t("There are no plans."),
        "begin": t("Begin a plan"),
        "what": t("Nothing is done to any machine: each step says what to do, and facts prove it."),
        "kind": t("What for"),
        "old": t("The licence server that goes, or that it is about"),
        "new": t("The licence server that comes, in a migration"),
        "go": t("Begin"),
    }

    plans: tuple[PlanRow, ...]
    servers: tuple[str, ...]
    chosen: tuple[str, str, str] = ("", "", "")
    """Kind, old and new licence server, as they stood in the form."""
    trouble: CalvoxError | None = None
    kinds: tuple[tuple[str, Text], ...] = tuple(KINDS.items())


def plans(
    views: Sequence[PlanView],
    servers: Sequence[str],
    chosen: tuple[str, str, str] = ("", "", ""),
    trouble: CalvoxError | None = None,
) -> PlansPage:
    """Make the page, the newest plan first."""
    return PlansPage(tuple(PlanRow(one) for one in reversed(views)), tuple(servers), chosen, trouble)
