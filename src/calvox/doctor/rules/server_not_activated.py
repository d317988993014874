"""Licence server: it is not activated.

What it checks: GetActivationStatus of the licence server.

Why it matters: a licence server that is not activated takes no packs. It issues temporary per-device CALs, which end after
90 days, and per-user CALs that nothing covers.

Example: the role was installed, the call was put off; three months later the first devices are refused.

Remedy: activate it by telephone in RD Licensing Manager (Activate Server, method Telephone).

Reference: Microsoft Learn, “Activate the Remote Desktop Services license server”.
"""

from collections.abc import Iterator

from calvox.common.commands import Command
from calvox.common.i18n import t
from calvox.doctor.rule import Found, Rule, View, error


def check(view: View) -> Iterator[Found]:
    """Find a licence server that is not activated."""
    if not view.the_server.activated.value:
        yield error(t("{server} is not activated: it issues no permanent per-device CALs", server=view.subject))


RULE = Rule(
    name="server-not-activated",
    about="server",
    needs=("activated",),
    title=t("The licence server is not activated"),
    remedy=t(
        "Prepare the call with “{open}”; in RD Licensing Manager choose Activate Server with the method Telephone, call Microsoft, and type in the ID that you are given.",
        open=Command("windows call open", "activate"),
    ),
    check=check,
    reference="Microsoft Learn, “Activate the Remote Desktop Services license server”",
)
