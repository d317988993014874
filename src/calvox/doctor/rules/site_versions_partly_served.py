"""Site: packs serve session hosts of some versions only.

What it checks: on a site whose session hosts are of several Windows versions, whether the packs of all collected licence
servers together serve every version in its mode. A pack serves hosts of its own version and older, never newer.

Why it matters: after the upgrade of a few hosts the old packs go on serving the others. That looks like a fault of the new
hosts, and is a purchase that was not made.

Example: packs of 2019, four hosts of 2019 and two new ones of 2022: the new ones work until their grace period ends.

Remedy: buy and install CALs of the newest host's version on a licence server of at least that version; they serve the older
hosts too.

Reference: Microsoft Learn, “License your RDS deployment with client access licenses”, the table of versions.
"""

from collections import defaultdict
from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.facts import Mode, Pack, SessionHost, Site
from calvox.doctor.licensing import PRODUCTS, is_valid, listed, packs_of, serves_host, windows_name
from calvox.doctor.rule import Found, Rule, View, cannot_tell, warning

Need = tuple[int, Mode]
"""A version of hosts, and their mode."""


def check(view: View) -> Iterator[Found]:
    """Find versions of hosts for which there is no pack."""
    hosts = [host for host in view.site.session_hosts if host.application_mode.value is not False]
    needs, packs = _needs_of(hosts), _packs_of(view.site, view.now)
    lacking = {need: who for need, who in needs.items() if not any(_fits(pack, need) for pack in packs)}
    several = len({version for version, _ in needs}) > 1
    if several and lacking and _all_known(view.site):
        yield warning(
            t(
                "No pack serves the hosts of {lacking}; packs serve those of {served}",
                lacking=_shown(lacking),
                served=_shown({need: who for need, who in needs.items() if need not in lacking}) or "–",
            )
        )
    elif several and lacking:
        yield cannot_tell(t("Whether packs serve the hosts of {lacking} was not collected", lacking=_shown(lacking)))
    elif not view.site.session_hosts:
        yield cannot_tell(t("No session host was collected"))
    elif any(not (host.machine.version.known and host.mode.known) for host in hosts):
        yield cannot_tell(t("Version or mode of some session hosts was not collected"))


def _needs_of(hosts: list[SessionHost]) -> dict[Need, list[str]]:
    """Gather the hosts by what they need, as far as it is known."""
    needs: dict[Need, list[str]] = defaultdict(list)
    for host in hosts:
        version, mode = host.machine.version.value, host.mode.value
        if version is not None and mode in PRODUCTS:
            needs[version, mode].append(host.machine.name)
    return dict(needs)


def _packs_of(site: Site, now: int) -> list[Pack]:
    """List the valid packs of all licence servers."""
    packs = [pack for server in site.licence_servers for pack in packs_of(server) or ()]
    return [pack for pack in packs if is_valid(pack, now)]


def _all_known(site: Site) -> bool:
    return bool(site.licence_servers) and all(packs_of(server) is not None for server in site.licence_servers)


def _fits(pack: Pack, need: Need) -> bool:
    version, mode = need
    return pack.product == PRODUCTS[mode] and serves_host(pack, version)


def _shown(needs: dict[Need, list[str]]) -> str:
    versions: dict[int, list[str]] = defaultdict(list)
    for (version, _), who in sorted(needs.items()):
        versions[version] += who
    return "; ".join(f"{windows_name(version)} ({listed(who)})" for version, who in versions.items())


RULE = Rule(
    name="site-versions-partly-served",
    about="site",
    needs=(),
    title=t("Packs serve session hosts of some versions only"),
    remedy=t(
        "Install CALs of the newest host's version, of the type that its mode needs, on a licence server of at least that "
        "version. They serve the older hosts too."
    ),
    check=check,
    applies=lambda view: len(view.site.session_hosts) != 1,
    reference="Microsoft Learn, “License your RDS deployment with client access licenses”",
)
