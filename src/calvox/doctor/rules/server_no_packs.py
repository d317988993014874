"""Licence server: it holds no packs.

What it checks: whether the licence server has at least one pack that somebody bought. The built-in and the temporary pack
do not count. If another licence server of the site has packs, this is a warning: the server may be a spare.

Why it matters: without packs devices get a temporary CAL, once, for 90 days, and are refused after that; per-user CALs are
issued with nothing to cover them.

Example: the server was activated by telephone, and the second part of the call, the CALs, was forgotten.

Remedy: install the packs by telephone in RD Licensing Manager (Install Licenses).

Reference: Microsoft Learn, “Install RDS client access licenses on the Remote Desktop license server”.
"""

from collections.abc import Iterator

from calvox.common.commands import Command
from calvox.common.i18n import t
from calvox.doctor.rule import Found, Rule, View, error, warning
from calvox.doctor.rules.collector_not_administrator import believable_packs, doubtful


def check(view: View) -> Iterator[Found]:
    """Find a licence server without packs."""
    packs = believable_packs(view)
    if packs is None:
        yield doubtful(view)
    elif not any(pack.counts for pack in packs):
        others = [s for s in view.site.licence_servers if s != view.the_server]
        if any(pack.counts for other in others for pack in other.packs.value or ()):
            yield warning(t("{server} holds no packs; another licence server of the site does", server=view.subject))
        else:
            yield error(t("{server} holds no packs: devices get temporary CALs and no more", server=view.subject))


RULE = Rule(
    name="server-no-packs",
    about="server",
    needs=("packs",),
    title=t("The licence server holds no packs"),
    remedy=t(
        "Prepare the call with “{open}”; in RD Licensing Manager choose Install Licenses, and install the packs by telephone from your papers.",
        open=Command("windows call open", "install"),
    ),
    check=check,
    reference="Microsoft Learn, “Install RDS client access licenses on the Remote Desktop license server”",
)
