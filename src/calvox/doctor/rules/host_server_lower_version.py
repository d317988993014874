"""Session host: Windows says that a licence server is of a lower version.

What it checks: connectivity status 4 (lower version) towards each licence server that the host names. It is Windows' own
word for it, and comes also where nothing was collected of the licence server.

Why it matters: a licence server of a lower version has no CALs for the host.

Example: a 2022 session host names a 2012 R2 licence server that another team runs.

Remedy: upgrade the licence server, or migrate its CALs to one of the host's version, and name that one.

Reference: Win32_TerminalServiceSetting.GetTStoLSConnectivityStatus; event 1132.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.licensing import is_session_host, status_of
from calvox.doctor.rule import Found, Rule, View, cannot_tell, error

LOWER_VERSION = 4


def check(view: View) -> Iterator[Found]:
    """Find licence servers that Windows calls too old."""
    for name in view.the_host.servers.value or ():
        status = status_of(view.the_host, name)
        values = {"host": view.subject, "server": name}
        if status == LOWER_VERSION:
            yield error(t("Windows on {host} says that {server} is of a lower version", **values))
        elif status is None:
            yield cannot_tell(t("Windows on {host} did not say whether it can connect to {server}", **values))


RULE = Rule(
    name="host-server-lower-version",
    about="host",
    needs=("application_mode", "servers", "reach"),
    title=t("Windows calls the licence server too old"),
    remedy=t(
        "Upgrade the licence server, or set up one of the host's version, activate it, and migrate the CALs: RD Licensing Manager, Manage Licenses. Then name that one on the hosts."
    ),
    check=check,
    applies=is_session_host,
    reference="Win32_TerminalServiceSetting.GetTStoLSConnectivityStatus; event 1132",
)
