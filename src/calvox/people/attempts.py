"""How wrong passwords slow down whoever tries them: after five, fifteen minutes; after five more, twice as long.

They are counted for each account, beside the ledger; for each name that nobody has, and for each network address (there
after twenty), in the memory of the serving process. So an answer does not tell whether a name is known.
"""

from collections import OrderedDict
from dataclasses import dataclass, field

from calvox.common.clock import DAY
from calvox.common.errors import TooMany
from calvox.common.i18n import t

EVERY = 5
"""Wrong passwords for one name that bring a lock."""
EVERY_ADDRESS = 20
"""Wrong passwords from one address that bring a lock."""
FORGOTTEN = 3600
"""Seconds after which a failure, or the lock that it brought, is forgotten."""
FIRST_LOCK = 900
"""Seconds."""
LONGEST_LOCK = DAY
MOST_KEPT = 10_000
"""Names or addresses that are remembered; the ones unheard for longest are forgotten."""


def lock_after(failures: int, every: int = EVERY) -> int:
    """Tell for how many seconds so many failures in a row lock; 0: not at all."""
    if failures % every:
        return 0
    return int(min(LONGEST_LOCK, FIRST_LOCK * 2 ** min(failures // every - 1, 16)))


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
            hint=t("The machine’s owner may set a new password: “calvox people password NAME”."),
            wait=max(1, int(until - now)),
        )


@dataclass(slots=True)
class Attempts:
    """Failures by name or address, by an even clock."""

    every: int = EVERY
    """Failures that bring a lock."""
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

    def failed(self, key: str, now: float) -> None:
        """Count a failure."""
        known = self._failed.pop(key, None)
        count = known[0] + 1 if known and now < known[2] else 1
        until = now + lock_after(count, self.every)
        self._failed[key] = (count, until, until + FORGOTTEN)
        while len(self._failed) > MOST_KEPT:
            self._failed.popitem(last=False)

    def forgive(self, key: str) -> None:
        """Let the failures of somebody go."""
        self._failed.pop(key, None)
