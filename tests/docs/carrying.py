"""The guide for our own servers, carried out: its commands are run in order, and the other side of each call is held.

| on the page | what is done |
|---|---|
| fenced block `sh` | each line is run as a command; one that ends in `serve` is left running, in a process of its own |
| comment `play: centre` | an activation centre is made, and its card handed over |
| comment `play: machine NAME` | from here on the licence server is another one, which is made first |
| comment `play: stop` | the licence server's process is ended |
| comment `play: session NAME` | somebody opens a session |
| comment `play: table` | the commands in the table that follows are run, but for the one that needs a mail server |
| anything else | nothing |

Whoever calls lets the line drop at the first line of the code, as the guide says that they may; then the operator finishes the
call from the sheet, and `calvox server enter` goes on. Machines are folders, their ports are free ones of this machine.
`CODE` and the archive's name stand for what was shown or made before.
"""

import getpass
import hashlib
import io
import json
import re
import shlex
import socket
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.apps.processes import ServerProcess
from tests.docs.guides import BLOCK
from tests.flows.commanding import run
from tests.host.agents import HostProcess

AGREEMENT, CALLER, SECRET = "786 543 210 987", "Anne Martin", "lighthouse-keeper"
TELEPHONES = ("GB:+44 20 7946 0000:Mon-Fri 8-18", "FR:+33 1 99 00 00 00:Lun-Ven 8-18")
CODE_LINE = re.compile(r"^\W*(\d{1,2})\.? +((?:\S+ ){5}\S+)\W*$", re.MULTILINE)
GROUP = re.compile(r"\b(\d) \w+ (\d)\s*:$")
"""How a group is asked for, in English and in French: its number, and how many there are."""
ENROLMENT = re.compile(r"^\W*((?:[0-9A-Z]{4}-){9,}[0-9A-Z]{4})\W*$", re.MULTILINE)
CONFIRMATION, RECOVERY, SERVER_ID, PROOF = 7, 4, 3, 2
"""How many lines each code has."""
DROPPED = 130
MOST_ANSWERS = 30
"""Whoever is asked more often in one command answers wrongly."""


class Carrier:
    """Does what the guide says, on every machine that it names."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, language: str) -> None:
        self.folder, self.patch = folder, patch
        self.ran: list[str] = []
        self.codes: dict[int, list[str]] = {}
        self.enrolment: list[str] = []
        self.screen, self.answers = io.StringIO(), 0
        self.machine = "cals-1"
        self.own, self.old = "", ""
        self.waiting = False
        self.ports: dict[str, int] = {}
        self.serving: dict[str, ServerProcess | HostProcess] = {}
        patch.chdir(folder)
        patch.setenv("COLUMNS", "100")
        patch.setenv("LC_ALL", {"en": "C.UTF-8", "fr": "fr_FR.UTF-8"}[language])
        patch.setattr(getpass, "getpass", lambda prompt="": SECRET)
        patch.setattr(
            hashlib, "scrypt", cache(hashlib.scrypt)
        )  # each command measures the machine anew: half of the time
        for section in ("centre", "host"):
            patch.setenv(f"CALVOX_{section.upper()}_FOLDER", str(folder / section))
        patch.setenv("CALVOX_BACKUP_FOLDER", str(folder / "backups"))
        patch.setenv("CALVOX_SERVER_FOLDER", str(folder / self.machine))
        (folder / "word").write_text(f"{SECRET}\n")

    def carry(self, page: str) -> None:
        """Do everything on a page, then end what still serves."""
        try:
            for block in BLOCK.finditer(page):
                if block["play"]:
                    self._play(*block["play"].split(), rest=page[block.end() :])
                elif block["kind"] == "sh":
                    self._block(block["text"])
        finally:
            for process in self.serving.values():
                process.kill()

    def _block(self, text: str) -> None:
        for line in filter(str.strip, re.sub(r"\\\n +", "", text).splitlines()):
            self._command(line.strip())
        if self.waiting:
            self._command("calvox server enter")

    def _play(self, what: str, *given: str, rest: str) -> None:
        match what, given:
            case "centre", ():
                telephones = [word for one in TELEPHONES for word in ("--telephone", one)]
                self.run("centre", "init", "--name", "Centre Alpha", "--supervisor", "sophie", *telephones)
                (self.folder / "centre-card.json").write_bytes((self.folder / "centre/centre-card.json").read_bytes())
            case "machine", (name,):
                self.old, self.machine = self.own, name
                self.patch.setenv("CALVOX_SERVER_FOLDER", str(self.folder / name))
                self.run("server", "init", "--centre-card", "centre-card.json", "--administrator", "anne")
            case "stop", ():
                self.serving.pop(self.machine).kill()
            case "session", (name,):
                self.run("host", "acquire", "--user", name)
            case "table", ():
                for command in re.findall(r"`(calvox [^`]+)`", rest.lstrip().partition("\n\n")[0]):
                    if "alert-test" not in command:
                        self._command(command)
            case _:
                raise AssertionError(f"play: {what} {given}")

    def _command(self, line: str) -> None:
        self.ran.append(line)
        words = [self._meant(word) for word in shlex.split(line)[1:]]
        match words:
            case ["server", "serve"]:
                listen = f"127.0.0.1:{self._port(self.machine)}"
                self.serving[self.machine] = ServerProcess(self.folder / self.machine, listen=listen)
            case ["host", "serve"]:
                self.serving["host"] = HostProcess(self.folder / "host")
            case ["host", "pam", "install"]:
                self.run(*words, "--to", str(self.folder / "pam"))
            case ["server", "activate" | "install" | "migrate" | "reissue", *_]:
                self.run(*words, code=DROPPED)
                self._operator(words[1])
            case ["server", "enter"]:
                self.run(*words)
                self.waiting = False
            case _:
                self.run(*words)

    def _operator(self, about: str) -> None:
        """Hold the call at the centre, by what stands on the caller's sheet."""
        sheet = json.loads(self.run("server", "call", "--json"))
        lines = [f"{one['cal_type']}:{one['version']}:{one['quantity']}:{one['sequence']}" for one in sheet["requests"]]
        said = ["--server-id", " ".join(sheet["server_id"]["words-en"]), "--agreement", AGREEMENT]
        said += [word for one in lines for word in ("--line", one)]
        if about in ("migrate", "reissue"):
            said += ["--replaces", self.old]
        if about == "migrate":
            said += ["--proof", " ".join(self.codes[PROOF])]
        elif about == "reissue":
            said += ["--why", "burnt down"]
        self.run("centre", "call", "--caller", CALLER, "--call-word-file", "word", *said)
        self.waiting = True

    def _meant(self, word: str) -> str:
        """Put in what a word of the page stands for."""
        if word == "CODE":
            return self.enrolment[0]
        if word.endswith(".calvox-backup"):
            return str(max(self.folder.glob("backups/*.calvox-backup")))
        return re.sub(r"https://(cals-\d):7402", lambda found: f"https://127.0.0.1:{self._port(found[1])}", word)

    def _port(self, machine: str) -> int:
        if machine not in self.ports:
            with socket.create_server(("127.0.0.1", 0)) as sock:
                self.ports[machine] = sock.getsockname()[1]
        return self.ports[machine]

    def run(self, *words: str, code: int = 0) -> str:
        """Run one command at a terminal of this process, and keep the codes that it shows."""
        self.screen, self.answers = io.StringIO(), 0
        shown = run(self.patch, words, code, self._typed, self.screen)
        self._learn(shown)
        if words[:2] == ("server", "init"):
            self.own = " ".join(self.codes[SERVER_ID])
        return shown

    def _learn(self, shown: str) -> None:
        self.enrolment = ENROLMENT.findall(shown)[-1:] or self.enrolment
        codes: list[list[str]] = []
        for number, text in CODE_LINE.findall(shown):
            codes += [[]] if number == "1" or not codes else []
            codes[-1].append(text)
        self.codes |= {len(code): code for code in codes}

    def _typed(self, question: str) -> str:
        """Answer a question, whatever its language."""
        self.answers += 1
        assert self.answers < MOST_ANSWERS, self.screen.getvalue()
        if self.answers == 1:
            self._learn(self.screen.getvalue())
        if asked := GROUP.search(question):
            if int(asked[2]) == CONFIRMATION and not self.waiting:
                raise KeyboardInterrupt
            return self.codes[int(asked[2])][int(asked[1]) - 1]
        if question.endswith(("(yes/no)", "(oui/non)")):
            return "yes"
        if "localhost" in question:
            return "localhost"
        if line := re.search(r" (\d) .*:$", question):
            return self.codes[RECOVERY][int(line[1]) - 1]
        return " "


def json_of(carrier: Carrier, *words: str) -> Any:
    """Ask a command for its answer as data."""
    return json.loads(carrier.run(*words, "--json"))
