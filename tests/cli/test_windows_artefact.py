"""`calvox windows artefact`: listed, written, refused with the field, for people and for scripts."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_windows import Kit

DOMAIN = """name = "Usine"
[licensing]
mode = "user"
servers = ["ls1.corp.example.test"]
domain = "corp.example.test"
unit = "OU=Hosts,DC=corp,DC=example,DC=test"
broker = "rdcb.corp.example.test"
"""


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    """Give a site folder whose description is filled in."""
    made = Kit(tmp_path)
    (made.site / "site.toml").write_text(DOMAIN, "utf-8")
    return made


def test_they_are_listed(kit: Kit) -> None:
    """Each with what it is and where it is used."""
    told = kit.windows("artefact", "list")
    assert {"registry", "policy-registry", "policy-file", "gpo", "gpo-script", "deployment"} <= {
        one["name"] for one in told
    }
    assert all(one["title"] and one["where"] for one in told)


def test_one_is_written_where_it_is_wanted(kit: Kit, tmp_path: Path) -> None:
    """Into a folder of its name; without --out, in the site folder."""
    (told,) = kit.windows("artefact", "deployment", "--out", str(tmp_path / "usb"))
    assert told["folder"] == str(tmp_path / "usb" / "deployment")
    assert "set-deployment.ps1" in told["files"]
    (told,) = kit.windows("artefact", "registry")
    assert (kit.site / "artefacts" / "registry" / "licensing.reg").exists()
    kit.windows("artefact", "registry", code=5)
    kit.windows("artefact", "registry", "--force")


def test_all_that_fit_are_written(kit: Kit) -> None:
    """What does not fit is told with its reason, and does not make the command fail."""
    (kit.site / "site.toml").write_text(DOMAIN.replace('broker = "rdcb.corp.example.test"', ""), "utf-8")
    told = {one["name"]: one for one in kit.windows("artefact", "--all")}
    assert "broker" in told["deployment"]["refused"]
    assert told["gpo"]["folder"]
    assert not told["gpo"]["refused"]


@pytest.mark.parametrize(("words", "code"), [((), 2), (("gpo", "--all"), 2), (("nonsense",), 3), (("list", "gpo"), 3)])
def test_what_is_no_order(kit: Kit, words: tuple[str, ...], code: int) -> None:
    """Neither names nor all, both, or a name that there is not."""
    kit.windows("artefact", *words, code=code)


def test_a_missing_field_is_named(kit: Kit) -> None:
    """By its place in site.toml, with what to write there."""
    (kit.site / "site.toml").write_text('name = "Usine"\n', "utf-8")
    words = [sys.executable, "-m", "calvox", "windows", "artefact", "gpo", "--site", str(kit.site)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "[licensing] mode in site.toml is empty" in done.stderr
    assert "device" in done.stderr
    assert not (kit.site / "artefacts").exists()


def test_a_person_sees_what_to_read_next(kit: Kit) -> None:
    """The table, the cautions, and that no Windows has run any."""
    text = DOMAIN.replace('["ls1.corp.example.test"]', '["ls1.corp.example.test", "ls2.corp.example.test"]')
    (kit.site / "site.toml").write_text(text, "utf-8")
    words = [sys.executable, "-m", "calvox", "windows", "artefact", "--all", "--site", str(kit.site)]
    out = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert "README.txt" in out
    assert out.count("must authenticate to one another") == 1
