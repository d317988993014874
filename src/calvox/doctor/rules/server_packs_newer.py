"""Licence server: it holds packs newer than itself.

What it checks: whether each pack’s version is at most the Windows version of the licence server.

Why it matters: a licence server issues CALs of its own version and older. Newer packs cannot be installed or used there, so
the CALs bought for new hosts stay useless until the server is replaced.

Example: CALs of version 2025 on a licence server that runs Windows Server 2022.

Remedy: upgrade the licence server, or activate a newer one and migrate the packs to it, before anything else is bought.

Reference: Microsoft Learn, “License your RDS deployment with client access licenses (CALs)”, compatibility table.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.core.products import version_name
from calvox.doctor.rule import Found, Rule, View, error
from calvox.doctor.rules.collector_not_administrator import believable_packs, doubtful


def check(view: View) -> Iterator[Found]:
    """Find versions of packs that the server is too old for."""
    packs, own = believable_packs(view), view.the_server.machine.version.value or 0
    if packs is None:
        yield doubtful(view)
        return
    for version in sorted({pack.version for pack in packs if pack.counts and pack.version > own}):
        yield error(
            t(
                "{server} runs Windows Server {own} and cannot issue CALs of version {version}",
                server=view.subject,
                own=version_name(own),
                version=version_name(version),
            )
        )


RULE = Rule(
    name="server-packs-newer",
    about="server",
    needs=("packs", "machine.version"),
    title=t("Packs are newer than the licence server"),
    remedy=t(
        "Upgrade the licence server, or activate a newer one and migrate the packs to it in RD Licensing Manager."
    ),
    check=check,
    reference="Microsoft Learn, “License your RDS deployment with client access licenses (CALs)”",
)
