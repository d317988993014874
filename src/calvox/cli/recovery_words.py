"""The words of a recovery key at a terminal: shown once, typed back, and copied from paper on the day they are needed."""

import re
from collections.abc import Sequence
from pathlib import Path

from calvox.cli.centre_codes import copy_code
from calvox.cli.session import agreed, ask, say
from calvox.common.errors import BadCode
from calvox.common.files import read_whole
from calvox.common.i18n import current_language, t
from calvox.trust.recovery import FORMAT, SECRET_BITS
from calvox.trust.shares import NEEDED, WORDS, join, read_share
from calvox.wire.phone.anyform import read_code
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.filetext import RECOVERY_PREFIX, read_recovery_text
from calvox.wire.phone.forms import Form, write

LARGEST_FILE = 1 << 12
A_LINE = 6
_NUMBERED = re.compile(r"^\s*\d{1,2}[.):]?\s+(?=\D)")


def lines_of(key: int) -> list[str]:
    """Write a key as four lines of six words, in the reader's language."""
    form = Form.WORDS_FR if current_language() == "fr" else Form.WORDS_EN
    return write(form, CodeType.RECOVERY, key)


def lines_of_share(share: Sequence[str]) -> list[str]:
    """Write a share as lines of six words."""
    return [" ".join(share[at : at + A_LINE]) for at in range(0, len(share), A_LINE)]


def show_lines(lines: Sequence[str]) -> None:
    """Show lines with their numbers."""
    for number, line in enumerate(lines, start=1):
        say(f"  {number}.  {line}")


def type_back(lines: Sequence[str], number: int) -> None:
    """Ask one line back until it is right: whoever cannot type it has not written it down."""
    wanted = [word[:4] for word in _plain(lines[number])]
    while True:
        typed = _plain(ask(t("Type line {number} back from what you wrote down or printed:", number=number + 1)))
        if [word[:4] for word in typed] == wanted:
            return
        say(t("  ✗ That is not line {number}.", number=number + 1))


def _plain(line: str) -> list[str]:
    """Take a line's words without accents and case."""
    import unicodedata

    apart = unicodedata.normalize("NFKD", line.lower())
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).split()


def copied_key(file: Path | None, *, shares: bool = False) -> int:
    """Take the key from a file, or have it typed from its paper or papers.

    Raises:
        BadCode: what is in the file is no key.
    """
    if file is not None:
        return read_key(read_whole(file, limit=LARGEST_FILE).decode("utf-8", "replace"))
    if shares:
        return _typed_shares()
    return int.from_bytes(copy_code(CodeType.RECOVERY, lambda number: number >> SECRET_BITS == FORMAT), "big")


def read_key(text: str) -> int:
    """Read a key from the text of its QR code, from its words, or from two shares, a share a line.

    Raises:
        BadCode: it is none of these.
    """
    if text.strip()[: len(RECOVERY_PREFIX)].upper() == RECOVERY_PREFIX:
        return read_recovery_text(text)
    lines = [_NUMBERED.sub("", line) for line in text.splitlines() if line.strip()]
    words = " ".join(lines).split()
    if len(words) == NEEDED * WORDS:
        return join([" ".join(words[:WORDS]), " ".join(words[WORDS:])])
    return int.from_bytes(read_code(CodeType.RECOVERY, " ".join(words)), "big")


def _typed_shares() -> int:
    say(t("Type two of the three shares, line by line; four letters of a word suffice."))
    while True:
        shares = [_typed_share(number) for number in range(1, NEEDED + 1)]
        try:
            return join(shares)
        except BadCode as error:
            say(f"  ✗ {error}")


def _typed_share(number: int) -> str:
    while True:
        words: list[str] = []
        while len(words) < WORDS:
            line = len(words) // A_LINE + 1
            typed = ask(t("Share {share}, line {line} of 5:", share=number, line=line)).split()
            words += typed if len(typed) in (A_LINE, WORDS) else []
            if len(typed) not in (A_LINE, WORDS):
                say(t("  ✗ A line has {wanted} words, not {found}.", wanted=A_LINE, found=len(typed)))
        try:
            return read_share(" ".join(words[:WORDS]))
        except BadCode as error:
            say(f"  ✗ {error}")
            if not agreed(t("Type this share again?")):
                raise
