"""Session host: licensing is configured on a machine that is no session host.

What it checks: a machine open to remote administration alone (TerminalServerMode 0), on which a mode is set or licence
servers are named.

Why it matters: it takes no CALs and lets in two administrators only. Either the role is missing, or it was removed, or the
policy reaches machines that it is not meant for.

Example: the policy for session hosts is linked to all servers.

Remedy: install the role RD Session Host if users are to work here; otherwise narrow the policy.

Reference: Win32_TerminalServiceSetting.TerminalServerMode; Microsoft Learn, “Remote Desktop Services roles”.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.facts import Mode
from calvox.doctor.rule import Found, Rule, View, cannot_tell, notice

SET = (Mode.DEVICE, Mode.USER, Mode.ENTRA_USER)


def check(view: View) -> Iterator[Found]:
    """Find settings without the role."""
    host = view.the_host
    modes = any(setting.mode in SET for setting in host.mode_settings.value or ())
    if modes or host.servers.value:
        yield notice(t("Licensing is configured on {host}, but it is no session host", host=view.subject))
    elif not (host.mode_settings.known and host.servers.known):
        yield cannot_tell(
            t("{host} is no session host; whether licensing is configured was not collected", host=view.subject)
        )


RULE = Rule(
    name="host-not-session-host",
    about="host",
    needs=("application_mode",),
    title=t("Licensing is configured on a machine that is no session host"),
    remedy=t(
        "If users are to work here: Install-WindowsFeature RDS-RD-Server, and restart. If not, take the machine out of the policy's reach."
    ),
    check=check,
    applies=lambda view: view.the_host.application_mode.value is False,
    reference="Win32_TerminalServiceSetting.TerminalServerMode",
)
