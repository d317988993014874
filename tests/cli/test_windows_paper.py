"""`calvox windows paper`: a document in the current folder or where it is wanted, with its hash."""

import json
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from calvox.apps.site.papers import PaperName
from tests.pdfs import squeezed, text_of

BUNDLES = Path(__file__).resolve().parents[1] / "windows" / "bundles"


def run(folder: Path, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder."""
    words = [sys.executable, "-m", "calvox", *arguments]
    room = {**os.environ, "LC_ALL": "C.UTF-8", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(words, capture_output=True, text=True, cwd=folder, env=room, check=False)
    assert done.returncode == code, done.stderr + done.stdout
    return done


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a site folder with facts of one licence server."""
    run(tmp_path, "site", "init", "Usine", "--folder", "s")
    run(tmp_path, "windows", "import", str(BUNDLES / "healthy-licence-server-2022.json"), "--site", "s")
    return tmp_path


def test_a_pdf_in_the_current_folder(folder: Path) -> None:
    """With its name, its hash, and the words of the language that was asked for."""
    told = run(folder, "--lang", "fr", "windows", "paper", "checklist", "--site", "s").stdout
    data = (folder / "checklist.pdf").read_bytes()
    assert "checklist.pdf" in told
    assert sha256(data).hexdigest() in told
    assert squeezed("Sauvegarde du dossier LServer planifiée et testée.") in squeezed(text_of(data))


def test_the_ending_says_the_form(folder: Path) -> None:
    """And a script is told file and hash."""
    told = json.loads(run(folder, "--json", "windows", "paper", "tracking", "--site", "s", "--out", "x.HTML").stdout)
    data = (folder / "x.HTML").read_bytes()
    assert told == {"paper": "tracking", "file": "x.HTML", "sha256": sha256(data).hexdigest()}
    assert data.startswith(b"<!doctype html>")
    run(folder, "windows", "paper", "call-table", "--site", "s", "--html")
    assert (folder / "call-table.html").read_bytes().startswith(b"<!doctype html>")


@pytest.mark.parametrize("words", [("--out", "x.txt"), ("--out", "x"), ("--out", "x.pdf", "--html")])
def test_another_ending_is_refused(folder: Path, words: tuple[str, ...]) -> None:
    """Nothing is written."""
    done = run(folder, "windows", "paper", "tracking", "--site", "s", *words, code=2)
    assert "x" in done.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["s"]


def test_what_is_missing_has_its_exit_code(folder: Path) -> None:
    """A call that nobody opened, a paper that nobody makes."""
    done = run(folder, "windows", "paper", "call-sheet", "--site", "s", code=3)
    assert "calvox windows call open" in done.stderr
    done = run(folder, "windows", "paper", "novel", "--site", "s", code=2)
    assert all(name in done.stderr for name in PaperName)
