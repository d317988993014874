"""Session host: in a workgroup it has no credentials for its licence server.

What it checks: a host in a workgroup, whether NETWORK SERVICE has credentials stored for the licence server, unless the
licence server is the host itself or does not demand them (DisableWorkgroupAuthEnforcement).

Why it matters: since the updates for CVE-2024-38099 a licence server in a workgroup answers no anonymous host. Where the
connection still works, the licence server has not had that update yet.

Example: licensing stopped after the monthly updates, though nothing was changed.

Remedy: make a user for the hosts on the licence server, and store its credentials on each host for NETWORK SERVICE.

Reference: Microsoft Learn, “License Remote Desktop session hosts”, workgroups; CVE-2024-38099.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.facts import Join, LicenceServer, short_name
from calvox.doctor.licensing import GOOD_STATUS, is_session_host, named_servers, status_of
from calvox.doctor.rule import Found, Rule, View, cannot_tell, error, warning


def check(view: View) -> Iterator[Found]:
    """Find a host that comes to its licence server without a name."""
    stored = view.the_host.stored_credentials.value
    if stored:
        return
    for name, server in named_servers(view):
        if short_name(name) != short_name(view.subject):
            yield from _towards(view, name, server, stored)


def _towards(view: View, name: str, server: LicenceServer | None, stored: bool | None) -> Iterator[Found]:
    demanded = server.workgroup_enforcement.value if server else None
    values = {"host": view.subject, "server": name}
    if demanded is False:
        return
    if stored is None or demanded is None:
        yield cannot_tell(t("Whether {server} demands credentials, and {host} has them, was not collected", **values))
    elif status_of(view.the_host, name) in GOOD_STATUS:
        yield warning(
            t("{host} has no credentials for {server}: licensing will stop with the next update there", **values)
        )
    else:
        yield error(t("{host} has no credentials for {server}, which answers no anonymous host", **values))


RULE = Rule(
    name="host-workgroup-credentials",
    about="host",
    needs=("application_mode", "machine.join", "servers"),
    title=t("In a workgroup the host has no credentials for its licence server"),
    remedy=t(
        "On the licence server make a local user for the hosts. On the host, as NETWORK SERVICE (a scheduled task that runs as it, for one): cmdkey /add:SERVER /user:SERVER\\USER /pass, then restart the service TermService. Do not set DisableWorkgroupAuthEnforcement."
    ),
    check=check,
    applies=lambda view: is_session_host(view) and view.the_host.machine.join.value is Join.WORKGROUP,
    reference="Microsoft Learn, “License Remote Desktop session hosts”; CVE-2024-38099",
)
