"""The migration of CALs from one licence server to another.

The order is Microsoft's (KB953918, Windows Server documentation “Migrate your RDS CALs”), not that of the French procedure, which
has the old licence server deactivated first. Until the new one is proven the old one goes on issuing CALs; a wizard that removes
CALs from the old one wants both activated; and that a deactivation frees CALs stands in no document that was found.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.facts import From
from calvox.windows.plans.acceptances import accepted, session_do
from calvox.windows.plans.case import Case
from calvox.windows.plans.hosts import Hosts, hosts_of, places_of, points, repointed
from calvox.windows.plans.migrate_new import activate, bring, fit
from calvox.windows.plans.migrate_old import deactivate, inventory, remove
from calvox.windows.plans.packs import wanted
from calvox.windows.plans.plan import Do, PlanView, Step, command, planned
from calvox.windows.plans.servers import read_again

WHY = t(
    "The new licence server is activated first and the old one deactivated last: until the new one is proven, the old one goes on "
    "issuing CALs. The French procedure deactivates first. But a deactivated licence server issues CALs to nobody new (KB814593); "
    "a migration that removes the CALs from the old server wants both activated (RD Licensing Manager’s help); and that a "
    "deactivation frees CALs stands in no document that was found. Microsoft deactivates after the new one works (KB953918)."
)


def migration(case: Case) -> PlanView:
    """Say how a migration stands."""
    old, new = case.plan.old, case.plan.new
    hosts, packs = hosts_of(case, old, new), wanted(case, old)
    title = t("Migrate the CALs of {old} to {new}", old=old, new=new)
    steps = (
        inventory(case, hosts),
        fit(case, hosts, packs),
        activate(case),
        bring(case, packs),
        _repoint(case, hosts),
        _verify(case, hosts),
        remove(case, packs),
        deactivate(case),
    )
    return planned(case.plan, title, WHY, steps)


def _repoint(case: Case, hosts: Hosts) -> Step:
    old, new = case.plan.old, case.plan.new
    return Step(
        "repoint",
        t("Name {new} on every session host, and {old} nowhere", old=case.bare(old), new=case.bare(new)),
        t(
            "A weaker place that still names {old} is hidden by a stronger one, and comes back with it one day.",
            old=old,
        ),
        tuple(repointed(hosts, old, new)),
        (*_settings(case, hosts), *read_again(*hosts.names)),
        after=("packs",),
    )


def _settings(case: Case, hosts: Hosts) -> Iterator[Do]:
    """Say how the settings are changed, place by place."""
    values = {"old": case.plan.old, "new": case.plan.new}
    kind = "gpo" if any(From.POLICY in places_of(hosts, name) for name in hosts.names) else "registry"
    text = t(
        "In site.toml, [licensing], write {new} instead of {old}; then write the artefact, and apply it:", **values
    )
    yield Do(text, command("windows", "artefact", kind, "--force"))
    for name in hosts.names:
        if From.LOCAL in places_of(hosts, name, case.plan.old):
            text = t("The own settings of {host} name {old}:", host=name, **values)
            yield Do(text, command("windows", "act", "set-licensing", "--machine", name))
    if any(From.DEPLOYMENT in places_of(hosts, name, case.plan.old) for name in hosts.names):
        text = t("The deployment names {old}: on its connection broker,", **values)
        mode, broker = t("MODE"), t("BROKER")
        words = (
            "act",
            "set-deployment-licensing",
            "--machine",
            str(broker),
            "--mode",
            str(mode),
            "--servers",
            case.plan.new,
        )
        yield Do(text, command("windows", *words))
    yield Do(t("Then “gpupdate /force” on each host, and restart it if the facts do not change."))


def _verify(case: Case, hosts: Hosts) -> Step:
    old, new = case.plan.old, case.plan.new
    return Step(
        "verify",
        t("See every session host work by {new} alone", new=case.bare(new)),
        t(
            "Nothing of {old} is taken away before this is proven: its CALs cannot be had back without another call.",
            old=old,
        ),
        tuple(accepted(hosts, new, lambda host, _: points(host, old, new).good is True)),
        (*session_do(hosts, new), *read_again(new, *hosts.names)),
        after=("repoint",),
    )
