"""`calvox report export`, `verify`, `usage` and `advice`, as a person and as a script run them."""

import json
from pathlib import Path

import pytest

from calvox.core.products import CalType
from calvox.trust.signed_reports import read_signed
from tests.apps.processes import command
from tests.world import Site, wish


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """Give a closed licence server with users, and its key."""
    site = Site.founded(tmp_path_factory.mktemp("reports"), parts=None)
    site.activate(wish("device", "2022", 6), wish("user", "2022", 2))
    host = site.enrol("rdsh-1", "2022")
    for name in ("anna", "bob", "=1+1"):
        host.cal(CalType.USER, name)
    key = site.server.keys.signing.public
    site.close()
    return site.folder, key


def test_an_auditor_checks_a_signed_file_without_the_server(server: tuple[Path, bytes], tmp_path: Path) -> None:
    """By the key that was told; the command says whose it is, its place in the ledger, and what is in it."""
    folder, key = server
    file = tmp_path / "r.signed"
    done = command("report", "export", "--signed", str(file), "--folder", str(folder), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    told = json.loads(command("report", "verify", str(file), "--key", key.hex(), cwd=tmp_path).stdout)
    assert told["key"] == key.hex()
    assert told["origin"]["position"] > 0
    assert {row[0] for table in told["tables"] if table["table"] == "users" for row in table["rows"]} == {
        "anna",
        "bob",
        "=1+1",
    }
    assert command("report", "verify", str(file), "--key", "00" * 32, cwd=tmp_path).returncode != 0
    assert command("report", "verify", str(file), "--key", "0", cwd=tmp_path).returncode != 0


def test_a_changed_file_is_told(server: tuple[Path, bytes], tmp_path: Path) -> None:
    """As tampering, whatever was changed; another file is none."""
    folder, _ = server
    file = tmp_path / "r.signed"
    command("report", "export", "users", "--signed", str(file), "--folder", str(folder), cwd=tmp_path)
    data = file.read_bytes()
    assert [table.table for table in read_signed(data).tables] == ["users"]
    file.write_bytes(data.replace(b"anna", b"anne"))
    done = command("report", "verify", str(file), cwd=tmp_path)
    assert done.returncode != 0
    assert json.loads(done.stdout or done.stderr)["code"] == "tampered"
    file.write_bytes(b"name,count\n")
    done = command("report", "verify", str(file), cwd=tmp_path)
    assert json.loads(done.stdout or done.stderr)["code"] != "tampered"


def test_reports_are_written_in_every_form(server: tuple[Path, bytes], tmp_path: Path) -> None:
    """One report at a time; without a file, or with a report that is none, the command says what is missing."""
    folder, _ = server
    files = {name: str(tmp_path / f"u.{name}") for name in ("csv", "json")}
    asked = ("--csv", files["csv"], "--json-file", files["json"], "--folder", str(folder))
    assert command("report", "export", "users", *asked, cwd=tmp_path).returncode == 0
    assert "'=1+1" in Path(files["csv"]).read_text(encoding="utf-8")
    assert len(json.loads(Path(files["json"]).read_text(encoding="utf-8"))["rows"]) == 3
    for wrong in (("export", "users"), ("export", "nothing", *asked), ("export", "users", "packs", *asked)):
        assert command("report", *wrong, cwd=tmp_path).returncode != 0


def test_use_and_advice(server: tuple[Path, bytes], tmp_path: Path) -> None:
    """Three users where two were bought: over-use is counted; forty devices would need more."""
    folder, _ = server
    told = json.loads(command("report", "usage", "--folder", str(folder), cwd=tmp_path).stdout)
    assert {pool["cal_type"]: pool["forecast"]["outlook"] for pool in told["pools"]}["user"] == "used-up"
    told = json.loads(command("report", "advice", "--devices", "40", "--folder", str(folder), cwd=tmp_path).stdout)
    assert (told["better"], told["user"]["needed"], told["device"]["to_buy"]) == ("user", 3, 32)
