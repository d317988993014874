"""The licence server's use cases about what hosts are told: their policy, and the outage vouchers that are out."""

import msgspec

from calvox.apps.licence_server.host_cases import Nothing
from calvox.apps.owner import UseCase
from calvox.core.outages import PolicySet
from calvox.server.policy_report import PolicyShown, Vouchers, VoucherShown, shown, vouchers
from calvox.server.settling import settle_by_hand
from calvox.server.statements import set_policy
from calvox.server.store import LicenceServer


class SetPolicy(msgspec.Struct, frozen=True):
    """Say how hosts are to behave from now on; what is None stays as it is."""

    mode: str | None = None
    servers: tuple[str, ...] | None = None
    fail_open: bool | None = None
    outage_cals: int | None = None
    outage_hours: int | None = None


class SettleByHand(msgspec.Struct, frozen=True):
    """Settle the outage voucher of a host that is gone for good."""

    voucher: str
    """The first digits of its identifier."""
    used: int
    """CALs that were given out of it, as is known on paper."""
    why: str


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
        return vouchers(reader, server.world.now())


POLICY_CASES: dict[str, UseCase[LicenceServer]] = {
    "policy": UseCase(Nothing, PolicyShown, _show, reads=True),
    "policy-set": UseCase(SetPolicy, PolicyShown, _set),
    "vouchers": UseCase(Nothing, Vouchers, _vouchers, reads=True),
    "voucher-settle": UseCase(
        SettleByHand,
        VoucherShown,
        lambda server, asked, by: settle_by_hand(server, asked.voucher, asked.used, asked.why, by),
    ),
}
