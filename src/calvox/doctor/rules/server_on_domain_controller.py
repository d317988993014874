"""Licence server: it runs on a domain controller.

What it checks: whether the licence server is a domain controller.

Why it matters: Microsoft advises against it. There the service can reach far more than it needs, NETWORK SERVICE must be in
Terminal Server License Servers as well, and restoring one role means restoring the other.

Example: a small site put every role on its first server.

Remedy: activate a licence server on a member server and migrate the CALs to it.

Reference: Microsoft Learn, “License Remote Desktop session hosts”; “IsLSonDC method”.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.rule import Found, Rule, View, warning


def check(view: View) -> Iterator[Found]:
    """Find a domain controller."""
    if view.the_server.machine.domain_controller.value:
        yield warning(t("{server} is a domain controller and a licence server", server=view.subject))


RULE = Rule(
    name="server-on-domain-controller",
    about="server",
    needs=("machine.domain_controller",),
    title=t("The licence server is a domain controller"),
    remedy=t("Activate a licence server on a member server, and migrate the CALs to it in RD Licensing Manager."),
    check=check,
    reference="Microsoft Learn, “License Remote Desktop session hosts”",
)
