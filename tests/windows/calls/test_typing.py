"""A code that is typed: every group judged at once, two typings compared, nothing lost."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calvox.common.errors import BadInput, WrongKind
from calvox.windows.calls.typing import Typing, judge
from calvox.windows.codes import Slot, groups
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.forms import Form, write

CODE = "AAAAABBBBBCCCCCDDDDDEEEEEFFFFFGGGGG"
"""No code of anybody's."""
SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def typed(*lines: str, slot: Slot = Slot.PACK_ID) -> Typing:
    """Type lines one after the other."""
    typing = Typing(slot)
    for line in lines:
        typing = typing.enter(line)
    return typing


def test_group_by_group_and_a_second_time() -> None:
    """The first typing is whole after seven groups, the code is there after fourteen."""
    typing = Typing(Slot.SERVER_ID)
    for at, group in enumerate(groups(CODE)):
        assert (typing.next, typing.second) == (at, False)
        typing = typing.enter(group.lower())
    assert (typing.first, typing.text, typing.next, typing.complete) == (CODE, "", 0, False)
    for group in groups(CODE):
        typing = typing.enter(group)
    assert typing.complete


@pytest.mark.parametrize("lines", [(CODE, CODE), ("AAAAA-BBBBB", "CCCCC DDDDD EEEEE", "FFFFFGGGGG", CODE)])
def test_several_groups_in_a_line(lines: tuple[str, ...]) -> None:
    """Whatever is read out in one breath may be typed so."""
    assert typed(*lines).complete


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("CCCC", "Group 3 has 4 signs, not 5"),
        ("CCCCC DDDD", "Group 4 has 4 signs, not 5"),
        ("CC?CC", "Group 3, sign 3: “?”"),
        ("ÇCCCC", "Group 3, sign 1: “Ç”"),
        ("", "Nothing was typed"),
        (CODE + "H", "not 36"),
        (CODE[:30], "only 5 more groups are wanted"),
    ],
)
def test_a_bad_line_changes_nothing(line: str, told: str) -> None:
    """It is refused with its place, and what stood stands."""
    typing = typed("AAAAA", "BBBBB")
    with pytest.raises(BadInput, match=re.escape(told)):
        typing.enter(line)
    assert typing.text == "AAAAABBBBB"
    assert typing.next == 2


def test_where_the_second_typing_differs_the_group_is_asked_for_again() -> None:
    """Typed again as at first, the first was right."""
    typing = typed(CODE, "AAAAA", "BBBBB", "CCCC0")
    assert (typing.differing, typing.next) == ((2,), 2)
    typing = typing.enter("CCCCC")
    assert (typing.differing, typing.next, typing.first) == ((), 3, CODE)
    assert typing.enter("DDDDD EEEEE FFFFF GGGGG").complete


def test_what_two_typings_agree_on_counts() -> None:
    """Typed again as the second time, the first was wrong, and is corrected."""
    typing = typed(CODE, "AAAAA", "BBBBB", "CCCC0").enter("CCCC0")
    assert typing.differing == ()
    assert typing.first == CODE.replace("CCCCC", "CCCC0")


def test_three_typings_that_differ_leave_the_group_open() -> None:
    """It is asked for until two agree."""
    typing = typed(CODE, "AAAA1").enter("AAAA2")
    assert (typing.differing, typing.text, typing.first) == ((0,), "AAAA2", CODE)
    assert typing.enter("AAAA2").first.startswith("AAAA2")


def test_a_whole_second_typing_that_differs_names_every_group() -> None:
    """And a whole third one settles them, each as two agree."""
    typing = typed(CODE, "AAAA0" + CODE[5:30] + "GGGG0")
    assert (typing.differing, typing.complete) == ((0, 6), False)
    typing = typing.enter("AAAA0" + CODE[5:])
    assert typing.complete
    assert typing.first == "AAAA0" + CODE[5:]


def test_a_group_is_taken_back() -> None:
    """Of the typing that goes on."""
    assert typed("AAAAA", "BBBBB").back().text == "AAAAA"
    assert typed(CODE, "AAAAA").back() == typed(CODE)
    assert Typing(Slot.PACK_ID).back().text == ""


def test_a_group_is_corrected_while_it_is_read_back() -> None:
    """One group, in its place."""
    assert typed(CODE).correct(1, "bbbb8").first == CODE.replace("BBBBB", "BBBB8")
    for at, line in ((1, "BBBB"), (1, "BBBBB CCCCC"), (7, "AAAAA")):
        with pytest.raises(BadInput):
            typed(CODE).correct(at, line)


def test_a_confirmation_code_is_one_group_of_any_length() -> None:
    """No shape is published, so a line is the whole code."""
    slot = Slot.CONFIRMATION_CODE
    typing = typed("Q1W2E3", slot=slot)
    assert (typing.first, typing.count, typing.complete) == ("Q1W2E3", 1, False)
    assert typing.enter("q1w2-e3").complete
    assert typing.enter("Q1W2").differing == (0,)
    assert typing.enter("Q1W2").enter("Q1W2").first == "Q1W2"


def test_a_calvox_code_is_refused_by_name_in_the_middle() -> None:
    """In words at once, in characters when five groups of it stand."""
    words = write(Form.WORDS_EN, CodeType.CONFIRMATION, 12345)
    with pytest.raises(WrongKind, match="Calvox"):
        Typing(Slot.PACK_ID).enter(words[0])
    characters = write(Form.CHARACTERS, CodeType.CONFIRMATION, 12345)
    with pytest.raises(WrongKind, match="Calvox"):
        typed(*characters[:4]).enter(characters[4])


@pytest.mark.parametrize(
    ("text", "good", "whole", "group"),
    [
        ("", True, False, 1),
        ("AAA", True, False, 1),
        ("AAAAA-B", True, False, 2),
        (CODE, True, True, 8),
        (CODE + "H", False, False, 8),
        ("AAAAA B/", False, False, 2),
        ("abandon ability about", False, False, 4),
    ],
)
def test_judged_while_it_is_typed(text: str, good: bool, whole: bool, group: int) -> None:
    """Good so far, wrong here, or complete."""
    found = judge(Slot.SERVER_ID, text)
    assert (found.good, found.whole, found.group) == (good, whole, group)
    assert good is (found.why is None)


@given(st.text(alphabet=SIGNS, min_size=35, max_size=35), st.lists(st.integers(1, 7), min_size=1, max_size=14))
def test_however_a_code_is_cut_into_lines_it_is_heard(code: str, cuts: list[int]) -> None:
    """Any lines of whole groups will do, twice."""
    typing = Typing(Slot.PACK_ID)
    for _ in range(2):
        left, at = list(groups(code)), 0
        while left:
            size = cuts[at % len(cuts)]
            typing = typing.enter(" ".join(left[:size]))
            left, at = left[size:], at + 1
    assert (typing.complete, typing.first) == (True, code)


@given(st.sampled_from(list(Slot)), st.lists(st.text(max_size=60), max_size=6))
def test_garbage_raises_nothing_but_bad_input(slot: Slot, lines: list[str]) -> None:
    """And whatever was taken is letters and digits."""
    typing = Typing(slot)
    for line in lines:
        judge(slot, line)
        try:
            typing = typing.enter(line)
        except BadInput:
            continue
        assert set(typing.first + typing.text) <= set(SIGNS)
