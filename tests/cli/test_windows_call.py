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
from typer.testing import CliRunner

from calvox.apps.site.calls import open_call
from calvox.apps.site.dossiers import Wish
from calvox.apps.site.gathering import import_files
from calvox.apps.site.record import record_of
from calvox.cli.codes import app as codes
from calvox.cli.session import Session, begin
from calvox.cli.windows import app
from calvox.cli.windows.place import opened
from calvox.common.errors import CalvoxError, WrongKind, rendering
from calvox.common.settings import Loaded, Settings
from calvox.site.folder import found_site
from calvox.windows.calls.kinds import ABOUT, CallKind
from calvox.windows.record import Call
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.forms import Form, write
from tests.apps.calling import BUNDLES, CODE, CONTACT, PURCHASE
from tests.windows.surveying import LS, PASSWORD, USER, doubles
from tests.windows.wsman_state import (
    CONFIRMATION,
    OTHER_PACK_ID,
    PACK_ID,
    SERVER_ID,
    SOURCE,
    SOURCE_ID,
    LicenceServer,
)

GROUPED = "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE-FFFFF-GGGGG"
HEALTHY = "healthy-licence-server-2022.json"
OURS = write(Form.CHARACTERS, CodeType.SERVER_ID, 1 << 100)
"""A server ID of ours, as characters."""


class Kit:
    """Runs commands on one site folder."""

    def __init__(self, folder: Path, server: str = HEALTHY) -> None:
        self.folder, self.site = folder, folder / "site"
        found_site(self.site, "Usine", "anne")
        (self.site / "site.toml").write_text('name = "Usine"\n' + CONTACT + PURCHASE, "utf-8")
        with opened(self.site) as site:
            import_files(site, [BUNDLES / server])

    def run(self, *words: str, code: int = 0, typed: str = "", json: bool = False) -> str:
        """Run a command of the call with lines from a pipe, and give what it said, or why it was refused."""
        begin(Session(Loaded(Settings(), {}), json))
        try:
            done = CliRunner().invoke(app, ["call", *words, "--site", str(self.site)], input=typed)
        finally:
            begin(Session(Loaded(Settings(), {})))
        error = done.exception
        if isinstance(error, CalvoxError):
            assert rendering(error).exit == code, str(error)
            return f"{error} {error.hint}"
        assert done.exit_code == code, f"{done.output} {error!r}"
        return done.stdout

    def call(self, *words: str, code: int = 0, typed: str = "") -> Any:
        """Run a command of the call and read its JSON."""
        return json.loads(self.run(*words, code=code, typed=typed, json=True))

    def person(self, *words: str, typed: str, code: int = 0) -> str:
        """Run a command of the call at a terminal, and type lines."""
        master, slave = pty.openpty()
        with subprocess.Popen(
            [sys.executable, "-m", "calvox", "windows", "call", *words, "--site", str(self.site)],
            stdin=slave,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "LC_ALL": "C.UTF-8", "COLUMNS": "80"},
            text=True,
        ) as running:
            os.write(master, typed.encode() + b"\x04")
            said, _ = running.communicate(timeout=60)
        os.close(slave)
        os.close(master)
        assert running.returncode == code, said
        return " ".join(said.split())

    def opened(self, kind: CallKind = CallKind.INSTALL) -> int:
        """Open a call about the purchase."""
        with opened(self.site) as site:
            return open_call(site, Wish(kind), anyway=True).call

    @property
    def calls(self) -> tuple[Call, ...]:
        """What the journal says of calls."""
        with opened(self.site) as site:
            return record_of(site).calls


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    """Give a site folder with facts and a purchase."""
    return Kit(tmp_path)


def test_a_call_from_the_sheet_to_the_end(kit: Kit) -> None:
    """Opened, shown, typed twice by pipe, entered by hand, not read back, given up."""
    assert "Do not call yet" in kit.run("open", "install", code=5)
    sheet = kit.call("open", "install", "--anyway")
    assert (sheet["call"], sheet["kind"], sheet["stage"]) == (1, "install", "opened")
    assert {one["name"]: one["value"] for one in sheet["say"]}["server-id"] == "ABCDE" * 7
    assert sheet["note"][0]["article"] == "ID de confirmation"
    assert kit.call("type", "1", typed=GROUPED + "\n")["second"] is True
    typed = kit.call("type", "1", typed=GROUPED.replace("-", "\n").lower() + "\n")
    assert (typed["heard"], typed["code"]) == (True, CODE)
    assert kit.call("show", "1")["stage"] == "heard"
    assert kit.call("enter", "1", "--assistant", code=1)["read_back"] is False
    assert "not read back yet" in kit.run("end", "1", code=5)
    assert kit.call("end", "1", "--given-up", "--note", "case 7")["outcome"] == "given-up"
    (row,) = kit.call("list")
    (code,) = row["codes"]
    assert (row["stage"], row["note"], code["code"], code["how"]) == ("given-up", "case 7", CODE, "assistant")


def test_the_sheet_fits_a_narrow_terminal(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eighty columns, signs apart with their names, boxes to write in, and no telephone number of ours."""
    kit.opened()
    for columns in (100, 80):
        monkeypatch.setenv("COLUMNS", str(columns))
        said = kit.run("show", "1")
        assert max(len(line) for line in said.splitlines()) == columns
    assert "A  B  C  D  E  Alfa Bravo Charlie Delta Echo" in said
    assert said.count("│   │   │   │   │   │") == 7
    assert "“ID de confirmation”" in said
    assert "[[telephones]]" in said
    assert not re.search(r"\d{3}[- ]\d{3}[- ]\d{4}|\+\d{2}", said)


@pytest.mark.parametrize("kind", list(CallKind))
def test_every_kind_is_drawn(kit: Kit, kind: CallKind) -> None:
    """With boxes for what is noted: seven groups of five, or free ones where no shape is published."""
    number = str(kit.opened(kind))
    said = kit.run("show", number)
    assert str(ABOUT[kind].title) in said
    assert said.count("───┬") >= 11
    assert ("length is not published" in said) is (kind is CallKind.DEACTIVATE)
    assert kit.call("show", number)["note"][0]["slot"] == ABOUT[kind].slot


def test_a_heard_code_stands_on_the_sheet(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Spelled, in place of the boxes; the list tells how far the call is."""
    monkeypatch.setenv("COLUMNS", "140")
    kit.opened()
    kit.call("type", "1", typed=f"{GROUPED}\n{GROUPED}\n")
    said = kit.run("show", "1")
    assert "Heard already" in said
    assert "G  G  G  G  G  Golf Golf Golf Golf Golf" in said
    assert "heard, to be entered" in kit.run("list")


def test_hostile_values_do_not_steer_the_terminal(kit: Kit) -> None:
    """What stands in site.toml is shown as it is, without control characters and never as markup."""
    text = (kit.site / "site.toml").read_text().replace('"Exemple"', '"[red]Ex\\u001b[31m"')
    (kit.site / "site.toml").write_text(text)
    kit.opened()
    said = kit.run("show", "1")
    assert "[red]Ex" in said
    assert "\x1b" not in said


# At a terminal


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
    """The next command goes on at the group that is wanted; “!” would begin again."""
    kit.opened()
    said = kit.person("type", "1", typed="XXXXX\n!\nAAAAA\nBBBBB\n", code=2)
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
    assert kit.calls[0].codes[0].check == "read-back"


# From a pipe


def test_two_typings_that_differ_are_told_by_group(kit: Kit) -> None:
    """The exit code tells a script; the group alone is typed again."""
    kit.opened()
    typed = kit.call("type", "1", typed=f"{GROUPED}\n{GROUPED.replace('EEEEE', 'EEEE0')}\n", code=2)
    assert (typed["heard"], typed["differing"]) == (False, [5])
    assert "groups again: 5" in kit.run("type", "1", code=2)
    assert kit.call("type", "1", typed="EEEEE\n")["code"] == CODE


def test_a_pipe_may_vouch_for_a_code_that_was_read_back(kit: Kit) -> None:
    """Lines after the whole code are not looked at."""
    kit.opened()
    assert kit.call("type", "1", "--read-back", typed="AAAAA\n")["heard"] is False
    assert kit.call("type", "1", "--read-back", typed="\n".join(GROUPED.split("-")[1:]) + "\nX\n")["heard"] is True


def test_each_sides_codes_are_refused_by_name_on_the_other(kit: Kit) -> None:
    """Ours where Microsoft's is wanted, Microsoft's where ours is."""
    kit.opened()
    words = write(Form.WORDS_EN, CodeType.CONFIRMATION, 1 << 300)[0]
    for typed in ("-".join(OURS), words, "\n".join(OURS)):
        assert "Calvox code" in kit.run("type", "1", typed=typed + "\n", code=2)
    read = ["read", "server-id", "--form", "characters"]
    done = CliRunner().invoke(codes, read, input=GROUPED.replace("-", "\n") + "\n")
    assert isinstance(done.exception, WrongKind)
    assert "Microsoft's" in str(done.exception)
    assert CliRunner().invoke(codes, read, input="\n".join(OURS) + "\n").exit_code == 0


# Entering


def test_a_script_is_written_for_the_server_of_the_call(kit: Kit) -> None:
    """With the code that was heard, and an entry that waits for its result."""
    kit.opened()
    kit.call("type", "1", typed=f"{GROUPED}\n{GROUPED}\n")
    told = kit.call("enter", "1", "--script", str(kit.folder / "stick"), "--yes")
    script = Path(told["script"]).read_text("utf-8-sig")
    assert told["action"] == "install-pack"
    assert CODE in script
    assert "InstallLicenseKeyPack" in script
    with opened(kit.site) as site:
        (waiting,) = record_of(site).prepared
    assert (waiting.action, waiting.call) == ("install-pack", 1)


def test_a_whole_site_is_licensed_over_winrm(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Activate, install, migrate, deactivate: each code typed twice, entered, read back, and recorded."""
    double = LicenceServer(LS)
    secret = kit.folder / "who.toml"
    secret.write_text(f'user = \'{USER}\'\npassword = "{PASSWORD}"\nmethod = "ntlm"\n')
    secret.chmod(0o600)
    source = ("--source", SOURCE, "--source-id", SOURCE_ID)
    story = (
        ("activate", SERVER_ID, ()),
        ("install", PACK_ID, ()),
        ("migrate", OTHER_PACK_ID, source),
        ("deactivate", CONFIRMATION, ()),
    )
    with doubles({"127.0.9.1": double.machine}, kit.folder, monkeypatch) as served:
        reach = ("--winrm", f"127.0.9.1:{served.port}", "--credentials-file", str(secret))
        for number, (kind, code, more) in enumerate(story, start=1):
            assert kit.call("open", kind, "--server", LS, "--anyway", *more)["call"] == number
            assert kit.call("type", str(number), typed=f"{code}\n{code}\n")["heard"] is True
            told = kit.call("enter", str(number), *reach, "--rehearse")
            assert told["outcome"] == "rehearsed"
            assert kit.call("show", str(number))["stage"] == "heard"
            told = kit.call("enter", str(number), *reach, "--yes")
            assert told["outcome"] == "done", told
            assert kit.call("end", str(number))["outcome"] == "done"
    codes_ = [call.codes[0] for call in kit.calls]
    assert [(one.slot, one.quantity, one.how) for one in codes_] == [
        ("server-id", 0, "winrm"),
        ("pack-id", 50, "winrm"),
        ("pack-id", 20, "winrm"),
        ("confirmation-code", 0, "winrm"),
    ]
    assert double.server_id == ""


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
        kit.run(*words, code=code)


def test_no_call_yet(kit: Kit) -> None:
    """An empty list, for a person with what to do."""
    assert kit.call("list") == []
    assert "calvox windows call open" in kit.run("list")
