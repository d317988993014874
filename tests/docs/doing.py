"""A page that is done by hand at a terminal: each command runs as a process of its own, on a terminal of its own.

| on the page | what is done |
|---|---|
| fenced block `toml`, with a title | the file of that name is written |
| fenced block `console` | each line after `$` is run; what stands under it must be shown, in that order |
| a command ending in `serve` | is left running, once it has shown what stands under it |
| fenced block `sh` | stands for what is not tried here |
| anything else | nothing |

`…` stands for what the page leaves out. Codes differ each time, so the page's own are examples: a line of a code (`1.  six words`)
is only looked for by its number, and where a group is asked for, that of the code last shown with as many groups is typed.
`CODE`, `ARCHIVE`, `SERVER-KEY` and `CALL` in a command stand for what was shown before. Ports are exchanged for free ones.
"""

import os
import re
import select
import shlex
import signal
import socket
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.docs.guides import BLOCK, Step, steps_of

SECONDS = 60
"""How long a command, or the readiness of a process, is waited for."""
CODE_LINE = re.compile(r"^\W*(\d{1,2})\.? +((?:[a-z]+ ){5}[a-z]+)\W*$", re.MULTILINE)
ASKED_GROUP = re.compile(r"(?:Group|Line) (\d+) of (\d+): $")
NEXT_GROUP = re.compile(r"Enter for group \d+ of \d+ $")
Typist = Callable[[str], str | None]
"""Gives what is typed after a question, or None where it is no question."""
SHOWN = {
    "CODE": re.compile(r"^((?:[0-9A-Z]{4}-){9,}[0-9A-Z]{4})\s*$", re.MULTILINE),
    "ARCHIVE": re.compile(r"(\S+\.calvox-backup)"),
    "SERVER-KEY": re.compile(r"^Key: ([0-9a-f]{64})", re.MULTILINE),
    "CALL": re.compile(r"calvox centre read ([0-9a-f]{16})"),
}


class Doer:
    """Does what a page says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ran: list[str] = []
        self.codes: dict[int, list[str]] = {}
        self.known: dict[str, str] = {}
        self.serving: list[Terminal] = []

    def do(self, page: str) -> None:
        """Do everything on a page, then end what still serves."""
        page = _with_free_ports(page)
        try:
            for block in BLOCK.finditer(page):
                if block["kind"] == "toml":
                    (self.folder / block["title"]).write_text(block["text"], "utf-8")
                elif block["kind"] == "console":
                    for step in steps_of(block["text"]):
                        self._run(step)
        finally:
            for terminal in reversed(self.serving):
                terminal.end()

    def _run(self, step: Step) -> None:
        words = shlex.split(step.command)
        for name, value in self.known.items():
            words = [word.replace(name, value) for word in words]
        if words[0] == "calvox":
            words = [sys.executable, "-m", *words]
        terminal = Terminal(words, self.folder)
        self.ran.append(step.command)
        if step.command.endswith("serve"):
            self.serving.append(terminal)
            screen = terminal.read(self._typist(step), until=step.shown[-1].partition("…")[0])
        else:
            screen = terminal.read(self._typist(step))
            assert terminal.ended() == step.code, f"$ {step.command}\n{screen}"
        self._compare(step, screen)
        self._learn(screen)

    def _typist(self, step: Step) -> Typist:
        """Answer as the page does, each line of it once."""
        left = list(step.shown)

        def answer(question: str) -> str | None:
            if NEXT_GROUP.search(question):
                return ""
            if asked := ASKED_GROUP.search(question):
                return self.codes[int(asked[2])][int(asked[1]) - 1]
            for line in left:
                if line.startswith(asked_for := question.rstrip()) and len(asked_for) > 4:
                    left.remove(line)
                    return line.removeprefix(asked_for).strip()
            return None

        return answer

    def _compare(self, step: Step, screen: str) -> None:
        at, flat = 0, _flat(screen)
        for line in step.shown:
            if CODE_LINE.match(line) or ASKED_GROUP.match(line.partition(": ")[0] + ": "):
                continue
            for part in filter(None, map(_flat, line.split("…"))):
                found = flat.find(part, at)
                assert found >= 0, f"$ {step.command}\nis not shown, or not there: {part}\nshown:\n{screen}"
                at = found + len(part)

    def _learn(self, screen: str) -> None:
        group: list[str] = []
        for number, text in CODE_LINE.findall(screen):
            group = [text] if number == "1" else [*group, text]
            self.codes[len(group)] = group
        for name, pattern in SHOWN.items():
            if found := pattern.findall(screen):
                self.known[name] = found[-1]


class Terminal:
    """One process on a terminal of its own."""

    def __init__(self, words: list[str], folder: Path) -> None:
        self._ours, theirs = os.openpty()
        name = os.ttyname(theirs)
        environment = {**os.environ, "LC_ALL": "C.UTF-8", "COLUMNS": "100", "TERM": "xterm", "PYTHONUNBUFFERED": "1"}
        environment.pop("CALVOX_SETTINGS", None)
        self._process = subprocess.Popen(
            words,
            cwd=folder,
            env=environment,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=lambda: os.close(os.open(name, os.O_RDWR)),  # the terminal becomes the session's own
        )
        _silence(theirs)
        os.close(theirs)

    def read(self, typist: Typist, until: str = "") -> str:
        """Read what is shown, type what is asked, until the process ends or shows what is awaited."""
        screen, line = "", ""
        for piece in self._pieces():
            screen += piece
            if until and until in screen:
                return screen
            line = (line + piece).rpartition("\n")[2]
            answer = typist(line) if line.endswith(" ") else None
            if answer is not None:
                os.write(self._ours, answer.encode() + b"\n")
                screen, line = screen + answer + "\n", ""
        assert not until, f"“{until}” was not shown:\n{screen}"
        return screen

    def _pieces(self) -> Iterator[str]:
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            if not select.select([self._ours], [], [], 0.2)[0]:
                continue
            try:
                data = os.read(self._ours, 1 << 16)
            except OSError:  # every other side of the terminal is closed
                return
            if not data:
                return
            yield re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", data.decode("utf-8", "replace")).replace("\r", "")
        raise AssertionError(f"no end within {SECONDS} s: {self._process.args!r}")

    def ended(self) -> int:
        """Wait for the end, and give the exit code."""
        return self._process.wait(SECONDS)

    def end(self) -> None:
        """Interrupt the process, as Ctrl-C does, and wait."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(SECONDS)
        os.close(self._ours)


def _silence(terminal: int) -> None:
    """Have what is typed not shown again, so that only the program's words are on the screen."""
    modes = termios.tcgetattr(terminal)
    modes[3] &= ~termios.ECHO
    termios.tcsetattr(terminal, termios.TCSANOW, modes)


def _flat(text: str) -> str:
    return " ".join(re.sub(r"[│─━┃╭╮╰╯┏┓┗┛┡┩╇┳┴┬┼├┤└┘┌┐]", " ", text).split())


def _with_free_ports(page: str) -> str:
    def free(_: str) -> str:
        with socket.create_server(("127.0.0.1", 0)) as sock:
            return str(sock.getsockname()[1])

    ports = {port: free(port) for port in sorted(set(re.findall(r"127\.0\.0\.1:(\d{4,5})", page)))}
    return re.sub(r"127\.0\.0\.1:(\d{4,5})", lambda found: f"127.0.0.1:{ports[found[1]]}", page)
