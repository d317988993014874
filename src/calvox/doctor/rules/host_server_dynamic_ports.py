"""Session host: the dynamic RPC ports of a licence server do not answer.

What it checks: whether, port 135 once answering, a port of the range 49152-65535 does too.

Why it matters: the endpoint mapper on port 135 only says where the service listens; the talk itself goes to that port. A
firewall that knows 135 alone lets the host ask and never get a CAL.

Example: the firewall between two zones allows 135 and 445, and drops everything from 49152 on.

Remedy: allow TCP 49152-65535 from the hosts to the licence server, or let the firewall follow RPC.

Reference: Microsoft Learn, “Network ports used by Remote Desktop Services”; “Service overview and network port requirements”.
"""

from calvox.common.i18n import t
from calvox.doctor.licensing import after, failed_step, is_session_host
from calvox.doctor.rule import Rule

TITLE = t("The dynamic ports of the licence server do not answer")


RULE = Rule(
    name="host-server-dynamic-ports",
    about="host",
    needs=("application_mode", "servers", "reach"),
    title=TITLE,
    remedy=t(
        'Allow TCP 49152-65535 from the hosts to the licence server in every firewall between, and on the licence server: New-NetFirewallRule -DisplayName "RD Licensing, RPC" -Direction Inbound -Protocol TCP -LocalPort RPC -Service TermServLicensing -Action Allow.'
    ),
    check=lambda view: failed_step(
        view,
        TITLE,
        lambda reach: after([reach.name, reach.port_135], reach.dynamic),
        lambda server: t("{server} answers {host} on none of its dynamic ports", host=view.subject, server=server),
    ),
    applies=is_session_host,
    reference="Microsoft Learn, “Network ports used by Remote Desktop Services”",
)
