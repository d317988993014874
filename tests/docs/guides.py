"""Guides that are carried out: what a page tells its reader to do is done, in order, in an empty folder.

| on the page | what is done |
|---|---|
| fenced block `toml`, with a title | the file of that name is written |
| fenced block `console` | each line after `$` is run; what stands under it must be shown, in that order |
| fenced block `powershell`, with a title | each line is typed on the machine of that name, before the stick |
| comment `play: …` | what happens elsewhere: a backup, a session, another site |
| anything else | nothing |

In a console, `…` stands for what the page leaves out, a question is answered as the page shows it, and `$ echo $?` tells the
exit code of the command before, which else must be 0. `XXXXXXXX` in a file's name stands for whatever is there.
"""

import os
import re
import shlex
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.flows.carried import type_powershell
from tests.flows.commanding import Commands, text_on
from tests.flows.machines import DEVICE_PACK, USER_PACK, WindowsSite
from tests.windows.surveying import PASSWORD, USER

PLACEHOLDERS = {"USINE\\anne": USER, "PASSWORD": PASSWORD, "MOT-DE-PASSE": PASSWORD}
"""Words of the pages, and what the doubles know instead."""
UNKNOWN = "XXXXXXXX"
BLOCK = re.compile(
    r'^(?P<indent> *)```(?P<kind>[a-z]+)(?: title="(?P<title>[^"]*)")?\n(?P<text>.*?)^(?P=indent)```$'
    r"|^<!-- play: (?P<play>.*?) -->$",
    re.MULTILINE | re.DOTALL,
)


@dataclass
class Step:
    """One command of a console, and what the page shows under it."""

    command: str
    shown: list[str] = field(default_factory=list)
    code: int = 0


def steps_of(text: str) -> list[Step]:
    """Cut a console into its commands."""
    steps: list[Step] = []
    for line in re.sub(r"\\\n +", "", text).splitlines():
        if line == "$ echo $?":
            steps[-1].code = -1
        elif line.startswith("$ "):
            steps.append(Step(line[2:]))
        elif steps and steps[-1].code == -1:
            steps[-1].code = int(line)
        elif line.strip():
            steps[-1].shown.append(line)
    return steps


class Player:
    """Does what a page says."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, language: str) -> None:
        self.folder, self.patch, self.language = folder, patch, language
        self.open = ExitStack()
        self.ran: list[str] = []
        self._begin(WindowsSite(USER_PACK))
        self.open.enter_context(self.commands.connected())

    def _begin(self, there: WindowsSite) -> None:
        self.there = there
        self.commands = Commands(self.folder, there, self.patch)
        self.patch.setenv("LC_ALL", {"en": "C.UTF-8", "fr": "fr_FR.UTF-8"}[self.language])

    def play(self, page: str) -> None:
        """Do everything on a page."""
        with self.open:
            for block in BLOCK.finditer(page):
                self._do(block)

    def _do(self, block: re.Match[str]) -> None:
        if block["play"]:
            self._elsewhere(*block["play"].split())
            return
        text = re.sub(rf"^{block['indent']}", "", block["text"], flags=re.MULTILINE)
        if block["kind"] == "console":
            for step in steps_of(text):
                self._run(step)
        elif block["kind"] == "toml":
            self._write(block["title"], text)
        elif block["kind"] == "powershell":
            for line in text.splitlines():
                type_powershell(self.there, block["title"], self.folder / "stick", line.replace(UNKNOWN, "*"))

    def _elsewhere(self, what: str, *given: str) -> None:
        match what, given:
            case "backup", ():
                self.there.backups.append(self.there.clock.now)
            case "session", (host, holder):
                next(one for one in self.there.hosts if one.machine.name == host).session(holder)
            case "site", (domain,):
                self.open.close()
                os.chdir(self.folder)
                self._begin(WindowsSite(DEVICE_PACK, domain))
            case _:
                raise AssertionError(f"play: {what} {given}")

    def _write(self, name: str, text: str) -> None:
        for word, known in PLACEHOLDERS.items():
            text = text.replace(word, known)
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def _run(self, step: Step) -> None:
        program, *words = shlex.split(step.command)
        words = [found for word in words for found in self._expanded(word)]
        match program:
            case "cd":
                os.chdir(words[0])
            case "mkdir":
                Path(words[0]).mkdir()
            case "rm":
                for word in words:
                    Path(word).unlink()
            case "chmod":
                Path(words[1]).chmod(int(words[0], 8))
            case "calvox":
                self._calvox(step, words)
            case _:
                raise AssertionError(f"nothing runs {program}")

    def _expanded(self, word: str) -> list[str]:
        """Expand what a shell would."""
        pattern = word.replace(UNKNOWN, "*")
        if "*" not in pattern:
            return [word]
        found = (
            sorted(str(path) for path in Path(".").glob(pattern))
            if not pattern.startswith("../")
            else sorted(f"../{path.relative_to(Path('..'))}" for path in Path("..").glob(pattern[3:]))
        )
        assert found, word
        return found

    def _calvox(self, step: Step, words: list[str]) -> None:
        lines = iter(step.shown)

        def typist(question: str) -> str:
            for line in lines:
                if text_on(line).startswith(asked := text_on(question)):
                    return text_on(line).removeprefix(asked).strip()
            raise AssertionError(f"$ {step.command}: the page does not answer “{question}”")

        screen = text_on(self.commands.run(*words, code=step.code, typed=typist))
        self.ran.append(step.command)
        at = 0
        for line in filter(None, map(text_on, step.shown)):
            if line == "…":
                continue
            found = screen.find(line, at)
            assert found >= 0, f"$ {step.command}\nis not shown, or not there: {line}\nshown:\n{screen}"
            at = found + len(line)
