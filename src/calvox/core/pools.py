"""Packs as they stand, what the site has chosen, and which pack serves a host.

Rules: the fittest pack is the oldest version that serves, and among equals the one bought first; a newer version only if
the policy allows. A pack's own policy for over-use goes before the site's. No CAL outlives its pack.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from calvox.core.products import serves


class OverUse(StrEnum):
    """What happens when a per-user pool is exceeded."""

    ALLOW = "allow"
    WARN = "warn"
    ENFORCE = "enforce"


@dataclass(frozen=True, slots=True)
class Policy:
    """What the site has chosen."""

    over_use: OverUse = OverUse.ALLOW
    """For per-user packs that say nothing of their own, and where there is no pack."""
    prevent_upgrade: bool = False
    """Whether a host may only have CALs of its own version."""


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack as it stands."""

    sequence: int
    """The request that it was bought by."""
    version: int
    """Version of its CALs."""
    quantity: int
    """CALs that it holds: what was signed, more or less what was converted."""
    issued: int
    """CALs that are out."""
    ends: int = 0
    """First second after its last day, UTC; 0 = never."""
    over_use: OverUse | None = None
    """Its own policy; None = the site's."""

    @property
    def free(self) -> int:
        """CALs left; below zero in over-use."""
        return self.quantity - self.issued

    def until(self, wished: int) -> int:
        """Give the last second of a CAL that would end then, but never after its pack."""
        return min(wished, self.ends - 1) if self.ends else wished

    def policy(self, site: Policy) -> OverUse:
        """Give the policy that holds for this pack."""
        return self.over_use or site.over_use


def fitting(packs: Sequence[Pack], host_version: int, policy: Policy) -> list[Pack]:
    """List the packs that may serve a host, fittest first, those bought first before others."""
    exact = policy.prevent_upgrade
    able = [p for p in packs if serves(p.version, host_version) and not (exact and p.version != host_version)]
    if len(able) > 1:
        able.sort(key=lambda pack: (pack.version, pack.sequence))
    return able


def installed(packs: Sequence[Pack], version: int, at: int) -> int:
    """Count the CALs of a version in packs that are in force at a moment."""
    return sum(pack.quantity for pack in packs if pack.version == version and (not pack.ends or at < pack.ends))
