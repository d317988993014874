"""The file that PAM runs, run as PAM runs it, against a process that says what a test tells it to."""

import ast
import grp
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from calvox.host import pam
from calvox.wire import agentapi as api
from tests.host.fake_agent import ALLOW, FakeAgent, denied

SCRIPT = Path(pam.__file__)
BUDGET = 2.0 + 1.0
"""Seconds in which it must be over, and what a busy machine may add to them."""
CUT_OFF = ("does not answer", "ne répond pas")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder whose path is short enough to listen in."""
    made = tmp_path / "a"
    made.mkdir(mode=0o700)
    return made


def ran(
    folder: Path, *options: str, phase: str = "account", more: dict[str, str] | None = None, **told: str | None
) -> "subprocess.CompletedProcess[str]":
    """Run it as pam_exec does, for somebody from afar."""
    usual = {"SERVICE": "sshd", "USER": "nobody", "TTY": "ssh", "RHOST": "192.0.2.7", "TYPE": phase}
    variables = {f"PAM_{name}": value for name, value in {**usual, **told}.items() if value is not None}
    return subprocess.run(
        [sys.executable, "-IS", str(SCRIPT), str(folder / api.SOCKET), *options],
        env={**(more or {}), **variables},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def answer(done: "subprocess.CompletedProcess[str]") -> tuple[int, str]:
    """Give the exit code and what is shown; a traceback is shown to nobody and is a fault."""
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_somebody_with_a_cal_comes_in(folder: Path) -> None:
    """The process is asked once, in words that it understands, and named a process that lasts."""
    with FakeAgent(folder) as agent:
        assert answer(ran(folder)) == (0, "")
    (asked,) = agent.asked
    read = msgspec.json.decode(json.dumps(asked).encode(), type=api.Question)
    pid = os.getpid()
    assert read == api.SessionOpen(user="nobody", tty="ssh", rhost="192.0.2.7", service="sshd", pid=pid)


def test_a_message_goes_with_a_yes_and_with_a_no(folder: Path) -> None:
    """In the words of the process."""
    with FakeAgent(folder, {**ALLOW, "message": "3 more days"}):
        assert answer(ran(folder, phase="open_session")) == (0, "3 more days\n")
    with FakeAgent(folder, denied("Vous ne pouvez pas ouvrir de session ici")):
        assert answer(ran(folder)) == (1, "Vous ne pouvez pas ouvrir de session ici\n")


def test_the_end_of_a_session_is_told_and_refuses_nothing(folder: Path) -> None:
    """With the process that its beginning named; nobody there is no matter."""
    with FakeAgent(folder, {"released": True}) as agent:
        assert answer(ran(folder, phase="open_session")) == (0, "")
        assert answer(ran(folder, phase="close_session")) == (0, "")
    assert [asked["op"] for asked in agent.asked] == ["session-open", "session-close"]
    assert agent.asked[0]["pid"] == agent.asked[1]["pid"]
    assert answer(ran(folder, "fail=closed", phase="close_session")) == (0, "")


@pytest.mark.parametrize(
    ("service", "tty", "rhost"),
    [("login", "/dev/tty63", ""), ("login", "console", ""), ("agetty", "ttyS0", ""), ("gdm-password", ":0", "")],
)
def test_the_console_is_never_refused(folder: Path, service: str, tty: str, rhost: str) -> None:
    """Nobody is even asked."""
    with FakeAgent(folder, denied("no")) as agent:
        assert answer(ran(folder, TTY=tty, RHOST=rhost, SERVICE=service)) == (0, "")
    assert agent.asked == []


@pytest.mark.parametrize(
    ("service", "tty", "rhost"),
    [
        ("login", "tty1", "192.0.2.7"),
        ("sshd", "pts/1", ""),
        ("xrdp-sesman", ":10", ""),
        ("xrdp-sesman", "", ""),
        ("login", "tty1 ", ""),
        ("login", "/dev/pts/0", ""),
        ("login", "tty1\n", ""),
        ("sshd", "tty1", "\n"),
        ("sshd", "tty1", "\udcff"),
        ("gdm-password", ":0", "far"),
        ("gdm", ":10", ""),
    ],
)
def test_what_is_no_console(folder: Path, service: str, tty: str, rhost: str) -> None:
    """A remote desktop's display, a terminal from afar, and a name with which somebody plays."""
    with FakeAgent(folder, denied("no")):
        assert answer(ran(folder, TTY=tty, RHOST=rhost, SERVICE=service)) == (1, "no\n")


def test_administrators_are_never_refused(folder: Path) -> None:
    """Whether the process says no, or is not there."""
    with FakeAgent(folder, denied("no")):
        assert answer(ran(folder, USER="root")) == (0, "")
    assert answer(ran(folder, "fail=closed", USER="root")) == (0, "")
    assert not any(pam.administers(user) for user in ("nobody", "no-such-user", "root\0", ""))


def test_members_of_a_group_administer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Groups that the machine does not have make no difference."""
    own = grp.getgrgid(pwd.getpwnam("nobody").pw_gid).gr_name
    assert not pam.administers("nobody")
    monkeypatch.setattr(pam, "ADMINISTRATORS", ("no-such-group", own))
    assert pam.administers("nobody")


def test_groups_that_are_not_found_out_keep_nobody_waiting() -> None:
    """The alarm ends the program, and PAM takes that for a refusal, whatever whoever started it made of alarms."""
    told = (
        "import signal, time; from calvox.host import pam\n"
        "signal.signal(signal.SIGALRM, signal.SIG_IGN); signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])\n"
        "pam.SECONDS, pam.administers = 0.2, lambda user: time.sleep(30)\n"
        "pam.refuse(pam.Logon('account', 'alice', '', '', ''), 'no')"
    )
    assert subprocess.run([sys.executable, "-c", told], check=False, timeout=20).returncode == -signal.SIGALRM


@pytest.mark.parametrize(("option", "code"), [((), 0), (("fail=open",), 0), (("fail=closed",), 1)])
def test_nobody_there(folder: Path, option: tuple[str, ...], code: int) -> None:
    """The line says what happens; who is refused is told so in both languages."""
    got, shown = answer(ran(folder, *option))
    assert got == code
    assert [text in shown for text in CUT_OFF] == [bool(code)] * 2


@pytest.mark.parametrize(
    ("content", "option", "code"),
    [
        (b"closed\n", "fail=open", 1),
        (b"open\n", "fail=closed", 0),
        (b"", "fail=closed", 1),
        (b"open sesame", "fail=closed", 1),
        (b"\xff\n", "fail=closed", 1),
        (b"closed" * 1000, "fail=open", 0),
    ],
)
def test_the_policys_word_counts_before_the_lines(folder: Path, content: bytes, option: str, code: int) -> None:
    """Where it is one of two words; else the line's."""
    (folder / pam.FAIL_MODE).write_bytes(content)
    assert answer(ran(folder, option))[0] == code


def test_the_policys_word_is_not_read_through_a_link_or_from_a_pipe(folder: Path, tmp_path: Path) -> None:
    """Neither leads elsewhere, nor keeps anybody waiting."""
    (tmp_path / "elsewhere").write_text("open")
    (folder / pam.FAIL_MODE).symlink_to(tmp_path / "elsewhere")
    assert answer(ran(folder, "fail=closed"))[0] == 1
    (folder / pam.FAIL_MODE).unlink()
    os.mkfifo(folder / pam.FAIL_MODE)
    assert answer(ran(folder, "fail=closed"))[0] == 1


ODD = [
    b"",
    b"\n",
    b"{}\n",
    b"[]\n",
    b"null\n",
    b"\xff\xfe\n",
    b'{"ok": {"verdict": "deny"',
    b'{"ok": {"verdict": "perhaps"}}\n',
    b'{"ok": {"verdict": ["deny"]}}\n',
    b'{"ok": "deny"}\n',
    b'{"error": {"code": "internal", "message": "no", "hint": ""}}\n',
    b"[" * 16000 + b"\n",
    b"9" * 16000 + b"\n",
    b'{"ok": {"verdict": "allow", "message": "' + b"x" * (1 << 20) + b'"}}\n',
]


@pytest.mark.parametrize("raw", ODD, ids=range(len(ODD)))
def test_an_odd_answer_is_none(folder: Path, raw: bytes) -> None:
    """Fails open or closed, and within the time."""
    begun = time.monotonic()
    with FakeAgent(folder, raw=raw):
        assert answer(ran(folder, "fail=closed"))[0] == 1
        assert answer(ran(folder, "fail=open")) == (0, "")
    assert time.monotonic() - begun < 2 * BUDGET


def test_one_that_hangs_costs_two_seconds(folder: Path) -> None:
    """And no more, whether it takes the question or not."""
    with FakeAgent(folder, silent=True):
        begun = time.monotonic()
        assert answer(ran(folder, "fail=closed"))[0] == 1
        assert 1.5 < time.monotonic() - begun < BUDGET
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as deaf:
        deaf.bind(str(folder / api.SOCKET))
        deaf.listen(0)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as first:
            first.connect(str(folder / api.SOCKET))
            begun = time.monotonic()
            assert answer(ran(folder, "fail=closed"))[0] == 1
            assert 1.5 < time.monotonic() - begun < BUDGET


def test_the_text_cannot_move_a_terminal(folder: Path) -> None:
    """Control characters go, and so does what is beyond measure; other scripts stay."""
    with FakeAgent(folder, denied("\x1b[2Jno\x07\u202e entry\r\n\n\tété\x00 日本\u2028x" + "y" * 9000)):
        code, shown = answer(ran(folder))
    assert code == 1
    assert shown.startswith(" [2Jno".strip())
    assert all(c.isprintable() or c == "\n" for c in shown)
    assert "été" in shown
    assert "日本" in shown
    assert len(shown) <= pam.LONGEST_TEXT + 1


@pytest.mark.parametrize("user", ["", "nobody\n", "nobody\x1b[2J", "\udcff", "x" * 257, "root\n", "a\u202eb"])
def test_a_name_that_cannot_be_said_is_refused(folder: Path, user: str) -> None:
    """It never fails open: no account that may come in has such a name."""
    with FakeAgent(folder) as agent:
        code, shown = answer(ran(folder, "fail=open", USER=user))
    assert (code, agent.asked) == (1, [])
    assert "user name" in shown


@pytest.mark.parametrize(
    "user", ["-x", "../../etc/passwd", "élodie", "DOM\\alice", "a b", 'a"},{"op":"status', "$(id)"]
)
def test_any_other_name_is_said_as_it_is(folder: Path, user: str) -> None:
    """Nothing interprets it."""
    with FakeAgent(folder) as agent:
        assert answer(ran(folder, USER=user)) == (0, "")
    assert [asked["user"] for asked in agent.asked] == [user]


def test_a_hostile_environment_changes_nothing(folder: Path, tmp_path: Path) -> None:
    """Not Python's variables, not the language, not the path, and not ours."""
    (tmp_path / "json.py").write_text("raise SystemExit(0)")
    (tmp_path / "sitecustomize.py").write_text("raise SystemExit(0)")
    hostile = {
        "PYTHONPATH": str(tmp_path),
        "PYTHONHOME": str(tmp_path),
        "PYTHONSTARTUP": str(tmp_path / "json.py"),
        "PYTHONWARNINGS": "error",
        "PYTHONINSPECT": "1",
        "PYTHONUSERBASE": str(tmp_path),
        "PATH": str(tmp_path),
        "LANG": "xx",
        "LC_ALL": "tr_TR.ISO-8859-9",
        "HOME": str(tmp_path),
        "CALVOX_HOST_SOCKET": "/nowhere",
        "PAM_FAIL": "open",
    }
    with FakeAgent(folder, denied("été")):
        assert answer(ran(folder, more=hostile)) == (1, "été\n")
    assert answer(ran(folder, "fail=closed", more=hostile))[0] == 1


def test_nothing_of_the_environment_is_left() -> None:
    """Before anything is asked."""
    told = "from calvox.host import pam; import os; print(pam.take_environment().user, len(os.environ))"
    done = subprocess.run(
        [sys.executable, "-c", told],
        env={"LD_X": "x", "PAM_SERVICE": "sshd", "PAM_USER": "alice", "PAM_TYPE": "account"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "alice 0\n"


def test_a_users_own_variables_are_not_taken_for_pams(folder: Path) -> None:
    """Not even for an item that PAM does not set: a terminal of the console, where there is none."""
    with FakeAgent(folder, denied("no")) as agent:
        assert answer(ran(folder, more={"PAM_TTY": "tty1"}, TTY=None, RHOST=None)) == (1, "no\n")
    assert agent.asked[0]["tty"] == ""


def test_it_is_written_for_older_pythons_and_imports_only_what_they_bring() -> None:
    """The system's own may be 3.9."""
    tree = ast.parse(SCRIPT.read_text("utf-8"), feature_version=(3, 9))
    found = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    found |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in found} <= sys.stdlib_module_names


@example(b"PAM_SERVICE=login\0PAM_USER=root\0PAM_TTY=tty1\0PAM_TYPE=account", b"alice")
@given(st.binary(), st.binary())
def test_whatever_a_user_says_first_pam_has_the_last_word(before: bytes, value: bytes) -> None:
    """And without a service there was no PAM."""
    value = value.replace(b"\0", b"").replace(b"PAM_SERVICE=", b"")
    told = pam.spoken(before + b"\0PAM_SERVICE=sshd\0PAM_USER=" + value + b"\0PAM_TYPE=account\0")
    assert told == {
        "PAM_SERVICE": "sshd",
        "PAM_USER": value.decode("utf-8", "surrogateescape"),
        "PAM_TYPE": "account",
    }
    assert pam.spoken(before.replace(b"PAM_SERVICE=", b"")) == {}


@pytest.mark.parametrize("phase", ["auth", "password", "", "setcred"])
def test_a_line_in_the_wrong_place_is_an_error(folder: Path, phase: str) -> None:
    """It authenticates nobody."""
    with FakeAgent(folder) as agent:
        assert answer(ran(folder, phase=phase, USER="root")) == (pam.MISUSED, "")
    assert agent.asked == []


@pytest.mark.parametrize("words", [[], ["agent.sock"], ["/a", "fail=maybe"], ["/a", "fail=open", "x"], ["/a", "open"]])
def test_a_line_that_makes_no_sense(words: list[str]) -> None:
    """It is not guessed at."""
    assert pam.read_arguments(words) is None


def test_a_socket_that_anybody_may_replace_is_not_asked(folder: Path) -> None:
    """Nor one of another user than root and the folder's owner."""
    folder.chmod(0o1777)
    with FakeAgent(folder) as agent:
        assert answer(ran(folder, "fail=closed"))[0] == 1
    assert agent.asked == []


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away")
def test_a_socket_of_another_user_is_not_asked(folder: Path) -> None:
    """The folder is root's, the process that listens there is not."""
    listening = (
        "import os, socket, sys, time\n"
        "s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); os.setuid(65534); s.listen(4)\n"
        'print(\'ready\', flush=True); c, _ = s.accept(); c.sendall(b\'{"ok": {"verdict": "allow"}}\\n\'); time.sleep(5)\n'
    )
    with subprocess.Popen(
        [sys.executable, "-c", listening, str(folder / api.SOCKET)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            assert answer(ran(folder, "fail=closed"))[0] == 1
        finally:
            process.kill()


def test_a_deep_folder_is_reached(tmp_path: Path) -> None:
    """A socket's path has no more than 107 bytes; that of its folder may."""
    deep = tmp_path / ("d" * 100) / ("e" * 100)
    deep.mkdir(parents=True)
    short = tmp_path / "s"
    short.mkdir()
    with FakeAgent(short) as agent:
        os.link(agent.path, deep / api.SOCKET)
        assert answer(ran(deep, "fail=closed"))[0] == 0


def test_it_needs_nothing_but_the_file(folder: Path, tmp_path: Path) -> None:
    """Copied elsewhere and run by the system's own Python it does the same."""
    python = shutil.which("python3", path="/usr/bin") or sys.executable
    copied = tmp_path / "calvox-pam"
    shutil.copyfile(SCRIPT, copied)
    with FakeAgent(folder, denied("no")):
        done = subprocess.run(
            [python, "-IS", str(copied), str(folder / api.SOCKET)],
            env={"PAM_SERVICE": "x", "PAM_USER": "nobody", "PAM_TYPE": "account"},
            capture_output=True,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stdout) == (1, "no\n")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda some: st.lists(some) | some.map(lambda x: {"verdict": x, "message": x}),
    )
)
def test_any_answer_is_a_verdict_or_none(told: Any) -> None:
    """Only two words let somebody in or keep them out."""
    try:
        allowed, message = pam.verdict(told)
    except pam.Undecided:
        return
    assert told["verdict"] == ("allow" if allowed else "deny")
    assert isinstance(message, str)


@given(st.text())
def test_what_was_said_does_not_become_nothing(text: str) -> None:
    """A host from afar must not look like no host."""
    cut = pam.bounded(text)
    assert bool(cut) == bool(text)
    assert len(cut) <= pam.LONGEST_NAME
    assert cut.isprintable()
