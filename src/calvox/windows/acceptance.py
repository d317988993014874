"""The acceptance after a call: what two states of a site, before and after one test session, prove of a licence server.

Rules:
- A condition is proven, failed or not collected, and names the facts that say so with their source and time. A fact that was
  not read again after the first state proves nothing about the session, nor do events that were read before it.
- The session is proven by a new or extended row: Win32_TSIssuedLicense for a device, the newest per-user report for a user.
  Where the first state has none of these, the row's own date must lie after that state.
- A temporary CAL does not prove the packs: Windows gives it without activation, and the permanent one at the second sign-in.
- The grace counter is not asked: what counts is that licensing works without it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from calvox.common.clock import DAY, utc
from calvox.common.errors import BadInput
from calvox.common.i18n import Text, t
from calvox.core.products import CalType, cal_type_named, version_name, version_named
from calvox.core.purchases import Purchase
from calvox.doctor.facts import IssuedCal, LicenceServer, Machine, Mode, SessionHost, Site, short_name
from calvox.doctor.licensing import MODE_NAMES, PRODUCTS, is_valid, licensing_works, listed, named_servers, packs_of
from calvox.doctor.rule import View
from calvox.windows.between import CAPPED, fresh_rows, new_events
from calvox.windows.evidence import Acceptance, Condition, Reading, Verdict, judged, reading_of

HOST_EVENTS, HOST_SOURCES = (1128, 1129, 1130, 1131), ("remoteconnectionmanager", "termservice")
SERVER_EVENTS, SERVER_SOURCES = (4105,), ("licensing",)
EVENT_DAYS = 14
"""As far back as events are read unless told otherwise: between states further apart some may be missing."""


@dataclass(frozen=True, slots=True)
class _Trial:
    """Both states, and what was tried between them."""

    before: Site
    after: Site
    server: LicenceServer
    earlier: LicenceServer
    mode: Mode
    now: int
    host: str
    holder: str

    def of_server(self, fact: str) -> Reading:
        return reading_of(self.earlier, self.server, fact)

    def of_host(self, host: SessionHost, fact: str) -> Reading:
        name = host.machine.name
        return reading_of(
            _machine(self.before.session_hosts, name) or SessionHost(machine=Machine(name=name)), host, fact
        )

    def hosts(self) -> list[SessionHost]:
        """List the hosts that use the server in the mode that was tried, or the one that was named."""
        if self.host:
            found = _machine(self.after.session_hosts, self.host)
            return [found] if found else []
        using = View(self.after, self.now, server=self.server).hosts_of_server()
        fitting = (h for h in using if h.mode.value is self.mode or h.mode.value not in PRODUCTS)
        return [host for host in fitting if host.application_mode.value is not False]


def accept(
    before: Site,
    after: Site,
    server: str,
    mode: Mode,
    now: int,
    *,
    purchases: Sequence[Purchase] = (),
    host: str = "",
    holder: str = "",
) -> Acceptance:
    """Judge one test session.

    Args:
        before: what was known before the session, after the packs were installed.
        after: what is known after it, machines read again.
        server: the licence server.
        mode: per device or per user.
        now: seconds since 1970-01-01 UTC.
        purchases: what was to be installed.
        host: the session host of the test; empty: each that uses the server in this mode.
        holder: the device or user of the test; empty: any.

    Raises:
        BadInput: the mode gives no CALs.
    """
    if mode not in PRODUCTS:
        raise BadInput(t("In the mode “{mode}” no CAL is issued that could be tested", mode=MODE_NAMES[mode]))
    nobody = LicenceServer(machine=Machine(name=server))
    found = _machine(after.licence_servers, server) or nobody
    earlier = _machine(before.licence_servers, server) or nobody
    trial = _Trial(before, after, found, earlier, mode, now, host, holder)
    return Acceptance(found.machine.name, mode, tuple(_conditions(trial, purchases)))


def _conditions(trial: _Trial, purchases: Sequence[Purchase]) -> Iterator[Condition]:
    yield _activated(trial)
    yield from _packs(trial, purchases)
    rows, session = _session(trial)
    yield session
    if trial.mode is Mode.DEVICE:
        yield _permanent(trial, rows, session)
    yield _no_events(trial, "server-events", trial.of_server("events"), rows)
    hosts = trial.hosts()
    if not hosts:
        name = trial.host or trial.server.machine.name
        text = t("No session host was collected that uses this licence server in this mode.")
        yield Condition("hosts", name, Verdict.NOT_COLLECTED, text)
    for host in hosts:
        yield _no_events(trial, "host-events", trial.of_host(host, "events"), rows)
        yield _without_grace(trial, host)


# The licence server


def _activated(trial: _Trial) -> Condition:
    reading = trial.of_server("activated")
    yes, no = t("The licence server is activated."), t("The licence server is not activated.")
    return judged("activated", [reading], bool(reading.after.value), yes if reading.after.value else no)


def _packs(trial: _Trial, purchases: Sequence[Purchase]) -> Iterator[Condition]:
    reading = trial.of_server("packs")
    for held, text in bought(trial.server, purchases, trial.now):
        yield judged("packs", [reading], held, text)


def bought(server: LicenceServer, purchases: Sequence[Purchase], now: int) -> Iterator[tuple[bool | None, Text]]:
    """Compare the packs with what was bought, purchases of one type and version together; None where that is not known."""
    if not purchases:
        yield None, t("What was bought is not told: fill in [[purchases]] in site.toml.")
    wanted: dict[tuple[CalType, int], int] = {}
    for number, purchase in enumerate(purchases, start=1):
        try:
            key = cal_type_named(purchase.cal_type), version_named(purchase.version)
        except BadInput as error:
            yield None, t("Purchase {number}: {fault}", number=number, fault=error.message)
            continue
        wanted[key] = wanted.get(key, 0) + purchase.quantity
    packs = packs_of(server)
    for (kind, version), quantity in wanted.items():
        values = {"kind": kind.text, "version": version_name(version), "quantity": quantity}
        if packs is None:
            why = server.packs.why or t("zeros are believed from an administrator alone")
            yield None, t("CALs {kind} of {version}: the packs are not known ({why}).", why=why, **values)
            continue
        total = sum(p.total for p in packs if (p.product, p.version) == (kind, version) and is_valid(p, now))
        text = t("CALs {kind} of {version}: {quantity} bought, {total} installed.", total=total, **values)
        yield total >= quantity, text


# The session


def _session(trial: _Trial) -> tuple[list[IssuedCal], Condition]:
    per_user = trial.mode is Mode.USER
    reading = trial.of_server("user_report" if per_user else "issued")
    if not reading.again:
        return [], Condition("session", reading.subject, Verdict.NOT_COLLECTED, reading.why, (reading.evidence,))
    rows = fresh_rows(reading, per_user, trial.holder, trial.earlier.packs.time or trial.before.collected)
    if rows:
        names = listed(sorted({row.holder for row in rows})[:5])
        extended = t("A CAL was issued or extended in the per-user report since the first state: {names}.", names=names)
        issued = t("A device CAL was issued or renewed since the first state: {names}.", names=names)
        return rows, judged("session", [reading], True, extended if per_user else issued)
    return [], judged("session", [reading], *_no_row(reading, per_user))


def _no_row(reading: Reading, per_user: bool) -> tuple[bool | None, Text]:
    if per_user and (not reading.before.known or reading.before.value == reading.after.value):
        return None, t("The per-user report says nothing new: make a new one after the session, and collect again.")
    if CAPPED in reading.after.source:
        return None, t("Not every CAL was collected, and none of those that were is new.")
    if not reading.before.known:
        return None, t("The first state has no device CALs, and none of those now there shows that it is newer.")
    if per_user:
        return False, t("No CAL is new or extended in the per-user report: test with a user who has none yet.")
    return False, t("No device CAL was issued since the first state: test with a device that has none yet.")


def _permanent(trial: _Trial, rows: list[IssuedCal], session: Condition) -> Condition:
    if not rows:
        text = t("No new device CAL shows whether it is permanent.")
        return Condition("permanent", session.subject, Verdict.NOT_COLLECTED, text, session.evidence)
    if any(not row.temporary for row in rows):
        text = t("The new device CAL is permanent: it comes from a pack.")
        return Condition("permanent", session.subject, Verdict.PROVEN, text, session.evidence)
    text = t("The new device CAL is temporary: sign in from the same device a second time, and collect again.")
    return Condition("permanent", session.subject, Verdict.FAILED, text, session.evidence)


# Events, and the grace period


def _no_events(trial: _Trial, name: str, reading: Reading, rows: list[IssuedCal]) -> Condition:
    numbers, sources = (SERVER_EVENTS, SERVER_SOURCES) if name == "server-events" else (HOST_EVENTS, HOST_SOURCES)
    new = list(new_events(reading, numbers, sources))
    told = listed(f"{event.id} ({utc(event.time)})" for event in new)
    session = min((row.issued for row in rows if row.issued), default=0)
    since = reading.before.time or trial.before.collected
    if not reading.again:
        return judged(name, [reading], None, reading.why)
    if new and not reading.before.known:
        text = t("Events were not read before the session; which of these are new is not known: {events}.", events=told)
        return judged(name, [reading], None, text)
    if new:
        return judged(name, [reading], False, t("New events since the first state: {events}.", events=told))
    if reading.after.time < session:
        return judged(name, [reading], None, t("The events were read before the test session: collect them again."))
    if reading.after.time - since > EVENT_DAYS * DAY:
        text = t("The states are more than {days} days apart: events in between may be missing.", days=EVENT_DAYS)
        return judged(name, [reading], None, text)
    text = t("No new event since the first state ({numbers}).", numbers=listed(map(str, numbers)))
    return judged(name, [reading], True, text)


def _without_grace(trial: _Trial, host: SessionHost) -> Condition:
    """Tell whether licensing works by facts that were all read again, through one licence server or another."""
    view = View(trial.after, trial.now, host=host)
    read = [trial.of_host(host, fact) for fact in ("machine.version", "mode", "servers", "reach")]
    own = len(read)
    for name, server in named_servers(view):
        earlier = _machine(trial.before.licence_servers, name) or LicenceServer(machine=Machine(name=name))
        facts = ("activated", "service_state", "packs")
        theirs = [reading_of(earlier, server, fact) for fact in facts] if server else []
        one = msgspec.structs.replace(host, servers=msgspec.structs.replace(host.servers, value=(name,)))
        if licensing_works(View(trial.after, trial.now, host=one)):
            text = t("Licensing works through {server}: the grace period is not relied on.", server=name)
            return judged("grace", read[:own] + theirs, True, text)
        read += theirs
    if licensing_works(view) is False:
        known = [reading for reading in read if reading.after.known]
        return judged("grace", known, False, t("Licensing does not work: only the grace period lets people in."))
    return judged("grace", read, None, t("Whether licensing works without the grace period is not known."))


def _machine(among: Iterable[Any], name: str) -> Any:
    return next((one for one in among if short_name(one.machine.name) == short_name(name)), None)
