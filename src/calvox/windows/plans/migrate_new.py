"""The new licence server in a migration: whether it fits, that it is activated, and the packs that come to it."""

from collections.abc import Iterator

from calvox.common.i18n import Text, t
from calvox.core.products import CalType
from calvox.doctor.compat import NAMES, Verdict, cal_on_server, host_with_server
from calvox.doctor.facts import Join, LicenceServer
from calvox.doctor.licensing import OLDEST
from calvox.windows.checklist_facts import Seen, evidence_of
from calvox.windows.plans.case import Case
from calvox.windows.plans.hosts import Hosts
from calvox.windows.plans.migrate_old import is_gone, removals
from calvox.windows.plans.packs import PACK_CALLS, Wanted, arrived
from calvox.windows.plans.plan import Do, Line, Step, Vouch, command
from calvox.windows.plans.servers import activation, read_again, running


def fit(case: Case, hosts: Hosts, packs: tuple[Wanted, ...]) -> Step:
    """See whether the new licence server can do what the old one does."""
    new = case.server(case.plan.new)
    return Step(
        "fit",
        t("Make sure that {new} can take the packs and serve the hosts", new=case.bare(case.plan.new)),
        t(
            "A licence server holds CALs of its own version and older, and must not be older than the hosts that it serves."
        ),
        (_administrator(new), *running(new), *_versions(case, new, hosts, packs), *_domain(new, packs)),
        (*_set_up(new), *read_again(case.plan.new)),
        after=("inventory",),
    )


def _set_up(server: LicenceServer) -> Iterator[Do]:
    """Say how the role comes to a server that does not show it, and how its service is started."""
    name, state = server.machine.name, server.service_state.value
    if state is None:
        text = t("If it does not have the role Remote Desktop Licensing yet:")
        yield Do(text, command("windows", "act", "install-role", "--machine", name))
    elif state.lower() != "running":
        yield Do(t("Start its service:"), command("windows", "act", "start-service", "--machine", name))


def _administrator(server: LicenceServer) -> Line:
    fact, name = server.machine.administrator, server.machine.name
    if not fact.value:
        text = t("{name} was not read by an administrator: what it holds would not be known.", name=name)
        return Line("administrator", Seen(None, text))
    text = t("{name} was read by an administrator.", name=name)
    return Line("administrator", Seen(True, text, (evidence_of(server, "machine.administrator"),)))


def _versions(case: Case, new: LicenceServer, hosts: Hosts, packs: tuple[Wanted, ...]) -> Iterator[Line]:
    version = new.machine.version.value
    if version is None:
        yield Line("version", _unknown_version(new))
        return
    evidence = (evidence_of(new, "machine.version"),)
    for cal in sorted({max(pack.version, OLDEST) for pack in packs}):
        if cal not in NAMES:
            yield Line(
                f"cals-{cal}",
                Seen(None, t("CALs of version {version} are not known here.", version=cal)),
                Vouch.IF_MISSING,
            )
            continue
        cell = cal_on_server(max(version, OLDEST), cal)
        yield Line(f"cals-{_slug(cal)}", Seen(cell.verdict is not Verdict.DOES_NOT, cell.why, evidence))
    of_hosts = {h.machine.version.value for name in hosts.names if (h := hosts.now(name))}
    for host in sorted(max(one, OLDEST) for one in of_hosts if one is not None):
        cell = host_with_server(host, max(version, OLDEST))
        yield Line(f"hosts-{_slug(host)}", Seen(cell.verdict is not Verdict.DOES_NOT, cell.why, evidence))
    if None in of_hosts:
        text = t("The version of some session host is not known.")
        yield Line("hosts-unknown", Seen(None, text), Vouch.IF_MISSING)


def _slug(version: int) -> str:
    return NAMES[version].split(" /")[0]


def _unknown_version(server: LicenceServer) -> Seen:
    """Say that a server's version is not known."""
    why = server.machine.version.why or t("not collected")
    return Seen(None, t("The version of {name} is not known: {why}.", name=server.machine.name, why=why))


def _domain(server: LicenceServer, packs: tuple[Wanted, ...]) -> Iterator[Line]:
    if not any(pack.kind is CalType.USER for pack in packs):
        return
    join, name = server.machine.join.value, server.machine.name
    if join is None:
        yield Line("domain", Seen(None, t("Whether {name} is in a domain is not known.", name=name)))
        return
    evidence = (evidence_of(server, "machine.join"),)
    yes = t("{name} is in a domain, as per-user CALs need.", name=name)
    no = t("{name} is in a workgroup; per-user CALs need a domain.", name=name)
    yield Line("domain", Seen(join is Join.DOMAIN, yes if join is Join.DOMAIN else no, evidence))


def activate(case: Case) -> Step:
    """See whether the new licence server is activated."""
    new = case.plan.new
    do = t("Prepare the call, say what the sheet says, and type in the licence server ID:")
    return Step(
        "activate",
        t("Activate {new}, before {old} is touched", new=case.bare(new), old=case.bare(case.plan.old)),
        t(
            "A pack can be installed only on an activated licence server. {old} goes on serving all the while.",
            old=case.plan.old,
        ),
        (activation(case, new, ("activate", "reactivate")),),
        (Do(do, command("windows", "call", "open", "activate", "--server", new)), *read_again(new)),
        after=("fit",),
        notes=_article(case),
    )


def _article(case: Case) -> tuple[Text, ...]:
    """Say what follows if the old licence server was deactivated before the new one was activated."""
    old, new = case.server(case.plan.old), case.server(case.plan.new)
    if old.activated.value is not False or new.activated.value is True:
        return ()
    text = t(
        "{old} is deactivated already, and nobody new is given a CAL until {new} works.",
        old=old.machine.name,
        new=case.plan.new,
    )
    return (text,)


def bring(case: Case, packs: tuple[Wanted, ...]) -> Step:
    """See whether each pack came, and say which call brings it."""
    old, new = case.plan.old, case.plan.new
    lines = tuple(Line(one.name, arrived(case, new, one), Vouch.IF_MISSING) for one in packs)
    missing = (one for one, line in zip(packs, lines, strict=True) if line.seen.good is not True)
    return Step(
        "packs",
        t("Bring each pack to {new}, by telephone", new=case.bare(new)),
        _why_packs(case),
        lines,
        (*(_call(case, one) for one in missing), *read_again(new)),
        after=("activate",),
        notes=tuple(removals(case, old, new)),
    )


def _why_packs(case: Case) -> Text:
    old = case.plan.old
    if is_gone(case):
        return t(
            "{old} can no longer take part: the wizard’s reason is “no longer functioning”, and the packs are installed again "
            "from the papers. The clearing house keeps records of servers and CALs, and can issue them anew.",
            old=old,
        )
    return t(
        "The wizard’s reason is “being replaced by this license server”. It asks for the name of {old} and, if it is out of reach, "
        "for its Windows version and licence server ID; a code by telephone is entered with name and ID of {old}.",
        old=old,
    )


def _call(case: Case, one: Wanted) -> Do:
    """Say which call brings a pack."""
    old, new = case.plan.old, case.plan.new
    purchase = ("--purchase", one.purchase) if one.purchase else ()
    if is_gone(case):
        words: tuple[str | int, ...] = ("reinstall", *purchase, "--server", new)
    else:
        words = ("migrate", *purchase, "--source", old, "--server", new)
    if not one.purchase:
        text = t(
            "{what}: no purchase in site.toml fits; fill in [[purchases]], for the call asks for its numbers.",
            what=one.text,
        )
        return Do(text, command("windows", "call", "open", *words))
    pending = [call.call for call in case.calls(new, *PACK_CALLS) if call.purchase == one.purchase and not call.outcome]
    if pending:
        return Do(t("{what}: go on with call {call}, which is open.", what=one.text, call=pending[-1]))
    return Do(t("{what}: prepare the call:", what=one.text), command("windows", "call", "open", *words))
