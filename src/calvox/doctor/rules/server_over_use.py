"""Licence server: more CALs are issued than were bought.

What it checks: for each type and version, issued minus total, over all packs that have not ended. AvailableLicenses never
goes below zero and so hides this; the row of over-used per-user CALs (type 7, total 0) is added to what is issued.

Why it matters: Windows does not refuse per-user CALs. Nobody notices but an auditor: over-use breaks the agreement.

Example: 50 per-user CALs, 62 issued: RD Licensing Manager shows 0 available, and 12 are missing.

Remedy: buy and install what is missing. CALs of people who left come back by themselves after at most 60 days; do not count on
more than that.

Reference: Microsoft Learn, “License your RDS deployment with client access licenses (CALs)”, over-use of per-user CALs.
"""

from collections.abc import Iterable, Iterator

from calvox.common.i18n import t
from calvox.core.products import CalType, version_name
from calvox.doctor.facts import Pack
from calvox.doctor.rule import Found, Rule, View, warning
from calvox.doctor.rules.collector_not_administrator import believable_packs, doubtful
from calvox.doctor.rules.server_pack_ending import ended

Pools = dict[tuple[int, int], tuple[int, int]]
"""Product and version to the totals of their packs: bought, issued."""
OVER_USED = 7
"""KeyPackType of the row in which Windows counts per-user CALs beyond the packs."""


def pools(packs: Iterable[Pack], now: int) -> Pools:
    """Add up the packs of each type and version; packs that have ended are left out."""
    sums: Pools = {}
    for pack in packs:
        over_used = pack.kind == OVER_USED and pack.product == CalType.USER and pack.total == 0
        if over_used or (pack.counts and not ended(pack, now)):
            total, issued = sums.get((pack.product, pack.version), (0, 0))
            sums[pack.product, pack.version] = total + pack.total, issued + pack.issued
    return sums


def check(view: View) -> Iterator[Found]:
    """Find each pool with more issued than bought."""
    packs = believable_packs(view)
    if packs is None:
        yield doubtful(view)
        return
    for (product, version), (total, issued) in sorted(pools(packs, view.now).items()):
        if issued > total:
            yield warning(
                t(
                    "{server}, CALs {kind} of version {version}: {issued} issued, {total} bought, {over} too many",
                    server=view.subject,
                    kind=CalType(product).text,
                    version=version_name(version),
                    issued=issued,
                    total=total,
                    over=issued - total,
                )
            )


RULE = Rule(
    name="server-over-use",
    about="server",
    needs=("packs",),
    title=t("More CALs are issued than were bought"),
    remedy=t("Buy and install the CALs that are missing. CALs of people who left come back after at most 60 days."),
    check=check,
    reference="Microsoft Learn, “License your RDS deployment with client access licenses (CALs)”",
)
