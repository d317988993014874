"""The whole call without a telephone: a request file up, a confirmation file or QR text down."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


class Site:
    """A centre and a licence server in one folder, neither of them served."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "passphrase").write_text("a passphrase for tests\n")
        self.environment = {
            **os.environ,
            "LC_ALL": "C.UTF-8",
            "CALVOX_CENTRE_FOLDER": str(folder / "centre"),
            "CALVOX_CENTRE_PASSPHRASE_FILE": str(folder / "passphrase"),
            "CALVOX_SERVER_FOLDER": str(folder / "server"),
        }

    def run(self, *arguments: str, given: str = "", code: int = 0) -> Any:
        """Run a command and read its JSON."""
        words = [sys.executable, "-m", "calvox", "--json", *arguments]
        done = subprocess.run(words, input=given.encode(), capture_output=True, env=self.environment, check=False)
        assert done.returncode == code, done.stderr.decode()
        return json.loads(done.stdout or b"null")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Found both, with one agreement."""
    site = Site(tmp_path)
    site.run("centre", "init", "--name", "Essai", "--telephone", "FR:+33 1 23:9-18", given="correct horse\n")
    bought = ("--line", "device:2022:20", "--caller", "Anne", "--call-word-file", "-", "--number", "123456789012")
    site.run(
        "centre", "agreement", "add", "--customer", "C", "--programme", "open", "--sku", "S", "--proof", "P", *bought,
        given="le bon mot\n",
    )  # fmt: skip
    card, password = str(tmp_path / "centre" / "centre-card.json"), str(tmp_path / "passphrase")
    site.run("server", "init", "--centre-card", card, "--administrator", "anne", "--password-file", password)
    return site


def test_a_request_file_up_and_a_confirmation_file_down(site: Site) -> None:
    """The licence server is activated with its pack, and not a word was said."""
    up, down = str(site.folder / "request.json"), str(site.folder / "confirmation.txt")
    pack = ("--pack", "device:2022:5", "--agreement", "123456789012")
    site.run("server", "activate", *pack, "--request-file", up)
    who = ("--caller", "Anne", "--call-word-file", "-", "--agreement", "123456789012")
    prepared = site.run("centre", "call", *who, "--request-file", up, given="le bon mot\n")
    signed = site.run("centre", "sign", prepared["call"], "--agreed", "--file", down)
    assert Path(down).read_text().strip() == signed["text"]
    done = site.run("server", "enter", "--file", down)
    assert (done["status"], done["packs"]) == ("accepted", [1])
    assert site.run("server", "status")["activated"]


def test_a_changed_file_is_refused_with_its_group(site: Site) -> None:
    """One character changed: nothing is entered, and the call stays open."""
    up, down = site.folder / "request.json", site.folder / "confirmation.txt"
    site.run("server", "activate", "--request-file", str(up))
    who = ("--caller", "Anne", "--call-word-file", "-", "--agreement", "123456789012")
    prepared = site.run("centre", "call", *who, "--request-file", str(up), given="le bon mot\n")
    site.run("centre", "sign", prepared["call"], "--agreed", "--file", str(down))
    text = down.read_text()
    down.write_text(text[:20] + ("A" if text[20] != "A" else "B") + text[21:])
    site.run("server", "enter", "--file", str(down), code=2)
    assert site.run("server", "status")["call_open"]
    down.write_text("CVX1C:")
    site.run("server", "enter", "--file", str(down), code=2)


@pytest.mark.parametrize("content", [b"", b"{}", b"[" * 5000, b"\xff", b'{"format":"x"}', b"x" * 100_000])
def test_a_request_file_that_is_none_is_refused(site: Site, content: bytes) -> None:
    """Whatever the file holds, the centre says so and does nothing."""
    file = site.folder / "request.json"
    file.write_bytes(content)
    who = ("--caller", "Anne", "--call-word-file", "-", "--agreement", "123456789012")
    words = [sys.executable, "-m", "calvox", "--json", "centre", "call", *who, "--request-file", str(file)]
    done = subprocess.run(words, input=b"le bon mot\n", capture_output=True, env=site.environment, check=False)
    assert done.returncode in (2, 12)
    assert b"Traceback" not in done.stderr
