"""The guides are true: every command in them is run, in order, and shows what they say it shows."""

import re
from pathlib import Path

import pytest

from tests.docs.guides import BLOCK, Player, steps_of

DOCS = Path(__file__).parents[2] / "docs"
GUIDES = ("en", "fr")


def page(language: str) -> str:
    """Read a guide."""
    return (DOCS / f"guide-windows.{language}.md").read_text("utf-8")


@pytest.mark.parametrize("language", GUIDES)
def test_a_guide_can_be_carried_out(language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From an empty folder to the papers, over WinRM and by hand."""
    player = Player(tmp_path, monkeypatch, language)
    player.play(page(language))
    assert len(player.ran) > 40
    for folder in ("usine", "atelier"):
        assert (tmp_path / folder / "tracking.pdf").read_bytes().startswith(b"%PDF")
    assert player.there.server.packs[-1]["IssuedLicenses"] == 1


def test_both_guides_do_the_same() -> None:
    """The same commands, files and machines in the same order."""

    def done(language: str) -> list[str]:
        blocks = [block for block in BLOCK.finditer(page(language)) if block["kind"] != "text"]
        return [
            " ".join(step.command for step in steps_of(block["text"]))
            if block["kind"] == "console"
            else f"{block['kind']} {block['title']} {block['play']}"
            for block in blocks
        ]

    assert done("en") == done("fr")
    assert len(done("en")) > 30


def test_nothing_that_looks_like_a_command_is_left_out() -> None:
    """Each `$ calvox` stands in a block that is run."""
    for language in GUIDES:
        text = page(language)
        run = sum(len(re.findall(r"^ *\$ calvox", block["text"] or "", re.MULTILINE)) for block in BLOCK.finditer(text))
        assert run == len(re.findall(r"^ *\$ calvox", text, re.MULTILINE)) > 40
