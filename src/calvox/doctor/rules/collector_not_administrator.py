"""Licence server: whoever collected is no administrator there.

What it checks: whether the account that collected the facts is a local administrator of the licence server.

Why it matters: Windows answers anybody else with empty properties and zero CALs instead of an error, so a server full of
CALs looks empty (KB2546583). Such a zero is not to be trusted, and nothing must be bought or rebuilt because of it.

Example: the collector ran as an ordinary user; the bundle lists no packs of a server that issues CALs every day.

Remedy: collect again with an account that is in the local group Administrators of the licence server.

Reference: Microsoft Support, KB2546583; Win32_TSLicenseServer, “Remarks”.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.facts import Pack
from calvox.doctor.rule import Found, Rule, View, cannot_tell, notice, warning


def believable_packs(view: View) -> tuple[Pack, ...] | None:
    """Give the packs of the licence server; None if they are not known, or are a zero that only administrators may trust."""
    packs = view.the_server.packs.value
    if packs is None or view.the_server.machine.administrator.value:
        return packs
    return packs if any(pack.total or pack.issued for pack in packs) else None


def doubtful(view: View) -> Found:
    """Say that the packs are not known because of the zero that others than administrators are shown."""
    return cannot_tell(
        t(
            "{server} shows no CALs, but it is not known that an administrator collected: that zero is not to be trusted",
            server=view.subject,
        )
    )


def check(view: View) -> Iterator[Found]:
    """Find a licence server that was read without the rights for it."""
    if view.the_server.machine.administrator.value:
        return
    if believable_packs(view) is None:
        yield warning(
            t(
                "The collector was no administrator on {server}: if it shows no CALs, that zero is not to be trusted",
                server=view.subject,
            )
        )
    else:
        yield notice(
            t("The collector was no administrator on {server}: facts may be missing or empty", server=view.subject)
        )


RULE = Rule(
    name="collector-not-administrator",
    about="server",
    needs=("machine.administrator",),
    title=t("The collector was no administrator on the licence server"),
    remedy=t("Collect again with an account in the licence server’s local group Administrators."),
    check=check,
    reference="Microsoft Support, KB2546583",
)
