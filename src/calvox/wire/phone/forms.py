"""The four forms in which a code is said, shown and typed, and the bytes behind its number.

Rules: words are read as `wordlists` says; in characters O is 0 and I and L are 1; spaces and hyphens in characters and
digits are set aside; "?" is a symbol that was not heard. A text longer than any group could be is refused before it is
looked at, so that garbage costs nothing. Whether a group passes its check is left to `codec`.
"""

from enum import StrEnum

from calvox.common.errors import BadCode, BadInput
from calvox.common.i18n import Language, Text, t
from calvox.wire.phone.codec import CHARACTERS, DIGITS, WORDS, CodeType, Encoding, encode
from calvox.wire.phone.wordlists import completions, shown, word_value, words

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""The 32 characters; position is value."""
LONGEST_GROUP = 200
"""Signs in the longest text that is looked at as one group."""
UNHEARD = "?"
Heard = tuple[int | None, ...]
"""One group as it was heard; None is a symbol that was not."""

_CHARACTER_VALUES = {sign: value for value, sign in enumerate(CROCKFORD)} | {"O": 0, "I": 1, "L": 1}
_CHARACTER_VALUES |= {sign.lower(): value for sign, value in _CHARACTER_VALUES.items()}
_DIGIT_VALUES = {str(value): value for value in range(10)}
_SET_ASIDE = frozenset(" -\u00a0\u2010\u2011\u2012\u2013\u2014\u202f\t\r\n")


class Form(StrEnum):
    """How a code is said and written."""

    WORDS_FR = "words-fr"
    WORDS_EN = "words-en"
    CHARACTERS = "characters"
    DIGITS = "digits"

    @property
    def encoding(self) -> Encoding:
        """Give the codec's parameters."""
        return {Form.CHARACTERS: CHARACTERS, Form.DIGITS: DIGITS}.get(self, WORDS)

    @property
    def language(self) -> Language | None:
        """Give the language of the words; characters and digits are said in either."""
        languages: dict[Form, Language] = {Form.WORDS_FR: "fr", Form.WORDS_EN: "en"}
        return languages.get(self)

    @property
    def label(self) -> Text:
        """Name the form for a person."""
        return _LABELS[self]


_LABELS: dict[Form, Text] = {
    Form.WORDS_FR: t("French words"),
    Form.WORDS_EN: t("English words"),
    Form.CHARACTERS: t("characters"),
    Form.DIGITS: t("digits"),
}


def write(form: Form, code_type: CodeType, number: int) -> list[str]:
    """Write a code, one group a string."""
    return [write_group(form, group) for group in encode(form.encoding, code_type, number)]


def write_group(form: Form, symbols: Heard) -> str:
    """Write one group; a symbol not heard is shown as "?"."""
    signs = [UNHEARD if symbol is None else write_symbol(form, symbol) for symbol in symbols]
    return (" " if form.language else "").join(signs)


def write_symbol(form: Form, symbol: int) -> str:
    """Write one word, character or digit."""
    return words(form.language)[symbol] if form.language else CROCKFORD[symbol]


def read_group(form: Form, text: str) -> Heard:
    """Read what was typed as one group: up to one symbol more than a group has, or fewer.

    Raises:
        BadCode: A word or sign does not belong to this form, or the text cannot be one group.
    """
    pieces = _pieces(form, text)
    if len(pieces) > form.encoding.symbols + 1:
        raise BadCode(
            t("A group has {wanted} symbols, not {found}", wanted=form.encoding.symbols, found=len(pieces)),
            hint=t("Type each group by itself"),
        )
    return tuple(_symbol(form, piece) for piece in pieces)


def hear_group(form: Form, text: str) -> Heard:
    """Read one group, taking whatever cannot be read as not heard; a text that is no group at all gives an empty one."""
    try:
        pieces = _pieces(form, text)
    except BadCode:
        return ()
    if len(pieces) > form.encoding.symbols + 1:
        return ()
    return tuple(_symbol_or_none(form, piece) for piece in pieces)


def _pieces(form: Form, text: str) -> list[str]:
    if len(text) > LONGEST_GROUP:
        raise BadCode(t("“{start}…” is too long for one group", start=shown(text)))
    return text.split() if form.language else [sign for sign in text if sign not in _SET_ASIDE]


def _symbol(form: Form, piece: str) -> int | None:
    if piece == UNHEARD:
        return None
    if form.language:
        return word_value(form.language, piece)
    value = (_DIGIT_VALUES if form is Form.DIGITS else _CHARACTER_VALUES).get(piece)
    if value is None:
        raise BadCode(t("“{sign}” does not occur in {form}", sign=shown(piece), form=form.label))
    return value


def _symbol_or_none(form: Form, piece: str) -> int | None:
    try:
        return _symbol(form, piece)
    except BadCode:
        return None


def complete(form: Form, prefix: str) -> list[str]:
    """List the words that the typed letters may become; characters and digits have none."""
    return completions(form.language, prefix) if form.language else []


def number_of(code_type: CodeType, data: bytes) -> int:
    """Read a code's number from its bytes.

    Raises:
        BadInput: There are too many or too few bytes, or unused high bits are set.
    """
    number = int.from_bytes(data, "big")
    if len(data) != code_type.width or number >> code_type.bits:
        raise BadInput(
            t(
                "A {title} is {bits} bits in {bytes} bytes",
                title=code_type.label,
                bits=code_type.bits,
                bytes=code_type.width,
            )
        )
    return number


def bytes_of(code_type: CodeType, number: int) -> bytes:
    """Write a code's number as bytes, right-aligned.

    Raises:
        BadInput: The number is negative or too long for its type.
    """
    if not 0 <= number < 1 << code_type.bits:
        raise BadInput(t("A {title} has at most {bits} bits", title=code_type.label, bits=code_type.bits))
    return number.to_bytes(code_type.width, "big")
