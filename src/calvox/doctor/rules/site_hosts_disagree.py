"""Site: session hosts name different licence servers.

What it checks: whether all session hosts that name licence servers name the same ones. The order does not count, nor whether
a name is written with its domain.

Why it matters: hosts in two camps are often the rest of an unfinished move. Packs and reports then lie on two servers, device
CALs are issued twice, and the camp of the old server stops the day it is switched off.

Example: nine hosts name LIC02, which came last month, and one that was off that day still names LIC01.

Remedy: name the same licence servers, in the order of preference, in one policy for all hosts; if two camps are intended,
write down why.

Reference: Microsoft Learn, “License Remote Desktop session hosts”, on several licence servers.
"""

from collections import defaultdict
from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.facts import SessionHost, Site, short_name
from calvox.doctor.licensing import listed
from calvox.doctor.rule import Found, Rule, View, cannot_tell, notice, warning

ENOUGH = 2
"""So many hosts must agree before a single other one looks forgotten."""

Camps = dict[frozenset[str], list[str]]


def hosts_of(site: Site) -> list[SessionHost]:
    """List the session hosts, without machines that are known to be none."""
    return [host for host in site.session_hosts if host.application_mode.value is not False]


def camps_of(site: Site) -> Camps:
    """Gather the hosts by the servers that they name."""
    camps: Camps = defaultdict(list)
    for host in hosts_of(site):
        if host.servers.value:
            camps[frozenset(short_name(name) for name in host.servers.value)].append(host.machine.name)
    return dict(camps)


def check(view: View) -> Iterator[Found]:
    """Find hosts in several camps, and the one that was forgotten."""
    camps = sorted(camps_of(view.site).items(), key=lambda camp: (-len(camp[1]), sorted(camp[0])))
    unknown = [host.machine.name for host in hosts_of(view.site) if not host.servers.known]
    if len(camps) > 1:
        yield from _several(camps)
    elif unknown:
        yield cannot_tell(t("Which licence servers these hosts name was not collected: {hosts}", hosts=listed(unknown)))
    elif not view.site.session_hosts:
        yield cannot_tell(t("No session host was collected"))


def _several(camps: list[tuple[frozenset[str], list[str]]]) -> Iterator[Found]:
    (most, hosts), (other, odd) = camps[0], camps[1]
    if len(camps) == 2 and len(odd) == 1 and len(hosts) >= ENOUGH:
        yield warning(
            t(
                "{host} names {other} as licence server, all other hosts name {most}: it was probably forgotten",
                host=odd[0],
                other=listed(sorted(other)),
                most=listed(sorted(most)),
            )
        )
    else:
        shown = "; ".join(f"{listed(sorted(named))} ← {listed(sorted(who))}" for named, who in camps)
        yield notice(t("Session hosts name different licence servers: {camps}", camps=shown))


RULE = Rule(
    name="site-hosts-disagree",
    about="site",
    needs=(),
    title=t("Session hosts name different licence servers"),
    remedy=t(
        "Name the same licence servers, in the order of preference, in one policy for all hosts: “Use the specified "
        "Remote Desktop license servers”. If two groups of hosts are intended, note why in the site's record."
    ),
    check=check,
    applies=lambda view: len(hosts_of(view.site)) > 1 or not view.site.session_hosts,
    reference="Microsoft Learn, “License Remote Desktop session hosts”",
)
