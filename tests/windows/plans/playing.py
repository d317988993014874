"""Plans played through: states of a site one after the other, each read an hour after the one before."""

from collections.abc import Sequence
from typing import Any

import msgspec

from calvox.core.purchases import Purchase
from calvox.doctor.facts import Fact, From, LicenceServer, Mode, ModeSetting, NamedServers, Site
from calvox.windows.plans.case import Case
from calvox.windows.plans.plan import PlanView
from calvox.windows.record import Call, Code, Plan, Record, Step
from tests.doctor.sites import (
    NOW,
    READ,
    built_in_pack,
    cal,
    device_pack,
    good_reach,
    healthy,
    user_pack,
    with_another_server,
    with_host,
    with_packs,
    with_server,
)

HOUR = 3_600
OLD, NEW, THIRD = "ls1.corp.example", "ls2.corp.example", "ls3.corp.example"
HOSTS = ("rdsh1.corp.example", "rdsh2.corp.example")
BOUGHT = (
    Purchase(programme="open", cal_type="user", version="2022", quantity=50),
    Purchase(programme="open", cal_type="device", version="2022", quantity=20),
)
LS2 = 1
"""Place of the new licence server in the sites below."""


def read_at(thing: Any, time: int) -> Any:
    """Give every fact of a site this time."""
    if isinstance(thing, Fact):
        return msgspec.structs.replace(thing, time=time, value=read_at(thing.value, time))
    if isinstance(thing, tuple):
        return tuple(read_at(one, time) for one in thing)
    if isinstance(thing, Site | LicenceServer) or (isinstance(thing, msgspec.Struct) and _has_facts(thing)):
        return msgspec.structs.replace(thing, **{n: read_at(getattr(thing, n), time) for n in thing.__struct_fields__})
    return thing


def _has_facts(thing: msgspec.Struct) -> bool:
    return any(isinstance(getattr(thing, n), Fact | msgspec.Struct) for n in thing.__struct_fields__)


def read_in_turn(states: Sequence[Site], start: int = READ) -> tuple[Site, ...]:
    """Read each state an hour after the one before, every fact anew."""
    times = range(start, start + HOUR * len(states), HOUR)
    read = [read_at(site, time) for site, time in zip(states, times, strict=True)]
    return tuple(msgspec.structs.replace(site, collected=time) for site, time in zip(read, times, strict=True))


def with_servers(site: Site, at: int, *servers: str, where: From = From.POLICY) -> Site:
    """Make a host name these licence servers, in one place."""
    settings = (NamedServers(servers=servers, where=where),)
    reach = tuple(good_reach(name) for name in servers)
    return with_host(site, at, servers=servers, server_settings=settings, reach=reach)


def newcomer(site: Site, **changes: Any) -> Site:
    """Add the new licence server: installed, running, neither activated nor filled."""
    fresh = {"activated": False, "packs": (built_in_pack(),), "issued": (), "user_report": ()}
    return with_another_server(site, NEW, **(fresh | changes))


def migrating() -> tuple[Site, ...]:
    """Play a whole migration, per user: eight states, read in turn."""
    told = [healthy()]
    told.append(newcomer(told[-1]))
    told.append(with_server(told[-1], LS2, activated=True))
    told.append(with_packs(told[-1], LS2, built_in_pack(), user_pack(7), device_pack(8)))
    told.append(with_servers(with_servers(told[-1], 0, NEW), 1, NEW))
    told.append(with_server(told[-1], LS2, user_report=(cal("CORP\\user1", per_user=True),)))
    told.append(with_packs(told[-1], 0, built_in_pack()))
    told.append(with_server(told[-1], 0, activated=False, server_id=None))
    return read_in_turn(told)


STATES = migrating()
PLAN = Plan(plan=1, kind="migrate", old=OLD, new=NEW, by="anne", opened=READ + 60, outcome="", note="", closed=0)


def case(
    states: Sequence[Site],
    plan: Plan = PLAN,
    *,
    begun: int = 0,
    calls: tuple[Call, ...] = (),
    purchases: tuple[Purchase, ...] = BOUGHT,
    hosts: tuple[str, ...] = (),
) -> Case:
    """Make the material of a plan from states."""
    return Case(plan, Record(calls=calls), tuple(states), begun, purchases, hosts, NOW + 24 * HOUR)


def vouching(*keys: str, plan: Plan = PLAN, time: int = NOW + HOUR) -> Plan:
    """Let somebody vouch for lines of a plan."""
    steps = [Step(plan=plan.plan, step=key, done=True, note="seen", by="anne", time=time) for key in keys]
    return msgspec.structs.replace(plan, steps=(*plan.steps, *steps))


def entered(kind: str, purchase: int, time: int, quantity: int = 0, server: str = NEW) -> Call:
    """Make a call whose code Windows took."""
    slot = "server-id" if kind in ("activate", "reactivate") else "pack-id"
    code = Code(
        call=1, slot=slot, code="AAAAA" * 7, check="twice", by="anne", heard=time, entered=time, how="winrm",
        quantity=quantity, pack_id=7, read_back="",
    )  # fmt: skip
    return Call(
        call=1, kind=kind, server=server, purchase=purchase, source="", sheet="{}", by="anne", opened=READ + 61,
        outcome="done", note="", ended=time, codes=(code,),
    )  # fmt: skip


def states_of(view: PlanView) -> dict[str, str]:
    """Give each step's state."""
    return {step.name: step.state.value for step in view.steps}


def device(site: Site, at: int) -> Site:
    """Put a host into per-device mode."""
    return with_host(site, at, mode=Mode.DEVICE, mode_settings=(ModeSetting(mode=Mode.DEVICE, where=From.POLICY),))
