"""The backup of a Windows licence server: its scripts are sound, and what they leave our own collector reads as a good backup."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calvox.common.errors import BadInput
from calvox.doctor.facts import Backup
from calvox.windows.artefacts.backup import backup_files, backup_notes
from calvox.windows.artefacts.given import BackupGiven, KitInput
from calvox.windows.collector import collector_script
from calvox.windows.facts_from import facts_from
from tests.windows.artefacts.descriptions import DOMAIN
from tests.windows.powershell_checks import problems
from tests.windows.test_facts_from import READ, bundle

PLAN = BackupGiven("D:\\CalvoxBackup", "E:", r"\\files01\backup$", "02:30", 14)
MANIFEST = ("format", "made", "machine", "files")
"""Members of the manifest, which the script reads back from JSON."""


def made(**changes: Any) -> dict[str, bytes]:
    """Make the artefact of a plan."""
    return backup_files(KitInput(backup=replace(PLAN, **changes)))


def text(name: str, **changes: Any) -> str:
    """Give one file as text."""
    return made(**changes)[name].decode("utf-8-sig")


def test_scripts_are_sound() -> None:
    """Nothing is wrong with them that can be seen without running them."""
    for name, data in {**made(), **backup_files(DOMAIN)}.items():
        if name.endswith(".ps1"):
            assert problems(data, members=MANIFEST) == [], name
            assert "Run on: no Windows yet" in data.decode("utf-8-sig")


def test_texts_for_people() -> None:
    """Both languages, as every editor of Windows shows them, with what must not be done."""
    for name, never in (
        ("RESTORE.en.txt", "Another licence server: never"),
        ("RESTORE.fr.txt", "Un autre serveur de licences : jamais"),
    ):
        data = made()[name]
        assert data.startswith(b"\xef\xbb\xbf")
        assert data.count(b"\n") == data.count(b"\r\n") > 50
        assert never in data.decode("utf-8-sig")


# What the collector takes for a backup


def row(folder: Path) -> dict[str, Any]:
    """Read a folder as the collector's Get-BackupRow does."""
    inside = [folder.name, *(one.name for one in folder.rglob("*") if one.is_dir())]
    time = datetime.fromtimestamp(folder.stat().st_mtime, UTC).isoformat(timespec="seconds")
    state = any(name.casefold().startswith("systemstate") for name in inside)
    return {
        "Name": folder.name,
        "Time": time.replace("+00:00", "Z"),
        "Folder": "LServer" in inside,
        "SystemState": state,
    }


def read(place: Path) -> Any:
    """Make the fact of what lies there."""
    rows = [
        found
        for one in place.iterdir()
        if one.is_dir()
        for found in [row(one)]
        if found["Folder"] or found["SystemState"]
    ]
    value = {"Place": "D:\\CalvoxBackup", "rows": rows}
    item = bundle(win32_tslicenseserver={"ServerRole": 1}, backup=value)
    server = facts_from(item).licence_server
    assert server is not None
    return server.backup.value


def made_folders(script: str) -> tuple[set[str], set[str]]:
    """List the names of folders that a run makes, and those that a good run gives in the end."""
    begun = set(re.findall(r"-ChildPath '(partial-\w+)'", script)) | {"_work"}
    return begun, set(re.findall(r"-NewName '(\w+)'", script))


def test_a_whole_backup_is_read_as_one(tmp_path: Path) -> None:
    """Folder and system state, and its time."""
    _, given_names = made_folders(text("Backup-CalvoxLServer.ps1"))
    assert given_names == {"LServer", "SystemState"}
    for name in given_names:
        (tmp_path / "2026-11-01T023000Z" / name).mkdir(parents=True)
    found = read(tmp_path)
    assert isinstance(found, Backup)
    assert (found.folder, found.system_state) == (True, True)
    assert found.time > READ - 10**9


def test_a_failed_backup_is_read_as_none(tmp_path: Path) -> None:
    """What is left before names are given, even with the test copy inside, counts for nothing."""
    begun, _ = made_folders(text("Backup-CalvoxLServer.ps1"))
    assert begun == {"partial-LServer", "partial-SystemState", "_work"}
    for name in begun - {"_work"}:
        (tmp_path / "2026-11-01T023000Z" / name).mkdir(parents=True)
    (tmp_path / "_work" / "test").mkdir(parents=True)
    assert read(tmp_path) is False


def test_half_a_backup_is_read_as_half(tmp_path: Path) -> None:
    """Where wbadmin failed the folder is kept, and the doctor will say what lacks."""
    (tmp_path / "2026-11-01T023000Z" / "LServer").mkdir(parents=True)
    (tmp_path / "2026-11-01T023000Z" / "partial-SystemState").mkdir()
    found = read(tmp_path)
    assert (found.folder, found.system_state) == (True, False)


def test_the_collector_still_reads_so() -> None:
    """These tests copy its reading: if it changes, they must."""
    script = collector_script().decode("utf-8-sig")
    assert "$inside -contains 'LServer'" in script
    assert "$_ -like 'SystemState*'" in script


# The order of things


def test_names_are_given_after_the_proof() -> None:
    """Hashes, then esentutl on another copy, then the name; older backups go last, after the second place."""
    script = text("Backup-CalvoxLServer.ps1")
    main = script[script.index("\ntry {\r\n    Assert-Administrator") :]
    order = [
        "Copy-Database $database",
        "Test-Database",
        "-NewName 'LServer'",
        "Save-Manifest 'whole'",
        "Copy-Second",
        "Remove-Old",
    ]
    places = [main.index(word) for word in order]
    assert places == sorted(places)
    assert "Assert-SameFile (Get-FileRow $shadow) $files" in script
    assert "begin backup" not in script.replace("“begin backup”", "")
    assert script.count("writer verify $Writer") == 1


def test_nothing_of_windows_is_written() -> None:
    """No service is stopped, no registry value set, nothing of the database's own folder touched; esentutl sees copies."""
    for name, data in made().items():
        if name.endswith(".ps1"):
            script = data.decode("utf-8-sig")
            for word in (
                "Stop-Service",
                "Restart-Service",
                "Set-ItemProperty",
                "HKLM",
                "esentutl.exe /p",
                "delete shadows all",
            ):
                assert word not in script, (name, word)


def test_values_are_literals() -> None:
    """A quote in the second place stays inside its literal."""
    script = text("Backup-CalvoxLServer.ps1", second=r"\\nas\copies d'été; x", keep=3, folder=r"F:\B\c-1")
    assert r"$Second = '\\nas\copies d''été; x'" in script
    assert r"$Folder = 'F:\B\c-1'" in script
    assert "$Keep = 3" in script


# What is refused


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("folder", ""), ("folder", "D:"), ("folder", "D:\\"), ("folder", "D:\\a b"), ("folder", "D:\\a\\..\\b"),
        ("folder", "D:/a"), ("folder", "\\\\nas\\x"), ("folder", "D:\\é"), ("folder", "C:\\Windows\\x"), ("folder", "D:\\a."),
        ("folder", "D:\\a\n"), ("folder", "D:\\a%x%"), ("folder", "a\\b"), ("folder", "C:\\Users\\x"), ("folder", "D:\\'a"),
        ("system_state_volume", ""), ("system_state_volume", "E"), ("system_state_volume", "E:\\"),
        ("system_state_volume", "E: -allCritical"), ("system_state_volume", "\\\\nas\\x"),
        ("second", "nas"), ("second", "\\\\nas"), ("second", "\\\\nas\\"), ("second", "\\\\nas\\a\\..\\b"), ("second", "\\\\nas\\a*"),
        ("second", "\\\\nas\\[a]"), ("second", "D:\\CalvoxBackup"), ("second", "d:\\calvoxbackup\\x"), ("second", "\\\\nas\\a\x00"),
        ("second", "\\\\nas\\a "), ("second", "http://nas/x"), ("second", "\\\\?\\x\\y"), ("second", "\\\\nas\\a\nb"),
        ("at", ""), ("at", "2:30"), ("at", "24:00"), ("at", "02:60"), ("at", "02:30'; x"), ("keep", 0), ("keep", -1), ("keep", 1001),
    ],
)  # fmt: skip
def test_bad_plans(field: str, value: object) -> None:
    """Each is refused, and the field is named."""
    with pytest.raises(BadInput) as caught:
        made(**{field: value})
    assert field in str(caught.value)
    assert caught.value.hint


NASTY = st.text(st.sampled_from("aZ09 .-_'\u2019\"`$(){}[];\\/%\n\r\x00é\ud800#"), max_size=12)


def test_a_second_place_around_the_first() -> None:
    """A backup would be copied into its own copy."""
    with pytest.raises(BadInput, match="second"):
        made(folder=r"D:\a\b", second=r"D:\A")
    assert made(folder=r"D:\a\b", second=r"D:\a\bb")


@settings(max_examples=40, deadline=None)
@given(NASTY, NASTY)
def test_any_text(folder: str, second: str) -> None:
    """Whatever is written there, the scripts are refused or sound, and hold nothing outside literals."""
    try:
        script = made(folder="D:\\" + folder, second="\\\\nas\\" + second)["Backup-CalvoxLServer.ps1"]
    except BadInput:
        return
    assert problems(script) == []


def test_notes() -> None:
    """They say when one accident may take everything."""
    alone = [str(note) for note in backup_notes(KitInput(backup=replace(PLAN, second="")))]
    assert any("no second place" in note for note in alone)
    assert not any("no second place" in str(note) for note in backup_notes(KitInput(backup=PLAN)))
    assert any("one volume" in str(note) for note in backup_notes(KitInput(backup=replace(PLAN, folder="E:\\b"))))
