"""The confirmation as one line of text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calvox.common.errors import BadCode
from calvox.wire.phone.filetext import read_file_text, write_file_text
from tests.wire.phone.vectors import CASES, code_of

CODE = code_of(CASES[0])
TEXT = write_file_text(CODE)


def test_whitespace_and_case_do_not_matter() -> None:
    """A line that was wrapped, indented or typed small is read."""
    wrapped = "\r\n".join(TEXT[i : i + 11] for i in range(0, len(TEXT), 11))
    assert read_file_text(f"  {wrapped.lower()}\n") == CODE


@pytest.mark.parametrize(
    "text",
    ["", TEXT[:-1], TEXT + "0", TEXT[6:], "CVX2C:" + TEXT[6:], TEXT + " " * 2000, TEXT[:-1] + "?", TEXT[:-1] + "-"],
)
def test_anything_else_is_refused(text: str) -> None:
    """Too short, too long, of another prefix, or with a sign that is no character."""
    with pytest.raises(BadCode):
        read_file_text(text)


def test_a_changed_sign_names_its_group() -> None:
    """The twelfth character lies in the third group."""
    spoilt = TEXT[:17] + ("A" if TEXT[17] != "A" else "B") + TEXT[18:]
    with pytest.raises(BadCode, match="Group 3"):
        read_file_text(spoilt)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.one_of(st.text(max_size=120), st.text("0123456789ABCDEF", min_size=100, max_size=100).map("CVX1C:".__add__)))
def test_garbage_raises_only_bad_code(text: str) -> None:
    """Whatever a camera or a file gives is refused as a code."""
    with pytest.raises(BadCode):
        read_file_text(text)
