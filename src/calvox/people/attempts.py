"""How wrong passwords slow down whoever tries them, and nobody else.

Rules:
- They are counted for each name at each place: a browser that let this person in before, a session, else a network address.
  Five lock the name there for fifteen minutes, five more for twice as long, and so on up to a day.
- Twenty from one address lock that address in the same way. Fifty for one name, from wherever, lock it for fifteen minutes,
  up to an hour; five do for a name of the directory's, which might lock its user itself. Neither holds up a browser or a
  session that is known: so nobody is locked out by what others try.
- An answer does not tell whether a name is known: one that nobody has is locked alike.

Counts at a place or an address are kept in the memory of the serving process; those of an account, beside the ledger.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from ipaddress import IPv6Address, IPv6Network

from calvox.common.clock import DAY
from calvox.common.errors import TooMany
from calvox.common.i18n import t

EVERY = 5
"""Wrong passwords for one name at one place that bring a lock there."""
EVERY_ADDRESS = 20
"""Wrong passwords from one address that bring a lock."""
EVERY_NAME = 50
"""Wrong passwords for one name, from wherever, that bring a lock."""
FORGOTTEN = 3600
"""Seconds after which a failure, or the lock that it brought, is forgotten."""
FIRST_LOCK = 900
"""Seconds."""
LONGEST_LOCK = DAY
LONGEST_NAME_LOCK = 3600
"""Seconds for which a name is locked at the most, wherever it is tried."""
MOST_KEPT = 10_000
"""Names or addresses that are remembered; the ones unheard for longest are forgotten."""


@dataclass(frozen=True, slots=True)
class Place:
    """From where a password is tried."""

    address: str
    """Of the network."""
    browser: str = ""
    """What the browser keeps of whom it let in before, as `known` writes it."""
    session: bytes = b""
    """The session within which it is tried; empty: outside of any."""

    @property
    def network(self) -> str:
        """The address as it is counted: somebody who has one of IPv6 has 2⁶⁴ of them."""
        try:
            return str(IPv6Network((int(IPv6Address(self.address)) >> 64 << 64, 64)))
        except ValueError:
            return self.address


def lock_after(failures: int, every: int = EVERY, longest: int = LONGEST_LOCK) -> int:
    """Tell for how many seconds so many failures in a row lock; 0: not at all."""
    if failures % every:
        return 0
    return int(min(longest, FIRST_LOCK * 2 ** min(failures // every - 1, 16)))


def refuse_until(until: float, now: float) -> None:
    """Refuse while a lock lasts.

    Raises:
        TooMany: it does.
    """
    if now < until:
        raise TooMany(
            t(
                "Too many wrong passwords; the next attempt is possible in {minutes} min",
                minutes=int(until - now) // 60 + 1,
            ),
            wait=max(1, int(until - now)),
        )


@dataclass(slots=True)
class Attempts:
    """Failures by name or address, by an even clock."""

    every: int = EVERY
    """Failures that bring a lock."""
    longest: int = LONGEST_LOCK
    """Seconds that one lasts at the most."""
    _failed: "OrderedDict[str, tuple[int, float, float]]" = field(default_factory=OrderedDict)
    """Failures in a row, until when they lock, and when they are forgotten."""

    def check(self, key: str, now: float) -> None:
        """Refuse whoever is locked.

        Raises:
            TooMany: they are.
        """
        known = self._failed.get(key)
        if known:
            refuse_until(known[1], now)

    def failed(self, key: str, now: float) -> tuple[int, int]:
        """Count a failure; give how many there are in a row, and for how many seconds they lock."""
        known = self._failed.pop(key, None)
        count, locked = (known[0] + 1, known[1]) if known and now < known[2] else (1, now)
        seconds = lock_after(count, self.every, self.longest)
        until = max(locked, now + seconds)
        self._failed[key] = (count, until, until + FORGOTTEN)
        while len(self._failed) > MOST_KEPT:
            self._failed.popitem(last=False)
        return count, seconds

    def forgive(self, key: str) -> None:
        """Let the failures of somebody go."""
        self._failed.pop(key, None)
