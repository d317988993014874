"""Who gets a CAL: the decision, as a pure function of what is asked and how things stand.

Rules kept here, each with its numbers:
- Versions: the oldest pack that serves the host is used first; a newer one only if the policy allows.
- Per device: one temporary CAL of 90 days, once in a device's life and from no pack; after an authenticated session a
  permanent one, valid a random 52-89 days, renewed within its last 7. Until then the temporary one follows the device,
  to a newer host too. With no CAL free it runs to its end, then the device is refused.
- Per user: 60 days, renewed within the last 7; over-use is never refused unless the policy says *enforce*.
- Per session: from the pool or not at all.
- No CAL outlives its pack. One whose pack gives it no more is taken over by another pack, or else runs to its end.
- A server that is not activated issues only temporary device CALs and per-user CALs.
- A holder has one CAL of a type: the one that it had goes back when another is issued.

It leaves to others: leases and expiry (they come as entries), revocation, conversion, and who is asking.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from calvox.common.clock import DAY
from calvox.common.i18n import Text, t
from calvox.core.pools import OverUse, Pack, Policy, fitting
from calvox.core.products import CalType, serves

TEMPORARY_DAYS = 90
PERMANENT_DAYS = (52, 89)
USER_DAYS = 60
SESSION_DAYS = 1
RENEWAL_DAYS = 7


class Reason(StrEnum):
    """Why a CAL is refused."""

    NO_FITTING_PACK = "no-fitting-pack"
    POOL_USED_UP = "pool-used-up"
    NOT_ACTIVATED = "not-activated"
    NOT_AUTHENTICATED = "not-authenticated"
    HOST_GROUP = "host-group"
    SERVER_FROZEN = "server-frozen"
    SECOND_SERVER = "second-server"

    @property
    def text(self) -> Text:
        """Say it to a person."""
        return {
            Reason.NO_FITTING_PACK: t("no pack of this type serves hosts of this version"),
            Reason.POOL_USED_UP: t("every CAL of this type is in use"),
            Reason.NOT_ACTIVATED: t("the licence server is not activated"),
            Reason.NOT_AUTHENTICATED: t("its temporary CAL has ended, and nobody has logged on from this device"),
            Reason.HOST_GROUP: t("the session host's group is not given CALs here"),
            Reason.SERVER_FROZEN: t("the licence server gives no new CALs: it is frozen"),
            Reason.SECOND_SERVER: t(
                "a second licence server gives one temporary CAL a device, and this one's has ended"
            ),
        }[self]


@dataclass(frozen=True, slots=True)
class Cal:
    """A CAL that the holder has."""

    cal_id: bytes
    """Its identifier, 16 bytes."""
    version: int
    """Its version."""
    temporary: bool
    """Whether it is the one temporary CAL of a device's life."""
    valid_until: int
    """Last second of its validity, UTC."""
    pack: int
    """The pack it came from; 0 = none."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What a host asks for."""

    cal_type: CalType
    """What the CAL is counted by."""
    host_version: int
    """The host's version."""
    authenticated: bool = False
    """Whether somebody has logged on from this device since its first contact."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand for that holder."""

    now: int
    """Licensing time, seconds UTC."""
    activated: bool
    """Whether the licence server is activated."""
    packs: Sequence[Pack] = ()
    """Packs of the type asked for that are still in force."""
    held: Sequence[Cal] = ()
    """Valid CALs of that type which the holder has."""
    had_temporary: bool = False
    """Whether the device had its temporary CAL already."""
    policy: Policy = field(default_factory=Policy)
    """What the site has chosen."""
    lot: int = 0
    """A random number, for the length of a permanent CAL."""
    proven: bool = False
    """Whether the device had a permanent CAL before, so that somebody did log on from it."""


@dataclass(frozen=True, slots=True)
class Keep:
    """The holder has a CAL that serves; nothing changes."""

    cal: Cal


@dataclass(frozen=True, slots=True)
class Renew:
    """The CAL goes on until a later date."""

    cal: Cal
    valid_until: int


@dataclass(frozen=True, slots=True)
class Issue:
    """A new CAL."""

    version: int
    """Its version."""
    temporary: bool
    """Whether it is the temporary one."""
    valid_until: int
    """Last second of its validity, UTC."""
    pack: int
    """The pack it comes from; 0 = none."""
    replaces: bytes
    """Identifier of the CAL that goes back for it; empty = none."""


@dataclass(frozen=True, slots=True)
class Refused:
    """No CAL, and why."""

    reason: Reason


Decision = Keep | Renew | Issue | Refused


def decide(ask: Ask, standing: Standing) -> Decision:
    """Decide on one ask."""
    serving = [cal for cal in standing.held if serves(cal.version, ask.host_version)]
    match ask.cal_type:
        case CalType.DEVICE:
            return _device(ask, standing, serving)
        case CalType.USER:
            return _user(ask, standing, serving)
        case CalType.SESSION:
            return _session(ask, standing, serving)


def beyond(decision: Decision, standing: Standing) -> bool:
    """Tell whether a per-user answer stands in an over-use of which the policy warns."""
    match decision:
        case Issue(pack=number):
            more = 1
        case Keep(cal) | Renew(cal):
            number, more = cal.pack, 0
        case Refused():
            return False
    pack = next((pack for pack in standing.packs if pack.sequence == number), None)
    if pack is None:
        return number == 0 and standing.policy.over_use is OverUse.WARN
    return pack.free < more and pack.policy(standing.policy) is OverUse.WARN


def _device(ask: Ask, standing: Standing, serving: Sequence[Cal]) -> Decision:
    permanent = next((cal for cal in serving if not cal.temporary), None)
    if permanent is not None:
        return _go_on(ask, permanent, standing, _permanent_until(standing), RENEWAL_DAYS * DAY)
    temporary = next((cal for cal in standing.held if cal.temporary), None)
    if temporary is None and not standing.had_temporary and not standing.held:
        return Issue(ask.host_version, True, standing.now + TEMPORARY_DAYS * DAY, 0, b"")
    decision = _permanent(ask, standing)
    if temporary is None or isinstance(decision, Issue):
        return decision
    if serving:
        return Keep(temporary)
    return Issue(ask.host_version, True, temporary.valid_until, 0, temporary.cal_id)


def _permanent(ask: Ask, standing: Standing) -> Decision:
    """Give a device a permanent CAL, if somebody has logged on from it."""
    if standing.activated and not ask.authenticated and not standing.proven:
        return Refused(Reason.NOT_AUTHENTICATED)
    return _from_pool(ask, standing, _permanent_until(standing))


def _user(ask: Ask, standing: Standing, serving: Sequence[Cal]) -> Decision:
    until = standing.now + USER_DAYS * DAY
    if serving:
        return _go_on(ask, serving[0], standing, until, RENEWAL_DAYS * DAY)
    return _user_anew(ask, standing, until, standing.now)


def _user_anew(ask: Ask, standing: Standing, until: int, least: int) -> Decision:
    packs, site = fitting(standing.packs, ask.host_version, standing.policy), standing.policy
    pack = next((p for p in packs if p.free > 0 and p.until(until) >= least), None)
    if pack is None:
        able = (p for p in packs if p.policy(site) is not OverUse.ENFORCE and p.until(until) >= least)
        pack = next(able, None)
    if pack is not None:
        return Issue(pack.version, False, pack.until(until), pack.sequence, _replaced(standing))
    if packs:
        return Refused(Reason.POOL_USED_UP)
    if site.over_use is OverUse.ENFORCE:
        return Refused(Reason.NO_FITTING_PACK)
    return Issue(ask.host_version, False, until, 0, _replaced(standing))


def _session(ask: Ask, standing: Standing, serving: Sequence[Cal]) -> Decision:
    until = standing.now + SESSION_DAYS * DAY
    if serving:
        return _go_on(ask, serving[0], standing, until, DAY // 2)
    return _from_pool(ask, standing, until)


def _from_pool(ask: Ask, standing: Standing, until: int, least: int = 0) -> Decision:
    if not standing.activated:
        return Refused(Reason.NOT_ACTIVATED)
    packs = fitting(standing.packs, ask.host_version, standing.policy)
    pack = next((p for p in packs if p.free > 0 and p.until(until) >= least), None)
    if pack is None:
        return Refused(Reason.POOL_USED_UP if packs else Reason.NO_FITTING_PACK)
    return Issue(pack.version, False, pack.until(until), pack.sequence, _replaced(standing))


def _go_on(ask: Ask, cal: Cal, standing: Standing, until: int, near: int) -> Decision:
    """Keep a CAL, or renew it near its end; where its pack gives no more, another takes it over or it runs to its end."""
    declarative = ask.cal_type is CalType.USER
    if cal.valid_until - standing.now > near or not (declarative or standing.activated):
        return Keep(cal)
    own = next((pack for pack in standing.packs if pack.sequence == cal.pack), None)
    # Where over-use is enforced later on, what is out beyond the pack is not renewed until it fits again.
    if own is not None and (own.free >= 0 or own.policy(standing.policy) is not OverUse.ENFORCE):
        longer = own.until(until)
        if longer > cal.valid_until:
            return Renew(cal, longer)
    if own is None and declarative:
        decision = _user_anew(ask, standing, until, cal.valid_until + 1)
    else:
        decision = _from_pool(ask, standing, until, cal.valid_until + 1)
    if not isinstance(decision, Issue):
        return Keep(cal)
    return Renew(cal, decision.valid_until) if decision.pack == cal.pack else decision


def _permanent_until(standing: Standing) -> int:
    shortest, longest = PERMANENT_DAYS
    return standing.now + (shortest + standing.lot % (longest - shortest + 1)) * DAY


def _replaced(standing: Standing) -> bytes:
    return standing.held[0].cal_id if standing.held else b""
