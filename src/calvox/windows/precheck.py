"""Call, or do not call yet: what must hold before the clearing house is telephoned.

Rules: what is not known does not hold. The licence server is at least as new as the CALs, the CALs at least as new as every
host that will use them; their type fits the hosts' mode; per user only in a domain; whoever collected is an administrator
(else zeros mislead); the service runs and starts by itself; the numbers have the length of their programme; a backup was
tested; the papers lie at hand. It decides on facts alone and changes nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from calvox.common.clock import DAY
from calvox.common.errors import BadInput
from calvox.common.i18n import Text, t
from calvox.core.products import CalType, cal_type_named, serves, version_name, version_named
from calvox.core.purchases import Purchase
from calvox.doctor.facts import Fact, Join, LicenceServer, Mode, SessionHost, Site, short_name
from calvox.doctor.licensing import MODE_NAMES

T = TypeVar("T")

FRESH_DAYS = 7
"""A backup older than this does not count before a call, nor does one that is dated in the future."""
MODES = {Mode.DEVICE: CalType.DEVICE, Mode.USER: CalType.USER}


class State(StrEnum):
    """How a condition stands."""

    HOLDS = "holds"
    FAILS = "fails"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that must hold."""

    name: str
    """Its name, for scripts."""
    state: State
    text: Text
    """What was found."""
    subject: str = ""
    """The machine it is about, if it is about one."""


@dataclass(frozen=True, slots=True)
class Precheck:
    """The answer for one licence server."""

    server: str
    conditions: tuple[Condition, ...]

    @property
    def call(self) -> bool:
        """Tell whether to call."""
        return all(condition.state is State.HOLDS for condition in self.conditions)

    @property
    def because(self) -> list[Condition]:
        """List what speaks against it, failures first."""
        against = (c for c in self.conditions if c.state is not State.HOLDS)
        return sorted(against, key=lambda c: c.state is State.UNKNOWN)


def precheck(site: Site, server: LicenceServer, purchases: Sequence[Purchase], now: int) -> Precheck:
    """Decide for one licence server and what was bought."""
    told = [purchase for purchase in purchases if _is_readable(purchase)]
    conditions = [*_of_server(server, now), *_of_hosts(site, server, told), *_of_purchases(server, purchases)]
    return Precheck(server.machine.name, tuple(conditions))


def _is_readable(purchase: Purchase) -> bool:
    """Tell whether type and version are told in words that are known; what is wrong with them is among its faults."""
    try:
        cal_type_named(purchase.cal_type)
        version_named(purchase.version)
    except BadInput:
        return False
    return True


def _of_server(server: LicenceServer, now: int) -> Iterator[Condition]:
    name = server.machine.name
    administrator = t("{name} was read by an administrator", name=name)
    yield _fact("administrator", server.machine.administrator, lambda v: v, administrator, name)
    fresh = t("{name} was read within the last {days} days", name=name, days=FRESH_DAYS)
    yield _fact("fresh", server.activated, lambda _: now - server.activated.time <= FRESH_DAYS * DAY, fresh, name)
    running = t("The service TermServLicensing runs on {name}", name=name)
    yield _fact("service-running", server.service_state, lambda v: v.lower() == "running", running, name)
    automatic = t("The service TermServLicensing starts by itself on {name}", name=name)
    yield _fact("service-automatic", server.service_start, lambda v: v.lower().startswith("auto"), automatic, name)
    backup = t(
        "A backup of {name} with database folder and system state, at most {days} days old, was tested",
        name=name,
        days=FRESH_DAYS,
    )
    yield _fact("backup", server.backup, lambda b: _good_backup(b, now), backup, name)


def _good_backup(backup: object, now: int) -> bool:
    if isinstance(backup, bool):
        return False
    age = now - getattr(backup, "time", 0)
    return -DAY <= age <= FRESH_DAYS * DAY and all(
        getattr(backup, name) for name in ("folder", "system_state", "tested")
    )


def _of_hosts(site: Site, server: LicenceServer, purchases: Sequence[Purchase]) -> Iterator[Condition]:
    own = short_name(server.machine.name)
    naming = (h for h in site.session_hosts if own in {short_name(n) for n in h.servers.value or ()})
    hosts = [host for host in naming if host.application_mode.value is not False]
    if not hosts:
        text = t("No session host that names {name} was collected", name=server.machine.name)
        yield Condition("hosts", State.UNKNOWN, text, server.machine.name)
    for host in hosts:
        yield _version_of_host(host, purchases)
        yield _mode_of_host(host, purchases)


def _version_of_host(host: SessionHost, purchases: Sequence[Purchase]) -> Condition:
    version, name = host.machine.version.value, host.machine.name
    text = t("The CALs are at least as new as {host}", host=name)
    if version is None or not purchases:
        return Condition("cal-serves-host", State.UNKNOWN, text, name)
    wanted = [p for p in purchases if _fits_mode(p, host)] or list(purchases)
    if any(serves(version_named(p.version), version) for p in wanted):
        return Condition("cal-serves-host", State.HOLDS, text, name)
    told = t("{host} is {version}: the CALs must be of that version or newer", host=name, version=version_name(version))
    return Condition("cal-serves-host", State.FAILS, told, name)


def _mode_of_host(host: SessionHost, purchases: Sequence[Purchase]) -> Condition:
    mode, name = host.mode.value, host.machine.name
    text = t("A purchase fits the mode of {host}", host=name)
    if mode is None or not purchases:
        return Condition("cal-fits-mode", State.UNKNOWN, text, name)
    if any(_fits_mode(p, host) for p in purchases):
        return Condition("cal-fits-mode", State.HOLDS, text, name)
    told = t("{host} is in mode “{mode}”, and no purchase is of that type", host=name, mode=MODE_NAMES[mode])
    return Condition("cal-fits-mode", State.FAILS, told, name)


def _fits_mode(purchase: Purchase, host: SessionHost) -> bool:
    mode = host.mode.value
    return mode in MODES and cal_type_named(purchase.cal_type) is MODES[mode]


def _of_purchases(server: LicenceServer, purchases: Sequence[Purchase]) -> Iterator[Condition]:
    if not purchases:
        text = t("What was bought is not told: fill in [[purchases]] in site.toml")
        yield Condition("purchases", State.UNKNOWN, text)
    for number, purchase in enumerate(purchases, start=1):
        faults = list(purchase.faults())
        for fault in faults:
            yield Condition("numbers", State.FAILS, t("Purchase {number}: {fault}", number=number, fault=fault))
        if not faults:
            good = t("Purchase {number}: the numbers have the right length", number=number)
            yield Condition("numbers", State.HOLDS, good)
            yield from _of_purchase(server, number, purchase)
        papers = State.HOLDS if purchase.papers else State.FAILS
        yield Condition("papers", papers, t("Purchase {number}: the proof of purchase lies at hand", number=number))


def _of_purchase(server: LicenceServer, number: int, purchase: Purchase) -> Iterator[Condition]:
    version = version_named(purchase.version)
    name = version_name(version)
    text = t("Purchase {number}: the licence server is {version} or newer", number=number, version=name)
    yield _fact("server-holds-cal", server.machine.version, lambda own: own >= version, text, server.machine.name)
    if cal_type_named(purchase.cal_type) is CalType.USER:
        domain = t("Purchase {number}: per-user CALs, and the licence server is in a domain", number=number)
        yield _fact(
            "per-user-in-domain", server.machine.join, lambda join: join is Join.DOMAIN, domain, server.machine.name
        )


def _fact(name: str, fact: Fact[T], good: Callable[[T], bool], text: Text, subject: str) -> Condition:
    """Judge one fact; what is unknown does not hold."""
    if fact.value is None:
        return Condition(name, State.UNKNOWN, text, subject)
    return Condition(name, State.HOLDS if good(fact.value) else State.FAILS, text, subject)
