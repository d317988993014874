"""How many CALs may be revoked: of those installed for a version, 20 in a hundred, rounded down, but at least one.

A revoked CAL counts until its tokens end, for until then it may still be shown to a host; its place in the pool is free at
once. Who has used the share up is told the moment from which one more may go.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from calvox.core.pools import Pack, installed

SHARE = 20
"""Of a hundred CALs installed."""


@dataclass(frozen=True, slots=True)
class Room:
    """What may be revoked of one version."""

    installed: int
    """CALs in packs that are in force."""
    allowed: int
    """CALs that may stand revoked at any time."""
    standing: int
    """CALs that stand revoked and have not ended."""
    since: int
    """Moment from which one more may go, seconds UTC; now, if it may."""

    @property
    def may(self) -> bool:
        """Tell whether one more may go now."""
        return self.standing < self.allowed


def allowance(count: int) -> int:
    """Give the number of CALs that may stand revoked, of so many."""
    return max(1, count * SHARE // 100)


def room(packs: Sequence[Pack], version: int, ends: Sequence[int], now: int) -> Room:
    """Judge a version.

    Args:
        packs: Per-device packs.
        version: The CALs' version.
        ends: Last seconds of the CALs of that version that were revoked.
        now: Licensing time, seconds UTC.
    """
    standing = sorted(end for end in ends if end >= now)
    count = installed(packs, version, now)
    since = now
    for gone, moment in enumerate((now, *(end + 1 for end in standing))):
        since = moment
        if len(standing) - gone < allowance(installed(packs, version, moment)):
            break
    return Room(count, allowance(count), len(standing), since)
