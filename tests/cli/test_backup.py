"""`calvox backup` as a person types it: the words once, one line back, a backup, a drill, a restore; nothing of it is kept."""

import errno
import io
import json
import os
import re
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from calvox.cli.main import main
from calvox.cli.recovery_words import lines_of, read_key
from calvox.cli.session import Session, begin
from calvox.common.errors import BadCode
from calvox.common.i18n import language_of, set_language
from calvox.common.settings import Loaded, Settings
from calvox.trust.recovery import recovery_key
from calvox.trust.shares import split
from calvox.wire.phone.filetext import write_recovery_text
from tests.world import Site

KEY = recovery_key(bytes(range(27)))
DOCS = Path(__file__).parents[2] / "docs" / "backup.md"


class Terminal:
    """A terminal at which somebody answers what is asked."""

    def __init__(self, place: Path, patch: pytest.MonkeyPatch) -> None:
        self.place, self.patch = place, patch
        patch.chdir(place)
        patch.setenv("LC_ALL", "C.UTF-8")
        patch.setenv("CALVOX_SERVER_FOLDER", str(place / "server"))
        patch.setenv("CALVOX_BACKUP_FOLDER", str(place / "backups"))

    def run(self, *words: str, answer: Any = lambda screen: "", code: int = 0) -> str:
        """Run one command; `answer` is given the screen, and gives the next line."""
        screen = io.StringIO()
        keyboard = io.StringIO()
        keyboard.isatty = lambda: True  # type: ignore[method-assign]
        keyboard.readline = lambda size=-1: f"{answer(screen.getvalue())}\n"  # type: ignore[method-assign]
        self.patch.setattr(sys, "argv", ["calvox", *words])
        self.patch.setattr(sys, "stdin", keyboard)
        ended: Any = 0
        try:
            with redirect_stdout(screen), redirect_stderr(screen):
                main()
        except SystemExit as end:
            ended = end.code
        finally:
            begin(Session(Loaded(Settings(), {})))
            set_language("en")
        assert (ended or 0) == code, screen.getvalue()
        return screen.getvalue()


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Give a terminal of a licence server."""
    Site.founded(tmp_path).close()
    return Terminal(tmp_path, monkeypatch)


def the_words(screen: str) -> list[str]:
    """Read the four lines off the screen."""
    return re.findall(r"^  [1-4]\.  (.+)$", screen, re.MULTILINE)


def last_asked(screen: str, lines: list[str]) -> str:
    """Type the line that is asked for."""
    number = int(re.findall(r"(?:line|Group) (\d)", screen)[-1])
    return lines[number - 1]


def test_a_key_is_entered_only_when_a_line_was_typed_back(terminal: Terminal) -> None:
    """A wrong line is told; right is right by four letters; the page is the owner's alone; nothing else holds the words."""
    tries: list[str] = []

    def back(screen: str) -> str:
        tries.append(screen)
        typed = last_asked(screen, the_words(screen))
        return "no such line" if len(tries) == 1 else " ".join(word[:4].upper() for word in typed.split())

    screen = terminal.run("backup", "key", "--paper", "key.pdf", answer=back)
    assert "That is not line" in screen
    assert "is entered" in screen
    paper = terminal.place / "key.pdf"
    assert (paper.read_bytes()[:4], paper.stat().st_mode & 0o777) == (b"%PDF", 0o600)
    words = the_words(screen)
    for file in terminal.place.rglob("*"):
        if file.is_file() and file != paper:
            assert words[0].encode() not in file.read_bytes(), file
    assert "There is a recovery key already" in terminal.run("backup", "key", code=5)


def test_the_commands_of_the_page_do_what_it_says(terminal: Terminal) -> None:
    """Key, create, list, drill by typing, restore; in the page's order."""
    page = re.findall(r"^\$ calvox (backup .+)$", DOCS.read_text(), re.MULTILINE)
    verbs = ["key", "create", "list", "drill", "restore", "create"]
    assert [line.split()[1] for line in page] == verbs
    screen = terminal.run(*page[0].split(), "--yes")
    words = the_words(screen)
    assert "Backed up and verified" in terminal.run(*page[1].split())
    assert "no" in terminal.run(*page[2].split())
    (archive,) = (terminal.place / "backups").iterdir()

    def typed(screen: str) -> str:
        return "yes" if screen.rstrip().endswith("(yes/no)") else last_asked(screen, words)

    unheard: list[str] = []

    def first_unheard(screen: str) -> str:
        unheard.append(screen)
        return "? ? ? ? ? ?" if len(unheard) == 1 else typed(screen)

    drilled = terminal.run("backup", "drill", str(archive), answer=first_unheard)
    assert "does not do here" in drilled
    assert "The paper opens this backup" in drilled
    restored = terminal.run("backup", "restore", str(archive), answer=typed)
    assert re.search(r"is kept, as\s+server\.before-", restored)
    assert "Restored to" in restored
    told = json.loads(terminal.run("backup", "list", "--json"))
    assert (told["due"]["keyed"], told["stands"]["backups"]) == (True, [])
    assert "Nothing was done" in terminal.run("backup", "restore", str(archive), answer=lambda _: "no", code=1)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_file_may_hold_the_key_in_any_form(language: Any) -> None:
    """Numbered lines, the text of the QR code, or two shares; garbage is refused by our own error."""
    with language_of(language):
        lines = lines_of(KEY)
    assert read_key("\n".join(f"{n}. {line}" for n, line in enumerate(lines, 1))) == KEY
    assert read_key(f" {write_recovery_text(KEY).lower()}\n") == KEY
    one, _, three = (" ".join(share) for share in split(KEY))
    assert read_key(f"{one}\n{three}\n") == KEY
    for text in ("", "CVX1R:AAAAA", " ".join(lines[:3]), "x" * 4000, "\x00" * 60):
        with pytest.raises(BadCode):
            read_key(text)


def test_a_service_that_may_not_be_nice_makes_its_backup(terminal: Terminal) -> None:
    """The unit of systemd filters both calls (@resources), and says the same itself."""
    asked: list[tuple[object, ...]] = []

    def filtered(*how: object) -> None:
        asked.append(how)
        raise PermissionError(errno.EPERM, "Operation not permitted")

    terminal.patch.setattr(os, "nice", filtered)
    terminal.patch.setattr(os, "sched_setscheduler", filtered)
    terminal.run("backup", "key", "--yes")
    assert "Backed up and verified" in terminal.run("backup", "create")
    assert len(asked) == 2
