"""What was bought from Microsoft and is to be installed by a call, with the numbers that each programme has.

Numbers are checked for their length and alphabet, and for nothing else: no check digit is published, so the verdict is
Windows'.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress

import msgspec

from calvox.common.errors import BadInput
from calvox.common.i18n import Text, t
from calvox.core.products import CalType, cal_type_named, version_named

PATTERNS: dict[str, dict[str, tuple[str, Text]]] = {
    "retail": {"licence_code": (r"[A-Z0-9]{25}", t("25 letters and digits"))},
    "open": {
        "licence_number": (r"[0-9]{8}", t("8 digits")),
        "authorisation_number": (r"[A-Z0-9]{15}", t("15 letters and digits")),
    },
    "select": {"agreement_number": (r"[0-9]{7}", t("7 digits"))},
    "enterprise": {"agreement_number": (r"[0-9]{7}", t("7 digits"))},
    "campus": {"agreement_number": (r"[0-9]{7}", t("7 digits"))},
    "school": {"agreement_number": (r"[0-9]{7}", t("7 digits"))},
    "spla": {"agreement_number": (r"[0-9]{7}", t("7 digits"))},
    # No page of Microsoft's names these two [inferred]. The key of a perpetual CAL bought from a cloud solution provider looks
    # like a retail one and is entered as one; a subscription is entered under an agreement, as Open Subscription is.
    "csp": {"licence_code": (r"[A-Z0-9]{25}", t("25 letters and digits"))},
    "subscription": {"agreement_number": (r".{1,64}", t("the agreement's number"))},
    "other": {"agreement_number": (r".{1,64}", t("the agreement's number"))},
}
"""What each programme's numbers look like, without spaces and hyphens."""


class Purchase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """CALs that were bought and are to be installed."""

    programme: str
    """retail, open, select, enterprise, campus, school, spla, csp, subscription or other."""
    cal_type: str
    """device or user."""
    version: str
    """2012 R2 … 2025."""
    quantity: int
    sku: str = ""
    licence_code: str = ""
    """Retail, CSP."""
    licence_number: str = ""
    """Open."""
    authorisation_number: str = ""
    """Open."""
    agreement_number: str = ""
    """Select, Enterprise, Campus, School, SPLA: the enrolment's; subscription, other: the agreement's."""
    contract: str = ""
    """Number of the contract, if it is another than the programme's own; the clearing house may ask for it."""
    proof: str = ""
    """The proof of purchase, an invoice's number say."""
    papers: bool = False
    """Whether the proof of purchase or the agreement lies at hand."""

    def faults(self) -> Iterator[Text]:
        """List what is not well formed, by field."""
        wanted = PATTERNS.get(self.programme)
        if wanted is None:
            known = ", ".join(PATTERNS)
            yield t("“{text}” is no programme; there are {known}", text=self.programme, known=known)
            return
        for field, (pattern, shape) in wanted.items():
            plain = re.sub(r"[\s-]", "", getattr(self, field)).upper()
            if not re.fullmatch(pattern, plain):
                yield t(
                    "The field “{field}” of programme {programme} has {shape}",
                    field=field,
                    programme=self.programme,
                    shape=shape,
                )
        if self.quantity < 1:
            yield t("The quantity is at least 1")
        for read, text in ((cal_type_named, self.cal_type), (version_named, self.version)):
            try:
                read(text)
            except BadInput as error:
                yield error.message


def types_bought(purchases: Iterable[Purchase]) -> set[CalType]:
    """Gather the types of CALs that were bought; a word that is none is left out, for it is among the faults."""
    types = set()
    for purchase in purchases:
        with suppress(BadInput):
            types.add(cal_type_named(purchase.cal_type))
    return types
