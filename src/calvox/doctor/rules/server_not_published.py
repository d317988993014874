"""Licence server: it is not published, and hosts rely on finding it.

What it checks: in a domain, a licence server that is not published in Active Directory (warning) or not registered as a
service connection point (notice), while at least one session host names no licence server. Where every host names its
licence servers, publication does not matter.

Why it matters: a host that names none looks in Active Directory, and does not find this one. Automatic discovery is not
supported since Windows Server 2008 R2 anyway.

Example: two hosts name the server by policy; a third, outside the policy’s organisational unit, names none.

Remedy: name the licence server on every host; publish it in RD Licensing Manager (Review Configuration) as well if you wish.

Reference: Microsoft Learn, “PublishLS method”; policy “Use the specified Remote Desktop license servers”.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.facts import Join
from calvox.doctor.rule import Found, Rule, View, cannot_tell, notice, warning


def hosts_discover(view: View) -> bool | None:
    """Tell whether a session host names no licence server and so relies on discovery; None if the facts do not tell."""
    hosts = [host for host in view.site.session_hosts if host.application_mode.value is not False]
    if any(host.servers.value == () and host.application_mode.known for host in hosts):
        return True
    return False if hosts and all(host.servers.value for host in hosts) else None


def check(view: View) -> Iterator[Found]:
    """Find a server that hosts cannot discover although they try."""
    published, registered = view.the_server.published.value, view.the_server.registered.value
    if published and registered:
        return
    discover = hosts_discover(view)
    if discover is None or (discover and published is None):
        yield cannot_tell(
            t("Whether hosts must find {server} by themselves, and can, was not collected", server=view.subject)
        )
    elif discover and not published:
        yield warning(t("Hosts name no licence server, and {server} is not published", server=view.subject))
    elif discover and registered is None:
        yield cannot_tell(
            t("Whether {server} is registered in Active Directory was not collected", server=view.subject)
        )
    elif discover:
        yield notice(
            t("Hosts name no licence server, and {server} has no service connection point", server=view.subject)
        )


RULE = Rule(
    name="server-not-published",
    about="server",
    needs=("machine.join",),
    title=t("The licence server is not published although hosts must find it"),
    remedy=t(
        "Name the licence server on every host with the policy “Use the specified Remote Desktop license servers”, or publish it in RD Licensing Manager under Review Configuration."
    ),
    check=check,
    applies=lambda view: view.the_server.machine.join.value is Join.DOMAIN,
    reference="Microsoft Learn, “PublishLS method”",
)
