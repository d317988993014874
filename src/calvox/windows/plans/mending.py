"""Steps that plans about one licence server share once it is mended or changed: activation, packs, hosts, a new backup.

Rule: what was read before the mending or the change says nothing about what is there after it.
"""

from calvox.common.i18n import Text, t
from calvox.doctor.facts import SessionHost, Site
from calvox.windows.checklist_facts import Seen, evidence_of
from calvox.windows.plans.acceptances import accepted, session_do
from calvox.windows.plans.case import Case
from calvox.windows.plans.hosts import Hosts
from calvox.windows.plans.packs import Wanted, kept
from calvox.windows.plans.plan import Do, Line, Step, Vouch, command
from calvox.windows.plans.servers import activation, back_up, not_read_since, read_again, saved


def activated_again(case: Case, since: int, kind: str, why: Text, after: str, notes: tuple[Text, ...] = ()) -> Step:
    """See whether the licence server is activated, or activated again."""
    name = case.plan.old
    do = t("If it is not activated, prepare the call:")
    return Step(
        "activation",
        t("Make sure that {name} is activated", name=case.bare(name)),
        why,
        (activation(case, name, ("activate", "reactivate"), since),),
        (*read_again(name), Do(do, command("windows", "call", "open", kind, "--server", name))),
        after=(after,),
        notes=notes,
    )


def packs_again(case: Case, packs: tuple[Wanted, ...], since: int, notes: tuple[Text, ...] = ()) -> Step:
    """See whether every pack is there, or there again."""
    name = case.plan.old
    lines = tuple(Line(one.name, kept(case, name, one, since), Vouch.IF_MISSING) for one in packs)
    missing = (one for one, line in zip(packs, lines, strict=True) if line.seen.good is False)
    return Step(
        "packs",
        t("Make sure that every pack is on {name}", name=case.bare(name)),
        t(
            "What is missing is installed again from the papers. The clearing house keeps records of servers and CALs, and issues "
            "them anew; the agreement must lie at hand (KB953918)."
        ),
        lines,
        (*read_again(name), *(_reinstall(case, one) for one in missing)),
        after=("activation",),
        notes=notes,
    )


def _reinstall(case: Case, one: Wanted) -> Do:
    purchase = ("--purchase", one.purchase) if one.purchase else ()
    copied = command("windows", "call", "open", "reinstall", *purchase, "--server", case.plan.old)
    if not one.purchase:
        text = t(
            "{what}: no purchase in site.toml fits; fill in [[purchases]], for the call asks for its numbers.",
            what=one.text,
        )
        return Do(text, copied)
    return Do(t("{what}: prepare the call:", what=one.text), copied)


def hosts_again(case: Case, hosts: Hosts, packs: tuple[Wanted, ...], since: int) -> Step:
    """See whether every host works by the licence server again."""
    name = case.plan.old

    def ready(_host: SessionHost, site: Site) -> bool:
        return bool(packs) and all(kept(case, name, one, since, site).good for one in packs)

    return Step(
        "hosts",
        t("See every session host work by {name}", name=case.bare(name)),
        t("Only a session that was given a CAL shows that all of it fits together again."),
        tuple(accepted(hosts, name, ready)),
        (*session_do(hosts, name), *read_again(name, *hosts.names)),
        after=("packs",),
    )


def backed_up_again(case: Case, packs: tuple[Wanted, ...], since: int) -> Step:
    """See whether a new backup holds what is there now."""
    name = case.plan.old
    first = case.first(lambda site: bool(packs) and all(kept(case, name, one, since, site).good for one in packs))
    none = Seen(None, t("The packs are not all there: a backup would not hold them."))
    seen = saved(case.server(name), case.server(name, first).packs.time) if first else none
    return Step(
        "backup",
        t("Back up {name} anew, and test the copy", name=case.bare(name)),
        t("An older backup holds another state of the database; it must not be restored over this one."),
        (Line("backup", seen),),
        (back_up(name),),
        after=("hosts",),
    )


def service_again(case: Case, since: int) -> tuple[Line, ...]:
    """Tell whether the service runs, read since a moment."""
    server = case.server(case.plan.old)
    missing = not_read_since(server, "service_state", since)
    if missing is not None:
        return (Line("service", missing),)
    running = (server.service_state.value or "").lower() == "running"
    values = {"name": server.machine.name, "state": server.service_state.value}
    text = t("The service TermServLicensing of {name} is in the state “{state}”.", **values)
    return (Line("service", Seen(running, text, (evidence_of(server, "service_state"),))),)
