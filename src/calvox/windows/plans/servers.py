"""Lines about a licence server that several plans need: its service, its activation, its backup, whether it was read in time.

Rule: a fact that was read before a moment that matters says nothing about what happened since.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from calvox.common.clock import DAY, utc
from calvox.common.i18n import Text, t
from calvox.doctor.facts import Backup, Fact, IssuedCal, LicenceServer
from calvox.windows.between import DEAD
from calvox.windows.checklist_facts import FRESH_DAYS, Seen, evidence_of, service, unknown
from calvox.windows.plans.case import Case
from calvox.windows.plans.plan import Do, Line, Vouch, command

DAY_ALONE = DAY // 2
"""Of a backup that a person vouches for only the day is known, and noon stands for it."""
NEVER = 1 << 62
"""A moment that has not come."""


def not_read_since(server: LicenceServer, fact: str, since: int) -> Seen | None:
    """Say that a fact is unknown or older than a moment; None if it is neither."""
    found: Fact[Any] = getattr(server, fact)
    if not found.known:
        return unknown(server, fact)
    if found.time >= since:
        return None
    values = {"fact": fact, "name": server.machine.name}
    if since >= NEVER:
        return Seen(None, t("The fact “{fact}” of {name} counts once it is read after the step before.", **values))
    text = t("The fact “{fact}” of {name} was not read since {since}.", since=utc(since), **values)
    return Seen(None, text, (evidence_of(server, fact),))


def running(server: LicenceServer, since: int = 0) -> Iterator[Line]:
    """Tell whether the service runs and starts by itself."""
    for fact, seen in zip(("service_state", "service_start"), service(server), strict=True):
        yield Line(fact.replace("_", "-"), not_read_since(server, fact, since) or seen)


def activation(case: Case, name: str, kinds: tuple[str, ...], since: int = 0) -> Line:
    """Tell whether a licence server is activated, and by which codes."""
    server = case.server(name)
    codes = case.evidence_of_codes(name, *kinds)
    missing = not_read_since(server, "activated", since)
    if missing is not None:
        return Line("activated", replace(missing, evidence=(*missing.evidence, *codes)))
    evidence = (evidence_of(server, "activated"), *codes)
    values = {"name": server.machine.name}
    if server.activated.value:
        return Line("activated", Seen(True, t("{name} is activated.", **values), evidence))
    if any(one.time > server.activated.time for one in codes):
        text = t("Windows took a code after {name} was last read: read it again.", **values)
        return Line("activated", Seen(None, text, evidence))
    return Line("activated", Seen(False, t("{name} is not activated.", **values), evidence))


def saved(server: LicenceServer, since: int) -> Seen:
    """Tell whether a whole and tested backup was made since a moment."""
    found, name = server.backup.value, server.machine.name
    if found is None:
        return unknown(server, "backup")
    evidence = (evidence_of(server, "backup"),)
    if not isinstance(found, Backup):
        return Seen(False, t("No backup of {name} was found.", name=name), evidence)
    values = {"name": name, "made": utc(found.time), "since": utc(since)}
    if not (found.folder and found.system_state):
        text = t("The backup of {name} lacks the database folder or the system state: both are needed.", **values)
        return Seen(False, text, evidence)
    if found.time + DAY_ALONE < since:
        return Seen(False, t("The backup of {name} of {made} is older than {since}.", **values), evidence)
    if not found.tested:
        return Seen(False, t("The backup of {name} of {made} was not tested.", **values), evidence)
    return Seen(True, t("The backup of {name} of {made} is whole and was tested.", **values), evidence)


def saved_before(case: Case, name: str) -> Line:
    """Tell whether there is a backup to fall back on, not much older than the plan."""
    since = case.opened - FRESH_DAYS * DAY
    return Line("backup", case.steady(lambda site: saved(case.server(name, site), since)), Vouch.ALWAYS)


def identity(case: Case, name: str) -> Line:
    """Tell whether a licence server's ID is written down: it is asked for in the calls."""
    server = case.when_known(name, "server_id")
    if not server.server_id.known:
        return Line("server-id", unknown(server, "server_id"), Vouch.IF_MISSING)
    text = t("The licence server ID of {name} is written down.", name=name)
    return Line("server-id", Seen(True, text, (evidence_of(server, "server_id"),)))


def issued(case: Case, name: str) -> Line:
    """Tell whether it is known which device CALs a licence server issued, and when the last of them ends."""
    server = case.when_known(name, "issued")
    if not server.issued.known:
        return Line("issued", unknown(server, "issued"), Vouch.IF_MISSING)
    return Line("issued", Seen(True, alive(server, case.now), (evidence_of(server, "issued"),)))


def alive(server: LicenceServer, now: int) -> Text:
    """Say how many device CALs run still, and until when."""
    rows = living(server, now)
    name = server.machine.name
    if not rows:
        return t("No device CAL of {name} runs.", name=name)
    last = utc(max(row.expires for row in rows))
    return t("Device CALs of {name} that run: {count}; the last ends {last}.", name=name, count=len(rows), last=last)


def living(server: LicenceServer, now: int) -> list[IssuedCal]:
    """List the device CALs that have not ended."""
    return [row for row in server.issued.value or () if row.status not in DEAD and row.expires > now]


def read_again(*machines: str) -> tuple[Do, ...]:
    """Say how machines are read."""
    text = t(
        "Read again: {machines}. Or carry the collector there, and import what it wrote.", machines=", ".join(machines)
    )
    return (Do(text, command("windows", "survey", *machines)),)


def back_up(server: str) -> Do:
    """Say how a tested backup is entered."""
    text = t(
        "Back up database folder and system state of {name} together, test the copy, and enter the day:", name=server
    )
    return Do(text, command("windows", "backup-tested", "--server", server, "--made", "YYYY-MM-DD"))
