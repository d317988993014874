"""A whole migration with real processes: the old server is erased, one call sets the new one up, and the hosts follow."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from calvox.apps.host_agent.agent import Agent
from calvox.apps.host_agent.rounds import go_round
from calvox.apps.licence_server.host_cases import Nothing
from calvox.apps.licence_server.policy_cases import SetPolicy
from calvox.apps.licence_server.retirement_cases import PrepareReissue
from calvox.cli.dictating import verdict
from calvox.common.errors import Retired
from calvox.host import CalType, HeldCal
from calvox.host.client import AsyncHost
from calvox.server.moving import read_pack_list
from calvox.wire.phone.anyform import read_code
from calvox.wire.phone.codec import CodeType
from tests.apps.processes import ServerProcess, command
from tests.centre.world import Centre
from tests.flows.moving import PACKS, activate, called, found_server, open_centre
from tests.host.test_agent import enrolled, opened, work

pytestmark = [pytest.mark.process, pytest.mark.timeout(240)]
USERS = ("alice", "bob")


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    """Give an activation centre with one agreement."""
    centre = open_centre(tmp_path / "centre")
    yield centre
    centre.context.close()


async def device(host: AsyncHost, name: str) -> HeldCal:
    """Let a device come, and log on."""
    await host.acquire(CalType.DEVICE, name)
    got = await host.acquire(CalType.DEVICE, name, authenticated=True)
    assert isinstance(got, HeldCal), got
    return got


def test_two_hosts_follow_to_the_new_server(centre: Centre, tmp_path: Path) -> None:
    """Policy, erasure, one call, and nobody counts twice: what the centre sold is what is out."""
    old, new = (found_server(tmp_path / name, centre) for name in ("old", "new"))
    homes = [tmp_path / name for name in ("rdsh-1", "rdsh-2")]
    with ServerProcess(old) as one, ServerProcess(new) as two:
        activate(one, centre)
        for home in homes:
            enrolled(enrolled(home, one, home.name), two, home.name)
        one.owner.call("policy-set", SetPolicy(servers=(one.address, two.address)))

        async def before(agent: Agent, user: str) -> None:
            assert await go_round(agent)
            assert (await opened(agent, user)).ground == "cal"
            assert (await device(agent.host, f"pc-of-{user}")).server == one.address

        for home, user in zip(homes, USERS, strict=True):
            work(home, lambda agent, user=user: before(agent, user))  # type: ignore[misc]
        assert [pack.issued for pack in one.owner.call("report-packs", Nothing()).packs] == [2, 2]

        assert command("server", "freeze", "--folder", str(old), cwd=tmp_path).returncode == 0
        listed = tmp_path / "packs.json"
        assert command("server", "packs", "--export", str(listed), "--folder", str(old), cwd=tmp_path).returncode == 0
        asked = ("server", "retire", "--name", "localhost", "--successor", two.address, "--folder", str(old))
        told = command(*asked, cwd=tmp_path)
        assert told.returncode == 0, told.stderr
        shown = json.loads(told.stdout)
        again = command("server", "proof", "--folder", str(old), cwd=tmp_path)
        assert json.loads(again.stdout) == shown
        with pytest.raises(Retired):
            one.owner.call("status", Nothing())

        packs = read_pack_list(listed.read_bytes())
        assert (packs.packs, packs.server_id) == (PACKS, shown["server_id"])
        two.owner.call("call-prepare-reissue", PrepareReissue(packs.packs))
        spoken = " ".join(shown["proof"]["words-en"])
        proof = _read(spoken)
        done = called(two, centre, kind="reissue", replaces=shown["server_id"], proof=proof)
        assert (done.activated, done.packs) == (True, (1, 2))
        assert str(verdict(done)).startswith("The licence server is activated.")

        async def after(agent: Agent, user: str) -> None:
            assert await go_round(agent)
            assert [link.server for link in agent.host.order] == [two.address]
            assert await go_round(agent)
            assert (await opened(agent, user)).ground == "cal"
            got = await device(agent.host, f"pc-of-{user}")
            assert got.server == two.address
            assert {cal.server for cal in agent.host.held()} == {two.address}

        for home, user in zip(homes, USERS, strict=True):
            work(home, lambda agent, user=user: after(agent, user))  # type: ignore[misc]
        assert [pack.issued for pack in two.owner.call("report-packs", Nothing()).packs] == [2, 2]


def _read(text: str) -> str:
    """Read the words of a proof, as the operator types them."""
    return read_code(CodeType.RETIREMENT, text).hex()


def test_a_host_that_comes_late_still_learns_where_to_go(centre: Centre, tmp_path: Path) -> None:
    """The retired server is started again; what its hosts hold stays good, and acquires are answered with “retired”."""
    old, new = (found_server(tmp_path / name, centre) for name in ("old", "new"))
    home = tmp_path / "rdsh-1"
    with ServerProcess(old) as one, ServerProcess(new) as two:
        activate(one, centre)
        enrolled(enrolled(home, one), two)
        address = one.address

        async def before(agent: Agent) -> None:
            assert (await opened(agent, "alice")).ground == "cal"

        work(home, before)
        command("server", "freeze", "--folder", str(old), cwd=tmp_path)
        asked = ("server", "retire", "--name", "localhost", "--successor", two.address, "--folder", str(old))
        assert command(*asked, cwd=tmp_path).returncode == 0
        one.kill()
        with ServerProcess(old, listen=address.removeprefix("https://")):

            async def late(agent: Agent) -> None:
                first = agent.host.links[address]
                with pytest.raises(Retired):
                    await first.status()
                assert await go_round(agent)
                assert [link.server for link in agent.host.order] == [two.address]
                assert [cal.name for cal in agent.host.held()] == []
                assert [cal.name for cal, _ in first.held()] == ["alice"]

            work(home, late)
