"""Session host: TCP port 135 of a licence server does not answer.

What it checks: whether the RPC endpoint mapper of each licence server answers the host.

Why it matters: the host asks there on which port the licensing service listens. Where it is silent, a firewall stands
between, or the machine is off.

Example: the servers were moved behind a firewall that lets only 3389 through.

Remedy: allow TCP 135 from the hosts to the licence server, on the way and on the machine itself.

Reference: Microsoft Learn, “Network ports used by Remote Desktop Services”; “Service overview and network port requirements”.
"""

from calvox.common.i18n import t
from calvox.doctor.licensing import after, failed_step, is_session_host
from calvox.doctor.rule import Rule

TITLE = t("TCP port 135 of the licence server does not answer")


RULE = Rule(
    name="host-server-port-135",
    about="host",
    needs=("application_mode", "servers", "reach"),
    title=TITLE,
    remedy=t(
        'On the host: Test-NetConnection NAME -Port 135. See that the licence server is on, and let the hosts through to it: on the licence server New-NetFirewallRule -DisplayName "RD Licensing, RPC mapper" -Direction Inbound -Protocol TCP -LocalPort RPCEPMap -Action Allow, and TCP 135 in every firewall between.'
    ),
    check=lambda view: failed_step(
        view,
        TITLE,
        lambda reach: after([reach.name], reach.port_135),
        lambda server: t("{server} does not answer {host} on TCP port 135", host=view.subject, server=server),
    ),
    applies=is_session_host,
    reference="Microsoft Learn, “Network ports used by Remote Desktop Services”",
)
