"""What hosts are told, and the outage vouchers that are out, as pages and commands show them."""

import msgspec

from calvox.core.book import Row
from calvox.core.hosting import HostState
from calvox.journal.interface import Reader


class PolicyShown(msgspec.Struct, frozen=True):
    """How hosts are to behave."""

    number: int = 0
    """Position of its entry; 0: none was set, and these are the defaults."""
    time: int = 0
    mode: str = ""
    servers: tuple[str, ...] = ()
    fail_open: bool = True
    outage_cals: int = 0
    outage_hours: int = 0


class VoucherShown(msgspec.Struct, frozen=True):
    """An outage voucher."""

    voucher: str
    """Hexadecimal."""
    host: str
    count: int
    hours: int
    issued: int
    """Seconds UTC, as the next two."""
    until: int
    settled: int
    """0 = open."""
    used: int
    by_hand: bool = False
    """Whether an administrator may settle it: its host was shut out, or it has ended."""


class Vouchers(msgspec.Struct, frozen=True):
    """The vouchers, and what they may come to."""

    open_cals: int
    """CALs of open vouchers: the most that may be given out unseen."""
    vouchers: list[VoucherShown]


def shown(reader: Reader) -> PolicyShown:
    """Read the policy."""
    row = reader.get("policy", (0,))
    if row is None:
        return PolicyShown()
    names = ("number", "time", "mode", "outage_cals", "outage_hours")
    servers = tuple(row["servers"].split("\n")) if row["servers"] else ()
    return PolicyShown(**{name: row[name] for name in names}, servers=servers, fail_open=bool(row["fail_open"]))


def vouchers(reader: Reader, now: int) -> Vouchers:
    """List the vouchers, open ones first, the latest first."""
    hosts = {row["host"]: row for row in reader.select("host")}
    rows = sorted(reader.select("voucher"), key=lambda row: (row["settled"] > 0, -row["issued"]))
    listed = [voucher_shown(row, hosts.get(row["host"]), now) for row in rows]
    return Vouchers(sum(one.count for one in listed if not one.settled), listed)


def voucher_shown(row: Row, host: Row | None, now: int) -> VoucherShown:
    """Show one voucher of a host."""
    about = {name: row[name] for name in ("count", "hours", "issued", "until", "settled", "used")}
    by_hand = not row["settled"] and may_be_settled_by_hand(row, host, now)
    return VoucherShown(row["voucher"].hex(), host["name"] if host else "", **about, by_hand=by_hand)


def may_be_settled_by_hand(voucher: Row, host: Row | None, now: int) -> bool:
    """Tell whether nothing more is given out of a voucher by a host that is admitted, and would not know it was settled."""
    return host is None or host["state"] == HostState.REVOKED or voucher["until"] < now
