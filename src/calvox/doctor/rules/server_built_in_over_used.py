"""Licence server: per-user CALs are taken from the built-in pool.

What it checks: CALs are issued from the built-in row (product 3, not counted) while the server is in per-user use.

Why it matters: Windows shows “Built-in Overused” when it issues per-user CALs that no pack covers. Nothing is refused, and
nothing is deducted from the packs, so the packs look less used than they are.

Example: hosts of 2008 R2 ask a 2012 R2 server that has per-user packs of 2012 only.

Remedy: install per-user packs whose version is that of the hosts or newer; check that the hosts’ mode is the one intended.

Reference: Microsoft Tech Community, Ask the Performance Team, “RD Licensing: Built-in Overused” (1404899).
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.facts import UNLIMITED, Mode, Pack
from calvox.doctor.rule import Found, Rule, View, cannot_tell, warning
from calvox.doctor.rules.collector_not_administrator import believable_packs, doubtful
from calvox.doctor.rules.server_packs_unfit import all_hosts_told

BUILT_IN = 3
"""ProductType of the built-in row."""


def check(view: View) -> Iterator[Found]:
    """Find built-in CALs issued in per-user use."""
    packs = believable_packs(view)
    if packs is None:
        yield doubtful(view)
        return
    issued = sum(p.issued for p in packs if p.product == BUILT_IN and p.total in (0, UNLIMITED))
    if not issued:
        return
    per_user = _per_user(view, packs)
    if per_user is None:
        yield cannot_tell(
            t(
                "{server} issued {count} built-in CALs; the modes of its hosts were not collected",
                server=view.subject,
                count=issued,
            )
        )
    elif per_user:
        yield warning(
            t("{server} issued {count} per-user CALs that no pack covers (built-in)", server=view.subject, count=issued)
        )


def _per_user(view: View, packs: tuple[Pack, ...]) -> bool | None:
    modes = [host.mode.value for host in view.hosts_of_server()]
    if Mode.USER in modes or any(pack.counts and pack.product == 1 for pack in packs):
        return True
    return False if all_hosts_told(view) and None not in modes else None


RULE = Rule(
    name="server-built-in-over-used",
    about="server",
    needs=("packs",),
    title=t("Per-user CALs are taken from the built-in pool"),
    remedy=t("Install per-user packs of the hosts’ version or newer, and check the hosts’ licensing mode."),
    check=check,
    reference="Microsoft Tech Community, Ask the Performance Team, 1404899",
)
