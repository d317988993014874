"""Licence server: devices get temporary CALs and none from its packs.

What it checks: temporary per-device CALs are issued, no per-device CAL is issued from a pack, and yet there are packs.

Why it matters: a temporary CAL is given once and ends after 90 days. If nothing follows, the device is then refused,
although CALs were bought: of the other type, or too old for the hosts.

Example: per-user packs are installed, a host works per device, and its devices live on temporary CALs.

Remedy: compare mode and version of the hosts with type and version of the packs; set the mode, convert or install packs.
On the first day of a new site wait: a device gets its permanent CAL at its second connection.

Reference: Microsoft Learn, “License your RDS deployment with client access licenses (CALs)”.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.facts import Pack
from calvox.doctor.rule import Found, Rule, View, cannot_tell, warning
from calvox.doctor.rules.collector_not_administrator import believable_packs, doubtful

TEMPORARY = 4
"""KeyPackType of temporary CALs."""


def check(view: View) -> Iterator[Found]:
    """Find temporary CALs where packs give none."""
    packs = believable_packs(view)
    if packs is None:
        yield doubtful(view)
        return
    if any(pack.counts and pack.product == 0 and pack.issued for pack in packs):
        return
    count = _temporary(view, packs)
    if count is None:
        yield cannot_tell(t("The CALs that {server} issued to devices were not collected", server=view.subject))
    elif count:
        yield warning(
            t(
                "{server} gives devices temporary CALs (count: {count}) and none from its packs, which may not fit the hosts",
                server=view.subject,
                count=count,
            )
        )


def _temporary(view: View, packs: tuple[Pack, ...]) -> int | None:
    counted = sum(pack.issued for pack in packs if pack.kind == TEMPORARY)
    listed = view.the_server.issued.value
    if listed is None:
        return counted or None
    return max(counted, sum(cal.temporary for cal in listed))


RULE = Rule(
    name="server-only-temporary",
    about="server",
    needs=("packs",),
    title=t("Devices get temporary CALs alone"),
    remedy=t(
        "Compare the hosts’ mode and version with the packs’ type and version. Set the mode, convert packs, or install packs that fit. On a new site wait for each device’s second connection."
    ),
    check=check,
    applies=lambda view: (
        any(pack.counts for pack in view.the_server.packs.value or ()) or believable_packs(view) is None
    ),
    reference="Microsoft Learn, “License your RDS deployment with client access licenses (CALs)”",
)
