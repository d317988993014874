"""A whole code as somebody pastes it, in any form and order of lines; and how lines stand while they are typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calvox.common.errors import BadCode
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.dictation import begin
from calvox.wire.phone.forms import Form, write
from calvox.wire.phone.judged import judged
from calvox.wire.phone.whole import LONGEST, cut_whole

TYPE = CodeType.CONFIRMATION


@pytest.mark.parametrize("form", Form)
def test_a_code_is_cut_however_it_is_pasted(form: Form) -> None:
    """In lines, with numbers before them, and as one line."""
    groups = write(form, TYPE, 12345 << 300)
    numbered = "\n".join(f" {number}.  {group}" for number, group in enumerate(groups, start=1))
    for text in ("\n".join(groups), "\r\n".join(groups) + "\n", " ".join(groups), numbered):
        found, cut = cut_whole(text, TYPE)
        assert cut == groups
        # Words of one list that stand in the other as well may be read in either; signs of digits are characters, too.
        assert found is form or found.encoding is form.encoding


def test_a_word_that_is_in_no_list_does_not_hide_the_form() -> None:
    """The line with it is told as bad afterwards."""
    groups = write(Form.WORDS_FR, TYPE, 99)
    groups[3] = " ".join(["zzzz", *groups[3].split()[1:]])
    assert cut_whole(" ".join(groups), TYPE) == (Form.WORDS_FR, groups)


@pytest.mark.parametrize("text", ["", "mot " * 41, "zzzz " * 42, "x" * 101, "mot " * LONGEST])
def test_what_is_no_whole_code_is_refused(text: str) -> None:
    """Too short, too long, of foreign words."""
    with pytest.raises(BadCode):
        cut_whole(text, TYPE)


@given(st.text(max_size=300), st.sampled_from(Form))
def test_garbage_is_judged_or_refused(text: str, form: Form) -> None:
    """Nothing else happens, and a line that is bad says why."""
    try:
        cut_whole(text, TYPE)
        dictation, _ = begin(form, TYPE).enter(0, text[:200])
    except BadCode:
        return
    line = judged(dictation).lines[0]
    assert bool(line.why) == (line.state == "bad")
