"""Journals that an older schema wrote, kept as text: they are laid out as that version left them."""

from pathlib import Path
from typing import Any, cast

import apsw

from calvox.journal.head import Head, HeadFile
from calvox.journal.interface import Reader

VECTORS = Path(__file__).parents[1] / "vectors"
Written = list[tuple[Any, ...]]
_ENTRIES = "SELECT sequence, time, kind, version, body, leaf, hash FROM entry ORDER BY sequence"


def lay_out(folder: Path, dump: str, *statements: str) -> int:
    """Lay an older journal out in a folder, edit it as an intruder would, and tell its last entry."""
    connection = apsw.Connection(str(folder / "journal.db"))
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute((VECTORS / dump).read_text(encoding="utf-8"))
    end, last = next(connection.execute("SELECT sequence, hash FROM entry ORDER BY sequence DESC LIMIT 1"))
    for statement in statements:
        connection.execute(statement)
    connection.close()
    head = HeadFile(folder / "journal.head", create=True)
    head.write(Head(int(cast("int", end)), cast("bytes", last)))
    head.close()
    return int(cast("int", end))


def written(dump: str) -> Written:
    """Read the entries as the older schema had them."""
    connection = apsw.Connection(":memory:")
    connection.execute((VECTORS / dump).read_text(encoding="utf-8"))
    return connection.execute(_ENTRIES).fetchall()


def read_back(reader: Reader) -> Written:
    """Read the entries as this version gives them."""
    return [(e.sequence, e.time, e.kind, e.version, e.body, e.leaf, e.hash) for e in list(reader.entries())]
