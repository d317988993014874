"""Who gets a CAL: the decision, as a pure function of what is asked and how things stand.

Rules kept here, each with its numbers:
- Versions: the oldest pack that serves the host is used first; a newer one only if the policy allows.
- Per device: one temporary CAL of 90 days, once in a device's life and from no pack; after an authenticated session a
  permanent one, valid a random 52-89 days, renewed within its last 7. Until then the temporary one follows the device,
  to a newer host too. With no CAL free it runs to its end, then the device is refused.
- Per user: 60 days, renewed within the last 7; over-use is never refused unless the policy says *enforce*.
- Per session: from the pool or not at all.
- A CAL whose pack has ended is not renewed: another pack takes it over if it can, else it runs to its end.
- A server that is not activated issues only temporary device CALs and per-user CALs.

It leaves to others: leases and expiry (they come as entries), revocation, and who is asking.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from calvox.common.clock import DAY
from calvox.common.i18n import Text, t
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

    @property
    def text(self) -> Text:
        """Say it to a person."""
        return {
            Reason.NO_FITTING_PACK: t("no pack of this type serves hosts of this version"),
            Reason.POOL_USED_UP: t("every CAL of this type is in use"),
            Reason.NOT_ACTIVATED: t("the licence server is not activated"),
        }[self]


class OverUse(StrEnum):
    """What happens when a per-user pool is exceeded."""

    ALLOW = "allow"
    WARN = "warn"
    ENFORCE = "enforce"


@dataclass(frozen=True, slots=True)
class Policy:
    """What the site has chosen."""

    over_use: OverUse = OverUse.ALLOW
    """For per-user packs."""
    prevent_upgrade: bool = False
    """Whether a host may only have CALs of its own version."""


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack as it stands."""

    sequence: int
    """The request that it was bought by."""
    version: int
    """Version of its CALs."""
    quantity: int
    """CALs that it holds."""
    issued: int
    """CALs that are out."""

    @property
    def free(self) -> int:
        """CALs left; below zero in over-use."""
        return self.quantity - self.issued


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


def fitting(packs: Sequence[Pack], host_version: int, policy: Policy) -> list[Pack]:
    """List the packs that may serve a host, fittest first, those bought first before others."""
    exact = policy.prevent_upgrade
    able = [p for p in packs if serves(p.version, host_version) and not (exact and p.version != host_version)]
    return sorted(able, key=lambda pack: (pack.version, pack.sequence))


def _device(ask: Ask, standing: Standing, serving: Sequence[Cal]) -> Decision:
    permanent = next((cal for cal in serving if not cal.temporary), None)
    if permanent is not None:
        until = _permanent_until(standing)
        return _go_on(permanent, standing, until, RENEWAL_DAYS * DAY, lambda: _from_pool(ask, standing, until))
    temporary = next((cal for cal in serving if cal.temporary), None)
    first_contact = temporary is None and not standing.had_temporary
    if first_contact and not standing.held:
        return Issue(ask.host_version, True, standing.now + TEMPORARY_DAYS * DAY, 0, b"")
    proven = ask.authenticated and standing.activated
    if temporary is not None and not proven:
        return Keep(temporary)
    older = next((cal for cal in standing.held if cal.temporary), None)
    if older is not None and not proven:
        return Issue(ask.host_version, True, older.valid_until, 0, older.cal_id)
    decision = _from_pool(ask, standing, _permanent_until(standing))
    return Keep(temporary) if temporary is not None and isinstance(decision, Refused) else decision


def _user(ask: Ask, standing: Standing, serving: Sequence[Cal]) -> Decision:
    until = standing.now + USER_DAYS * DAY
    if serving:
        return _go_on(serving[0], standing, until, RENEWAL_DAYS * DAY, lambda: _user_anew(ask, standing, until))
    return _user_anew(ask, standing, until)


def _user_anew(ask: Ask, standing: Standing, until: int) -> Decision:
    packs = fitting(standing.packs, ask.host_version, standing.policy)
    pack = next((p for p in packs if p.free > 0), None)
    if pack is None and standing.policy.over_use is OverUse.ENFORCE:
        return Refused(Reason.POOL_USED_UP if packs else Reason.NO_FITTING_PACK)
    pack = pack or next(iter(packs), None)
    version, sequence = (pack.version, pack.sequence) if pack else (ask.host_version, 0)
    return Issue(version, False, until, sequence, _replaced(standing))


def _session(ask: Ask, standing: Standing, serving: Sequence[Cal]) -> Decision:
    until = standing.now + SESSION_DAYS * DAY
    if serving:
        return _go_on(serving[0], standing, until, DAY // 2, lambda: _from_pool(ask, standing, until))
    return _from_pool(ask, standing, until)


def _from_pool(ask: Ask, standing: Standing, until: int) -> Decision:
    if not standing.activated:
        return Refused(Reason.NOT_ACTIVATED)
    packs = fitting(standing.packs, ask.host_version, standing.policy)
    pack = next((p for p in packs if p.free > 0), None)
    if pack is None:
        return Refused(Reason.POOL_USED_UP if packs else Reason.NO_FITTING_PACK)
    return Issue(pack.version, False, until, pack.sequence, _replaced(standing))


def _go_on(cal: Cal, standing: Standing, until: int, near: int, anew: Callable[[], Decision]) -> Decision:
    """Keep a CAL, or renew it near its end; one whose pack has ended moves to another, or runs to its end."""
    if cal.valid_until - standing.now > near:
        return Keep(cal)
    if any(pack.sequence == cal.pack for pack in standing.packs):
        return Renew(cal, until)
    decision = anew()
    if isinstance(decision, Refused):
        return Keep(cal)
    same = isinstance(decision, Issue) and decision.pack == cal.pack
    return Renew(cal, until) if same else decision


def _permanent_until(standing: Standing) -> int:
    shortest, longest = PERMANENT_DAYS
    return standing.now + (shortest + standing.lot % (longest - shortest + 1)) * DAY


def _replaced(standing: Standing) -> bytes:
    return standing.held[0].cal_id if standing.held else b""
