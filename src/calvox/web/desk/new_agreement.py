"""A form for a new agreement: what was bought, in lines, and who may call for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from calvox.common.errors import CalvoxError
from calvox.common.i18n import Text, t
from calvox.core.products import VERSIONS, CalType, Programme
from calvox.web.common.pages import Page

LINES, CALLERS = 4, 3
"""How many of each the form has; more are entered on the command line."""


@dataclass(frozen=True)
class NewAgreementPage(Page):
    """Asks for an agreement."""

    template: ClassVar[str] = "desk/new_agreement.html"
    title: ClassVar[Text] = t("New agreement")
    words: ClassVar[Mapping[str, Text]] = {
        "customer": t("Customer"),
        "number": t("Number, 12 digits; empty: one is drawn"),
        "programme": t("Programme"),
        "sku": t("SKU"),
        "proof": t("Proof of purchase"),
        "ends": t("Last day; empty: never"),
        "lines": t("Entitlements"),
        "line": t("Line"),
        "kind": t("Type"),
        "version": t("Version"),
        "quantity": t("Quantity; empty: no line"),
        "callers": t("Callers"),
        "caller": t("Caller"),
        "name": t("Name; empty: no caller"),
        "word": t("Call word"),
        "phone": t("Telephone"),
        "known": t("Somebody who may call for another agreement already keeps the call word that they have."),
        "more": t("More lines or callers are entered with “calvox centre agreement add”."),
        "go": t("Enter the agreement"),
    }

    typed: Mapping[str, str]
    """What was typed, but for call words."""
    trouble: CalvoxError | None
    programmes: ClassVar[Mapping[int, Text]] = {int(one): one.text for one in Programme}
    kinds: ClassVar[Mapping[int, Text]] = {int(one): one.text for one in CalType}
    versions: ClassVar[Mapping[int, str]] = dict(sorted(VERSIONS.items(), reverse=True))
    line_numbers: ClassVar[range] = range(1, LINES + 1)
    caller_numbers: ClassVar[range] = range(1, CALLERS + 1)


def new_agreement(typed: Mapping[str, str] | None = None, trouble: CalvoxError | None = None) -> NewAgreementPage:
    """Make the page.

    Args:
        typed: What was typed before.
        trouble: What was wrong with it.
    """
    return NewAgreementPage({name: text for name, text in (typed or {}).items() if "word" not in name}, trouble)
