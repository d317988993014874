"""Run the commands of the story as processes, and show who says what."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text as Styled

from calvox.apps.demo.processes import command
from calvox.common.errors import REFUSED_EXIT, CalvoxError, error_named
from calvox.common.i18n import Language, Text, current_language, t

COMMAND_SECONDS = 180


class Stage:
    """Where the story is shown."""

    def __init__(self, folder: Path, screen: Console) -> None:
        self.folder = folder
        self.screen = screen
        self.settings = folder / "calvox.toml"

    @property
    def language(self) -> Language:
        """The language of the story and of its words."""
        return current_language()

    @property
    def form(self) -> str:
        """The form in which codes are dictated."""
        return f"words-{self.language}"

    def title(self, text: Text) -> None:
        """Begin a scene."""
        self.screen.print()
        self.screen.rule(Styled(str(text), style="bold"), align="left")

    def tell(self, text: Text | str, *, style: str = "") -> None:
        """Tell the reader something."""
        self.screen.print(str(text), markup=False, style=style)

    def says(self, who: Text, text: Text | str, *, style: str = "") -> None:
        """Let somebody speak or type."""
        self.screen.print(Styled.assemble((f"{who!s:>16} │ ", "cyan"), (str(text), style)), soft_wrap=True)

    def link(self, address: str) -> None:
        """Show an address in one piece, so that it can be copied."""
        self.screen.print(Styled(f"  {address}", style=f"bold link {address}"), soft_wrap=True)

    def run(self, *arguments: str, secret: str | None = None, shown: bool = True) -> Any:
        """Run a command, and give what it answers in JSON; a refusal is an answer.

        Raises:
            CalvoxError: the command failed; it is the command's own error.
        """
        if shown:
            self.show_command(*arguments)
        words = command(self.settings, "--lang", self.language, "--json", *arguments)
        done = subprocess.run(
            words, input=(secret or "").encode(), capture_output=True, timeout=COMMAND_SECONDS, check=False
        )
        if done.returncode not in (0, REFUSED_EXIT):
            raise _failed(done.stderr, done.returncode)
        return json.loads(done.stdout)

    def present(self, *arguments: str) -> None:
        """Run a command for the reader, who sees what it prints."""
        self.show_command(*arguments)
        words = command(self.settings, "--lang", self.language, *arguments)
        room = {**os.environ, "COLUMNS": str(self.screen.width - 2)}
        done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, check=False, env=room)
        text = "\n".join(line.rstrip() for line in done.stdout.decode().rstrip().splitlines())
        self.screen.print(Padding(Styled(text), (0, 0, 0, 2)))
        if done.returncode:
            raise _failed(done.stderr, done.returncode)

    def show_command(self, *arguments: str) -> None:
        """Show a command as the reader would type it."""
        shown = " ".join(_quoted(a) for a in arguments)
        self.screen.print(Styled(f"  $ calvox {_shortened(shown)}", style="dim"), soft_wrap=True)


def _quoted(word: str) -> str:
    return f"'{word}'" if " " in word else word


def _shortened(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:198]} …"


def _failed(stderr: bytes, code: int) -> CalvoxError:
    lines = stderr.decode("utf-8", "replace").strip().splitlines()
    try:
        told = json.loads(lines[-1])
        hint = Text("{text}", {"text": told["hint"]}) if told["hint"] else None
        return error_named(told["code"])(Text("{text}", {"text": told["message"]}), hint=hint)
    except (IndexError, KeyError, TypeError, ValueError):
        last = lines[-1] if lines else ""
        return CalvoxError(t("A command of the story ended with {code}: {last}", code=code, last=last))
