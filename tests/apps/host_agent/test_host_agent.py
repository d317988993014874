"""The session host's process: its socket, its end, and what a killed one leaves behind."""

import asyncio
import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calvox.apps.host_agent.agent import Agent as Working
from calvox.apps.host_agent.agent import open_agent
from calvox.apps.host_agent.callers import Caller, logon_of
from calvox.apps.host_agent.listening import Listening
from calvox.apps.licence_server.host_cases import Nothing
from calvox.apps.licence_server.policy_cases import SetPolicy
from calvox.common.clock import SYSTEM
from calvox.common.errors import BadInput, Denied, Unreachable
from calvox.common.settings import Host as HostSettings
from calvox.core.holders import holder_of
from calvox.core.products import CalType
from calvox.host import AsyncHost, enrol
from calvox.host.agent import Agent
from calvox.host.clockfile import Clock, ClockFile
from calvox.host.state import HostFolder
from calvox.wire import agentapi as api
from tests.apps.processes import COMMAND, ServerProcess, command, environment
from tests.host.agents import HostProcess
from tests.host.fakes import FakeServer
from tests.world import Site, wish

SELF = Caller(os.getuid(), os.getpid())


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Give a closed site of the real time."""
    site = Site.founded(tmp_path_factory.mktemp("template"), now=int(time.time()), parts=None)
    site.activate(wish("user", "2022", 20), wish("session", "2022", 2))
    site.close()
    return site


@pytest.fixture
def server(template: Site, tmp_path: Path) -> Iterator[ServerProcess]:
    """Give a licence server that serves."""
    with ServerProcess(template.copy(tmp_path / "server").folder) as process:
        yield process


@pytest.fixture(scope="module")
def deaf(tmp_path_factory: pytest.TempPathFactory) -> Listening:
    """Give the ear of a host whose licence server does not answer; it is in grace."""
    folder = tmp_path_factory.mktemp("deaf")
    home = FakeServer(folder / "fake", port=1).home(folder / "host")
    now = SYSTEM.now()
    ClockFile(HostFolder(home)).save(Clock(now, now))
    return Listening(a_host(home))


def a_host(home: Path) -> Working:
    """Make an agent."""
    return open_agent(HostSettings(folder=str(home)), HostFolder(home), AsyncHost(home))


def answered(listening: Listening, line: bytes, caller: Caller = SELF) -> Any:
    """Ask by a line."""

    async def heard() -> bytes:
        try:
            return await listening.answer(line, caller)
        finally:  # What was opened to the licence server belongs to this loop.
            await listening._agent.host.__aexit__(None, None, None)

    told = asyncio.run(heard())
    assert told.endswith(b"\n")
    return json.loads(told)


# What is asked


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=300))
def test_garbage_is_answered_by_our_own_error(deaf: Listening, line: bytes) -> None:
    """Whatever the bytes; the connection goes on."""
    assert answered(deaf, line)["error"]["code"] == "bad-input"


FIELDS = st.dictionaries(
    st.sampled_from(["user", "tty", "rhost", "service", "session", "pid", "name", "cal_type", "language", "colour"]),
    st.one_of(st.text(max_size=20), st.integers(-(2**70), 2**70), st.none(), st.lists(st.integers(), max_size=2)),
)
OPS = st.sampled_from(["status", "acquire", "release", "session-open", "session-close", "", "x", 7])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(OPS, FIELDS)
def test_any_question_is_answered(deaf: Listening, op: object, fields: dict[str, object]) -> None:
    """With what was asked for, or with an error that is none of the inside."""
    told = answered(deaf, json.dumps({"op": op, **fields}).encode())
    assert ("ok" in told) is not ("error" in told)
    assert "ok" in told or told["error"]["code"] in ("bad-input", "denied", "not-found")


def test_a_stranger_may_only_ask_how_it_stands(deaf: Listening) -> None:
    """The kernel says who asks."""
    stranger = Caller(61_234, 1)
    assert answered(deaf, b'{"op":"status"}', stranger)["ok"]["state"] == "grace"
    for op in ("acquire", "release", "session-open", "session-close"):
        line = json.dumps({"op": op, "name": "x", "user": "x", "cal_type": "user"}).encode()
        assert answered(deaf, line, stranger)["error"]["code"] == "denied"
        assert "ok" in answered(deaf, line, SELF)


def test_the_texts_come_in_the_language_asked_for(deaf: Listening) -> None:
    """Each question may name its own."""
    for language in ("fr", "en"):
        line = json.dumps({"op": "release", "name": "", "language": language}).encode()
        with_language = answered(deaf, line)["error"]["message"]
        assert with_language == str(_error().message.into(language))


def _error() -> BadInput:
    with pytest.raises(BadInput) as caught:
        holder_of(CalType.SESSION, "")
    return caught.value


def test_who_is_never_refused_is_known_here() -> None:
    """Root is an administrator, others are not, whatever they are called; a display from afar is no console."""
    assert logon_of("root", "ssh", "192.0.2.7", "sshd").administrator
    assert not any(logon_of(user, "ssh", "", "sshd").administrator for user in ("nobody", "no-such-user", "root\0"))
    assert logon_of("nobody", "tty1", "", "login").console
    assert not logon_of("nobody", ":10", "", "xrdp-sesman").console


# Over the socket


async def talk(listening: Listening, path: Path, data: bytes, *, end: bool = True) -> bytes:
    """Say something over the socket, and hear everything that comes back."""
    server = await listening.start(path)
    async with server:
        reader, writer = await asyncio.open_unix_connection(str(path))
        writer.write(data)
        if end:
            writer.write_eof()
        told = await asyncio.wait_for(reader.read(), 10)
        writer.close()
        return told


def test_several_questions_over_one_connection(deaf: Listening, tmp_path: Path) -> None:
    """One answer a line, in their order; a last line without its end counts too."""
    lines = asyncio.run(talk(deaf, tmp_path / "s", b'{"op":"status"}\n\n{"op":"release","name":"s"}')).splitlines()
    assert [sorted(json.loads(line)) for line in lines] == [["ok"], ["error"], ["ok"]]


def test_a_line_that_does_not_end_ends_the_connection(deaf: Listening, tmp_path: Path) -> None:
    """After 16 KiB nothing more is read."""
    assert asyncio.run(talk(deaf, tmp_path / "s", b"x" * (api.LONGEST_LINE * 3), end=False)) == b""


def test_who_says_nothing_is_not_waited_for(deaf: Listening, tmp_path: Path) -> None:
    """Two seconds and no more."""
    begun = time.monotonic()
    assert asyncio.run(talk(deaf, tmp_path / "s", b'{"op":', end=False)) == b""
    assert time.monotonic() - begun < api.SECONDS + 3


def test_the_socket_may_lie_deep(deaf: Listening, tmp_path: Path) -> None:
    """A path longer than a socket's name may be is no hindrance."""
    deep = tmp_path / ("d" * 60) / ("e" * 60) / "agent.sock"

    async def tell() -> str:
        async with await deaf.start(deep):
            return await asyncio.to_thread(_state, deep)

    assert asyncio.run(tell()) == "grace"
    with pytest.raises(Unreachable):
        _state(deep)


def _state(path: Path) -> str:
    with Agent(path) as agent:
        return agent.ask(api.Status(), api.AgentStatus).state


# The process


@pytest.mark.process
def test_a_killed_process_loses_nothing(server: ServerProcess, tmp_path: Path) -> None:
    """Kill -9 in an outage; the next one knows who was let in and gives no more than the voucher has."""
    server.owner.call("policy-set", SetPolicy(None, None, False, 3, 8))
    home, address = tmp_path / "host", server.address.removeprefix("https://")
    asyncio.run(enrol(home, server.address, server.code("rdsh-1")))
    quick = {"CALVOX_HOST_HEARTBEAT_SECONDS": "1", "CALVOX_HOST_RETRY_SECONDS": "1"}
    with HostProcess(home, **quick) as first:
        assert opened(first, "alice") == "cal"
        wait(lambda: first.status()["voucher_left"] == 3)
        server.kill()
        assert [opened(first, name) for name in ("alice", "bob", "carol")] == ["cal", "outage-cal", "outage-cal"]
    with HostProcess(home, **quick) as second:
        grounds = [opened(second, name) for name in ("carol", "dave", "erin", "bob", "root")]
        assert grounds == ["outage-cal", "outage-cal", "no-server", "outage-cal", "administrator"]
        told = second.status()
        assert (told["state"], told["voucher_left"], told["voucher_used"]) == ("outage", 0, 3)
        with ServerProcess(server.folder, listen=address) as again:
            wait(lambda: second.status()["voucher_left"] == 3)
            told = second.status()
            assert (told["state"], told["servers"][0]["answers"], told["voucher_used"]) == ("licensed", True, 0)
            listed = again.owner.call("vouchers", Nothing()).vouchers
            assert sorted((one.used, bool(one.settled)) for one in listed) == [(0, False), (3, True)]
        assert second.terminate() == 0


def opened(host: HostProcess, user: str) -> str:
    """Open a session from afar, and tell why it was allowed or not."""
    with host.agent as agent:
        asked = api.SessionOpen(user=user, rhost="192.0.2.7", service="sshd")
        return agent.ask(asked, api.SessionOpened).ground


def wait(until: Any) -> None:
    """Wait until something is so."""
    end = time.monotonic() + 30
    while not until():
        assert time.monotonic() < end
        time.sleep(0.2)


@pytest.mark.process
def test_one_process_a_folder(server: ServerProcess, tmp_path: Path) -> None:
    """A second one ends at once and leaves the first one's socket alone; the command line speaks to the process."""
    home = tmp_path / "host"
    asyncio.run(enrol(home, server.address, server.code("rdsh-1")))
    with HostProcess(home) as host:
        second = command("host", "serve", "--folder", str(home), cwd=tmp_path)
        assert second.returncode == 8, second.stderr
        wait(lambda: host.status()["servers"][0]["answers"])
        told = host.status()
        assert (told["running"], told["state"], told["days_left"]) == (True, "grace", 120)
        assert host.terminate() == 0
        told = host.status()
        assert (told["running"], told["state"], told["days_left"]) == (False, "grace", 120)
        assert not (home / api.SOCKET).exists()


@pytest.mark.process
def test_the_status_is_drawn_whole(server: ServerProcess, tmp_path: Path) -> None:
    """Every line that somebody looks for, in both languages."""
    home = tmp_path / "host"
    asyncio.run(enrol(home, server.address, server.code("rdsh-1")))
    for language in ("en", "fr"):
        text = drawn("--lang", language, "host", "status", "--folder", str(home))
        assert "rdsh-1" in text
        assert server.address in text
        assert "120" in text
    assert "Revocation list" in drawn("host", "status", "--folder", str(home))


def drawn(*arguments: str) -> str:
    """Run a command as a person does."""
    return subprocess.run(
        [*COMMAND[:-1], *arguments], env=environment(COLUMNS="200"), capture_output=True, text=True, check=True
    ).stdout


def test_a_socket_that_nobody_serves_is_told(tmp_path: Path) -> None:
    """With what to start."""
    (tmp_path / "agent.sock").touch()
    with pytest.raises(Unreachable) as caught, Agent(tmp_path / "agent.sock"):
        pass
    assert "calvox host serve" in str(caught.value.hint)


def test_a_denial_arrives_as_one(tmp_path: Path) -> None:
    """What the process answers instead is raised."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "s"))
    listener.listen(1)

    async def tell() -> None:
        async def serve() -> None:
            connection, _ = await asyncio.to_thread(listener.accept)
            connection.recv(1000)
            connection.sendall(b'{"error":{"code":"denied","message":"no","hint":"ask"}}\n')
            connection.close()

        def ask() -> None:
            with Agent(tmp_path / "s") as agent, pytest.raises(Denied, match="no"):
                agent.ask(api.Status(), api.AgentStatus)

        await asyncio.gather(serve(), asyncio.to_thread(ask))

    asyncio.run(tell())
    listener.close()


@pytest.mark.process
def test_whoever_was_let_in_is_known_after_a_kill(server: ServerProcess, tmp_path: Path) -> None:
    """Killed at any moment while many come in, in service and in an outage: what was acknowledged is there, and no more."""
    server.owner.call("policy-set", SetPolicy(None, None, False, 20, 8))
    home = tmp_path / "host"
    asyncio.run(enrol(home, server.address, server.code("rdsh-1")))
    in_service = _killed_while_many_come(home, [f"a{n}" for n in range(12)], seconds=0.25)
    with HostProcess(home) as host:
        wait(lambda: host.status()["voucher_left"] == 20)
        assert {cal["name"] for cal in host.status()["cals"]} >= {user for user, why in in_service if why == "cal"}
    server.kill()
    let_in: set[str] = set()
    for round_ in range(3):
        found = _killed_while_many_come(home, [f"b{round_}-{n}" for n in range(12)], seconds=0.1 * round_)
        let_in |= {user for user, why in found if why == "outage-cal"}
    with HostProcess(home) as host:
        told = host.status()
        assert len(let_in) <= told["voucher_used"] <= 20
        assert told["voucher_left"] == 20 - told["voucher_used"]
        assert {opened(host, user) for user in let_in} <= {"outage-cal"}
        assert host.status()["voucher_used"] == told["voucher_used"]


def _killed_while_many_come(home: Path, users: list[str], seconds: float) -> list[tuple[str, str]]:
    """Let users come in, four at a time, and kill the process so long after the first was let in."""
    found: list[tuple[str, str]] = []

    def come(user: str) -> None:
        with suppress(Unreachable):
            found.append((user, opened(host, user)))

    with HostProcess(home) as host, ThreadPoolExecutor(4) as pool:
        coming = [pool.submit(come, user) for user in users]
        wait(lambda: found)
        time.sleep(seconds)
        host.process.kill()
        for one in coming:
            one.result()
    assert found
    return found
