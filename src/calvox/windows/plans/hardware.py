"""The machine under a licence server changes: its hardware, its Windows by an upgrade in place, or a new installation of Windows.

What Microsoft documents: a server that was redeployed or upgraded is reactivated (ReactivateServerAutomatic, reasons 0 and 4); a
reactivation leaves issued CALs valid, unissued ones must be reissued (KB814593); a replaced Windows loses unissued CALs (KB953918).
What nobody documents is said to be inferred: that an upgrade in place keeps the database, and when the Product ID changes.
"""

from collections.abc import Iterator

from calvox.common.i18n import Text, t
from calvox.core.products import version_name
from calvox.doctor.facts import Fact
from calvox.windows.checklist_facts import Seen, evidence_of
from calvox.windows.plans.case import Case
from calvox.windows.plans.hosts import Hosts, hosts_of, known_hosts
from calvox.windows.plans.mending import (
    activated_again,
    backed_up_again,
    hosts_again,
    packs_again,
    service_again,
)
from calvox.windows.plans.packs import known_packs, wanted
from calvox.windows.plans.plan import Do, Line, PlanView, Step, Vouch, command, planned
from calvox.windows.plans.servers import NEVER, back_up, identity, issued, read_again, saved_before

HARDWARE, UPGRADE, REINSTALL = "hardware", "upgrade", "reinstall"
TITLES = {
    HARDWARE: t("New hardware under the licence server"),
    UPGRADE: t("Upgrade Windows in place on the licence server"),
    REINSTALL: t("Install Windows anew on the licence server"),
}
MADE = {
    HARDWARE: t("Change the hardware"),
    UPGRADE: t("Upgrade Windows in place"),
    REINSTALL: t("Install Windows and the role anew"),
}
WHYS = {
    HARDWARE: t(
        "The database stays with the installation of Windows. Whether new hardware changes the Product ID is documented nowhere; so it "
        "is written down before, and compared after."
    ),
    UPGRADE: t(
        "An upgrade in place is expected to keep database and activation (inferred); Windows has “the server was upgraded” among the "
        "reasons to reactivate, so be ready for that call. Upgrade the licence server before its hosts: it must not be older."
    ),
    REINSTALL: t(
        "A new installation is a lost database: a backup of the old one does not bring unissued CALs back, so every pack is installed "
        "again from the papers. If another machine is free, migrate to it instead: users then keep a licence server all the while."
    ),
}
HOWS = {
    HARDWARE: t("Change the hardware, start the service, and say so:"),
    UPGRADE: t("Upgrade Windows in place; if its version cannot be read, say so:"),
    REINSTALL: t("Install Windows and the role Remote Desktop Licensing under the same name, and say so:"),
}


def machine_change(case: Case) -> PlanView:
    """Say how a change of the machine stands."""
    name, kind = case.plan.old, case.plan.kind
    packs, hosts, since = wanted(case, name), hosts_of(case, name), _changed(case)
    steps = (
        _inventory(case, hosts),
        _change(case, since),
        activated_again(
            case,
            since,
            "activate" if kind == REINSTALL else "reactivate",
            _why_activate(kind),
            "change",
            _ids(case, since),
        ),
        packs_again(case, packs, since, _unissued(kind)),
        hosts_again(case, hosts, packs, since),
        backed_up_again(case, packs, since),
    )
    return planned(case.plan, t("{title}: {name}", title=TITLES[kind], name=name), WHYS[kind], steps)


def _changed(case: Case) -> int:
    """Tell when the change was made, as far as is known: as somebody says, or when a newer version was first read."""
    said = case.vouched("change/done")
    newer = case.first(lambda site: _is_newer(case, case.server(case.plan.old, site).machine.version))
    if case.plan.kind == UPGRADE and newer is not None:
        return case.server(case.plan.old, newer).machine.version.time
    return said.time if said else NEVER


def _version_before(case: Case) -> int | None:
    return case.server(case.plan.old, case.since[0]).machine.version.value


def _is_newer(case: Case, version: Fact[int]) -> bool:
    before = _version_before(case)
    return before is not None and version.value is not None and version.value > before


def _inventory(case: Case, hosts: Hosts) -> Step:
    name = case.plan.old
    return Step(
        "inventory",
        t("Write down what {name} is and holds", name=case.bare(name)),
        t("Afterwards nobody can tell what was there before, and the calls ask for it."),
        (
            _product_id(case),
            identity(case, name),
            known_packs(case, name),
            issued(case, name),
            saved_before(case, name),
            *known_hosts(hosts),
        ),
        (*read_again(name, *hosts.names), back_up(name)),
    )


def _product_id(case: Case) -> Line:
    server = case.when_known(case.plan.old, "product_id")
    values = {"name": server.machine.name, "id": server.product_id.value}
    if not server.product_id.known:
        text = t(
            "The Product ID of {name} is not known: {why}.", why=server.product_id.why or t("not collected"), **values
        )
        return Line("product-id", Seen(None, text), Vouch.IF_MISSING)
    text = t("The Product ID of {name} is {id}.", **values)
    return Line("product-id", Seen(True, text, (evidence_of(server, "product_id"),)))


def _change(case: Case, since: int) -> Step:
    name, kind = case.plan.old, case.plan.kind
    note = str(t("done on …"))
    said = command("windows", "change", kind, "--server", name, "--confirm", "change/done", "--note", note)
    if since == NEVER:
        lines: tuple[Line, ...] = (_done(case),)
    else:
        lines = (_done(case), *service_again(case, since))
    return Step(
        "change",
        MADE[kind],
        t("What is read before this says nothing about what is there after it."),
        lines,
        (Do(HOWS[kind], said), *read_again(name)),
        after=("inventory",),
    )


def _done(case: Case) -> Line:
    server = case.server(case.plan.old)
    version, before = server.machine.version, _version_before(case)
    if case.plan.kind != UPGRADE or version.value is None or before is None:
        return Line("done", Seen(None, t("That it was done, no fact shows.")), Vouch.IF_MISSING)
    values = {"name": server.machine.name, "before": version_name(before), "now": version_name(version.value)}
    evidence = (evidence_of(server, "machine.version"),)
    if _is_newer(case, version):
        return Line("done", Seen(True, t("{name} was {before} and is {now}.", **values), evidence))
    return Line("done", Seen(False, t("{name} is {now}, as before.", **values), evidence))


def _why_activate(kind: str) -> Text:
    if kind == REINSTALL:
        return t(
            "A new installation is not activated. Say in the call that the server was installed anew, and its earlier licence server ID: "
            "whether this counts as an activation or a reactivation the clearing house decides."
        )
    return t("If the facts say that it is still activated, no call is needed.")


def _ids(case: Case, since: int) -> tuple[Text, ...]:
    """Compare the IDs before and after."""
    return tuple(_compared(case, since))


def _compared(case: Case, since: int) -> Iterator[Text]:
    now = case.server(case.plan.old)
    for fact, label in (("product_id", t("Product ID")), ("server_id", t("licence server ID"))):
        before, after = getattr(case.when_known(case.plan.old, fact), fact), getattr(now, fact)
        if not before.known or not after.known or after.time < since:
            continue
        if before.value == after.value:
            yield t("The {label} is the same as before.", label=label)
        else:
            yield t(
                "The {label} was {before} and is {after}: say the new one.",
                label=label,
                before=before.value,
                after=after.value,
            )


def _unissued(kind: str) -> tuple[Text, ...]:
    if kind == REINSTALL:
        return (t("Unissued CALs are lost with the old installation and are reissued by telephone (KB953918)."),)
    return (
        t("After a reactivation CALs that were issued stay valid; those not yet issued must be reissued (KB814593)."),
    )
