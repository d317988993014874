"""Licence server: a pool of CALs is nearly or wholly used up.

What it checks: for each type and version, how many CALs are issued of those bought. From 90 % it is a warning. A wholly used
per-device pool is an error, for the next device is refused, unless newer CALs of the same type are free and may be issued
instead; per user it is a warning, for Windows goes on. Over-use has its own rule.

Why it matters: buying takes weeks, and on an isolated site every pack takes a call.

Example: 100 per-device CALs of version 2019, 100 issued, nothing newer: the next new device gets a temporary CAL.

Remedy: revoke CALs of devices that are gone (at most 20 % of a version at a time), or buy and install more.

Reference: Microsoft Learn, “License your RDS deployment with client access licenses (CALs)”.
"""

from collections.abc import Iterator

from calvox.common.commands import Command
from calvox.common.i18n import t
from calvox.core.products import CalType, version_name
from calvox.doctor.rule import Found, Rule, View, error, warning
from calvox.doctor.rules.collector_not_administrator import believable_packs, doubtful
from calvox.doctor.rules.server_over_use import Pools, pools


def check(view: View) -> Iterator[Found]:
    """Find each pool with at most a tenth left."""
    packs = believable_packs(view)
    if packs is None:
        yield doubtful(view)
        return
    sums = pools(packs, view.now)
    for (product, version), (total, issued) in sorted(sums.items()):
        values = {
            "server": view.subject,
            "kind": CalType(product).text,
            "version": version_name(version),
            "total": total,
        }
        if 0 < total == issued:
            refused = product == CalType.DEVICE and not _newer_serves(view, sums, version)
            say = error if refused else warning
            yield say(t("{server}, CALs {kind} of version {version}: all {total} are issued", **values))
        elif issued < total and total * 9 <= issued * 10:
            yield warning(
                t(
                    "{server}, CALs {kind} of version {version}: {free} of {total} are left",
                    free=total - issued,
                    **values,
                )
            )


def _newer_serves(view: View, sums: Pools, version: int) -> bool:
    if view.the_server.prevent_upgrade.value:
        return False
    return any(
        product == CalType.DEVICE and newer > version and issued < total
        for (product, newer), (total, issued) in sums.items()
    )


RULE = Rule(
    name="server-pool-used",
    about="server",
    needs=("packs",),
    title=t("A pool of CALs is nearly or wholly used up"),
    remedy=t(
        "Revoke per-device CALs of devices that are gone, or buy more CALs and install them by telephone: “{call}”.",
        call=Command("windows call"),
    ),
    check=check,
    reference="Microsoft Learn, “License your RDS deployment with client access licenses (CALs)”",
)
