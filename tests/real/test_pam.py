"""A real PAM and a real sshd run our file: who comes in, who does not and what they read, whatever the user's home holds."""

import asyncio
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from calvox.apps.licence_server.policy_cases import SetPolicy
from calvox.host import enrol
from calvox.host.pam import FAIL_MODE
from calvox.host.pam_setup import Lines, install
from calvox.wire import agentapi as api
from tests.apps.processes import ServerProcess, stocked_folder
from tests.host.agents import HostProcess
from tests.host.fake_agent import ALLOW, FakeAgent, denied
from tests.real import pam
from tests.world import wish

NO = "You cannot open a session here now: pas de CAL libre"
READS_HOME = "session required pam_env.so user_readenv=1"
"""As Debian 12 has it for sshd: the user's own file fills PAM's environment."""


@dataclass
class Machine:
    """What a test needs of this machine."""

    folder: Path
    service: pam.Service
    alice: str
    admin: str

    @property
    def home(self) -> Path:
        """Where the session host's socket lies."""
        return self.folder / "host"

    def lines(self, fail: str = "closed") -> Lines:
        """Give PAM's lines."""
        return Lines(self.folder / "libexec", self.home / api.SOCKET, "open" if fail == "open" else "closed")

    def tester(self, name: str, *phases: str, **items: str) -> "subprocess.CompletedProcess[str]":
        """Run PAM by pamtester."""
        words = [word for item, value in items.items() for word in ("-I", f"{item}={value}")]
        return pam.command("pamtester", *words, self.service.name, name, *phases)


@pytest.fixture(scope="module")
def users() -> Iterator[tuple[Path, str, str]]:
    """Make a user, and one who administers this machine."""
    pam.needed()
    with pam.open_folder() as folder, pam.user(folder) as alice, pam.user(folder, "sudo") as admin:
        yield folder, alice, admin


@pytest.fixture
def machine(users: tuple[Path, str, str]) -> Iterator[Machine]:
    """Give a machine with our file in place and a service that asks it."""
    with pam.open_folder() as folder, pam.service() as service:
        made = Machine(folder, service, users[1], users[2])
        made.home.mkdir(mode=0o700)
        install(folder / "libexec")
        service.says(made.lines().account)
        yield made


@pytest.fixture
def far(machine: Machine) -> Iterator[pam.Sshd]:
    """Give an sshd on that machine."""
    with pam.sshd(machine.folder, machine.service, [machine.alice, machine.admin, "root"]) as running:
        yield running


# pamtester


def test_pam_does_what_the_process_says(machine: Machine) -> None:
    """Yes and no, and the words reach whoever asked PAM."""
    with FakeAgent(machine.home) as agent:
        assert machine.tester(machine.alice, "acct_mgmt", rhost="192.0.2.7", tty="ssh").returncode == 0
        agent.ok = denied(NO)
        refused = machine.tester(machine.alice, "acct_mgmt", rhost="192.0.2.7", tty="ssh")
    assert refused.returncode != 0
    assert NO in refused.stdout + refused.stderr
    (first, _) = agent.asked
    assert (first["user"], first["rhost"], first["tty"]) == (machine.alice, "192.0.2.7", "ssh")
    assert first["service"] == machine.service.name


def test_in_session_the_end_is_told(machine: Machine) -> None:
    """By the same process as the beginning."""
    machine.service.says(*machine.lines().session)
    with FakeAgent(machine.home) as agent:
        assert machine.tester(machine.alice, "open_session", "close_session", rhost="x").returncode == 0
        assert [asked["op"] for asked in agent.asked] == ["session-open", "session-close"]
        assert agent.asked[0]["pid"] == agent.asked[1]["pid"]
        agent.ok = denied(NO)
        refused = machine.tester(machine.alice, "open_session", rhost="x")
    assert refused.returncode != 0
    assert NO in refused.stdout + refused.stderr


def test_nobody_locks_out_whoever_sets_things_right(machine: Machine) -> None:
    """The process is dead and the line fails closed: the console, root and the sudo group come in, alice does not."""
    console = {"tty": "tty1"}
    assert machine.tester(machine.alice, "acct_mgmt", **console).returncode == 0
    assert machine.tester("root", "acct_mgmt", rhost="192.0.2.7").returncode == 0
    assert machine.tester(machine.admin, "acct_mgmt", rhost="192.0.2.7").returncode == 0
    assert machine.tester(machine.alice, "acct_mgmt", rhost="192.0.2.7").returncode != 0


@pytest.mark.parametrize("raw", [b"", b"{}\n", b"[" * 16000, b'{"ok":{"verdict":"maybe"}}\n', b"\xff" * 100_000])
def test_an_odd_answer_fails_as_the_line_says(machine: Machine, raw: bytes) -> None:
    """Open or closed."""
    with FakeAgent(machine.home, raw=raw):
        assert machine.tester(machine.alice, "acct_mgmt", rhost="x").returncode != 0
        machine.service.says(machine.lines("open").account)
        assert machine.tester(machine.alice, "acct_mgmt", rhost="x").returncode == 0


def test_a_process_that_hangs_costs_two_seconds(machine: Machine) -> None:
    """The log-in goes on; a busy machine may add a little."""
    machine.service.says(machine.lines("open").account)
    with FakeAgent(machine.home, silent=True):
        begun = time.monotonic()
        assert machine.tester(machine.alice, "acct_mgmt", rhost="x").returncode == 0
        assert 1.5 < time.monotonic() - begun < 3.5


@pytest.mark.parametrize("name", ["-x", "../../etc/passwd", "$(touch /x)", "alice\n", "x" * 300, "\x1b[2J"])
def test_a_name_that_somebody_plays_with_is_only_a_name(machine: Machine, name: str) -> None:
    """It is said as it is or not at all, and never let in against the process's word."""
    with FakeAgent(machine.home, denied(NO)) as agent:
        done = pam.command("pamtester", "-I", "rhost=x", "--", machine.service.name, name, "acct_mgmt")
    assert done.returncode != 0
    assert {asked["user"] for asked in agent.asked} <= {name}


# ~/.pam_environment


def hostile(machine: Machine, users: tuple[Path, str, str]) -> Path:
    """Fill the user's own file, and give what exists as soon as root ran the user's code."""
    folder, marker = users[0], machine.folder / "root-was-here"
    home = folder / machine.alice
    (home / "evil.c").write_text(
        "#include <fcntl.h>\n#include <unistd.h>\n__attribute__((constructor)) static void run(void)"
        f'{{ if (getuid() == 0) close(open("{marker}", O_CREAT | O_WRONLY, 0600)); }}\n'
    )
    pam.must("gcc", "-shared", "-fPIC", "-o", home / "evil.so", home / "evil.c")
    (home / "json.py").write_text(f"open({str(marker)!r}, 'w').close()\nraise SystemExit(0)\n")
    (home / "sitecustomize.py").write_text((home / "json.py").read_text())
    names = {
        "LD_PRELOAD": home / "evil.so", "LD_AUDIT": home / "evil.so", "LD_LIBRARY_PATH": home,
        "PYTHONPATH": home, "PYTHONSTARTUP": home / "json.py", "PYTHONHOME": home, "PYTHONINSPECT": "1",
        "PATH": home, "LC_ALL": "tr_TR", "PAM_SERVICE": "login", "PAM_USER": "root", "PAM_TYPE": "close_session", "PAM_TTY": "tty1",
        "CALVOX_HOST_SOCKET": "/nowhere", "CALVOX_HOST_FOLDER": home,
    }  # fmt: skip
    (home / ".pam_environment").write_text("".join(f"{name} DEFAULT={value}\n" for name, value in names.items()))
    return marker


def test_a_hostile_home_changes_nothing(machine: Machine, users: tuple[Path, str, str]) -> None:
    """In session, after PAM has read it: the line that takes the loader's variables out is what saves root."""
    marker, (cleaning, ours) = hostile(machine, users), machine.lines().session
    phases = ("open_session", "close_session")
    with FakeAgent(machine.home) as agent:
        machine.service.says(READS_HOME, cleaning, ours)
        assert machine.tester(machine.alice, *phases, rhost="x").returncode == 0
        assert not marker.exists()
        assert [(asked["op"], asked["user"]) for asked in agent.asked] == [
            ("session-open", machine.alice),
            ("session-close", machine.alice),
        ]
        agent.ok = denied(NO)
        assert machine.tester(machine.alice, "open_session", rhost="x").returncode != 0
        # The other way round, to know that the test would have seen it.
        machine.service.says(READS_HOME, ours)
        machine.tester(machine.alice, *phases, rhost="x")
        assert marker.exists()


def test_every_variable_that_the_loader_knows_is_taken_out(machine: Machine, users: tuple[Path, str, str]) -> None:
    """Even one that makes the loader list libraries, and end well, instead of running anything."""
    cleaning, ours = machine.lines().session
    listed = [line for line in (machine.folder / "libexec" / "pam_env.conf").read_text().splitlines() if line[0] != "#"]
    assert {"LD_PRELOAD", "LD_AUDIT", "LD_LIBRARY_PATH", "LD_TRACE_LOADED_OBJECTS", "GLIBC_TUNABLES"} <= set(listed)
    home = users[0] / machine.alice
    (home / ".pam_environment").write_text("".join(f"{name} DEFAULT=1\n" for name in listed))
    seen = machine.folder / "seen"
    machine.service.says(READS_HOME, cleaning, f"session required pam_exec.so log={seen} /usr/bin/env")
    assert machine.tester(machine.alice, "open_session", rhost="x").returncode == 0
    names = {line.partition("=")[0] for line in seen.read_text().splitlines()}
    assert "PAM_USER" in names
    assert [name for name in names & set(listed) if not name.startswith("PAM_")] == []
    with FakeAgent(machine.home, denied(NO)):
        machine.service.says(READS_HOME, cleaning, ours)
        assert machine.tester(machine.alice, "open_session", rhost="x").returncode != 0
        machine.service.says(READS_HOME, ours)
        assert machine.tester(machine.alice, "open_session", rhost="x").returncode == 0


# sshd


def test_sshd_lets_in_and_refuses_with_our_words(machine: Machine, far: pam.Sshd) -> None:
    """Whoever is refused reads why; nothing of theirs runs."""
    with FakeAgent(machine.home) as agent:
        came_in = far.login(machine.alice, "echo", "here")
        assert (came_in.returncode, came_in.stdout) == (0, "here\n"), came_in.stderr
        agent.ok = denied(NO + " — été")
        refused = far.login(machine.alice, "echo", "here")
        assert (refused.returncode, refused.stdout) == (255, "")
        assert NO + " — été" in refused.stderr
    assert {asked["rhost"] for asked in agent.asked} == {"127.0.0.1"}


def test_sshd_shows_a_warning_in_a_terminal(machine: Machine, far: pam.Sshd) -> None:
    """A message that goes with a yes comes before the shell's."""
    with FakeAgent(machine.home, {**ALLOW, "message": "3 more days"}):
        options = far.arguments(machine.alice, "echo", "here")
        told = pam.command(options[0], "-tt", *options[1:])
    assert told.returncode == 0
    assert "3 more days" in told.stdout + told.stderr


def test_sshd_fails_open_or_closed_and_administrators_come_in(machine: Machine, far: pam.Sshd) -> None:
    """The process is dead."""
    assert far.login(machine.alice, "true").returncode == 255
    assert "ne répond pas" in far.login(machine.alice, "true").stderr
    assert [far.login(name, "true").returncode for name in (machine.admin, "root")] == [0, 0]
    machine.service.says(machine.lines("open").account)
    assert far.login(machine.alice, "true").returncode == 0
    (machine.home / FAIL_MODE).write_text("closed\n")
    assert far.login(machine.alice, "true").returncode == 255


def test_sshd_and_a_hostile_home(machine: Machine, far: pam.Sshd, users: tuple[Path, str, str]) -> None:
    """As Debian sets sshd up: with our line in account, root never runs the user's code, and a no stays one."""
    marker = hostile(machine, users)
    machine.service.says(machine.lines().account, READS_HOME)
    with FakeAgent(machine.home) as agent:
        assert "LD_PRELOAD" in far.login(machine.alice, "/usr/bin/env").stdout
        agent.ok = denied(NO)
        assert far.login(machine.alice, "true").returncode == 255
    assert [asked["user"] for asked in agent.asked] == [machine.alice] * 2
    assert not marker.exists()


@pytest.mark.parametrize("way", ["publickey", "keyboard-interactive"])
def test_the_process_that_is_named_lasts_as_long_as_the_session(machine: Machine, far: pam.Sshd, way: str) -> None:
    """Its end is the session's end; where sshd lets a helper talk to PAM, it is not the helper's."""
    with FakeAgent(machine.home) as agent, Staying(far, machine.alice, way) as session:
        named = agent.asked[0]["pid"]
        assert os.path.exists(f"/proc/{named}")
        assert named != far.process.pid
        _end(session)
        wait(lambda: not os.path.exists(f"/proc/{named}"))


# All of it


def test_a_session_cal_goes_and_comes_back_with_the_log_in(machine: Machine, far: pam.Sshd) -> None:
    """A real licence server with one CAL, a real session host, a real sshd: one at a time, and the next after it."""
    folder = stocked_folder(machine.folder / "server", wish("session", "2022", 1))
    with ServerProcess(folder) as server:
        server.owner.call("policy-set", SetPolicy("session", None, False, None, None))
        asyncio.run(enrol(machine.home, server.address, server.code("rdsh-1")))
        # So rare are signs of life that the CAL comes back in time only because sshd's end is seen.
        with HostProcess(machine.home, CALVOX_HOST_HEARTBEAT_SECONDS="600") as host:
            wait(lambda: (machine.home / FAIL_MODE).exists())
            machine.service.says(machine.lines("open").account)
            with Staying(far, machine.alice) as session:
                (cal,) = host.status()["cals"]
                assert cal["name"].startswith(f"{machine.alice}@127.0.0.1#")
                refused = far.login(machine.alice, "true")
                assert refused.returncode == 255
                assert "You cannot open a session here now" in refused.stderr
                assert far.login(machine.admin, "true").returncode == 0
                _end(session)
            wait(lambda: host.status()["cals"] == [])
            assert far.login(machine.alice, "true").returncode == 0
            host.kill()
        # The policy says closed, the line open; the policy counts though nobody is left to ask.
        assert far.login(machine.alice, "true").returncode == 255


class Staying:
    """A log-in that stays until it is told to end."""

    def __init__(self, far: pam.Sshd, name: str, way: str = "publickey") -> None:
        self._words = far.arguments(name, "echo in; read line", way=way)

    def __enter__(self) -> "subprocess.Popen[bytes]":
        self.process = subprocess.Popen(
            self._words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"in\n"
        return self.process

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(30)
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()


def _end(session: "subprocess.Popen[bytes]") -> None:
    assert session.stdin is not None
    session.stdin.write(b"\n")
    session.stdin.flush()
    assert session.wait(30) == 0


def wait(until: Callable[[], bool]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + 30
    while not until():
        assert time.monotonic() < end
        time.sleep(0.1)
