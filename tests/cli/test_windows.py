"""`calvox site` and `calvox windows`: a site without any server of ours, from the script to the precheck."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import apsw
import pytest

BUNDLES = Path(__file__).resolve().parents[1] / "windows" / "bundles"
HEALTHY = [str(BUNDLES / f"healthy-{name}-2022.json") for name in ("licence-server", "session-host")]
PURCHASE = """
[[purchases]]
programme = "open"
cal_type = "user"
version = "2022"
quantity = 50
licence_number = "1234 5678"
authorisation_number = "ABCDE12345ABCDE"
papers = true
"""


class Kit:
    """Runs commands on one site folder."""

    def __init__(self, folder: Path) -> None:
        self.site = folder / "site"
        self.run("site", "init", "Usine", "--folder", str(self.site))

    def run(self, *arguments: str, code: int = 0) -> Any:
        """Run a command and read its JSON."""
        words = [sys.executable, "-m", "calvox", "--json", *arguments]
        room = {**os.environ, "LC_ALL": "C.UTF-8"}
        done = subprocess.run(words, capture_output=True, env=room, check=False)
        assert done.returncode == code, done.stderr.decode() + done.stdout.decode()
        return json.loads(done.stdout or b"null")

    def windows(self, *arguments: str, code: int = 0) -> Any:
        """Run a command of the kit on the site."""
        return self.run("windows", *arguments, "--site", str(self.site), code=code)


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    """Give a new site folder."""
    return Kit(tmp_path)


def test_the_collector_is_written_with_its_hash(kit: Kit, tmp_path: Path) -> None:
    """The script that is carried to the machines."""
    told = kit.run("windows", "collector", "--out", str(tmp_path / "collect.ps1"))
    assert len(told["sha256"]) == 64
    assert (tmp_path / "collect.ps1").read_bytes().startswith(b"\xef\xbb\xbf")


def test_bundles_are_entered_once_and_kept(kit: Kit) -> None:
    """The same bundle again is the one that is there; the facts can be shown."""
    assert [one["new"] for one in kit.windows("import", *HEALTHY)] == [True, True]
    assert [one["new"] for one in kit.windows("import", *HEALTHY)] == [False, False]
    known = kit.run("site", "show", "--site", str(kit.site))
    assert len(known["licence_servers"]) == 1
    assert len(known["session_hosts"]) == 1


def test_a_refused_bundle_stops_nothing(kit: Kit, tmp_path: Path) -> None:
    """It is named, the others are entered, and the exit code tells."""
    (tmp_path / "bad.json").write_text('{"format": "else"}')
    files = (str(tmp_path / "bad.json"), str(tmp_path / "none.json"), HEALTHY[0])
    assert [bool(one["error"]) for one in kit.windows("import", *files, code=2)] == [True, True, False]


def test_a_folder_or_a_pipe_among_the_bundles_stops_nothing(kit: Kit, tmp_path: Path) -> None:
    """Neither is read, and a pipe is not waited for."""
    os.mkfifo(tmp_path / "pipe")
    told = kit.windows("import", str(tmp_path), str(tmp_path / "pipe"), HEALTHY[0], code=2)
    assert [bool(one["error"]) for one in told] == [True, True, False]


def test_a_sites_journal_is_verified_and_listed(kit: Kit) -> None:
    """By whoever must prove what was done; a changed entry is named."""
    kit.windows("import", HEALTHY[0])
    told = kit.run("journal", "verify", "--of", "site", "--folder", str(kit.site))
    assert told["entries"] == 2
    listed = kit.run("journal", "list", "--of", "site", "--folder", str(kit.site))
    assert [entry["kind"] for entry in listed] == ["SiteFounded", "BundleImported"]
    connection = apsw.Connection(str(kit.site / "journal.db"))
    connection.execute("UPDATE entry SET time = time + 1 WHERE sequence = 1")
    connection.close()
    kit.run("journal", "verify", "--of", "site", "--folder", str(kit.site), code=11)


def test_a_site_folder_is_its_owners_alone(kit: Kit) -> None:
    """Journal, bundles and description: codes and names lie there."""
    kit.windows("import", HEALTHY[0])
    modes = {path.name: path.stat().st_mode & 0o077 for path in (kit.site, *kit.site.rglob("*"))}
    assert not any(modes.values()), modes


def test_do_not_call_yet_without_facts_or_purchases(kit: Kit) -> None:
    """What is not known does not hold."""
    kit.windows("precheck", code=3)
    kit.windows("import", HEALTHY[0])
    told = kit.windows("precheck", code=1)
    assert told["call"] is False
    assert "unknown" in {condition["state"] for condition in told["conditions"]}


def test_the_precheck_names_what_is_missing(kit: Kit) -> None:
    """With a purchase told, what is left is what the facts do not give."""
    kit.windows("import", *HEALTHY)
    with (kit.site / "site.toml").open("a") as file:
        file.write(PURCHASE)
    told = kit.windows("precheck", code=1)
    states = {condition["name"]: condition["state"] for condition in told["conditions"]}
    assert states["server-holds-cal"] == states["cal-fits-mode"] == states["numbers"] == "holds"
    assert states["backup"] != "holds"


def test_a_tested_backup_is_vouched_for(kit: Kit) -> None:
    """What no collector can read, a person enters; it stands in the journal."""
    kit.windows("import", *HEALTHY)
    kit.windows("backup-tested", "--made", "2099-01-01x", code=2)
    kit.windows("backup-tested", "--made", "2099-01-01", code=2)
    kit.windows("backup-tested", "--made", "2026-11-02")
    known = kit.run("site", "show", "--site", str(kit.site))
    assert known["licence_servers"][0]["backup"]["value"]["tested"] is True
    assert known["licence_servers"][0]["backup"]["source"].startswith("entered by")


def test_acceptance_checklist_and_report(kit: Kit, tmp_path: Path) -> None:
    """Each draws on the same facts; what was not collected is said to be so."""
    kit.windows("import", *HEALTHY)
    accepted = kit.windows("verify", "--mode", "user", code=1)
    assert "not-collected" in {condition["verdict"] for condition in accepted["conditions"]}
    assert len(kit.windows("checklist")["items"]) == 7
    chart = tmp_path / "use.svg"
    told = kit.run(
        "report", "windows", "--site", str(kit.site), "--svg", str(chart), "--csv", str(tmp_path / "use.csv")
    )
    assert told["packs"]
    assert chart.read_text().startswith("<svg")
    assert {file.stat().st_mode & 0o777 for file in (chart, tmp_path / "use.csv")} == {0o600}


WITHOUT_POSIX = """
import subprocess, sys
import apsw, rich.progress, structlog, typer
for name in ("fcntl", "pwd", "grp", "termios", "resource"):
    sys.modules[name] = None
import os
del os.O_DIRECTORY, os.O_CLOEXEC, os.pread, os.pwrite, os.getuid
import types
sys.modules["msvcrt"] = types.SimpleNamespace(locking=lambda *_: None, LK_NBLCK=2)
sys.argv = ["calvox", *sys.argv[1:]]
from calvox.cli.main import main
main()
"""


def test_a_site_folder_needs_nothing_that_windows_lacks(tmp_path: Path) -> None:
    """The parts of POSIX that Windows has not are taken away; this is no run on Windows."""
    for words in (
        ("site", "init", "U", "--folder", str(tmp_path / "s")),
        ("site", "show", "--site", str(tmp_path / "s")),
    ):
        room = {**os.environ, "USERNAME": "anne"}
        done = subprocess.run([sys.executable, "-c", WITHOUT_POSIX, *words], capture_output=True, check=False, env=room)
        assert done.returncode == 0, done.stderr.decode()


def test_which_cal_for_which_host(kit: Kit) -> None:
    """One case, and the tables."""
    told = kit.run("windows", "compat", "--cal", "2016", "--host", "2019", "--server", "2022")
    assert told["verdict"] == "does-not"
    assert len(kit.run("windows", "compat")) == 3


def test_a_changed_bundle_is_told(kit: Kit) -> None:
    """The folder's file must be the one that was imported."""
    kit.windows("import", HEALTHY[0])
    file = next((kit.site / "bundles").glob("*.json"))
    file.write_bytes(file.read_bytes().replace(b"2022", b"2025", 1))
    kit.run("site", "show", "--site", str(kit.site), code=11)


def test_the_doctor_reads_a_site_folder_and_a_bundle(kit: Kit) -> None:
    """Both are facts of a site."""
    bundle = str(BUNDLES / "published-grace-over-no-server.json")
    kit.windows("import", bundle)
    for place in (str(kit.site), bundle):
        assert "host-no-server" in json.dumps(kit.run("doctor", place, code=2))
