"""The calls to the clearing house: those that there are, and a form that opens another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from calvox.common.errors import CalvoxError
from calvox.common.i18n import Text, t
from calvox.core.purchases import Purchase
from calvox.web.common.pages import Page
from calvox.web.windows.lines import BAD, GOOD, OPEN, WAITS
from calvox.windows.calls.kinds import ABOUT, CallKind
from calvox.windows.calls.saying import CAL_TYPES
from calvox.windows.record import Call

STAGES: Mapping[str, tuple[Text, str]] = {
    "opened": (t("opened"), WAITS),
    "typing": (t("half typed"), OPEN),
    "heard": (t("heard, to be entered"), OPEN),
    "entered": (t("entered, to be read back"), OPEN),
    "read-back": (t("read back, to be ended"), OPEN),
    "done": (t("done"), GOOD),
    "given-up": (t("given up"), BAD),
}
"""How far a call is, as the use case names it."""


@dataclass(frozen=True)
class CallRow:
    """A call."""

    call: Call
    stage: str

    @property
    def title(self) -> Text:
        """What it is for."""
        return ABOUT[CallKind(self.call.kind)].title

    @property
    def word(self) -> Text:
        """How far it is."""
        return STAGES[self.stage][0]

    @property
    def colour(self) -> str:
        """The colour of that."""
        return STAGES[self.stage][1]


@dataclass(frozen=True)
class Chosen:
    """What the form to open a call holds."""

    kind: str = CallKind.ACTIVATE
    server: str = ""
    number: int = 0
    """The purchase, from 1; 0: the only one."""
    source: str = ""
    source_id: str = ""
    product_id: str = ""


@dataclass(frozen=True)
class Bought:
    """A purchase of site.toml."""

    number: int
    purchase: Purchase

    @property
    def text(self) -> Text:
        """It in a few words."""
        kind = CAL_TYPES.get(self.purchase.cal_type, self.purchase.cal_type)
        values = {"number": self.number, "quantity": self.purchase.quantity, "kind": kind}
        return t("{number}: {quantity} × {kind} {version}", version=self.purchase.version, **values)


@dataclass(frozen=True)
class Kind:
    """A kind of call."""

    name: str
    title: Text


@dataclass(frozen=True)
class CallsPage(Page):
    """Lists calls, and opens one."""

    template: ClassVar[str] = "windows/calls.html"
    title: ClassVar[Text] = t("Calls")
    words: ClassVar[Mapping[str, Text]] = {
        "number": t("Call"),
        "kind": t("What for"),
        "server": t("Licence server"),
        "opened": t("Opened"),
        "by": t("By"),
        "stage": t("Stage"),
        "none": t("No call was opened yet."),
        "open": t("Open a call"),
        "purchase": t("Purchase"),
        "only": t("the only one"),
        "more": t("Migration, or what no facts tell"),
        "source": t("The licence server that the CALs come from"),
        "source_id": t("Its licence server ID"),
        "product_id": t("Product ID"),
        "anyway": t("although something speaks against it"),
        "go": t("Open the call"),
    }

    calls: tuple[CallRow, ...]
    servers: tuple[str, ...]
    purchases: tuple[Bought, ...]
    chosen: Chosen = Chosen()
    trouble: CalvoxError | None = None
    """Why no call was opened."""
    kinds: tuple[Kind, ...] = tuple(Kind(kind.value, about.title) for kind, about in ABOUT.items())


def calls(
    rows: Sequence[CallRow],
    servers: Sequence[str],
    purchases: Sequence[Purchase],
    chosen: Chosen | None = None,
    trouble: CalvoxError | None = None,
) -> CallsPage:
    """Make the page, the newest call first."""
    bought = tuple(Bought(number, one) for number, one in enumerate(purchases, start=1))
    return CallsPage(tuple(reversed(rows)), tuple(servers), bought, chosen or Chosen(), trouble)
