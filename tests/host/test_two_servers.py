"""Two licence servers: over to the second one, and back."""

import asyncio
from pathlib import Path

import pytest

from calvox.apps.host_agent.agent import Agent
from calvox.apps.host_agent.rounds import go_round
from calvox.apps.licence_server.host_cases import Nothing
from calvox.apps.licence_server.policy_cases import SetPolicy
from calvox.common.errors import Conflict
from calvox.host import AsyncHost, CalType, HeldCal, enrol
from calvox.host.state import enrolments
from tests.apps.processes import ServerProcess, stocked_folder
from tests.host.test_agent import opened, work
from tests.world import wish

pytestmark = pytest.mark.process


def two(tmp_path: Path) -> tuple[Path, Path]:
    """Make two licence servers' folders."""
    return (
        stocked_folder(tmp_path / "one", wish("user", "2022", 5)),
        stocked_folder(tmp_path / "two", wish("user", "2022", 5)),
    )


def test_a_host_goes_over_and_comes_back(tmp_path: Path) -> None:
    """The second server's CALs are temporary, from no pack; the first one's count again once it answers."""
    folders, home = two(tmp_path), tmp_path / "host"
    second_role = {"CALVOX_SERVER_ROLE": "second"}
    with ServerProcess(folders[1], limits=second_role) as second:
        with ServerProcess(folders[0]) as first:
            address = first.address
            for server in (first, second):
                asyncio.run(enrol(home, server.address, server.code("rdsh-1")))
            with pytest.raises(Conflict):
                asyncio.run(enrol(home, second.address, second.code("rdsh-1")))
            assert [one.enrolled.server for one in enrolments(home)] == [first.address, second.address]

            async def before(agent: Agent) -> None:
                told = await opened(agent, "alice")
                assert told.cal is not None
                assert not told.cal.temporary

            work(home, before)

        async def meanwhile(agent: Agent) -> None:
            told = await opened(agent, "bob")
            assert (told.ground, told.cal and told.cal.temporary) == ("cal", True)
            assert await go_round(agent)
            status = agent.status()
            assert (status.state, [line.answers for line in status.servers]) == ("licensed", [False, True])
            assert [line.in_use for line in status.servers] == [False, True]

        work(home, meanwhile)
        with ServerProcess(folders[0], listen=address.removeprefix("https://")) as again:

            async def afterwards(agent: Agent) -> None:
                told = await opened(agent, "bob")
                assert (told.cal and told.cal.temporary) is False
                assert sorted(cal.name for cal in agent.host.held()) == ["alice", "bob"]
                assert {cal.server for cal in agent.host.held()} == {again.address}

            work(home, afterwards)
        packs = second.owner.call("report-packs", Nothing()).packs
        assert [pack.issued for pack in packs] == [0]


def test_a_server_that_is_back_is_preferred_after_the_pause(tmp_path: Path) -> None:
    """In one run, without a restart; meanwhile it is not waited for."""
    folders, home = two(tmp_path), tmp_path / "host"
    with ServerProcess(folders[1], limits={"CALVOX_SERVER_ROLE": "second"}) as second:
        first = ServerProcess(folders[0])
        for server in (first, second):
            asyncio.run(enrol(home, server.address, server.code("rdsh-1")))

        async def story() -> None:
            async with AsyncHost(home, pause=3) as host:
                assert (await acquired(host, "a")).server == first.address
                first.kill()
                assert (await acquired(host, "b")).server == second.address
                with ServerProcess(folders[0], listen=first.address.removeprefix("https://")):
                    assert host.may_be_asked()[0].server == second.address
                    await asyncio.sleep(3)
                    assert (await acquired(host, "c")).server == first.address

        asyncio.run(story())


async def acquired(host: AsyncHost, name: str) -> HeldCal:
    """Get a user's CAL."""
    told = await host.acquire(CalType.USER, name)
    assert isinstance(told, HeldCal)
    return told


def test_the_signed_policy_says_the_order(tmp_path: Path) -> None:
    """Over what the settings say, and over the order of enrolment."""
    folders, home = two(tmp_path), tmp_path / "host"
    with ServerProcess(folders[0]) as first, ServerProcess(folders[1]) as second:
        for server in (first, second):
            asyncio.run(enrol(home, server.address, server.code("rdsh-1")))
        assert [link.server for link in AsyncHost(home, servers=[second.address]).order] == [second.address]
        absent = "https://not-enrolled.example:7402"
        first.owner.call("policy-set", SetPolicy("session", (second.address, absent, first.address)))

        async def story(agent: Agent) -> None:
            assert [link.server for link in agent.host.order] == [first.address, second.address]
            await go_round(agent)
            assert [link.server for link in agent.host.order] == [second.address, first.address]
            status = agent.status()
            assert (status.mode, status.policy > 0) == ("session", True)
            assert [(line.address, line.enrolled) for line in status.servers][2:] == [(absent, False)]

        work(home, story, mode="user")
