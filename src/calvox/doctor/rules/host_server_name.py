"""Session host: the name of a licence server does not resolve.

What it checks: whether the host finds an address for each licence server that it names.

Why it matters: without an address nothing else can work; the ports need no look before this is mended.

Example: the policy names “ls1” alone, and the host searches another DNS suffix.

Remedy: name the licence server in full, and mend its entry in DNS (or in the hosts file of a workgroup).

Reference: Microsoft Learn, “Cannot connect to RDS because no RD Licensing servers are available”; event 1131.
"""

from calvox.common.i18n import t
from calvox.doctor.licensing import failed_step, is_session_host
from calvox.doctor.rule import Rule

TITLE = t("The name of the licence server does not resolve")


RULE = Rule(
    name="host-server-name",
    about="host",
    needs=("application_mode", "servers", "reach"),
    title=TITLE,
    remedy=t(
        "On the host: Resolve-DnsName NAME. Give the licence server's full name in the policy or setting, mend its record in DNS, and look for a stale entry in the hosts file; then ipconfig /flushdns."
    ),
    check=lambda view: failed_step(
        view,
        TITLE,
        lambda reach: reach.name,
        lambda server: t("{host} finds no address for its licence server {server}", host=view.subject, server=server),
    ),
    applies=is_session_host,
    reference="Microsoft Learn, “Cannot connect to RDS because no RD Licensing servers are available”",
)
