"""CSV that no spreadsheet computes."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calvox.common.spreadsheets import FORMULA, csv_lines, neutral


@pytest.mark.parametrize(
    "name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "'=1", '"=1', "|calc", "%0", "＝1", "\n=1"]
)
def test_formulas_are_texts(name: str) -> None:
    """An apostrophe stands before what could begin one."""
    assert neutral(name).startswith("'")


@pytest.mark.parametrize("name", ["pc-1", "anne", "Zoé O'Neil", "a=b", "CORP\\anne", "", " "])
def test_names_stay_names(name: str) -> None:
    """A sign within a name is no formula."""
    assert neutral(name) == name


def test_what_steers_a_text_is_shown_by_its_number() -> None:
    """No cell turns its neighbours round or breaks its line."""
    assert neutral("pc\u202e1\n2") == "pc[U+202E]1[U+000A]2"


@given(st.lists(st.lists(st.text(max_size=20) | st.integers() | st.none(), min_size=2, max_size=2), max_size=5))
def test_every_row_is_read_back_with_its_cells(rows: list[list[str | int | None]]) -> None:
    """As many rows and cells as went in, numbers as they were, and no text that begins a formula."""
    page = b"".join(csv_lines(("a", "b"), rows)).decode()
    read = list(csv.reader(io.StringIO(page)))
    assert read[0] == ["a", "b"]
    assert len(read) == len(rows) + 1
    for row, cells in zip(rows, read[1:], strict=True):
        for value, cell in zip(row, cells, strict=True):
            if isinstance(value, str):
                assert cell == neutral(value)
                assert cell[:1] not in FORMULA
            else:
                assert cell == ("" if value is None else str(value))
