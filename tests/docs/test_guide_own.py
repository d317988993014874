"""The guide for our own servers is true: its commands are carried out, in English and in French."""

from pathlib import Path

import pytest

from tests.docs.carrying import Carrier, json_of
from tests.docs.test_commands import commands_of

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_guide_can_be_carried_out(language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the agreement to a server that took over from one that was lost and one that was retired."""
    page = (DOCS / f"guide-own.{language}.md").read_text("utf-8")
    carrier = Carrier(tmp_path, monkeypatch, language)
    carrier.carry(page)
    in_blocks = [line for line in commands_of(page) if f"`{line}`" not in page]
    assert set(in_blocks) <= set(carrier.ran)
    assert len(carrier.ran) > 40
    pools = {one["cal_type"]: one["total"] for one in json_of(carrier, "pack", "list")["pools"]}
    assert pools == {"user": 50, "device": 20}
    states = sorted(one["state"] for one in json_of(carrier, "centre", "servers"))
    assert states == ["active", "retired", "retired"]
    assert (tmp_path / "recovery-key.pdf").read_bytes()[:4] == b"%PDF"


@pytest.mark.parametrize("line", ["calvox server status", "calvox pack fly"])
def test_what_cannot_be_done_is_found(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command out of its order, and one that does not exist."""
    with pytest.raises(AssertionError, match="ended with"):
        Carrier(tmp_path, monkeypatch, "en").carry(f"```sh\n{line}\n```\n")
