"""Commands as a person types them, run in this process: by the command line's own entry, at the time of the story.

What a command says comes as one text, as on a screen, with what is typed after its question. A terminal is pretended where
somebody types; the clock and the names of machines are the story's, all else is the program's own.
"""

import io
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from calvox.cli.main import main
from calvox.cli.session import Session, begin
from calvox.common.i18n import set_language
from calvox.common.settings import Loaded, Settings
from calvox.windows import line
from tests.flows.machines import WindowsSite
from tests.windows.surveying import PASSWORD, USER, doubles

Typist = Callable[[str], str]
"""Is given the last line on the screen, the question, and gives what is typed; an empty text ends the input."""


@cache
def _terminal() -> int:
    return os.openpty()[1]


class _Keyboard:
    """A terminal's input: what is typed depends on what is asked, and is seen on the screen."""

    def __init__(self, screen: io.StringIO, typist: Typist) -> None:
        self.screen, self.typist = screen, typist

    def isatty(self) -> bool:
        """Pretend that somebody sits there."""
        return True

    def fileno(self) -> int:
        """Give the number of a real terminal, for whoever asks the system whether it is one."""
        return _terminal()

    def readline(self, size: int = -1) -> str:
        """Type the answer to the question on the screen."""
        text = self.typist(self.screen.getvalue().rpartition("\n")[2].strip())
        self.screen.write(f"{text}\n")
        return f"{text}\n" if text else ""


def run(
    patch: pytest.MonkeyPatch, words: Sequence[str], code: int, typed: str | Typist, screen: io.StringIO | None = None
) -> str:
    """Run one command in this process, see it end with that exit code, and give the screen."""
    screen = screen or io.StringIO()
    keyboard: Any = io.StringIO(typed) if isinstance(typed, str) else _Keyboard(screen, typed)
    patch.setattr(sys, "argv", ["calvox", *words])
    patch.setattr(sys, "stdin", keyboard)
    ended: Any = 0
    try:
        with redirect_stdout(screen), redirect_stderr(screen):
            main()
    except SystemExit as end:
        ended = end.code
    finally:
        begin(Session(Loaded(Settings(), {})))
        set_language("en")
    assert ended == code, f"calvox {' '.join(words)} ended with {ended}:\n{screen.getvalue()}"
    return screen.getvalue()


class Commands:
    """Runs commands about Windows machines in a folder."""

    def __init__(self, folder: Path, there: WindowsSite, patch: pytest.MonkeyPatch) -> None:
        self.folder, self.there, self.patch = folder, there, patch
        patch.chdir(folder)
        patch.setenv("COLUMNS", "100")
        patch.setenv("LC_ALL", "C.UTF-8")
        patch.setattr("calvox.common.clock.time", SimpleNamespace(time=there.clock.time, monotonic=time.monotonic))

    def write_credentials(self, name: str = "who.toml") -> None:
        """Write the file with the account that the machines know."""
        path = self.folder / name
        path.write_text(f'user = \'{USER}\'\npassword = "{PASSWORD}"\nmethod = "ntlm"\n')
        path.chmod(0o600)

    def run(self, *words: str, code: int = 0, typed: str | Typist = "") -> str:
        """Run one command with lines from a pipe, or with a typist at a terminal; give the screen."""
        self.there.clock.go_on()
        self.there.set_clocks()
        return run(self.patch, words, code, typed)

    @contextmanager
    def connected(self) -> Iterator[None]:
        """Let the machines answer over WinRM, by their names."""
        with doubles(self.there.machines, self.folder, self.patch) as double:
            places = {machine.name: address for address, machine in self.there.machines.items()}
            found = socket.getaddrinfo

            def look_up(host: Any, *more: Any, **options: Any) -> Any:
                return found(places.get(host, host), *more, **options)

            with self.patch.context() as patch:
                patch.setattr(socket, "getaddrinfo", look_up)
                patch.setitem(line.PORTS, False, double.port)
                yield


def text_on(screen: str) -> str:
    """Give a screen as one line, without the frames of tables, so that a phrase is found wherever it was broken."""
    plain = "".join(" " if "\u2500" <= sign <= "\u259f" else sign for sign in screen)
    return " ".join(plain.split())
