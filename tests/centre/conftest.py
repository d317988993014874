"""A centre for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.centre.world import Centre, lighten, make_centre


@pytest.fixture
def centre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Centre]:
    """Give a centre with one agreement."""
    lighten(monkeypatch)
    yield from make_centre(tmp_path / "centre")
