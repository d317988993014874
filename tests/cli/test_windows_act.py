"""`calvox windows act`: list, dry run, script, WinRM, confirmation; codes are asked, and stand in no output."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from calvox.apps.site.record import record_of
from calvox.cli.main import main
from calvox.cli.session import Session, begin
from calvox.cli.windows import app
from calvox.common.settings import Loaded, Settings
from calvox.site.folder import found_site, open_site
from calvox.windows.actions.catalogue import ACTIONS
from calvox.windows.record import Record
from tests.windows.actions.acting import GIVEN, result_file
from tests.windows.surveying import LS, PASSWORD, RDSH, USER, doubles
from tests.windows.wsman_answers import Machine
from tests.windows.wsman_state import SERVER_ID, LicenceServer, SessionHost


class Kit:
    """Runs the command on a new site."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder, self.patch, self.site = folder, patch, folder / "site"
        found_site(self.site, "Usine", "anne")
        self.secret = folder / "who.toml"
        self.secret.write_text(f'user = \'{USER}\'\npassword = "{PASSWORD}"\nmethod = "ntlm"\n')
        self.secret.chmod(0o600)

    def run(self, *words: str, typed: str = "", json: bool = False) -> Result:
        """Run `act` with what somebody types."""
        begin(Session(Loaded(Settings(), {}), json))
        try:
            return CliRunner().invoke(app, ["act", *words, "--site", str(self.site)], input=typed)
        finally:
            begin(Session(Loaded(Settings(), {})))

    def winrm(self, machine: Machine, name: str, *words: str, typed: str = "", json: bool = False) -> Result:
        """Run it over WinRM against a double, by its address."""
        with doubles({"127.0.9.1": machine}, self.folder, self.patch) as double:
            reach = ("--machine", f"127.0.9.1:{double.port}", "--winrm", "--credentials-file", str(self.secret))
            return self.run(name, *reach, *words, typed=typed, json=json)

    @property
    def record(self) -> Record:
        """What the journal says."""
        site = open_site(self.site)
        try:
            return record_of(site)
        finally:
            site.close()


@pytest.fixture
def kit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kit:
    """Give a kit."""
    return Kit(tmp_path, monkeypatch)


def words_of(name: str) -> list[str]:
    """Write what an action is given as options, codes left out."""
    given = {key: value for key, value in GIVEN[name].items() if key not in ("code", "source_id")}
    return [word for key, value in given.items() for word in (f"--{key.replace('_', '-')}", value)]


def codes_of(name: str) -> str:
    """Write the codes that an action asks for, a line each."""
    return "".join(f"{GIVEN[name][key]}\n" for key in ("code", "source_id") if key in GIVEN[name])


def test_the_list_names_all(kit: Kit) -> None:
    """With parameters, methods and warnings for a script; drawn for a person."""
    told: list[dict[str, Any]] = json.loads(kit.run("list", json=True).output)
    assert [one["action"] for one in told] == list(ACTIONS)
    drawn = kit.run("list").output
    assert "\\" not in drawn
    assert "[issued]" in drawn


@pytest.mark.parametrize("name", ACTIONS)
def test_every_name_is_whole_on_a_narrow_screen(name: str, kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """At 80 columns, too: it is what must be typed."""
    monkeypatch.setenv("COLUMNS", "80")
    assert f" {name} " in kit.run("list").output


@pytest.mark.parametrize("name", ACTIONS)
def test_every_action_writes_its_script(name: str, kit: Kit, tmp_path: Path) -> None:
    """After a yes; the code is asked and not shown, and the entry waits for the result."""
    machine = LS if ACTIONS[name].where == "licence-server" else RDSH
    out = tmp_path / "stick"
    out.mkdir()
    words = (name, "--machine", machine, "--script", str(out), *words_of(name))
    done = kit.run(*words, typed=codes_of(name) + "yes\n")
    assert done.exit_code == 0, done.output
    (script,) = out.iterdir()
    (waiting,) = kit.record.prepared
    assert waiting.action == name
    if "code" in GIVEN[name]:
        assert GIVEN[name]["code"] in script.read_text("utf-8-sig")
        assert "keep it as you keep the code" in done.output.replace("\n", " ")
    imported = tmp_path / "result.json"
    imported.write_bytes(result_file(order=waiting.order, action=name, machine=machine, before={}, after={}))
    again = CliRunner().invoke(app, ["import", str(imported), "--site", str(kit.site)])
    assert again.exit_code == 0, again.output
    assert kit.record.prepared == ()


@pytest.mark.parametrize("name", ACTIONS)
def test_a_dry_run_writes_nothing(name: str, kit: Kit, tmp_path: Path) -> None:
    """It tells what would be used, asks nothing, and leaves no entry."""
    out = tmp_path / "stick"
    out.mkdir()
    done = kit.run(name, "--machine", LS, "--script", str(out), "--dry-run", *words_of(name), json=True)
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["uses"] == list(ACTIONS[name].uses)
    assert list(out.iterdir()) == []
    assert kit.record == Record()


def test_a_no_does_nothing(kit: Kit, tmp_path: Path) -> None:
    """Neither a script nor a call to Windows."""
    assert kit.run("publish", "--machine", LS, "--script", str(tmp_path), typed="no\n").exit_code == 1
    double = LicenceServer(LS)
    assert kit.winrm(double.machine, "publish", typed="no\n").exit_code == 1
    assert double.machine.asked == []
    assert kit.record == Record()


def test_over_winrm(kit: Kit) -> None:
    """Rehearse, do, do again; each is told in plain words and entered; no code or password is shown."""
    double = LicenceServer(LS)
    rehearsed = kit.winrm(double.machine, "activate-server", "--dry-run", typed=f"{SERVER_ID}\n")
    assert rehearsed.exit_code == 0, rehearsed.output
    assert "Rehearsed; nothing was changed" in rehearsed.output
    assert double.server_id == ""
    done = kit.winrm(double.machine, "activate-server", typed=f"{SERVER_ID}\nyes\n")
    assert done.exit_code == 0, done.output
    assert "Done: activated." in done.output
    again = kit.winrm(double.machine, "activate-server", "--yes", typed=f"{SERVER_ID}\n", json=True)
    told = json.loads(again.stdout)
    assert (told["outcome"], told["said"]) == ("unchanged", "It was so already: activated.")
    assert [one.outcome for one in kit.record.actions].count("done") == 1
    assert len(kit.record.actions) == 3
    written = "".join(path.read_text("latin-1") for path in kit.site.rglob("*") if path.is_file())
    for secret in (SERVER_ID, PASSWORD):
        assert secret not in written + rehearsed.output + done.output + again.output


def test_a_wrong_code_ends_with_an_exit_code(kit: Kit) -> None:
    """And says what to do next."""
    done = kit.winrm(LicenceServer(LS).machine, "activate-server", "--yes", typed="-".join(["WWWWW"] * 7) + "\n")
    assert done.exit_code == 1
    assert "Windows does not take the code." in done.output
    assert "group by group" in done.output


def test_the_way_back_lies_in_the_site(kit: Kit) -> None:
    """Of what was changed over WinRM."""
    host = SessionHost(RDSH)
    done = kit.winrm(host.machine, "set-licensing", "--yes", "--mode", "user", "--servers", LS, json=True)
    assert done.exit_code == 0, done.output
    back = Path(json.loads(done.output)["rollback"])
    assert back.parent == kit.site
    assert "old.corp.example.test" in back.read_text("utf-8-sig")
    assert (host.mode, host.servers) == (4, [LS])


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("activate",), "no action"),
        (("publish",), "--machine"),
        (("publish", "--machine", LS, "--pack", "3", "--yes"), "takes no"),
        (("publish", "--machine", "10.0.0.1", "--yes"), "no name of a machine"),
        (("set-licensing", "--machine", RDSH, "--yes"), "at least one of"),
        (("remove-pack", "--machine", LS, "--pack", "x", "--yes"), "pack"),
        (
            ("install-role", "--machine", LS, "--winrm", "--yes", "--credentials-file", "WHO"),
            "cannot be done over WinRM",
        ),
        (("install-pack", "--machine", LS, "--call", "7", "--yes"), "no call 7"),
    ],
)
def test_what_is_wrong_is_named(
    words: tuple[str, ...], why: str, kit: Kit, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each with its exit code, and without an entry."""
    monkeypatch.chdir(kit.folder)
    given = [str(kit.secret) if word == "WHO" else word for word in words]
    monkeypatch.setattr("sys.argv", ["calvox", "windows", "act", *given, "--site", str(kit.site)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code not in (0, None, 70)
    assert why in capsys.readouterr().err.replace("\n", " ")
    assert kit.record == Record()


def test_a_script_that_reads_must_confirm(kit: Kit) -> None:
    """With --json nobody can answer a question."""
    done = kit.run("publish", "--machine", LS, json=True)
    assert "--yes" in str(done.exception)
