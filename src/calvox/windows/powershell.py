"""Writing Windows PowerShell 5.1: literals that cannot break out, and bytes as 5.1 reads them.

Rules:
- A text becomes a single-quoted literal, in which a quote of any kind that PowerShell knows is doubled; nothing else is special
  there. A text with a control character is refused.
- A script is UTF-8 with a byte-order mark (without one 5.1 takes it for the system's code page) and has CR LF.
"""

from collections.abc import Iterable

from calvox.common.errors import BadInput
from calvox.common.i18n import t

BOM = b"\xef\xbb\xbf"
QUOTES = "'\u2018\u2019\u201a\u201b"
"""Characters that PowerShell takes for a single quote."""


def literal(text: str) -> str:
    """Write a text as a literal.

    Raises:
        BadInput: it has a control character.
    """
    if any(not c.isprintable() for c in text):
        raise BadInput(t("“{text}” has a character that a script cannot hold", text=ascii(text)))
    return "'" + "".join(c * 2 if c in QUOTES else c for c in text) + "'"


def array(texts: Iterable[str]) -> str:
    """Write texts as an array."""
    return "@(" + ", ".join(literal(text) for text in texts) + ")"


def script_bytes(text: str) -> bytes:
    """Encode a script."""
    return BOM + text.replace("\r\n", "\n").replace("\n", "\r\n").encode("utf-8")


def comment(lines: Iterable[str]) -> str:
    """Write lines as comments; what would end a line is dropped."""
    return "".join("# " + "".join(c if c.isprintable() else " " for c in line).rstrip() + "\n" for line in lines)
