"""A licence server is enrolled anew while its hosts are at work, and killed at every step: nobody is shut out, nothing is half."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from calvox.apps.host_agent.agent import Agent
from calvox.apps.host_agent.rounds import go_round
from calvox.apps.licence_server.call_cases import EnterFile
from calvox.apps.licence_server.host_cases import Nothing
from calvox.centre.signing import Signed
from calvox.server.confirm import Done
from calvox.wire.phone.filetext import write_file_text
from tests.apps.processes import ServerProcess, command
from tests.centre.world import Centre
from tests.flows.moving import activate, found_server, open_centre
from tests.host.test_agent import enrolled, opened, work

pytestmark = [pytest.mark.process, pytest.mark.timeout(240)]


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    """Give an activation centre with one agreement."""
    centre = open_centre(tmp_path / "centre")
    yield centre
    centre.context.close()


def listens(server: ServerProcess) -> str:
    """Tell where it listens, for the next process."""
    return server.address.removeprefix("https://")


def test_hosts_follow_into_the_next_epoch(centre: Centre, tmp_path: Path) -> None:
    """Begun, killed, gone on with, signed, typed, killed: the old CALs are good, new ones are given, a late host follows too."""
    folder = found_server(tmp_path / "server", centre)
    homes = {name: tmp_path / name for name in ("rdsh-1", "rdsh-2")}
    with ServerProcess(folder) as server:
        at = listens(server)
        activate(server, centre)
        old = server.status().server_id
        for name, home in homes.items():
            enrolled(home, server, name)

        async def before(agent: Agent) -> None:
            assert await go_round(agent)
            assert (await opened(agent, "alice")).ground == "cal"

        for home in homes.values():
            work(home, before)
        asked = ("server", "re-enrol", "--prepare-only", "--folder", str(folder))
        told = command(*asked, cwd=tmp_path)
        assert told.returncode == 0, told.stderr
        sheet = json.loads(told.stdout)
        assert (sheet["kind"], sheet["requests"]) == ("reissue", [])
        server.kill()

    with ServerProcess(folder, listen=at) as server:
        status = server.status()
        assert (status.server_id, status.epoch, status.call_open) == (old, 1, True)
        assert server.owner.call("reenrolment", Nothing()).begun
        assert "begun and is not done" in (folder / "process.log").read_text()
        assert json.loads(command(*asked, cwd=tmp_path).stdout) == sheet
        calling = server.owner.call("call-show", Nothing())
        call = centre.prepared(
            server_id=calling.server_id.hex(), kind="reissue", replaces=old.hex(), why="another board"
        )
        assert call.continues
        answer = centre.sign(call.call)
        assert isinstance(answer, Signed), answer
        server.owner.call("enter-file", EnterFile(write_file_text(int(answer.confirmation, 16))))
        done = server.owner.call("finish", Nothing())
        assert isinstance(done, Done), done
        server.kill()

    with ServerProcess(folder, listen=at) as server:
        status = server.status()
        assert (status.server_id, status.epoch, status.activated) == (calling.server_id, 2, True)

        async def at_once(agent: Agent) -> None:
            (link,) = agent.host.order
            assert [cal.name for cal, _ in link.held()] == ["alice"]
            assert (await opened(agent, "bob")).ground == "cal"
            assert (link.enrolled.server_id, link.enrolled.knows(old)) == (status.server_id, True)
            assert sorted(cal.name for cal, _ in link.held()) == ["alice", "bob"]
            assert await go_round(agent)

        async def late(agent: Agent) -> None:
            (link,) = agent.host.order
            assert link.enrolled.server_id == old
            assert await go_round(agent)
            assert link.enrolled.server_id == status.server_id
            assert (await opened(agent, "alice")).ground == "cal"

        work(homes["rdsh-1"], at_once)
        work(homes["rdsh-2"], late)
        issued = {pack.cal_type: pack.issued for pack in server.owner.call("report-packs", Nothing()).packs}
        assert issued["user"] == 2
        assert command("server", "retire", "--name", "x", "--folder", str(folder), cwd=tmp_path).returncode != 0
    verified = command("journal", "verify", "--folder", str(folder), cwd=tmp_path)
    assert verified.returncode == 0, verified.stderr
