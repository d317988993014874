"""Session host: it is in the deprecated mode “AAD Per User”.

What it checks: the mode in force is that of the policy's value 6, licensing by Entra ID users.

Why it matters: Microsoft deprecated the mode; it needs the Internet, and no pack on a licence server serves it.

Example: the policy's list was read too fast, and its third line chosen.

Remedy: choose Per User or Per Device in the policy.

Reference: TerminalServer.admx, policy “Set the Remote Desktop licensing mode”.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.facts import Mode
from calvox.doctor.licensing import is_session_host
from calvox.doctor.rule import Found, Rule, View, warning


def check(view: View) -> Iterator[Found]:
    """Find a host in the deprecated mode."""
    if view.the_host.mode.value is Mode.ENTRA_USER:
        yield warning(t("{host} is in the deprecated mode “AAD Per User”, which no pack serves", host=view.subject))


RULE = Rule(
    name="host-entra-mode",
    about="host",
    needs=("application_mode", "mode"),
    title=t("The mode “AAD Per User” is deprecated"),
    remedy=t(
        "Choose Per User or Per Device in the policy “Set the Remote Desktop licensing mode” (value LicensingMode under HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows NT\\Terminal Services: 4 or 2), as the CALs were bought; then gpupdate /force."
    ),
    check=check,
    applies=is_session_host,
    reference="TerminalServer.admx, “Set the Remote Desktop licensing mode”",
)
