"""One session host, as a page shows it: how it stands, its certificate's end, what it is told, its open voucher."""

import msgspec

from calvox.common.clock import DAY
from calvox.core.hosting import HostState
from calvox.journal.interface import Reader
from calvox.server.hosts import host_named, may_have_cals
from calvox.server.policy_report import PolicyShown, VoucherShown, shown, voucher_shown
from calvox.server.standing import UNHEARD, HostStanding, host_standing
from calvox.server.store import LicenceServer
from calvox.trust.certificates import HOST_DAYS


class HostReport(msgspec.Struct, frozen=True):
    """A session host."""

    host: bytes
    """16 bytes."""
    name: str
    version: int
    state: HostState
    group: str
    allowed: bool
    """Whether its group is one that is given CALs."""
    enrolled: int
    """Seconds UTC, as are the next two."""
    certificate_ends: int
    seen: int
    """When it was last heard, to within half a minute; 0: not yet."""
    ended: bool
    """Whether its certificate has ended."""
    policy: PolicyShown
    """What it is told."""
    voucher: VoucherShown | None
    """The one that is open."""
    standing: HostStanding = UNHEARD
    """How it stands, as it said itself."""


def host_report(server: LicenceServer, reader: Reader, host: str) -> HostReport:
    """Report on a host, by its name or the beginning of its identifier.

    Raises:
        NotFound: there is none.
        BadInput: several bear this name.
    """
    row = host_named(reader, host)
    seen, standing = host_standing(reader, row["host"], server.world.now())
    voucher = next(reader.select("voucher", {"host": row["host"], "settled": 0}), None)
    ends = int(row["certified"]) + HOST_DAYS * DAY
    return HostReport(
        **{name: row[name] for name in ("host", "name", "version", "group", "enrolled")},
        state=HostState(row["state"]),
        allowed=may_have_cals(server, row),
        certificate_ends=ends,
        seen=seen,
        ended=ends < server.world.now(),
        policy=shown(reader),
        voucher=voucher_shown(voucher, row, server.world.now()) if voucher else None,
        standing=standing,
    )
