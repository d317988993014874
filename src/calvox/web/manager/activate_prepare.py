"""The third step: what to have at hand before the call, and the packs that it shall install."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from calvox.common.errors import BadInput, CalvoxError
from calvox.common.i18n import Text, t
from calvox.core.products import VERSIONS, CalType
from calvox.server.call import PackWish
from calvox.web.common.pages import Page
from calvox.web.manager.calling import PROGRAMMES, By, Chosen, Purpose, Step, steps
from calvox.wire.card import Telephone

FEWEST_ROWS, MOST_ROWS = 3, 12
"""Lines of packs that the form has; more are installed by another call, or by the command line."""
TYPES: Mapping[str, Text] = {one.label: one.text for one in CalType}
_READY: Sequence[tuple[Text, Text]] = (
    (t("Authorised caller"), t("The name under which the centre knows you.")),
    (
        t("Call word"),
        t("Only you and the centre know it. You say it at the beginning; it is written down nowhere here."),
    ),
    (t("Agreement"), t("Its number of twelve digits, on the order or on the licence certificate.")),
    (t("Licence programme"), t("How the licences were bought: Open, Enterprise Agreement, Select, SPLA …")),
    (
        t("Version, type and quantity"),
        t("As on the order, for each pack: 2022 or 2025, per user or per device, how many."),
    ),
    (t("Server ID"), t("On the next page, as words, characters and digits.")),
)
"""The table of the call: what is wanted, and where it is found."""


@dataclass(frozen=True)
class Row:
    """A pack as it is typed."""

    number: int
    """From 1."""
    cal_type: str = ""
    version: str = ""
    quantity: str = ""
    ends: str = ""


@dataclass(frozen=True)
class PreparePage(Page):
    """Shows what to prepare, and asks for the packs."""

    template: ClassVar[str] = "manager/activate_prepare.html"
    title: ClassVar[Text] = t("Prepare the call")
    words: ClassVar[Mapping[str, Text]] = {
        "steps": t("Steps of the call"),
        "centre": t("You will call"),
        "ready": t("Have this at hand"),
        "what": t("What the operator asks"),
        "where": t("Where you find it"),
        "packs": t("Packs to install in this call"),
        "optional": t("Leave it empty to activate the server alone."),
        "programme": t("Licence programme"),
        "agreement": t("Agreement, 12 digits"),
        "cal_type": t("CAL type"),
        "version": t("Version"),
        "quantity": t("Quantity"),
        "ends": t("Good until"),
        "ends_what": t("Last month, as 2027-06; empty: for ever"),
        "row": t("Pack"),
        "more": t("More lines"),
        "kept": t(
            "What you prepare here gets its sequence numbers for good, and stays open until the code is accepted."
        ),
        "go": t("Prepare the call"),
        "back": t("Back"),
        "auditor": t("An auditor prepares no call. Ask an administrator."),
    }

    heading: Text
    chosen: Chosen
    telephone: Telephone | None
    ready: Sequence[tuple[Text, Text]]
    action: str
    back: str
    steps: tuple[Step, ...]
    alone: bool
    """Whether the call may install no pack at all."""
    rows: tuple[Row, ...]
    programme: str
    agreement: str
    trouble: CalvoxError | None
    more: bool
    """Whether the form can have more lines."""
    types: Mapping[str, Text]
    versions: tuple[str, ...]
    programmes: Mapping[str, Text]


def prepare(
    chosen: Chosen, telephone: Telephone, fields: Mapping[str, str], trouble: CalvoxError | None = None
) -> PreparePage:
    """Make the page, with what was typed already."""
    rows = rows_of(fields)
    wanted = len(rows) + (FEWEST_ROWS if fields.get("do") == "more" else 0)
    rows += [Row(number) for number in range(len(rows) + 1, min(MOST_ROWS, max(FEWEST_ROWS, wanted)) + 1)]
    first = chosen.purpose.path
    spoken = chosen.by is By.TELEPHONE
    return PreparePage(
        heading=chosen.purpose.name_text,
        chosen=chosen,
        telephone=telephone if spoken else None,
        ready=_READY,
        action=f"{first}/prepare",
        back=chosen.to(f"{first}/country") if spoken else first,
        steps=steps(chosen, 2),
        alone=chosen.purpose is Purpose.ACTIVATE,
        rows=tuple(rows),
        programme=fields.get("programme", ""),
        agreement=fields.get("agreement", ""),
        trouble=trouble,
        more=len(rows) < MOST_ROWS,
        types=TYPES,
        versions=tuple(reversed(VERSIONS.values())),
        programmes=PROGRAMMES,
    )


def rows_of(fields: Mapping[str, str]) -> list[Row]:
    """Read the lines of the form, whatever stands in them."""
    names = ("cal_type", "version", "quantity", "ends")
    numbers = [number for number in range(1, MOST_ROWS + 1) if f"quantity-{number}" in fields]
    return [Row(number, *(fields.get(f"{name}-{number}", "").strip() for name in names)) for number in numbers]


def wishes_of(fields: Mapping[str, str]) -> tuple[PackWish, ...]:
    """Read the packs that are wanted: each line with a quantity.

    Raises:
        BadInput: a quantity is no number.
    """
    programme, agreement = fields.get("programme", ""), fields.get("agreement", "").strip()
    return tuple(
        PackWish(row.cal_type, row.version, _quantity(row), programme, agreement, row.ends)
        for row in rows_of(fields)
        if row.quantity or row.ends
    )


def _quantity(row: Row) -> int:
    if not (row.quantity.isascii() and row.quantity.isdecimal() and len(row.quantity) < 8):
        raise BadInput(t("The quantity in line {number} is no whole number", number=row.number))
    return int(row.quantity)
