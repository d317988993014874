"""What an administrator says stands in the chain for ever: one line, and short."""

import pytest

from calvox.common.errors import BadInput
from calvox.core.remarks import LONGEST, remark


def test_a_remark_is_trimmed() -> None:
    """And kept as it is otherwise."""
    assert remark("  stolen from a train ") == "stolen from a train"
    assert remark("x" * LONGEST) == "x" * LONGEST


@pytest.mark.parametrize("text", ["", "   ", "two\nlines", "x" * (LONGEST + 1), "\x07"])
def test_what_is_no_line_of_words_is_refused(text: str) -> None:
    """The field is named."""
    with pytest.raises(BadInput, match="why"):
        remark(text)
