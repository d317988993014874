"""What hosts are told, and the outage vouchers that are out, as pages and commands show them."""

import msgspec

from calvox.core.book import Row
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


def vouchers(reader: Reader) -> Vouchers:
    """List the vouchers, open ones first, the latest first."""
    hosts = {row["host"]: row["name"] for row in reader.select("host")}
    rows = sorted(reader.select("voucher"), key=lambda row: (row["settled"] > 0, -row["issued"]))
    listed = [voucher_shown(row, hosts.get(row["host"], "")) for row in rows]
    return Vouchers(sum(one.count for one in listed if not one.settled), listed)


def voucher_shown(row: Row, host: str) -> VoucherShown:
    """Show one voucher of a host with this name."""
    names = ("count", "hours", "issued", "until", "settled", "used")
    return VoucherShown(row["voucher"].hex(), host, **{name: row[name] for name in names})
