"""Kinds of entry as the database keeps them: each has a number, and its fields' names stand there once.

An entry is hashed in canonical bytes, with the names of its fields. What is stored is its values alone, and the canonical
bytes are made again when it is read. So an edited name or value gives other bytes, and the entry's hash no longer fits. The
names come from the database itself: entries of a newer version can be read, and their hashes checked, by an older one.
"""

from collections.abc import Sequence
from typing import Any

import apsw

from calvox.common.errors import BadInput
from calvox.common.i18n import t
from calvox.journal.bodies import BODY_LIMIT
from calvox.journal.entry import Entry
from calvox.journal.verifying import tampered
from calvox.trust.canonical import decode, encode, encode_in_order, in_order

SCHEMA = """
CREATE TABLE kind (number INTEGER PRIMARY KEY, name TEXT NOT NULL, version INTEGER NOT NULL, fields TEXT NOT NULL,
  UNIQUE (name, version, fields)) STRICT;
"""
Known = tuple[str, int, tuple[str, ...]]
"""A kind's name, version and fields in canonical order; without fields its bodies stand as they are."""


class Kinds:
    """The kinds that a journal has, by number."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._numbers: dict[Known, int] = {}
        self._kinds: dict[int, Known] = {}

    def forget(self) -> None:
        """Read them anew: what is known may never have been written."""
        self._numbers.clear()
        self._kinds.clear()

    def number(self, kind: Known) -> int:
        """Find a kind's number, or give it one."""
        found = self._numbers.get(kind)
        if found is None:
            self._read()
            found = self._numbers.get(kind)
        if found is None:
            found = max(self._kinds, default=0) + 1
            name, version, fields = kind
            self._connection.execute("INSERT INTO kind VALUES (?, ?, ?, ?)", (found, name, version, " ".join(fields)))
            self._numbers[kind], self._kinds[found] = found, kind
        return found

    def entry(self, row: Sequence[Any]) -> Entry:
        """Make an entry of its row in table `entry`.

        Raises:
            Tampered: it is of no kind that the journal has.
        """
        sequence, time, number, stored, leaf, digest = row
        if number not in self._kinds:
            self._read()
        if number not in self._kinds:
            raise tampered(t("Entry {sequence} is of no kind that the journal has", sequence=sequence))
        name, version, fields = self._kinds[number]
        return Entry(sequence, time, name, version, body_from(fields, stored), leaf, digest)

    def _read(self) -> None:
        for number, name, version, fields in self._connection.execute("SELECT * FROM kind"):
            self._kinds[number] = (name, version, tuple(fields.split()))
        self._numbers = {kind: number for number, kind in self._kinds.items()}


def body_from(fields: Sequence[str], stored: bytes) -> bytes:
    """Make a body's canonical bytes of its values; what cannot be read comes back as it is, and no hash fits it."""
    if not fields:
        return stored
    try:
        values = decode(stored, limit=BODY_LIMIT)
        if isinstance(values, list) and len(values) == len(fields):
            return encode_in_order(dict(zip(fields, values, strict=True)))
    except BadInput:
        pass
    return stored


def taken_apart(body: bytes) -> tuple[tuple[str, ...], bytes]:
    """Take a body's canonical bytes apart, into its fields and its values; what is no such map stays as it is."""
    try:
        items = decode(body, limit=BODY_LIMIT)
    except BadInput:
        return (), body
    if not isinstance(items, dict) or not all(isinstance(name, str) and name.isidentifier() for name in items):
        return (), body
    fields, stored = in_order(items), encode(list(items.values()))
    return (fields, stored) if body_from(fields, stored) == body else ((), body)
