"""What is generated from the source is up to date: reference pages, French texts."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("tool", ["make_reference.py", "make_openapi.py", "make_rules.py", "make_texts.py"])
def test_generated_files_are_up_to_date(tool: str) -> None:
    """The tool would change nothing; every text is translated, none is unused, placeholders agree."""
    words = [sys.executable, str(ROOT / "tools" / tool), "--check"]
    done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_source_distribution_holds_the_catalogue_and_the_data() -> None:
    """A wheel carries what the code reads from its own folder."""
    package = ROOT / "src" / "calvox"
    needed = ("common/locale/fr/LC_MESSAGES/calvox.mo", "wire/phone/data/french.txt", "wire/phone/data/english.txt")
    tracked = subprocess.run(["git", "ls-files", "src"], capture_output=True, text=True, cwd=ROOT, check=True).stdout
    for name in needed:
        assert (package / name).is_file()
        assert f"src/calvox/{name}\n" in tracked
