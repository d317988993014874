"""The tutorial is true: its commands are run by real processes on real terminals, and show what it says they show."""

import re
from pathlib import Path

import pytest

from tests.docs.doing import Doer
from tests.docs.guides import BLOCK, steps_of

DOCS = Path(__file__).parents[2] / "docs"
PAGE = "tutorial.md"


def test_the_tutorial_can_be_done(tmp_path: Path) -> None:
    """From an empty folder to a CAL, a verified journal and a backup, over TLS between processes."""
    doer = Doer(tmp_path)
    doer.do((DOCS / PAGE).read_text("utf-8"))
    assert len(doer.ran) >= 15
    assert list((tmp_path / "backups").glob("*.calvox-backup"))
    assert (tmp_path / "host" / "enrolment.json").exists()


def test_what_a_page_wrongly_promises_is_found(tmp_path: Path) -> None:
    """A line that is not shown, and an exit code that is another, each fail."""
    for text in ("$ calvox codes --help\nWhat nobody shows\n", "$ calvox server status\n"):
        with pytest.raises(AssertionError):
            Doer(tmp_path).do(f"```console\n{text}```\n")


def test_nothing_that_looks_like_a_command_is_left_out() -> None:
    """Each `$` line of the tutorial stands in a block that is run."""
    page = (DOCS / PAGE).read_text("utf-8")
    run = sum(len(steps_of(block["text"])) for block in BLOCK.finditer(page) if block["kind"] == "console")
    assert run == len(re.findall(r"^ *\$ ", page, re.MULTILINE))
