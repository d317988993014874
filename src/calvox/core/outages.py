"""What hosts are told to do, and what they may give out while no licence server answers, as the ledger has it.

An outage voucher lets one host give out so many CALs for so many hours. It is settled when the host tells what it used, and
only then is it given the next: the open vouchers together are the most that can be given out unseen. For a host that is gone
for good, an administrator settles it with what is known.
"""

from collections.abc import Iterable

from calvox.core.book import Add, Change, Fact, Placed, Put, Set, Table


class PolicySet(Fact, frozen=True):
    """An administrator said how hosts are to behave."""

    mode: str
    """device, user, session or empty."""
    servers: tuple[str, ...]
    """Addresses of licence servers in the order in which to ask."""
    fail_open: bool
    """Whether somebody is let in when neither a CAL nor a refusal can be had."""
    outage_cals: int
    """CALs of a voucher; 0: none is given."""
    outage_hours: int
    """For how long each of them is good."""
    by: str


class VoucherIssued(Fact, frozen=True):
    """A host was given a voucher."""

    voucher: bytes
    """16 bytes."""
    host: bytes
    """16 bytes."""
    count: int
    hours: int
    until: int
    """Last second at which one of its CALs may be given out, UTC."""


class OutageCalUsed(Fact, frozen=True):
    """A host gave out a CAL of its voucher."""

    voucher: bytes
    cal_type: int
    holder: bytes
    """The holder's salted reference, 32 bytes."""
    since: int
    until: int


class VoucherSettled(Fact, frozen=True):
    """A host told what it used of a voucher; it gives out no more of it."""

    voucher: bytes
    used: int


class VoucherSettledByHand(Fact, frozen=True):
    """An administrator settled the voucher of a host that will not do so any more."""

    voucher: bytes
    used: int
    """As the administrator says, without the holders."""
    why: str
    by: str


OUTAGE_FACTS: tuple[type[Fact], ...] = (PolicySet, VoucherIssued, OutageCalUsed, VoucherSettled, VoucherSettledByHand)
OUTAGE_TABLES = (
    Table(
        "policy",
        ("slot",),
        {
            "slot": int,
            "number": int,
            "time": int,
            "mode": str,
            "servers": str,
            "fail_open": int,
            "outage_cals": int,
            "outage_hours": int,
        },
        small=True,
    ),
    Table(
        "voucher",
        ("voucher",),
        {
            "voucher": bytes,
            "host": bytes,
            "count": int,
            "hours": int,
            "until": int,
            "number": int,
            "issued": int,
            "used": int,
            "settled": int,
        },
        index=(("host", "settled"), ("settled",)),
    ),
)
"""Numbers are positions in the ledger; `settled` is the time at which it was, 0 = open; `servers` has one address a line."""


def outage_changes(fact: Fact, placed: Placed) -> Iterable[Change]:
    """Tell what such an entry changes."""
    match fact:
        case PolicySet():
            names = ("mode", "outage_cals", "outage_hours")
            row = {name: getattr(fact, name) for name in names}
            told = {"servers": "\n".join(fact.servers), "fail_open": int(fact.fail_open)}
            yield Put("policy", {"slot": 0, "number": placed.sequence, "time": placed.time, **row, **told})
        case VoucherIssued():
            row = {name: getattr(fact, name) for name in ("voucher", "host", "count", "hours", "until")}
            yield Put("voucher", {**row, "number": placed.sequence, "issued": placed.time, "used": 0, "settled": 0})
        case OutageCalUsed():
            yield Add("voucher", (fact.voucher,), "used", 1)
        case VoucherSettled():
            yield Set("voucher", (fact.voucher,), {"settled": placed.time})
        case VoucherSettledByHand():
            yield Set("voucher", (fact.voucher,), {"settled": placed.time, "used": fact.used})
        case _:
            raise AssertionError(fact)
