"""Licence server: its packs are of the wrong type for every host that uses it.

What it checks: the licence server has packs, hosts name it, and the mode of none of these hosts is the type of any pack.

Why it matters: devices then get temporary CALs and are refused after 90 days; users get CALs that nothing covers. The CALs
that were bought are never issued.

Example: per-user packs only, and both hosts work per device.

Remedy: set the hosts’ licensing mode to the type that was bought, or convert the packs in RD Licensing Manager.

Reference: Microsoft Learn, “License Remote Desktop session hosts”; Win32_TSLicenseKeyPack.ConvertLicenses.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.core.products import CalType
from calvox.doctor.licensing import PRODUCTS
from calvox.doctor.rule import Found, Rule, View, cannot_tell, error
from calvox.doctor.rules.collector_not_administrator import believable_packs, doubtful


def all_hosts_told(view: View) -> bool:
    """Tell whether it is known of each host which licence servers it names; a site without hosts tells nothing."""
    hosts = view.site.session_hosts
    return bool(hosts) and all(host.servers.known for host in hosts)


def check(view: View) -> Iterator[Found]:
    """Find packs that none of the hosts can use."""
    packs = believable_packs(view)
    if packs is None:
        yield doubtful(view)
        return
    types = {pack.product for pack in packs if pack.counts}
    modes = [host.mode.value for host in view.hosts_of_server()]
    wanted = {PRODUCTS[mode] for mode in modes if mode in PRODUCTS}
    if not types or wanted & types:
        return
    if None in modes or not all_hosts_told(view):
        yield cannot_tell(t("The modes of all hosts that use {server} were not collected", server=view.subject))
    elif wanted:
        yield error(
            t(
                "{server} has only CALs {kind}, and none of its hosts works so",
                server=view.subject,
                kind=CalType(min(types)).text,
            )
        )


RULE = Rule(
    name="server-packs-unfit",
    about="server",
    needs=("packs",),
    title=t("The packs are of the wrong type for every host"),
    remedy=t(
        "Set the hosts’ licensing mode to the type that was bought, or convert the packs in RD Licensing Manager."
    ),
    check=check,
    reference="Microsoft Learn, “License Remote Desktop session hosts”",
)
