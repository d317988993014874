"""`calvox windows call`: a call from the sheet to its end, each step a command of its own."""

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from calvox.apps.site_calls import open_call
from calvox.apps.site_dossiers import Wish
from calvox.apps.sites import import_files
from calvox.cli.windows.place import opened
from calvox.site.folder import found_site
from calvox.windows.calls.kinds import CallKind
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.forms import Form, write
from tests.apps.calling import BUNDLES, CODE, CONTACT, PURCHASE

GROUPED = "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE-FFFFF-GGGGG"
HEALTHY = [(BUNDLES / f"healthy-{name}-2022.json") for name in ("licence-server", "session-host")]
OURS = write(Form.CHARACTERS, CodeType.SERVER_ID, 1 << 100)
"""A server ID of ours, as characters."""


class Kit:
    """Runs commands on one site folder."""

    def __init__(self, folder: Path) -> None:
        self.site = folder / "site"
        found_site(self.site, "Usine", "anne")
        (self.site / "site.toml").write_text('name = "Usine"\n' + CONTACT + PURCHASE, "utf-8")
        with opened(self.site) as site:
            import_files(site, HEALTHY)

    def run(self, *words: str, code: int = 0, typed: str = "", columns: int = 80) -> str:
        """Run a command with lines from a pipe, and give what it said."""
        done = subprocess.run(
            [sys.executable, "-m", "calvox", *words],
            input=typed,
            capture_output=True,
            env=self._room(columns),
            check=False,
            text=True,
        )
        assert done.returncode == code, done.stderr + done.stdout
        return done.stdout + done.stderr

    def call(self, *words: str, code: int = 0, typed: str = "") -> Any:
        """Run a command of the call and read its JSON."""
        told = self.run("--json", "windows", "call", *words, "--site", str(self.site), code=code, typed=typed)
        return json.loads(told) if told.startswith(("{", "[")) else told

    def person(self, *words: str, typed: str, code: int = 0) -> str:
        """Run a command of the call at a terminal, and type lines."""
        master, slave = pty.openpty()
        with subprocess.Popen(
            [sys.executable, "-m", "calvox", "windows", "call", *words, "--site", str(self.site)],
            stdin=slave,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=self._room(),
            text=True,
        ) as running:
            os.write(master, typed.encode() + b"\x04")
            said, _ = running.communicate(timeout=60)
        os.close(slave)
        os.close(master)
        assert running.returncode == code, said
        return " ".join(said.split())

    def opened(self) -> int:
        """Open a call to install the purchase."""
        with opened(self.site) as site:
            return open_call(site, Wish(CallKind.INSTALL), anyway=True).call

    def _room(self, columns: int = 80) -> dict[str, str]:
        return {**os.environ, "LC_ALL": "C.UTF-8", "COLUMNS": str(columns)}


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    """Give a site folder with facts and a purchase."""
    return Kit(tmp_path)


def test_a_call_from_the_sheet_to_the_end(kit: Kit) -> None:
    """Opened, shown, typed twice by pipe, entered by hand, not read back, given up."""
    assert "Do not call yet" in kit.call("open", "install", code=5)["message"]
    sheet = kit.call("open", "install", "--anyway")
    assert (sheet["call"], sheet["kind"], sheet["stage"]) == (1, "install", "opened")
    assert {one["name"]: one["value"] for one in sheet["say"]}["server-id"] == "ABCDE" * 7
    assert sheet["note"][0]["article"] == "ID de confirmation"
    assert kit.call("type", "1", typed=GROUPED + "\n")["second"] is True
    typed = kit.call("type", "1", typed=GROUPED.replace("-", "\n").lower() + "\n")
    assert (typed["heard"], typed["code"]) == (True, CODE)
    assert kit.call("show", "1")["stage"] == "heard"
    assert kit.call("enter", "1", "--assistant", code=1)["read_back"] is False
    assert "not read back yet" in kit.call("end", "1", code=5)["message"]
    assert kit.call("end", "1", "--given-up", "--note", "case 7")["outcome"] == "given-up"
    (row,) = kit.call("list")
    assert (row["stage"], row["note"], row["codes"][0]["code"], row["codes"][0]["how"]) == (
        "given-up",
        "case 7",
        CODE,
        "assistant",
    )


def test_the_sheet_fits_a_narrow_terminal(kit: Kit) -> None:
    """Eighty columns, signs apart with their names, boxes to write in, and no telephone number of ours."""
    kit.opened()
    for columns in (100, 80):
        said = kit.run("windows", "call", "show", "1", "--site", str(kit.site), columns=columns)
        assert max(len(line) for line in said.splitlines()) == columns
    assert "A  B  C  D  E  Alfa Bravo Charlie Delta Echo" in said
    assert said.count("│   │   │   │   │   │") == 3 + 3 + 1
    assert "“ID de confirmation”" in said
    assert "[[telephones]]" in said
    assert not re.search(r"\d{3}[- ]\d{3}[- ]\d{4}|\+\d{2}", said)


def test_typing_at_a_terminal_group_by_group(kit: Kit) -> None:
    """A wrong group is told at once, another is taken back, and the second typing is compared as it comes."""
    kit.opened()
    first = ["AAAAA", "BBBB", "BBBBB", "CCCCX", "<", "CCCCC", "DDDDD", "EEEEE", "FFFFF", "GGGGG"]
    second = ["AAAAA", "BBBB8", "BBBBB", "CCCCC", "DDDDD", "EEEEE", "FFFFF", "GGGGG"]
    said = kit.person("type", "1", typed="\n".join((*first, *second)) + "\n")
    assert "Group 2 has 4 signs, not 5" in said
    assert "“B” and “8” are easily taken for one" in said
    assert "type it a second time" in said
    assert f"Heard: Licence key pack ID {GROUPED}" in said


def test_a_terminal_that_closes_loses_nothing(kit: Kit) -> None:
    """The next command goes on at the group that is wanted."""
    kit.opened()
    said = kit.person("type", "1", typed="AAAAA\nBBBBB\n", code=2)
    assert "The input ended" in said
    said = kit.person("type", "1", typed="CCCCC DDDDD EEEEE FFFFF GGGGG\n" + GROUPED + "\n")
    assert "Going on where you stopped" in said
    assert "Group 3 of 7:" in said
    assert "Heard" in said


def test_read_back_at_a_terminal(kit: Kit) -> None:
    """Each group is spelled, and one that the clearing house denies is typed again."""
    kit.opened()
    answers = ["yes", "no", "BBBB", "no", "BBBBC", *["yes"] * 6]
    said = kit.person("type", "1", "--read-back", typed="\n".join((GROUPED, *answers)) + "\n")
    assert "Group 1: AAAAA – Alfa Alfa Alfa Alfa Alfa" in said
    assert "Heard: Licence key pack ID AAAAA-BBBBC-CCCCC" in said
    assert kit.call("show", "1")["codes"][0]["check"] == "read-back"


def test_two_typings_that_differ_are_told_by_group(kit: Kit) -> None:
    """The exit code tells a script; the group alone is typed again."""
    kit.opened()
    typed = kit.call("type", "1", typed=f"{GROUPED}\n{GROUPED.replace('EEEEE', 'EEEE0')}\n", code=2)
    assert (typed["heard"], typed["differing"]) == (False, [5])
    assert kit.call("type", "1", typed="EEEEE\n")["code"] == CODE


def test_each_sides_codes_are_refused_by_name_on_the_other(kit: Kit) -> None:
    """Ours where Microsoft's is wanted, Microsoft's where ours is."""
    kit.opened()
    words = " ".join(write(Form.WORDS_EN, CodeType.CONFIRMATION, 1 << 300)[0].split())
    for ours in ("-".join(OURS), words, "\n".join(OURS)):
        said = kit.call("type", "1", typed=ours + "\n", code=2)
        assert "Calvox code" in str(said)
    lines = GROUPED.replace("-", "\n") + "\n"
    said = kit.run("codes", "read", "server-id", "--form", "characters", typed=lines, code=2)
    assert "Microsoft's" in said
    kit.run("codes", "read", "server-id", "--form", "characters", typed="\n".join(OURS) + "\n")


def test_a_script_is_written_for_the_server_of_the_call(kit: Kit, tmp_path: Path) -> None:
    """With the code that was heard, and an entry that waits for its result."""
    kit.opened()
    kit.call("type", "1", typed=f"{GROUPED}\n{GROUPED}\n")
    told = kit.call("enter", "1", "--script", str(tmp_path / "stick"), "--yes")
    script = Path(told["script"]).read_text("utf-8-sig")
    assert told["action"] == "install-pack"
    assert CODE in script
    assert "InstallLicenseKeyPack" in script


REFUSED = (
    (("open", "uninstall"), 2),
    (("open", "install", "--purchase", "9", "--anyway"), 3),
    (("show", "7"), 3),
    (("type", "7"), 3),
    (("enter", "1"), 2),
    (("enter", "1", "--assistant", "--script", "x"), 2),
    (("enter", "1", "--script", "x", "--yes"), 5),
    (("end", "1"), 5),
)


def test_what_cannot_be_done_is_told(kit: Kit) -> None:
    """By the usual exit codes."""
    kit.opened()
    for words, code in REFUSED:
        kit.call(*words, code=code)


def test_no_call_yet(kit: Kit) -> None:
    """An empty list, for a person with what to do."""
    assert kit.call("list") == []
    assert "calvox windows call open" in kit.run("windows", "call", "list", "--site", str(kit.site))
