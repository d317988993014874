"""How a session host stands, gathered from its folder and from what its process knows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from calvox import __version__
from calvox.common.errors import CalvoxError, Tampered
from calvox.core.products import CalType
from calvox.core.standing import State
from calvox.host import vouchers
from calvox.host.client import AsyncHost
from calvox.host.clockfile import Clock, ClockFile
from calvox.host.failover import missing
from calvox.host.held import HeldCal
from calvox.host.link import Link
from calvox.host.standing import WARNING_DAYS, Known, days_left, grace_ends, grace_warning, next_state
from calvox.host.state import HostFolder
from calvox.trust.policies import Policy, Voucher
from calvox.wire.agentapi import AgentStatus, CalLine, ServerLine
from calvox.wire.hostapi import MOST, Standing


@dataclass(slots=True)
class Contact:
    """What a process knows of one licence server."""

    answers: bool | None = None
    activated: bool | None = None
    last: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What only the process knows."""

    running: bool
    now: int
    clock: str = "good"
    contacts: Mapping[str, Contact] = field(default_factory=dict)


def policy_of(host: AsyncHost) -> tuple[int, Policy | None]:
    """Find the policy that counts: that of the first licence server which has set one."""
    held = [link.known for link in host.order if link.known.policy_number]
    return (held[0].policy_number, held[0].policy) if held else (0, None)


def voucher_of(host: AsyncHost) -> Voucher | None:
    """Find the outage voucher: the first licence server's alone counts."""
    return host.order[0].known.voucher


def mode_of(host: AsyncHost, local: str) -> CalType:
    """Tell what people's CALs are counted by."""
    _, policy = policy_of(host)
    return CalType[(policy.mode if policy and policy.mode else local).upper()]


def read_clock(host: AsyncHost, now: int) -> tuple[Clock, bool]:
    """Read the clock file without changing it; tell whether it was lost."""
    try:
        return ClockFile(HostFolder(host.path)).load(), False
    except Tampered:
        return Clock(0, now, state=next_state(State.GRACE, Known.LOST)), True


def status_of(host: AsyncHost, clock: Clock, seen: Seen, local_mode: str) -> AgentStatus:
    """Gather how a host stands."""
    now, (number, policy) = seen.now, policy_of(host)
    left, state = days_left(clock.state, clock.enrolled, now), state_of(clock, now)
    revoked = host.order[0].known.revoked
    mode: Any = mode_of(host, local_mode).label
    return AgentStatus(
        name=host.enrolled.name,
        version=host.enrolled.version,
        now=now,
        running=seen.running,
        state=state.value,
        clock=seen.clock,
        days_left=left,
        grace_ends=grace_ends(clock.enrolled) if clock.enrolled and clock.state is State.GRACE else 0,
        warning=str(grace_warning(left)) if 0 < left <= WARNING_DAYS[0] else "",
        mode=mode,
        fail_open=policy.fail_open if policy else True,
        servers=_servers(host, policy, seen),
        contact=clock.contact,
        policy=number,
        policy_issued=policy.issued if policy else 0,
        revoked=len(revoked.cal_ids) if revoked else 0,
        revoked_issued=revoked.issued if revoked else 0,
        **_voucher(clock, voucher_of(host), now),
        cals=tuple(_line(cal) for cal in host.held()),
    )


def state_of(clock: Clock, now: int) -> State:
    """Tell how a host stands, though nobody has noted yet that its grace is over."""
    over = clock.state is State.GRACE and not days_left(clock.state, clock.enrolled, now)
    return next_state(clock.state, Known.END) if over else clock.state


def said_of(clock: Clock, now: int) -> Standing:
    """Say to a licence server how this host stands."""
    state = state_of(clock, now)
    return Standing(
        state=state.value,
        grace_ends=grace_ends(clock.enrolled) if state is State.GRACE else 0,
        outage_since=clock.contact if state is State.OUTAGE else 0,
        voucher_used=len(clock.uses[:MOST]),
        software=__version__,
    )


def _voucher(clock: Clock, voucher: Voucher | None, now: int) -> dict[str, Any]:
    told: dict[str, Any] = {"voucher": clock.voucher.hex(), "voucher_used": len(clock.uses)}
    if voucher is None:
        return told
    count, left = vouchers.most(voucher), vouchers.left(clock, voucher, now)
    about = {"voucher_count": count, "voucher_hours": voucher.hours, "voucher_until": voucher.until}
    return {**told, "voucher": voucher.voucher.hex(), "voucher_left": left, **about}


def _servers(host: AsyncHost, policy: Policy | None, seen: Seen) -> tuple[ServerLine, ...]:
    asked = host.may_be_asked()
    lines = [_server(link, seen.contacts.get(link.server), link is asked[0]) for link in host.order]
    absent = missing(list(host.links), policy.servers if policy else (), host.wish)
    return (*lines, *(ServerLine(address, enrolled=False) for address in absent))


def _server(link: Link, contact: Contact | None, in_use: bool) -> ServerLine:
    line = ServerLine(link.server, in_use=in_use, certificate_ends=_ends(link))
    if contact is None:
        return line
    return msgspec.structs.replace(
        line,
        answers=contact.answers,
        activated=contact.activated,
        contact=contact.last,
        problem=contact.problem,
    )


def _ends(link: Link) -> int:
    try:
        return link.certificate_ends
    except CalvoxError:
        return 0


def _line(cal: HeldCal) -> CalLine:
    claims, label = cal.claims, cal.cal_type.label
    kind: Any = label
    return CalLine(kind, cal.name, claims.version, claims.temporary, claims.valid_until, cal.server)
