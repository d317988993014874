"""A licence server whose machine was renamed: its hosts follow to the address that its policy names, and to nobody else's."""

import time
from pathlib import Path

import pytest

from calvox.apps.host_agent.agent import Agent
from calvox.apps.host_agent.rounds import go_round
from calvox.apps.licence_server.policy_cases import SetPolicy
from calvox.host import HeldCal
from tests.apps.processes import ServerProcess
from tests.host.test_agent import enrolled, opened, work
from tests.world import Site, wish

pytestmark = pytest.mark.process
OLD, NEW = "127.0.0.1", "localhost"


def named(*names: str) -> dict[str, str]:
    """Give a server these names."""
    return {"CALVOX_SERVER_NAMES": ",".join(names)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give the folder of an activated licence server."""
    site = Site.founded(tmp_path, now=int(time.time()), parts=None, names=(OLD,))
    site.activate(wish("user", "2022", 5))
    site.close()
    return site.folder


def test_hosts_follow_a_renamed_server(folder: Path, tmp_path: Path) -> None:
    """The restart makes the certificate for the new name alone; the host keeps its enrolment, its CAL and its way."""
    with ServerProcess(folder, limits=named(OLD)) as server:
        home, port = enrolled(tmp_path / "host", server), server.port
        new = f"https://{NEW}:{port}"
        server.owner.call("policy-set", SetPolicy(servers=(server.address, new)))

        async def before(agent: Agent) -> None:
            assert await go_round(agent)
            assert (await opened(agent, "alice")).ground == "cal"
            assert list(agent.host.links) == [server.address]

        work(home, before)

    with ServerProcess(folder, limits=named(NEW), listen=f"{OLD}:{port}"):

        async def after(agent: Agent) -> None:
            assert not await go_round(agent)
            assert list(agent.host.links) == list(agent.contacts) == [new]
            assert await go_round(agent)
            (held,) = agent.host.held()
            assert isinstance(held, HeldCal)
            assert (held.name, held.server) == ("alice", new)
            assert (await opened(agent, "bob")).ground == "cal"

        async def later(agent: Agent) -> None:
            assert list(agent.host.links) == [new]
            assert await go_round(agent)

        work(home, after)
        work(home, later)


def test_an_announced_name_is_taken_before_the_old_one_goes(folder: Path, tmp_path: Path) -> None:
    """Both names in the certificate, the new one alone in the policy: nobody waits."""
    with ServerProcess(folder, limits=named(OLD, NEW)) as server:
        home, new = enrolled(tmp_path / "host", server), f"https://{NEW}:{server.port}"
        server.owner.call("policy-set", SetPolicy(servers=(new,)))

        async def follow(agent: Agent) -> None:
            assert await go_round(agent)
            assert list(agent.host.links) == [new]
            assert (await opened(agent, "alice")).ground == "cal"

        work(home, follow)


def test_a_stranger_at_that_address_is_not_followed(folder: Path, tmp_path: Path) -> None:
    """It has another authority, whatever the policy says."""
    other = Site.founded(tmp_path / "other", now=int(time.time()), parts=None, names=(OLD, NEW))
    other.close()
    with ServerProcess(folder, limits=named(OLD)) as server, ServerProcess(other.folder, limits=named(NEW)) as stranger:
        home = enrolled(tmp_path / "host", server)
        server.owner.call("policy-set", SetPolicy(servers=(f"https://{NEW}:{stranger.port}",)))

        async def stay(agent: Agent) -> None:
            assert await go_round(agent)
            assert list(agent.host.links) == [server.address]

        work(home, stay)
