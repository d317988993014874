"""Session host: TCP port 445 of a licence server does not answer.

What it checks: whether the host reaches the named pipes of each licence server.

Why it matters: RD Licensing speaks RPC over named pipes and has the same needs as File and Printer Sharing.

Example: a hardening guide closed file sharing on the licence server for everyone.

Remedy: allow TCP 445 from the hosts to the licence server.

Reference: Microsoft Learn, “Service overview and network port requirements for Windows”, Remote Desktop Licensing.
"""

from calvox.common.i18n import t
from calvox.doctor.licensing import after, failed_step, is_session_host
from calvox.doctor.rule import Rule

TITLE = t("TCP port 445 of the licence server does not answer")


RULE = Rule(
    name="host-server-pipe",
    about="host",
    needs=("application_mode", "servers", "reach"),
    title=TITLE,
    remedy=t(
        'On the host: Test-NetConnection NAME -Port 445. On the licence server the service LanmanServer must run; allow the hosts: New-NetFirewallRule -DisplayName "RD Licensing, named pipes" -Direction Inbound -Protocol TCP -LocalPort 445 -Action Allow, and TCP 445 in every firewall between.'
    ),
    check=lambda view: failed_step(
        view,
        TITLE,
        lambda reach: after([reach.name], reach.pipe),
        lambda server: t(
            "{server} does not answer {host} on TCP port 445 (named pipes)", host=view.subject, server=server
        ),
    ),
    applies=is_session_host,
    reference="Microsoft Learn, “Service overview and network port requirements for Windows”",
)
