"""`calvox cal`, `pack` and `report authorised`, as a person and as a script run them."""

import json
import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from calvox.core.products import CalType
from tests.apps.processes import command, environment
from tests.world import Site, wish

REFUSED, NOT_FOUND, CONFLICT = 4, 3, 5


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a closed licence server with devices, users and a session, of the real time."""
    site = Site.founded(tmp_path_factory.mktemp("cal"), now=int(time.time()))
    site.activate(wish("device", "2022", 6), wish("user", "2022", 2), wish("session", "2022", 2))
    host = site.enrol("rdsh-1", "2022")
    for n in range(3):
        host.permanent(f"pc-{n}")
        host.cal(CalType.USER, f"user-{n}")
    site.close()
    return site.folder


def run(folder: Path, *arguments: str, code: int = 0) -> Any:
    """Run a command and read its JSON."""
    done = command(*arguments, "--folder", str(folder), cwd=folder)
    assert done.returncode == code, done.stderr or done.stdout
    return json.loads(done.stdout or done.stderr or "null")


def seen(folder: Path, *arguments: str, width: int = 160) -> str:
    """Run a command, and read what a person sees."""
    words = [sys.executable, "-m", "calvox", *arguments, "--folder", str(folder)]
    own = environment(LC_ALL="C.UTF-8", COLUMNS=str(width))
    done = subprocess.run(words, capture_output=True, text=True, env=own, timeout=60, check=False)
    return " ".join((done.stdout + done.stderr).split())


def test_cals_are_listed_by_type_version_and_holder(folder: Path) -> None:
    """And one is shown, by its holder or identifier."""
    assert {cal["holder"] for cal in run(folder, "cal", "list", "--type", "device")} == {"pc-0", "pc-1", "pc-2"}
    assert run(folder, "cal", "list", "--version", "2025") == []
    (mine,) = run(folder, "cal", "list", "--type", "user", "--holder", "USER-1")
    assert run(folder, "cal", "show", "user-1") == run(folder, "cal", "show", mine["cal_id"]) == mine
    assert run(folder, "cal", "show", "nobody", code=NOT_FOUND)["code"] == "not-found"


def test_a_device_is_revoked_and_the_next_is_refused_with_numbers_and_day(folder: Path) -> None:
    """One of six may stand revoked; the refusal is an answer, not an error."""
    told = run(folder, "cal", "revoke", "pc-0", "--why", "stolen")
    assert (told["status"], told["share"]) == (
        "revoked",
        {"version": "2022", "installed": 6, "allowed": 1, "standing": 1},
    )
    refused = run(folder, "cal", "revoke", "pc-1", "--why", "stolen", code=REFUSED)
    assert (refused["status"], refused["since"]) == ("refused", told["counts_until"] + 1)
    day = datetime.fromtimestamp(refused["since"], UTC).strftime("%Y-%m-%d %H:%M UTC")
    text = seen(folder, "cal", "revoke", "pc-1", "--why", "stolen")
    assert "Of 6 CALs of version 2022, 1 may stand revoked (20 %, at least 1), and 1 do." in text
    assert f"One more may go from {day}" in text
    assert run(folder, "cal", "release", "pc-1", "--type", "device", "--why", "x", code=CONFLICT)["hint"]
    assert "1 CALs stand revoked, of 1 allowed (6 installed)" in seen(folder, "pack", "list")


def test_dates_of_packs_stay_whole_on_a_narrow_screen(folder: Path) -> None:
    """Whatever else must go on in the next line."""
    day = datetime.now(UTC).strftime("%Y-")
    assert len(re.findall(day + r"\d\d-\d\d", seen(folder, "report", "packs", width=80))) == 3


def test_packs_are_listed_converted_and_given_a_policy(folder: Path) -> None:
    """With over-use, what was converted, and that both modes are in use."""
    assert run(folder, "pack", "policy", "2", "warn") == {"pack": 2, "over_use": "warn", "own": True}
    told = run(folder, "cal", "convert", "2", "--pack", "1")
    assert told == {"status": "converted", "pack": 1, "left": 4, "lot": 1025, "cal_type": "user", "total": 2}
    refused = run(folder, "cal", "convert", "9", "--pack", "1", code=REFUSED)
    assert refused["wanted"] == 9
    assert refused["may"] == 4 - refused["issued"]
    report = run(folder, "pack", "list")
    pools = {pool["cal_type"]: (pool["total"], pool["over_use"]) for pool in report["pools"]}
    assert pools == {"device": (4, 0), "session": (2, 0), "user": (4, 0)}
    assert report["mixed_modes"] == ["device", "user"]
    assert {pack["sequence"]: pack["converted"] for pack in run(folder, "pack", "show", "1")} == {1: -2, 1025: 2}
    assert "side by side: allowed" in seen(folder, "pack", "list")
    assert run(folder, "pack", "show", "7", code=NOT_FOUND)["code"] == "not-found"


def test_the_authorised_are_imported_reported_and_let_go(folder: Path, tmp_path: Path) -> None:
    """From a table as the directory's tools write it, to the month's report and its CSV."""
    table, month = tmp_path / "group.csv", datetime.fromtimestamp(time.time(), UTC).strftime("%Y-%m")
    table.write_text('"name","SamAccountName"\n"User Zero","user-0"\n"User Nine","=user-9"\n', encoding="utf-8")
    assert run(folder, "cal", "authorise", "user-1", "--file", str(table)) == {"added": 3, "known": 0}
    told = run(folder, "cal", "leave", "user-0", "user-2", "zoe", "--why", "retired")
    assert told == {"released": 2, "unauthorised": 1, "unknown": ["zoe"]}
    assert [user["name"] for user in run(folder, "cal", "authorised")] == ["=user-9", "user-1"]
    csv = tmp_path / "month.csv"
    report = run(folder, "report", "authorised", "--month", month, "--csv", str(csv))
    assert [(user["name"], user["seen"]) for user in report["users"]] == [
        ("=user-9", False),
        ("user-0", True),
        ("user-1", True),
    ]
    assert (report["count"], report["not_authorised"]) == (3, ["user-2"])
    assert csv.read_text(encoding="utf-8").splitlines()[1].startswith(f"{month},'=user-9,")
    assert csv.stat().st_mode & 0o077 == 0, "users' names are nobody else's"
    assert "Seen without being authorised: user-2" in seen(folder, "report", "authorised", "--month", month)
    assert run(folder, "cal", "unauthorise", "user-1", "--why", "moved") == {"ended": 1, "unknown": []}
    assert run(folder, "cal", "authorise", code=2)["code"] == "bad-input"
