"""The licence server's use cases about what hosts are told: their policy, and the outage vouchers that are out."""

import msgspec

from calvox.apps.licence_server.host_cases import Nothing
from calvox.apps.owner import UseCase
from calvox.core.outages import PolicySet
from calvox.journal.interface import Reader
from calvox.server.statements import set_policy
from calvox.server.store import LicenceServer


class SetPolicy(msgspec.Struct, frozen=True):
    """Say how hosts are to behave from now on; what is None stays as it is."""

    mode: str | None = None
    servers: tuple[str, ...] | None = None
    fail_open: bool | None = None
    outage_cals: int | None = None
    outage_hours: int | None = None


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
    names = ("count", "hours", "issued", "until", "settled", "used")
    listed = [
        VoucherShown(row["voucher"].hex(), hosts.get(row["host"], ""), **{name: row[name] for name in names})
        for row in rows
    ]
    return Vouchers(sum(row["count"] for row in rows if not row["settled"]), listed)


def _set(server: LicenceServer, asked: SetPolicy, by: str) -> PolicyShown:
    with server.journal.read() as reader:
        old = shown(reader)
    wanted = {name: value for name in asked.__struct_fields__ if (value := getattr(asked, name)) is not None}
    new = msgspec.structs.replace(old, **wanted)
    names = ("mode", "servers", "fail_open", "outage_cals", "outage_hours")
    set_policy(server, PolicySet(**{name: getattr(new, name) for name in names}, by=by))
    with server.journal.read() as reader:
        return shown(reader)


def _show(server: LicenceServer, asked: Nothing, by: str) -> PolicyShown:
    with server.journal.read() as reader:
        return shown(reader)


def _vouchers(server: LicenceServer, asked: Nothing, by: str) -> Vouchers:
    with server.journal.read() as reader:
        return vouchers(reader)


POLICY_CASES: dict[str, UseCase[LicenceServer]] = {
    "policy": UseCase(Nothing, PolicyShown, _show, reads=True),
    "policy-set": UseCase(SetPolicy, PolicyShown, _set),
    "vouchers": UseCase(Nothing, Vouchers, _vouchers, reads=True),
}
