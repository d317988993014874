"""CALs out of the outage voucher, while no licence server answers. Pure: a clock comes in, a clock goes out.

Rules:
- Only a signed voucher gives CALs: so many, for so many hours each, until its last day. A holder who has one of them that is
  still good is given the same again.
- What is given out stands in the clock file first. A voucher that is being settled gives nothing any more, even if the
  licence server's answer was lost; the next one is begun once it is settled.
- A voucher whose uses are not known any more, because the clock file was lost, counts as used up and is settled so.
"""

from typing import Any

import msgspec

from calvox.core.holders import holder_of
from calvox.core.products import CalType
from calvox.host.clockfile import Clock
from calvox.trust.policies import Voucher
from calvox.wire import hostapi

HOUR = 3600


def most(voucher: Voucher) -> int:
    """Tell how many CALs a host takes from a voucher: no more than one settling request can tell of."""
    return min(voucher.count, hostapi.MOST)


def left(clock: Clock, voucher: Voucher | None, now: int) -> int:
    """Count the CALs that can still be given out."""
    if voucher is None or now > voucher.until:
        return 0
    if clock.voucher == voucher.voucher:
        return 0 if clock.closed else most(voucher) - len(clock.uses)
    return 0 if clock.voucher else most(voucher)


def good_use(clock: Clock, kind: CalType, name: str, now: int) -> hostapi.OutageUse | None:
    """Find the outage CAL that a holder has."""
    holder = holder_of(kind, name)
    uses = (use for use in clock.uses if use.holder == holder and use.cal_type == kind.label)
    return next((use for use in uses if use.since <= now <= use.until), None)


def give(
    clock: Clock, voucher: Voucher | None, kind: CalType, name: str, now: int
) -> tuple[Clock, hostapi.OutageUse] | None:
    """Give a holder an outage CAL; the clock must be kept before anybody is told. None: there is none."""
    had = good_use(clock, kind, name, now)
    if had is not None:
        return clock, had
    if voucher is None or left(clock, voucher, now) <= 0:
        return None
    label: Any = kind.label
    use = hostapi.OutageUse(label, holder_of(kind, name), name, now, now + voucher.hours * HOUR)
    begun = msgspec.structs.replace(
        clock, voucher=voucher.voucher, voucher_server=voucher.server_id, uses=(*clock.uses, use)
    )
    return begun, use


def due(clock: Clock, voucher: Voucher | None, now: int) -> bool:
    """Tell whether a voucher is to be settled: something was used of it, or its last day is over."""
    if clock.voucher:
        return bool(clock.uses) or clock.closed
    return voucher is not None and now > voucher.until


def close(clock: Clock, voucher: Voucher | None) -> Clock:
    """Give no more out of the voucher; it is about to be settled."""
    if clock.voucher or voucher is None:
        return msgspec.structs.replace(clock, closed=True)
    return msgspec.structs.replace(
        clock, voucher=voucher.voucher, voucher_server=voucher.server_id, closed=True, uses=()
    )


def settled(clock: Clock) -> Clock:
    """Forget a voucher that was settled."""
    return msgspec.structs.replace(clock, voucher=b"", voucher_server=b"", closed=False, uses=())


def used_up(clock: Clock, voucher: Voucher | None, kind: CalType, now: int) -> Clock:
    """Take a voucher for used up, since nobody knows how much of it was used."""
    if voucher is None:
        return clock
    label: Any = kind.label
    names = [f"not known {voucher.voucher.hex()[:8]}-{number}" for number in range(1, most(voucher) + 1)]
    until = now + voucher.hours * HOUR
    uses = tuple(hostapi.OutageUse(label, holder_of(kind, name), name, now, until) for name in names)
    return msgspec.structs.replace(
        clock, voucher=voucher.voucher, voucher_server=voucher.server_id, closed=True, uses=uses
    )
