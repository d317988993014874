"""Licence server: the licence servers of the site do not authenticate to each other.

What it checks: where a site has several licence servers. In a domain each must be published, or name all the others as peers;
one on a domain controller needs neither. In a workgroup several licence servers are not recommended at all.

Why it matters: since the fix of CVE-2024-38231 a licence server talks only to peers that it can authenticate. Otherwise CALs
are not found across servers, and events 8 and 15 are logged.

Example: a second licence server was added for a new building, and neither is published.

Remedy: publish each one, or name the others on each with the policy “Use the specified Remote Desktop license servers”.

Reference: Microsoft Learn, “License Remote Desktop session hosts”, “Use multiple Remote Desktop license servers”.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.facts import Join, short_name
from calvox.doctor.rule import Found, Rule, View, cannot_tell, warning


def check(view: View) -> Iterator[Found]:
    """Find a server that its peers cannot authenticate."""
    server = view.the_server
    if server.machine.join.value is Join.WORKGROUP:
        yield warning(
            t("{server} is one of several licence servers in a workgroup; that is not recommended", server=view.subject)
        )
        return
    named = None if server.peers.value is None else {short_name(name) for name in server.peers.value}
    missing = sorted(_others(view) - (named or set()))
    if server.published.value or server.machine.domain_controller.value or (named is not None and not missing):
        return
    if None in (server.published.value, server.machine.domain_controller.value, named):
        yield cannot_tell(
            t("Whether {server} and the other licence servers trust each other was not collected", server=view.subject)
        )
    else:
        yield warning(
            t(
                "{server} is not published and does not name its peers: {missing}",
                server=view.subject,
                missing=", ".join(missing),
            )
        )


def _others(view: View) -> set[str]:
    names = {short_name(server.machine.name) for server in view.site.licence_servers}
    return names - {short_name(view.subject)}


RULE = Rule(
    name="server-peer-authentication",
    about="server",
    needs=("machine.join",),
    title=t("The licence servers do not authenticate to each other"),
    remedy=t(
        "In a domain publish each licence server, or name the others on each with the policy “Use the specified Remote Desktop license servers”. In a workgroup keep one licence server."
    ),
    check=check,
    applies=lambda view: bool(_others(view)),
    reference="Microsoft Learn, “License Remote Desktop session hosts”; CVE-2024-38231",
)
