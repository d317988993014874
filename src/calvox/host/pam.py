#!/usr/bin/python3 -IS
"""Let PAM ask the session host's process whether somebody may open a session; pam_exec runs this file, and nothing imports it there.

    /usr/bin/python3 -IS /usr/local/libexec/calvox-pam SOCKET [fail=open|closed]

Rules:
- The standard library alone, of any Python from 3.9: this file is copied, and outlives the Calvox that it came with.
- Only what pam_exec says itself is read, and bounded; then the whole environment is emptied, before anything else is done.
- The conversation takes two seconds at most, and so does looking up groups before a refusal. An answer is at most 16 KiB, and nothing in it is believed but its shape.
- Who sits at the console, root, and the members of sudo, wheel and admin are let in whatever anybody says.
- Where the process does not decide, the policy's word beside its socket counts (`fail-mode`), then the argument, then "open".

What happens before Python starts is PAM's: see docs/pam.md for where the line must stand.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import stat
import struct
import sys
import time
from contextlib import suppress
from typing import Any, NamedTuple

SECONDS = 1.9
"""Within which the conversation is over; the rest of the two seconds is Python's start."""
LONGEST_ANSWER = 16 << 10
LONGEST_TEXT = 2000
"""Characters that are shown of a message."""
LONGEST_NAME = 256
FAIL_MODE = "fail-mode"
"""Beside the socket: "open" or "closed", as the signed policy says."""
ALLOWED, REFUSED, MISUSED = 0, 1, 2
ADMINISTRATORS = ("sudo", "wheel", "admin")
"""Groups whose members administer a machine."""
SEATS = ("gdm", "lightdm", "sddm", "lxdm", "xdm", "kde", "slim", "greetd")
"""Programs that show their log-in at the machine itself, by the beginning of their PAM name."""
_CONSOLE = re.compile(r"(/dev/)?(console|tty[0-9]+|ttyS[0-9]+|hvc[0-9]+)")
# Displays from 10 on are those of remote desktops, and an old xrdp calls itself gdm.
_DISPLAY = re.compile(r":[0-9](\.[0-9]+)?")
_CUT_OFF = (
    "No session can be opened here now: this computer's licensing process does not answer. "
    "Please tell your administrator.\n"
    "Impossible d'ouvrir une session ici pour le moment : le processus de licences de cet ordinateur ne répond pas. "
    "Veuillez prévenir votre administrateur."
)
_BAD_NAME = (
    "No session can be opened here under this user name.\n"
    "Impossible d'ouvrir une session ici sous ce nom d'utilisateur."
)


class Logon(NamedTuple):
    """Who wants in, as PAM says."""

    phase: str
    """account, open_session, close_session, or one in which this has no business."""
    user: str
    """Empty: PAM named nobody whom we can name to others."""
    tty: str
    rhost: str
    service: str


class Wanted(NamedTuple):
    """What the line in PAM's file says."""

    socket: str
    fail: str


class Undecided(Exception):
    """The process did not decide; the text says why."""


def main() -> int:
    """Decide on one session, and give the exit code."""
    deadline = time.monotonic() + SECONDS
    logon = take_environment()
    wanted = read_arguments(sys.argv[1:])
    if wanted is None or logon.phase not in ("account", "open_session", "close_session"):
        note("this line is wrong: SOCKET [fail=open|closed], in account or session")
        return MISUSED
    if logon.phase == "close_session":
        with suppress(Undecided):
            ask(wanted.socket, question(logon, "session-close"), deadline)
        return ALLOWED
    return open_session(logon, wanted, deadline)


def open_session(logon: Logon, wanted: Wanted, deadline: float) -> int:
    """Let somebody in or not."""
    if at_console(logon.service, logon.tty, logon.rhost):
        return ALLOWED
    if not logon.user:
        return refuse(logon, _BAD_NAME)
    try:
        allowed, message = verdict(ask(wanted.socket, question(logon, "session-open"), deadline))
    except Undecided as why:
        allowed, message = fail_mode(wanted) == "open", _CUT_OFF
        note(f"{logon.user} via {logon.service}: fails {'open' if allowed else 'closed'}: {why}")
        return ALLOWED if allowed else refuse(logon, message)
    if not allowed:
        return refuse(logon, message)
    show(message)
    return ALLOWED


def refuse(logon: Logon, message: str) -> int:
    """Refuse, but for administrators."""
    # Whoever looks up groups far away may wait for long: then the alarm ends this process, and PAM refuses.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGALRM])
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    if administers(logon.user):
        note(f"{logon.user} administers this machine and is let in")
        return ALLOWED
    show(message)
    return REFUSED


def take_environment() -> Logon:
    """Read what PAM says, then empty the environment: much of it may be the user's own."""
    with open("/proc/self/environ", "rb") as file:
        told = spoken(file.read())
    os.environ.clear()
    tty, rhost, service = (bounded(told.get("PAM_" + name, "")) for name in ("TTY", "RHOST", "SERVICE"))
    user = told.get("PAM_USER", "")
    return Logon(told.get("PAM_TYPE", ""), user if user == bounded(user) else "", tty, rhost, service)


def spoken(environment: bytes) -> dict[str, str]:
    """Take what pam_exec itself says; a user's own variables may have the same names.

    It puts the user's variables first, then those of PAM's items that are set: the service, which always is, the others, the
    phase.
    """
    _, service, items = (b"\0" + environment).rpartition(b"\0PAM_SERVICE=")
    pairs = (service + items).decode("utf-8", "surrogateescape").split("\0")
    return {name: value for name, _, value in (pair.partition("=") for pair in pairs) if name} if service else {}


def bounded(text: str) -> str:
    """Cut a text to what may be said to others; what was not empty does not become so."""
    return "".join(c if c.isprintable() else "?" for c in text[:LONGEST_NAME])


def read_arguments(words: list[str]) -> Wanted | None:
    """Read the line's arguments; None: they make no sense."""
    socket_path, options = words[:1], words[1:]
    if not socket_path or not os.path.isabs(socket_path[0]) or len(options) > 1:
        return None
    fail = options[0] if options else "fail=open"
    return Wanted(socket_path[0], fail[5:]) if fail in ("fail=open", "fail=closed") else None


def at_console(service: str, tty: str, rhost: str) -> bool:
    """Tell whether somebody sits at the machine: at a terminal of it, or at a display that its own log-in shows."""
    if rhost:
        return False
    seated = service.startswith(SEATS) and _DISPLAY.fullmatch(tty)
    return bool(seated or _CONSOLE.fullmatch(tty))


def administers(user: str) -> bool:
    """Tell whether a user administers this machine: number 0, or of a group that does; an unknown one does not."""
    import grp
    import pwd

    try:
        told = pwd.getpwnam(user)
        if told.pw_uid == 0:
            return True
        groups = set(os.getgrouplist(told.pw_name, told.pw_gid))
    except (KeyError, OSError, ValueError):
        return False
    for name in ADMINISTRATORS:
        with suppress(KeyError):
            if grp.getgrnam(name).gr_gid in groups:
                return True
    return False


def question(logon: Logon, operation: str) -> bytes:
    """Put the question."""
    asked = {"op": operation, "user": logon.user, "tty": logon.tty, "rhost": logon.rhost, "service": logon.service}
    return json.dumps({**asked, "pid": session_process()}).encode() + b"\n"


def session_process() -> int:
    """Find the process with whose end the session ends: the one that asks PAM, or, behind sshd's helper, its parent."""
    parent = os.getppid()
    try:
        with open(f"/proc/{parent}/cmdline", "rb") as file:
            title = file.read(4096).rstrip(b"\0 ")
        if title.endswith(b" [pam]"):
            with open(f"/proc/{parent}/stat", "rb") as file:
                return int(file.read(4096).rpartition(b")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        pass
    return parent


def ask(path: str, asked: bytes, deadline: float) -> Any:
    """Ask the process.

    Raises:
        Undecided: it does not answer in time, or not with what was asked for.
    """
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connect(connection, path, deadline)
            connection.settimeout(left(deadline))
            connection.sendall(asked)
            line = read_line(connection, deadline)
        return json.loads(line)["ok"]
    except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
        raise Undecided(f"{type(error).__name__}: {error}"[:LONGEST_NAME]) from error


def connect(connection: socket.socket, path: str, deadline: float) -> None:
    """Connect, however deep the folder is, to a process of root or of the folder's owner, and to no other."""
    folder = os.open(os.path.dirname(path), os.O_PATH | os.O_DIRECTORY)
    try:
        about = os.fstat(folder)
        if about.st_mode & stat.S_IWOTH:
            raise PermissionError("anybody may write where the socket lies")
        reach(connection, f"/proc/self/fd/{folder}/{os.path.basename(path)}", deadline)
    finally:
        os.close(folder)
    told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    if struct.unpack("3i", told)[1] not in (0, about.st_uid):
        raise PermissionError("another user's process listens there")


def reach(connection: socket.socket, name: str, deadline: float) -> None:
    """Connect, and try again while others stand in the queue."""
    while True:
        connection.settimeout(left(deadline))
        try:
            return connection.connect(name)
        except BlockingIOError:
            time.sleep(min(0.05, left(deadline)))


def read_line(connection: socket.socket, deadline: float) -> bytes:
    """Read one line."""
    line = b""
    while not line.endswith(b"\n"):
        connection.settimeout(left(deadline))
        piece = connection.recv(4096)
        line += piece
        if not piece or len(line) > LONGEST_ANSWER:
            raise ValueError("the answer has no end")
    return line


def left(deadline: float) -> float:
    """Tell the seconds that are left."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("no answer in time")
    return seconds


def verdict(answer: Any) -> tuple[bool, str]:
    """Read whether somebody is let in, and what they are told.

    Raises:
        Undecided: the answer says neither.
    """
    if not isinstance(answer, dict) or answer.get("verdict") not in ("allow", "deny"):
        raise Undecided("the answer is no verdict")
    message = answer.get("message")
    return answer["verdict"] == "allow", message if isinstance(message, str) else ""


def fail_mode(wanted: Wanted) -> str:
    """Tell what happens where nobody decides: the policy's word, else the line's."""
    try:
        path = os.path.join(os.path.dirname(wanted.socket), FAIL_MODE)
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            told = os.read(handle, 16).strip().decode("ascii")
        finally:
            os.close(handle)
    except (OSError, ValueError):
        return wanted.fail
    return told if told in ("open", "closed") else wanted.fail


def show(message: str) -> None:
    """Tell the person, through PAM; nothing in the text can move their terminal."""
    lines = (bounded_line(line) for line in message[:LONGEST_TEXT].splitlines())
    text = "\n".join(line for line in lines if line)
    if text:
        with suppress(OSError):
            os.write(1, text.encode("utf-8", "replace") + b"\n")


def bounded_line(line: str) -> str:
    """Take out of a line what is no text."""
    return "".join(c if c.isprintable() else " " for c in line).strip()


def note(text: str) -> None:
    """Leave a line in the system's log, if it takes one at once."""
    level = 10 << 3 | 4  # authpriv, warning
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
        log.setblocking(False)
        log.sendto(f"<{level}>calvox-pam[{os.getpid()}]: {text}".encode("utf-8", "replace"), "/dev/log")


if __name__ == "__main__":
    sys.exit(main())
