"""The session host's own process: keeps its CALs alive, decides who may open a session, bridges an outage."""

from calvox.apps.host_agent.process import how_it_stands, run
from calvox.wire.agentapi import AgentStatus

__all__ = ["AgentStatus", "how_it_stands", "run"]
