"""Licence server: newer CALs may not serve older hosts, and there are no others.

What it checks: the policy “Prevent license upgrade” is on, and a host that uses the licence server has no pack of its own type
and version there, only newer ones. Per device this is an error, per user a warning.

Why it matters: with the policy on, a host is given CALs of its own version only. Otherwise devices get temporary CALs, which
end after 90 days, though fitting CALs lie idle.

Example: a host of 2019, CALs of 2022 only, and the policy on.

Remedy: switch the policy off, or install packs of the hosts’ version.

Reference: policy “Prevent license upgrade”; Microsoft Learn, “IsLSPreventUpgradeGPEnabled method”.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.core.products import version_name
from calvox.doctor.facts import Mode
from calvox.doctor.licensing import PRODUCTS
from calvox.doctor.rule import Found, Rule, View, cannot_tell, error, warning
from calvox.doctor.rules.collector_not_administrator import believable_packs, doubtful
from calvox.doctor.rules.server_pack_ending import ended
from calvox.doctor.rules.server_packs_unfit import all_hosts_told


def check(view: View) -> Iterator[Found]:
    """Find hosts for which there are newer packs and none of their own version."""
    packs = believable_packs(view)
    if packs is None:
        yield doubtful(view)
        return
    if not all_hosts_told(view):
        yield cannot_tell(t("Which hosts use {server} was not collected", server=view.subject))
    for host in view.hosts_of_server():
        version, mode = host.machine.version.value, host.mode.value
        if version is None or mode is None:
            yield cannot_tell(t("Version or mode of {host} was not collected", host=host.machine.name))
            continue
        versions = {p.version for p in packs if p.counts and p.product == PRODUCTS.get(mode) and not ended(p, view.now)}
        if version not in versions and any(newer > version for newer in versions):
            say = error if mode is Mode.DEVICE else warning
            yield say(
                t(
                    "{server} has no CALs of version {version} for {host}, and “Prevent license upgrade” forbids newer ones",
                    server=view.subject,
                    host=host.machine.name,
                    version=version_name(version),
                )
            )


RULE = Rule(
    name="server-prevent-upgrade",
    about="server",
    needs=("prevent_upgrade", "packs"),
    title=t("Newer CALs may not serve older hosts"),
    remedy=t(
        "Switch the policy “Prevent license upgrade” off for the licence server and run “gpupdate /force” there, or install packs of the hosts’ version."
    ),
    check=check,
    applies=lambda view: bool(view.the_server.prevent_upgrade.value),
    reference="Group policy “Prevent license upgrade”",
)
