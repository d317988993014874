"""The licensing database is lost or damaged: what can be saved where, and how the rest is had back.

Rules, as Microsoft writes them:
- System state and database folder are restored together, on the same computer and the same installation of Windows; then unissued
  CALs are back too. On another installation they are not: an event tells how many, and they are reissued by telephone (KB953918).
- Rebuilding the database deletes every CAL that is installed; they are installed again from the papers (RD Licensing Manager’s
  help). So nothing is rebuilt before the folder was copied and the restore was ruled out.
"""

from collections.abc import Iterator

from calvox.common.clock import utc
from calvox.common.i18n import Text, t
from calvox.doctor.facts import Backup, Fact
from calvox.windows.checklist_facts import Seen, evidence_of, unknown
from calvox.windows.plans.case import Case
from calvox.windows.plans.damage import look
from calvox.windows.plans.hosts import hosts_of
from calvox.windows.plans.mending import activated_again, backed_up_again, hosts_again, packs_again, service_again
from calvox.windows.plans.packs import held, wanted
from calvox.windows.plans.plan import Choice, Do, Line, PlanView, Step, Vouch, command, planned
from calvox.windows.plans.servers import DAY_ALONE, NEVER, alive, living, read_again

LOST, CORRUPT = "database-lost", "database-corrupt"
SAME, OTHER, UNUSABLE = "decide/same-windows", "decide/other-windows", "decide/no-usable-backup"
"""Answers that decide between restoring and rebuilding."""
WHY = t(
    "First keep what is there, then decide, then mend. A rebuild deletes every CAL, and a restore overwrites the folder: neither is "
    "a thing to try. Device CALs that were issued stay valid on the devices until they end (inferred), so there is time to do it well."
)


def database(case: Case) -> PlanView:
    """Say how the recovery of a database stands."""
    name = case.plan.old
    packs, hosts, since = wanted(case, name), hosts_of(case, name), _mended(case)
    corrupt = case.plan.kind == CORRUPT
    titles = {
        True: t("The licensing database of {name} is damaged", name=name),
        False: t("The licensing database of {name} is lost", name=name),
    }
    reactivation = t(
        "A rebuilt or restored database may have lost the activation; the facts tell. Nobody documents it."
    )
    steps = (
        *((look(case),) if corrupt else ()),
        _keep(case, ("look",) if corrupt else ()),
        _decide(case),
        _mend(case),
        activated_again(case, since, "reactivate", reactivation, "mend", _reactivated()),
        packs_again(case, packs, since, tuple(_kept_and_lost(case))),
        hosts_again(case, hosts, packs, since),
        backed_up_again(case, packs, since),
    )
    return planned(case.plan, titles[corrupt], WHY, steps, _table(case))


def _reactivated() -> tuple[Text, ...]:
    text = t(
        "If it is reactivated: CALs that were issued stay valid; those not yet issued must be reissued by the clearing house (KB814593)."
    )
    return (text,)


# Before anything is changed


def _keep(case: Case, after: tuple[str, ...]) -> Step:
    name = case.plan.old
    how = t(
        "Stop the service TermServLicensing, copy the whole folder somewhere else as it is, damaged or not, and say where:"
    )
    return Step(
        "keep",
        t("Keep what is there"),
        t("Whatever comes next overwrites or deletes it. What nobody kept, nobody can look into later."),
        (Line("copy", Seen(None, t("That the folder was copied, no fact shows.")), Vouch.IF_MISSING),),
        (Do(how, _confirm(case, "keep/copy", t("copied to …"))),),
        after=after,
        notes=(t("The folder of {name}: {path}.", name=name, path=_folder(case)),),
    )


def _folder(case: Case) -> str:
    return case.server(case.plan.old).database_path.value or "%SystemRoot%\\System32\\LServer"


def _confirm(case: Case, key: str, note: Text) -> str:
    which = "corrupt" if case.plan.kind == CORRUPT else "lost"
    return command("windows", "recover", which, "--server", case.plan.old, "--confirm", key, "--note", str(note))


# Restore, or rebuild


def backup_of(case: Case) -> Fact[Backup | bool]:
    """Find the newest backup that was made before the plan was opened."""
    states = (case.server(case.plan.old, site).backup for site in reversed(case.states))
    known = [fact for fact in states if fact.known]
    made = (fact for fact in known if isinstance(fact.value, Backup) and _is_before(fact.value, case.opened))
    return next(made, known[0] if known else case.server(case.plan.old).backup)


def _is_before(backup: Backup, opened: int) -> bool:
    return backup.time - DAY_ALONE <= opened


def is_whole(fact: Fact[Backup | bool], opened: int) -> bool | None:
    """Tell whether there is a backup with folder and system state from before the plan; None if that is not known."""
    found = fact.value
    if found is None:
        return None
    return isinstance(found, Backup) and found.folder and found.system_state and _is_before(found, opened)


def course(case: Case) -> str:
    """Decide: restore or rebuild; empty as long as it is not decided."""
    whole = is_whole(backup_of(case), case.opened)
    if case.vouched(UNUSABLE) or case.vouched(OTHER) or whole is False:
        return "rebuild"
    return "restore" if whole and case.vouched(SAME) else ""


def _decide(case: Case) -> Step:
    name, fact = case.plan.old, backup_of(case)
    whole = is_whole(fact, case.opened)
    lines = [Line("backup", _backup_seen(case, fact, whole), vouched=case.vouched(UNUSABLE), vouch=Vouch.IF_MISSING)]
    if whole and not case.vouched(UNUSABLE):
        text = t(
            "Whether it is the same computer with the same installation of Windows as in the backup, no fact shows."
        )
        said = case.vouched(OTHER) or case.vouched(SAME)
        lines.append(Line("windows", Seen(None, text), vouched=said, vouch=Vouch.IF_MISSING))
    return Step(
        "decide",
        t("Decide: restore, or rebuild and install again"),
        t("Which of the two can save anything depends on the backup, and on the installation of Windows under it."),
        tuple(lines),
        (
            *read_again(name),
            Do(t("Same computer and same installation of Windows:"), _confirm(case, SAME, t("how you know"))),
            Do(t("Another one:"), _confirm(case, OTHER, t("reinstalled on …"))),
            Do(t("No backup that can be used:"), _confirm(case, UNUSABLE, t("why not"))),
        ),
        after=("keep",),
        turns=(SAME, OTHER, UNUSABLE),
    )


def _backup_seen(case: Case, fact: Fact[Backup | bool], whole: bool | None) -> Seen:
    server = case.server(case.plan.old)
    values = {"name": server.machine.name}
    if whole is None:
        return unknown(server, "backup")
    evidence = (evidence_of(server, "backup"),)
    if not isinstance(fact.value, Backup):
        return Seen(True, t("There is no backup of {name}: it is rebuilt.", **values), evidence)
    made = utc(fact.value.time)
    if not whole:
        text = t(
            "The backup of {name} of {made} is not whole, or younger than the fault: it is rebuilt.",
            made=made,
            **values,
        )
        return Seen(True, text, evidence)
    if not fact.value.tested:
        text = t(
            "The backup of {name} of {made} has folder and system state; nobody tested it: test a copy first.",
            made=made,
            **values,
        )
        return Seen(True, text, evidence)
    return Seen(
        True,
        t("The backup of {name} of {made} has folder and system state, and was tested.", made=made, **values),
        evidence,
    )


def _table(case: Case) -> tuple[Choice, ...]:
    """Write the decision table, with the row that is the case."""
    whole, way = is_whole(backup_of(case), case.opened), course(case)
    other, unusable = bool(case.vouched(OTHER)), bool(case.vouched(UNUSABLE)) or whole is False
    return (
        Choice(
            t("Folder and system state were backed up; same computer, same installation of Windows"),
            t("Restore both together: packs, issued and unissued CALs are back."),
            way == "restore",
        ),
        Choice(
            t("They were backed up; another installation of Windows"),
            t(
                "Unissued CALs do not come back: an event in the System log tells how many. Reissued by telephone, with the papers."
            ),
            other and not unusable,
        ),
        Choice(
            t("Only one of the two was backed up, or nothing that can be used"),
            t("Rebuild, which deletes every CAL; activate; install every pack again by telephone, with the papers."),
            unusable,
        ),
    )


def _mend(case: Case) -> Step:
    name, way = case.plan.old, course(case)
    titles = {
        "restore": t("Restore folder and system state of {name} together", name=case.bare(name)),
        "rebuild": t("Rebuild the database of {name}", name=case.bare(name)),
        "": t("Restore or rebuild the database of {name}, as decided", name=case.bare(name)),
    }
    hows = {
        "restore": t(
            "Stop the service, restore system state and folder from the same backup, restart the computer; then say so:"
        ),
        "rebuild": t(
            "RD Licensing Manager: Manage RDS CALs (Manage Licenses), Rebuild the license server database, by telephone if it asks. "
            "If the service has begun an empty database already, there is nothing to rebuild. Then say so:"
        ),
    }
    do = (Do(hows[way], _confirm(case, f"mend/{way}", t("done on …"))),) if way else ()
    return Step(
        "mend",
        titles[way],
        t("It is done once, and only as decided. It is not done onto another server."),
        (
            Line(
                way or "undecided",
                Seen(None, t("That it was done, no fact shows.")),
                Vouch.IF_MISSING if way else Vouch.NEVER,
            ),
            *service_again(case, _mended(case)),
        ),
        (*do, *read_again(name)),
        after=("decide",),
    )


def _mended(case: Case) -> int:
    """Tell when it was restored or rebuilt, as somebody says; what was read before says nothing about what is there now."""
    said = case.vouched(f"mend/{course(case) or 'undecided'}")
    return said.time if said else NEVER


def _kept_and_lost(case: Case) -> Iterator[Text]:
    """Say what is left of the CALs that were issued, and what the events tell."""
    server = held(case, case.plan.old) or case.server(case.plan.old)
    if living(server, case.now):
        yield t("{running} They stay valid on the devices until then (inferred).", running=alive(server, case.now))
    yield t("Who holds per-user CALs stands in Active Directory, not in the database alone.")
    for event in case.events(case.plan.old, 26):
        values = {"time": utc(event.time), "text": event.text or t("no text was read")}
        yield t(
            "Event 26, {time}: all CALs of one kind were removed; register them again by telephone ({text}).", **values
        )
