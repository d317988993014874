"""Reports: what was licensed and who was refused, counted honestly.

Over-use is issued minus total, wherever that is above zero, and is never netted against another type or version. Totals
are what was signed, more or less what was converted. That device and user CALs are used side by side is told, no more.
"""

from collections.abc import Iterable

import msgspec

from calvox.core.book import Row
from calvox.core.products import CalType, version_name


class PoolReport(msgspec.Struct, frozen=True):
    """The packs of one type and version together."""

    cal_type: str
    version: str
    total: int
    """CALs in packs that are in force."""
    issued: int
    """CALs that are out from these packs."""
    free: int
    """Total minus issued; below zero in over-use."""
    over_use: int
    """Issued minus total, if above zero."""


class PackReport(msgspec.Struct, frozen=True):
    """One pack."""

    sequence: int
    """Of its request; 1024 more: CALs that were converted from that pack."""
    cal_type: str
    version: str
    quantity: int
    """CALs that the centre signed."""
    issued: int
    agreement: int
    installed: int
    """Seconds since 1970-01-01 UTC."""
    ends: int
    """First second after its last day, UTC; 0 = never."""
    in_force: bool
    converted: int = 0
    """CALs that came from the other type, less those that went to it."""
    over_use: str = ""
    """Its own policy for over-use: allow, warn or enforce; empty: the site's."""


class CalReport(msgspec.Struct, frozen=True):
    """One CAL that is out."""

    cal_id: str
    cal_type: str
    version: str
    holder: str
    """Its holder's name; empty once erased."""
    host: str
    """The host that asked last."""
    temporary: bool
    pack: int
    """Sequence of its pack; 0 = none."""
    issued: int
    """Seconds since 1970-01-01 UTC."""
    valid_until: int
    """Last second, UTC."""


class RefusalReport(msgspec.Struct, frozen=True):
    """Equal refusals."""

    holder: str
    host: str
    cal_type: str
    reason: str
    """The code of the reason."""
    count: int
    last: int
    """Seconds since 1970-01-01 UTC."""


def pack_report(row: Row, now: int) -> PackReport:
    """Report on one pack."""
    return PackReport(
        sequence=row["sequence"],
        cal_type=CalType(row["cal_type"]).label,
        version=version_name(row["version"]),
        quantity=row["quantity"],
        issued=row["issued"],
        agreement=row["agreement"],
        installed=row["installed"],
        ends=row["ends"],
        in_force=not row["ends"] or now < row["ends"],
        converted=row["converted"],
        over_use=row["over_use"],
    )


def pools(packs: Iterable[PackReport]) -> list[PoolReport]:
    """Add packs up by type and version; a pack that has ended gives no total, but what it issued still counts."""
    totals: dict[tuple[str, str], list[int]] = {}
    for pack in packs:
        sums = totals.setdefault((pack.cal_type, pack.version), [0, 0])
        sums[0] += pack.quantity + pack.converted if pack.in_force else 0
        sums[1] += pack.issued
    return [
        PoolReport(cal_type, version, total, issued, total - issued, max(0, issued - total))
        for (cal_type, version), (total, issued) in sorted(totals.items())
    ]


def mixed_modes(reports: Iterable[PoolReport], without_pack: int) -> list[str]:
    """Name the types, of device and user, whose CALs are out side by side; nothing unless both are."""
    used = {pool.cal_type for pool in reports if pool.issued} | ({CalType.USER.label} if without_pack else set())
    both = [CalType.DEVICE.label, CalType.USER.label]
    return both if used.issuperset(both) else []
