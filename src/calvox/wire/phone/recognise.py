"""Tell a Calvox code from one of Microsoft's, so that each is refused by name where the other is wanted.

Both may be 7 groups of 5 signs. A group of a Calvox code carries a check, one of Microsoft's does not: what holds in nearly
every group is Calvox's, what holds in hardly any is not. A real code of Microsoft's is taken for Calvox's less than once in
ten million. Nothing is read here, and nothing corrected.
"""

import re

from calvox.common.commands import Command
from calvox.common.errors import BadCode, WrongKind
from calvox.common.i18n import LANGUAGES, Text, t
from calvox.wire.phone.codec import CodeType, Encoding, group_count, group_holds
from calvox.wire.phone.filetext import REQUEST_FORMAT
from calvox.wire.phone.forms import Form, hear_group
from calvox.wire.phone.wordlists import word_value

LONGEST = 2000
"""Signs that are looked at; whatever follows is not."""
PREFIXES = {"CVX1S": CodeType.SERVER_ID, "CVX1C": CodeType.CONFIRMATION}
"""How codes begin in a file or a QR code."""
FEWEST: dict[Form, int] = {Form.CHARACTERS: 5, Form.DIGITS: 7}
"""Groups that must be there before their checks say anything."""
WORDS_ENOUGH = 3
MICROSOFT_GROUPS = 7
MICROSOFT_SIGNS = 35
_PRODUCT_ID = re.compile(r"\d{5}-\d{3,5}-\d{5,7}-[A-Z0-9]{5}")
_APART = re.compile(r"[\s\u2010-\u2015\u2212_.-]+")


def calvox_code(text: str) -> Text | None:
    """Name the Calvox code that this is, whole or in part; None if it is none."""
    line = text[:LONGEST].strip()
    for prefix, code_type in PREFIXES.items():
        if line.upper().startswith(prefix):
            return code_type.label
    if REQUEST_FORMAT in line:
        return t("request file")
    if _is_words(line):
        return t("code in words")
    for form, fewest in FEWEST.items():
        for code_type in CodeType:
            if _holds(form, code_type, _APART.sub("", line), fewest):
                return code_type.label
    return None


def _is_words(line: str) -> bool:
    words = line.split()
    enough = len(words) >= WORDS_ENOUGH or any(len(word) > 5 for word in words)
    return enough and any(all(_is_word(language, word) for word in words) for language in LANGUAGES)


def _is_word(language: str, word: str) -> bool:
    try:
        word_value("fr" if language == "fr" else "en", word)
    except BadCode:
        return False
    return True


def _holds(form: Form, code_type: CodeType, signs: str, fewest: int) -> bool:
    """Tell whether all groups hold in their places, but for one in six that may have been mis-heard."""
    held, found = _held(form, code_type, signs)
    most = group_count(form.encoding, code_type)
    return fewest <= found <= most and found - held <= found // 6


def _held(form: Form, code_type: CodeType, signs: str) -> tuple[int, int]:
    """Count the whole groups that hold in their places, and all whole groups."""
    encoding: Encoding = form.encoding
    size = encoding.symbols
    cut = [signs[at : at + size] for at in range(0, len(signs) - size + 1, size)]
    held = sum(group_holds(encoding, code_type, at, hear_group(form, group)) for at, group in enumerate(cut))
    return held, len(cut)


def microsoft_code(text: str) -> Text | None:
    """Name the code of Microsoft's that this looks like; None if it looks like none.

    Thirty-five letters and digits, together or in 7 groups of 5, of which hardly a group passes a check of ours.
    """
    line = text[:LONGEST].strip().upper()
    if _PRODUCT_ID.fullmatch(line):
        return t("Product ID of Windows")
    pieces = [piece for piece in _APART.split(line) if piece]
    if [len(piece) for piece in pieces] not in ([MICROSOFT_SIGNS], [5] * MICROSOFT_GROUPS) or _is_words(line):
        return None
    signs = "".join(pieces)
    if not (signs.isascii() and signs.isalnum()):
        return None
    most = max(_held(Form.CHARACTERS, code_type, signs)[0] for code_type in (CodeType.SERVER_ID, CodeType.REQUEST))
    return t("licence server ID or pack ID of Microsoft's") if most <= MICROSOFT_GROUPS // 3 else None


def refuse_microsoft(text: str, wanted: CodeType) -> None:
    """Refuse a code of Microsoft's by name.

    Raises:
        WrongKind: it looks like one.
    """
    found = microsoft_code(text)
    if found is not None:
        raise WrongKind(
            t("This looks like a {found}; Calvox's own {wanted} is wanted here", found=found, wanted=wanted.label),
            hint=t("Microsoft's codes are typed with “{type}”.", type=Command("windows call type")),
        )
