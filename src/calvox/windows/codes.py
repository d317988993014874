"""Microsoft's identifiers as they are typed: set in one shape, judged by length and alphabet, refused with the place named.

Rules: no check digit and no alphabet is published, so nothing is corrected and the verdict is Windows'; signs that are taken
for one another are pointed out, never replaced. Spaces, no-break spaces and hyphens of any kind are set aside, and small
letters become capitals. A Calvox code is refused by name. Whatever is typed, nothing but BadInput is raised.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from unicodedata import normalize

from calvox.common.commands import Command
from calvox.common.errors import BadInput, WrongKind
from calvox.common.i18n import Language, Text, t
from calvox.wire.phone.recognise import calvox_code
from calvox.wire.phone.spelling import spell

GROUP = 5
"""Signs in a group."""
LONGEST_TEXT = 1000
"""Signs in the longest text that is looked at."""
PRODUCT_ID = re.compile(r"[A-Z0-9]{1,10}(-[A-Z0-9]{1,10}){0,7}")
"""No grammar is published; known ones are groups of digits, and some with letters, between hyphens."""
ALIKE = {"0": "O", "O": "0", "1": "I", "I": "1", "L": "1", "5": "S", "S": "5", "8": "B", "B": "8", "2": "Z", "Z": "2"}
"""Signs that are taken for one another on paper."""
_APART = re.compile(r"[\s\u2010-\u2015\u2212\u200b\u2060\ufeff-]+")


class Slot(StrEnum):
    """A code that the clearing house gives."""

    SERVER_ID = "server-id"
    """Licence server ID, 35 letters and digits."""
    PACK_ID = "pack-id"
    """Licence key pack ID, 35 letters and digits."""
    CONFIRMATION_CODE = "confirmation-code"
    """Confirmation code of a deactivation; its shape is not published."""

    @property
    def label(self) -> Text:
        """Name the code as Microsoft does."""
        return _LABELS[self]


_LABELS: dict[Slot, Text] = {
    Slot.SERVER_ID: t("Licence server ID"),
    Slot.PACK_ID: t("Licence key pack ID"),
    Slot.CONFIRMATION_CODE: t("Confirmation code"),
}


@dataclass(frozen=True, slots=True)
class Shape:
    """How long a code is."""

    signs: int
    """Letters and digits; the most there may be where the length is not fixed."""
    fixed: bool
    """Whether the length is published."""


SHAPES: dict[Slot, Shape] = {
    Slot.SERVER_ID: Shape(35, fixed=True),
    Slot.PACK_ID: Shape(35, fixed=True),
    Slot.CONFIRMATION_CODE: Shape(64, fixed=False),
}


def shape_of(slot: Slot) -> Shape:
    """Tell how long a code is."""
    return SHAPES[slot]


def groups(code: str) -> tuple[str, ...]:
    """Cut a code into groups of five."""
    return tuple(code[at : at + GROUP] for at in range(0, len(code), GROUP))


def grouped(code: str) -> str:
    """Write a code in groups with hyphens."""
    return "-".join(groups(code))


def spelled(language: Language, group: str) -> list[str]:
    """Name each sign of a group by the spelling alphabet."""
    return spell(language, group)


def plain(text: str) -> str:
    """Set aside what stands between the signs, and make small letters capitals."""
    return "".join(sign.upper() if sign.isascii() else sign for sign in _APART.sub("", text[:LONGEST_TEXT]))


def read_code(slot: Slot, text: str) -> str:
    """Read a whole code.

    Raises:
        WrongKind: it is a Calvox code.
        BadInput: it is too short, too long, or has a sign that no such code has; the message names group and position.
    """
    refuse_calvox(slot, text)
    if len(text) > LONGEST_TEXT:
        raise BadInput(t("What was typed is too long for a {label}", label=slot.label))
    signs = plain(text)
    refuse_odd(signs)
    shape = shape_of(slot)
    if not signs:
        raise BadInput(t("{label}: nothing was typed", label=slot.label))
    if shape.fixed and len(signs) != shape.signs:
        raise BadInput(_wrong_length(slot, text, len(signs)))
    if len(signs) > shape.signs:
        raise BadInput(t("{label}: at most {most} signs are taken", label=slot.label, most=shape.signs))
    return signs


def refuse_calvox(slot: Slot, text: str) -> None:
    """Refuse a Calvox code by name.

    Raises:
        WrongKind: it is one.
    """
    found = calvox_code(text)
    if found is not None:
        raise WrongKind(
            t("This is a Calvox code ({found}), not Microsoft's {label}", found=found, label=slot.label),
            hint=t("Calvox codes are typed with “{enter}” or at the call desk.", enter=Command("server enter")),
        )


def refuse_odd(signs: str, *, before: int = 0) -> None:
    """Refuse a sign that is neither a letter from A to Z nor a digit; so many signs stand `before` these.

    Raises:
        BadInput: there is one; the message names its place.
    """
    for at, sign in enumerate(signs, start=before):
        if not (sign.isascii() and sign.isalnum()):
            raise BadInput(odd_sign(at, sign), hint=_suggestion(sign))


def odd_sign(at: int, sign: str) -> Text:
    """Say which sign is out of place, counting from 0."""
    return t(
        "Group {group}, sign {place}: “{sign}” is neither a letter from A to Z nor a digit",
        group=at // GROUP + 1,
        place=at % GROUP + 1,
        sign=sign if sign.isprintable() else "·",
    )


def _suggestion(sign: str) -> Text | None:
    """Suggest the plain sign behind an accent or another width."""
    near = normalize("NFKD", sign)[:1].upper()
    return t("Is it {sign}?", sign=near) if near.isascii() and near.isalnum() else None


def _wrong_length(slot: Slot, text: str, found: int) -> Text:
    """Name the group whose length is wrong, if it was typed in groups; else tell the length alone."""
    wanted = shape_of(slot).signs
    typed = [group for group in _APART.split(text.strip()) if group]
    wrong = [number for number, group in enumerate(typed, start=1) if len(group) != GROUP]
    if len(typed) == wanted // GROUP and len(wrong) == 1:
        size = len(typed[wrong[0] - 1])
        return t("Group {group} has {size} signs, not {wanted}", group=wrong[0], size=size, wanted=GROUP)
    return t("{label}: {wanted} letters and digits, not {found}", label=slot.label, wanted=wanted, found=found)


def read_product_id(text: str) -> str:
    """Read a Product ID, hyphens kept.

    Raises:
        BadInput: it cannot be one.
    """
    told = text.strip().upper() if len(text) <= LONGEST_TEXT else ""
    if not PRODUCT_ID.fullmatch(told):
        hint = t("RD Licensing Manager shows it in the server's properties, as groups with hyphens.")
        raise BadInput(t("This is no Product ID: it has letters and digits in groups, with hyphens"), hint=hint)
    return told


def alike(code: str) -> tuple[tuple[int, str, str], ...]:
    """List the signs that are easily taken for another: group, sign, the other."""
    return tuple((at // GROUP + 1, sign, ALIKE[sign]) for at, sign in enumerate(code) if sign in ALIKE)
