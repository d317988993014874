"""Follow a licence server that answers at another address: a machine that was renamed.

Rules: the address comes from the signed policy, or, where the known one is silent, from the policy or this host's settings. It
is taken only if the very same licence server answers there: by a certificate of the authority that this host was enrolled with,
and to this host's own. The enrolment stays what it is. A licence server whose policy still names the known address is not moved.
"""

from contextlib import suppress

import structlog

from calvox.apps.host_agent.agent import Agent
from calvox.common.errors import CalvoxError
from calvox.host.failover import missing, plain
from calvox.host.link import Link

log = structlog.get_logger()


async def follow_addresses(agent: Agent) -> None:
    """Look for each licence server where it is said to be now, if it is not where it was."""
    for link in list(agent.host.links.values()):
        for address in _said(agent, link):
            with suppress(CalvoxError, ValueError):
                await link.status_at(address)
                before = link.server
                agent.move(link, address)
                log.warning("a licence server answers at another address", before=before, now=address)
                break


def _said(agent: Agent, link: Link) -> list[str]:
    """List the addresses at which a licence server may be; none while it is where it was."""
    policy = link.known.policy
    said = policy.servers if policy else ()
    silent = agent.contacts[link.server].answers is False
    if not silent and (not said or plain(link.server) in map(plain, said)):
        return []
    return missing(list(agent.host.links), (*said, *agent.host.wish))
