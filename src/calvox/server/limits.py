"""How much one session host may ask: a bucket of requests, and one of holders that it names for the first time.

So no host drains a pool by inventing devices, and none keeps the others waiting. Buckets live in the serving process alone;
a restart fills them. Time is a monotonic clock's, handed in.
"""

from dataclasses import dataclass, field

from calvox.common.errors import TooMany
from calvox.common.i18n import t

HOUR = 3600


@dataclass(slots=True)
class Bucket:
    """Holds so many at most, and fills at a steady rate."""

    most: float
    each_second: float
    """What flows in."""
    level: float = -1.0
    """What is in it; below zero: it was never used."""
    since: float = 0.0
    """When that was so."""

    def take(self, amount: float, now: float) -> float:
        """Take from the bucket; give the seconds to wait if there is not enough, and then take nothing."""
        full = self.level < 0
        level = self.most if full else min(self.most, self.level + (now - self.since) * self.each_second)
        self.since = now
        if level >= amount:
            self.level = level - amount
            return 0.0
        self.level = level
        return (amount - level) / self.each_second

    def give_back(self, amount: float) -> None:
        """Put back what was taken and not used."""
        self.level = min(self.most, self.level + amount)


@dataclass(slots=True)
class Limits:
    """The buckets of every host."""

    requests_each_second: int
    """Requests that a host may send in the long run; a bulk request counts once for each thing that it is about."""
    holders_each_hour: int
    """Holders that a host may name for the first time in an hour; 0: as many as it likes."""
    _requests: dict[bytes, Bucket] = field(default_factory=dict)
    _holders: dict[bytes, Bucket] = field(default_factory=dict)

    def ask(self, host: bytes, amount: int, now: float) -> None:
        """Count a request that is about so many things.

        Raises:
            TooMany: the host must wait.
        """
        rate = self.requests_each_second
        bucket = self._requests.setdefault(host, Bucket(max(10 * rate, 512), rate))
        _refuse(bucket.take(amount, now))

    def new_holders(self, host: bytes, amount: int, now: float) -> None:
        """Count holders that were never seen before.

        Raises:
            TooMany: the host must wait.
        """
        if not self.holders_each_hour or not amount:
            return
        rate = self.holders_each_hour
        bucket = self._holders.setdefault(host, Bucket(rate, rate / HOUR))
        _refuse(bucket.take(amount, now))


def _refuse(seconds: float) -> None:
    if seconds > 0:
        wait = min(int(seconds) + 1, HOUR)
        raise TooMany(
            t("This session host asks too much; it may ask again in {seconds} s", seconds=wait),
            hint=t("The settings server.requests_each_second and server.holders_each_hour bound it."),
            wait=wait,
        )
