"""CSV that a spreadsheet opens without computing anything: RFC 4180, UTF-8, and no cell that is a formula.

Rules:
- A text that a spreadsheet would compute, or that begins with what it passes over before such a sign, gets an apostrophe.
- What steers a text (control and bidirectional characters) is shown by its number, [U+202E]: no cell breaks its line.
- Numbers stay numbers; nothing is an empty cell.
"""

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from calvox.common.papers import STEERING

Cell = int | str | None
FORMULA = frozenset("=+-@|%＝＋－＠\t\r\n")
"""What a formula may begin with."""


def neutral(text: str) -> str:
    """Keep a spreadsheet from computing a text."""
    begins = text.lstrip(" '\"")[:1] or text[:1]
    plain = "".join(f"[U+{ord(sign):04X}]" if unicodedata.category(sign) in STEERING else sign for sign in text)
    return f"'{plain}" if begins in FORMULA and begins else plain


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Write a table line by line."""
    page = io.StringIO()
    writer = csv.writer(page)
    writer.writerow(header)
    yield page.getvalue().encode()
    for cells in rows:
        page.seek(0)
        page.truncate()
        writer.writerow([neutral(cell) if isinstance(cell, str) else cell for cell in cells])
        yield page.getvalue().encode()
