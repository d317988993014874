"""Session host: whoever collected may not ask a licence server.

What it checks: connectivity status 8 (access denied) towards each licence server.

Why it matters: this says nothing about the host's own right to CALs: the asking person is no administrator on the licence
server. RD Licensing Diagnoser shows “0 licenses” for the same reason. In a workgroup look also at the host's credentials.

Example: a session host's administrator collects, and has no rights on the licence server.

Remedy: collect again with an account that is an administrator on both machines.

Reference: KB2546583; Win32_TerminalServiceSetting.GetTStoLSConnectivityStatus.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.licensing import is_session_host, status_of
from calvox.doctor.rule import Found, Rule, View, cannot_tell, notice

ACCESS_DENIED = 8


def check(view: View) -> Iterator[Found]:
    """Find licence servers that refuse to tell."""
    for name in view.the_host.servers.value or ():
        status = status_of(view.the_host, name)
        if status == ACCESS_DENIED:
            yield notice(
                t(
                    "{server} refuses to tell whoever asks from {host} whether it serves it",
                    host=view.subject,
                    server=name,
                )
            )
        elif status is None:
            yield cannot_tell(
                t("Windows on {host} did not say whether it can connect to {server}", host=view.subject, server=name)
            )


RULE = Rule(
    name="host-server-access-denied",
    about="host",
    needs=("application_mode", "servers", "reach"),
    title=t("The licence server tells nothing to whoever collected"),
    remedy=t(
        "Collect again with an account that belongs to the local Administrators on the host and on the licence server."
    ),
    check=check,
    applies=is_session_host,
    reference="KB2546583; Win32_TerminalServiceSetting.GetTStoLSConnectivityStatus",
)
