"""Directory: the published licence servers are not those that exist.

What it checks: whether the objects TS-Enterprise-License-Server in the directory name servers (attribute siteServer) that are
none of the collected licence servers.

Why it matters: a session host that is not told its licence servers looks for them there. A name that was left behind sends it
to a server that answers no more, and it waits for that at every start.

Example: the old licence server was switched off in spring, and its name is still in the site object.

Remedy: if the server is gone, remove its name from siteServer (UnpublishLS on it while it still runs, else by ADSI Edit); if
it exists, collect it as well. In either case name the licence servers on the hosts: discovery is no longer supported.

Reference: Microsoft, techcommunity 246492 on the site object; attribute siteServer; KB2473823 on discovery.
"""

import re
from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.facts import short_name
from calvox.doctor.rule import Found, Rule, View, cannot_tell, notice, warning


def server_name(value: str) -> str:
    """Give the host part of a value of siteServer, which is a distinguished name, or of a plain name."""
    first = re.match(r"\s*CN=([^,]+)", value, flags=re.IGNORECASE)
    return short_name(first.group(1).strip() if first else value)


def check(view: View) -> Iterator[Found]:
    """Find published names that nobody collected."""
    if not view.site.licence_servers:
        yield cannot_tell(t("No licence server was collected, so published names cannot be compared"))
        return
    collected = {short_name(server.machine.name) for server in view.site.licence_servers}
    published = {server_name(value) for value in view.site.directory.site_objects.value or ()}
    strange = ", ".join(sorted(published - collected))
    if not strange:
        return
    hosts = [host for host in view.site.session_hosts if host.application_mode.value is not False]
    seeking = [host.machine.name for host in hosts if host.servers.known and not host.servers.value]
    if seeking:
        yield warning(
            t(
                "The directory publishes {servers}, not collected here, and {hosts} look for licence servers there",
                servers=strange,
                hosts=", ".join(seeking),
            )
        )
    else:
        yield notice(t("The directory publishes {servers} as licence servers, not collected here", servers=strange))


RULE = Rule(
    name="directory-site-object-unknown",
    about="site",
    needs=("site.directory.site_objects",),
    title=t("The directory publishes licence servers that were not found"),
    remedy=t(
        "If the server is gone, take its name out of siteServer of CN=TS-Enterprise-License-Server in its site; if it "
        "exists, collect it too. Name the licence servers on the session hosts by policy."
    ),
    check=check,
    applies=lambda view: bool(view.site.directory.site_objects.value),
    reference="Microsoft, techcommunity 246492; attribute siteServer; KB2473823",
)
