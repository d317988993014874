"""Whether a licensing database is damaged, or only looks so: room, version store, rights, and what the events tell.

Rule: only what was read about when the plan was opened, or later, tells of this fault.
"""

from collections.abc import Iterator

from calvox.common.clock import DAY, utc
from calvox.common.i18n import t
from calvox.doctor.facts import LicenceServer
from calvox.doctor.rules.server_events import IGNORABLE
from calvox.windows.checklist_facts import Seen, evidence_of
from calvox.windows.plans.case import Case
from calvox.windows.plans.plan import Do, Line, Step, Vouch, command
from calvox.windows.plans.servers import not_read_since, read_again

DAMAGE, ROOM, LOCAL, FULL = (9, 44, 4100), 1 << 30, 14, 623
"""Events of a damaged database; bytes that must be free; cannot find its own CALs; ESENT: version store full."""


def look(case: Case) -> Step:
    """See whether everything else that stops the service was ruled out."""
    name = case.plan.old
    rights = t(
        "Look whether SYSTEM and NETWORK SERVICE have full control of the database folder, and say what you found:"
    )
    note = str(t("rights are right"))
    said = command("windows", "recover", "corrupt", "--server", name, "--confirm", "look/rights", "--note", note)
    return Step(
        "look",
        t("Rule out what only looks like damage"),
        t(
            "Event 4100 asks first for the rights on the folder; a full volume or a full version store stop the service too."
        ),
        tuple(_signs(case)),
        (*read_again(name), Do(rights, said)),
    )


def _signs(case: Case) -> Iterator[Line]:
    name, fresh = case.plan.old, case.opened - DAY
    yield Line("room", case.steady(lambda site: _room(case.server(name, site), fresh)), Vouch.ALWAYS)
    yield Line("version-store", case.steady(lambda site: _version_store(case.server(name, site), fresh)), Vouch.ALWAYS)
    yield Line("signs", case.steady(lambda site: _damage(case.server(name, site), fresh)), Vouch.IF_MISSING)
    text = t("Whether the service may write the database folder of {name}, no fact shows.", name=name)
    yield Line("rights", Seen(None, text), Vouch.IF_MISSING)


def _room(server: LicenceServer, fresh: int) -> Seen:
    if (missing := not_read_since(server, "database_free", fresh)) is not None:
        return missing
    free, name = server.database_free.value or 0, server.machine.name
    text = t("Where {name} keeps its database {mebibytes} MiB are free.", name=name, mebibytes=free >> 20)
    return Seen(free >= ROOM, text, (evidence_of(server, "database_free"),))


def _version_store(server: LicenceServer, fresh: int) -> Seen:
    if (missing := not_read_since(server, "events", fresh)) is not None:
        return missing
    full = [event for event in server.events.value or () if event.id == FULL and event.source.lower() == "esent"]
    evidence = (evidence_of(server, "events"),)
    if not full:
        return Seen(True, t("No version store was full (ESENT 623)."), evidence)
    return Seen(
        False, t("A version store was full (ESENT 623): raise MaxVerPages first, and start the service."), evidence
    )


def _damage(server: LicenceServer, fresh: int) -> Seen:
    if (missing := not_read_since(server, "events", fresh)) is not None:
        return missing
    ours = (event for event in server.events.value or () if "licensing" in event.source.lower())
    told = [one for one in ours if one.id in DAMAGE and not (one.id == 44 and IGNORABLE in one.text)]
    evidence = (evidence_of(server, "events"),)
    if not told:
        return Seen(None, t("No event 9, 44 or 4100 tells of damage: be sure that it is one."), evidence)
    last = max(told, key=lambda event: event.time)
    return Seen(True, t("Event {event} of {time} tells of damage.", event=last.id, time=utc(last.time)), evidence)
