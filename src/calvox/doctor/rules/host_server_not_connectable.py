"""Session host: Windows cannot connect to a licence server, although the network lets it through.

What it checks: connectivity status 6 (not connectable), 3 and 10 (no fit) towards each licence server, where no step on the
way (name, ports) is known to fail; those have their own rules.

Why it matters: the machine is there but its licensing service does not answer, and the host gets no CALs.

Example: the ports answer, and the service TermServLicensing is stopped.

Remedy: start the service on the licence server and look at its events.

Reference: Win32_TerminalServiceSetting.GetTStoLSConnectivityStatus; event 1131.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.licensing import is_session_host, reach_to
from calvox.doctor.rule import Found, Rule, View, cannot_tell, error

UNCLEAR_STATUS = (None, 0, 7)
NO_FIT_STATUS = (3, 10)


def check(view: View) -> Iterator[Found]:
    """Find licence servers that Windows cannot connect to."""
    for name in view.the_host.servers.value or ():
        reach = reach_to(view.the_host, name)
        status = reach.status.value if reach else None
        values = {"host": view.subject, "server": name}
        if (
            status == 6
            and reach
            and False not in (reach.name.value, reach.port_135.value, reach.dynamic.value, reach.pipe.value)
        ):
            yield error(t("{host} cannot connect to the licensing service of {server}", **values))
        elif status == 6:
            yield cannot_tell(t("{host} does not get as far as the licensing service of {server}", **values))
        elif status in NO_FIT_STATUS:
            yield error(
                t("Windows on {host} says that {server} does not fit it (status {status})", status=status, **values)
            )
        elif status in UNCLEAR_STATUS:
            yield cannot_tell(t("Windows on {host} did not say whether it can connect to {server}", **values))


RULE = Rule(
    name="host-server-not-connectable",
    about="host",
    needs=("application_mode", "servers", "reach"),
    title=t("The licensing service cannot be connected to"),
    remedy=t(
        "On the licence server: Start-Service TermServLicensing; Set-Service TermServLicensing -StartupType Automatic. If it does not stay up, look at its events (Microsoft-Windows-TerminalServices-Licensing, ESENT)."
    ),
    check=check,
    applies=is_session_host,
    reference="Win32_TerminalServiceSetting.GetTStoLSConnectivityStatus; event 1131",
)
