"""What was bought, a value for each purchase in `site.toml`.

Rule: codes that are secrets of a purchase (retail code, authorisation number) are left out: such a paper lies about.
"""

from collections.abc import Callable, Sequence

from calvox.common.errors import BadInput
from calvox.common.i18n import t
from calvox.core.products import cal_type_named
from calvox.core.purchases import PATTERNS, Purchase
from calvox.windows.calls.saying import NUMBERS, PROGRAMMES
from calvox.windows.papers.rows import TO_FILL, Value, Words

PUBLIC = ("licence_number", "agreement_number")
"""Numbers of a purchase that may stand on a paper."""
Numbered = tuple[int, Purchase]
"""A purchase, and its number in site.toml."""


def each(bought: Sequence[Numbered], tell: Callable[[Purchase], Words]) -> tuple[Value, ...]:
    """Tell something of each purchase; without one, say where to write it."""
    lines = tuple(Value(tell(one), t("site.toml, purchase {number}", number=number)) for number, one in bought)
    return lines or (Value(note=t("Write what was bought under [[purchases]] in site.toml.")),)


def programme_of(purchase: Purchase) -> Words:
    """Name the programme, with the number of its licence or agreement."""
    name = PROGRAMMES.get(purchase.programme, purchase.programme)
    numbers = [field for field in PUBLIC if field in PATTERNS.get(purchase.programme, ())]
    if not numbers:
        return name
    label, number = NUMBERS[numbers[0]][0], getattr(purchase, numbers[0]) or TO_FILL
    return t("{programme}, {label}: {number}", programme=name, label=label, number=number)


def product_of(purchase: Purchase) -> Words:
    """Name SKU, type, version and quantity."""
    values = {"sku": purchase.sku or TO_FILL, "kind": _kind_of(purchase), "version": purchase.version}
    return t("SKU {sku} – RDS CAL {kind} {version}, {count} bought", count=purchase.quantity, **values)


def _kind_of(purchase: Purchase) -> Words:
    """Name the CAL type; what is none is shown as it stands in site.toml."""
    try:
        return cal_type_named(purchase.cal_type).text
    except BadInput:
        return purchase.cal_type
