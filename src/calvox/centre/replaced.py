"""What the desk shows before one licence server takes another one's place: what the old one has, and what the limits leave.

Nothing is decided here; `checks` judges the call, by the rules of `replacing`.
"""

from collections.abc import Sequence
from datetime import date

import msgspec

from calvox.centre.calls import AskedLine
from calvox.centre.continuing import ids_of
from calvox.centre.replacing import (
    ALLOWED_SECONDS,
    QUIET_SECONDS,
    WINDOW_SECONDS,
    allowance_of,
    reissues_before,
    within_limits,
)
from calvox.centre.servers import ServerShown, server_shown
from calvox.centre.signing import call_of
from calvox.common.clock import day_of
from calvox.journal.interface import Reader
from calvox.wire.phone.request import RequestKind, expiry_date, unpack_request

_FIRST_DAY = date(1970, 1, 1).toordinal()


class ReissueLimits(msgspec.Struct, frozen=True):
    """How an agreement stands with its reissues without proof."""

    times: list[int]
    """When those that still count were done, seconds UTC."""
    again: int
    """From when the limits leave one more, seconds UTC; 0 = now."""
    leave: int = 0
    """Until when a supervisor's leave is good, seconds UTC; 0 = there is none."""


class OldServer(msgspec.Struct, frozen=True):
    """The licence server that is to be replaced."""

    server: ServerShown | None
    """None: it was never heard of."""
    packs: list[AskedLine]
    """What was signed for it under the call's agreement and has not expired, by epoch and sequence."""


def limits_of(reader: Reader, agreement: int, now: int) -> ReissueLimits:
    """Tell what the limits leave to an agreement."""
    before = reissues_before(reader, agreement)
    leave = allowance_of(reader, agreement, now)
    counted = sorted(at for at in before if at > now - WINDOW_SECONDS)
    return ReissueLimits(counted, _again(counted, now), leave["time"] + ALLOWED_SECONDS if leave else 0)


def old_server(reader: Reader, server_id: bytes, agreement: int | None, now: int) -> OldServer:
    """Show a licence server that is to be replaced, with its packs."""
    packs: dict[tuple[int, int], AskedLine] = {}
    for age, known in enumerate(ids_of(reader, server_id) if agreement is not None else []):
        for row in list(reader.select("confirmation", {"server_id": known, "agreement": agreement})):
            for data in call_of(row).requests:
                one = unpack_request(known, data)
                if one.kind is RequestKind.PACK and not _has_ended(one.expiry, now):
                    line = AskedLine(int(one.cal_type), one.version, one.quantity, one.sequence, one.expiry)
                    packs[-age, one.sequence] = line
    return OldServer(server_shown(reader, server_id), [packs[key] for key in sorted(packs)])


def _has_ended(expiry: int, now: int) -> bool:
    last = expiry_date(expiry)
    return last is not None and day_of(now) > last.toordinal() - _FIRST_DAY


def _again(times: Sequence[int], now: int) -> int:
    if within_limits(times, now):
        return 0
    ends = sorted(at + span for at in times for span in (QUIET_SECONDS, WINDOW_SECONDS) if at + span > now)
    return next(moment for moment in ends if within_limits(times, moment))
