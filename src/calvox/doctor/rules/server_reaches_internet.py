"""Licence server: it can reach the Internet.

What it checks: whether the licence server can open a connection to the Internet.

Why it matters: on an isolated site it should not; a way out that nobody planned is also a way in. Licensing needs none:
activation and packs go by telephone.

Example: a second network card was plugged in for an update and forgotten.

Remedy: if the site is meant to be isolated, find the way out and close it; otherwise set this notice aside.

Reference: Microsoft Learn, “Activate the Remote Desktop Services license server”, method Telephone.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.rule import Found, Rule, View, notice


def check(view: View) -> Iterator[Found]:
    """Find a way out."""
    if view.the_server.machine.internet.value:
        yield notice(t("{server} can reach the Internet; on an isolated site it should not", server=view.subject))


RULE = Rule(
    name="server-reaches-internet",
    about="server",
    needs=("machine.internet",),
    title=t("The licence server can reach the Internet"),
    remedy=t(
        "If the site is meant to be isolated, find the way out and close it: gateway, proxy, second network card."
    ),
    check=check,
    reference="Microsoft Learn, “Activate the Remote Desktop Services license server”",
)
