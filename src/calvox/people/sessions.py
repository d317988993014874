"""How long sessions last, and which are going on.

`log_in` begins and ends them, by an even clock; here they are only counted, by the store's time.
"""

from collections.abc import Iterator

from calvox.core.book import Row
from calvox.journal.interface import Reader

WHOLE, IDLE = 12 * 3600, 30 * 60
"""Seconds that a session lasts, and without a request."""


def going_on(reader: Reader, now: int) -> Iterator[Row]:
    """List the sessions that are not over."""
    return (row for row in reader.select("log_in") if now - row["begun"] < WHOLE and now - row["heard"] < IDLE)
