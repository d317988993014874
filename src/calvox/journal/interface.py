"""What every journal offers, on whatever store: append, read, verify.

Rules:
- An answer is given only after the commit that made it true.
- Work handed over at the same time shares a commit. Each piece of work sees what those before it did; if one raises, the
  batch is rolled back and every piece is run again alone, so that only the faulty one fails.
- Projections change through entries alone. Rows beside the chain and working rows may be put and dropped freely, in the
  same transaction.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from calvox.core.book import Fact, Key, Row, Value
from calvox.journal.entry import Batch, Entry
from calvox.journal.head import Head

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Committed(Generic[T]):
    """What a piece of work returned, now that it is durable."""

    value: T
    """What the work returned."""
    batch: Batch | None
    """The batch that it shared; None if no entry was made."""


class Reader(Protocol):
    """One unchanging view of a journal and its tables."""

    def get(self, table: str, key: Key) -> Row | None:
        """Read the row with this key."""

    def select(
        self,
        table: str,
        where: Mapping[str, Any] = ...,
        *,
        below: tuple[str, int] | None = None,
        between: Mapping[str, tuple[Value, Value]] = ...,
        order: str = "",
        limit: int = -1,
        offset: int = 0,
    ) -> Iterator[Row]:
        """Read rows whose columns equal these, and one of which lies below a number.

        `between` gives columns a least value and one that they stay below; texts are compared without the case of A to Z.
        `order` is a column ("-x": descending), else the key.
        """

    def count(self, table: str, where: Mapping[str, Any] = ...) -> int:
        """Count rows whose columns equal these."""

    def entries(self, first: int = 1, last: int | None = None, holding: Sequence[bytes] = ()) -> Iterator[Entry]:
        """Read entries in order; those whose body holds one of these, if any are given."""

    def batch_of(self, sequence: int) -> Batch:
        """Read the batch that holds an entry.

        Raises:
            NotFound: there is no such entry.
        """

    def fact(self, entry: Entry) -> Fact:
        """Read what an entry says."""

    @property
    def head(self) -> Head:
        """Where the chain ends in this view."""


class Transaction(Reader, Protocol):
    """A reader that may also write, within one batch."""

    @property
    def now(self) -> int:
        """The time that entries of this batch bear: seconds since 1970-01-01 UTC."""

    def append(self, fact: Fact, leaf: bytes = b"") -> Entry:
        """Enter a fact, and carry out what it changes in the projections."""

    def put(self, table: str, row: Row) -> None:
        """Write a row beside the chain or a working row."""

    def drop(self, table: str, key: Key) -> None:
        """Remove a row beside the chain or a working row."""


Work = Callable[[Transaction], T]


class Journal(Protocol):
    """An append-only, hash-chained store."""

    observe: Callable[[Mapping[str, int], float], None]
    """Told of each commit: entries by kind, and the seconds that it took."""

    def submit(self, work: Work[T]) -> "Future[Committed[T]]":
        """Hand work over; the future is done after the commit."""

    def submit_here(self, work: Work[T]) -> "asyncio.Future[Committed[T]]":
        """Hand work over from an event loop; what it waits for is done after the commit."""

    def run(self, work: Work[T]) -> Committed[T]:
        """Hand work over and wait for its commit."""

    def read(self) -> AbstractContextManager[Reader]:
        """Look at the journal as it is now."""

    def verify(self, progress: Callable[[float], None] = ...) -> Head:
        """Check everything; return the head up to which it holds.

        Raises:
            Tampered: it names the first entry, batch or row that does not hold.
        """

    def close(self) -> None:
        """Finish what was handed over and let the store go."""
