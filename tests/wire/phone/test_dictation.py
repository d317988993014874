"""Typing a code group by group."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calvox.common.errors import BadCode, BadInput, WrongKind
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.dictation import Dictation, GroupHeard, GroupMisheard, begin, resume
from calvox.wire.phone.forms import Form, write
from calvox.wire.phone.oracles import confirmation_fits, server_id_fits
from calvox.wire.phone.repair import Choices, Unclear, Whole
from tests.wire.phone.vectors import CASES, FORM_KEYS, code_of

CASE = CASES[1]
LINES: list[str] = CASE["confirmation"]["words_fr"]


def typed(form: Form, lines: list[str], code_type: CodeType = CodeType.CONFIRMATION) -> Dictation:
    """Type all lines."""
    state = begin(form, code_type)
    for index, line in enumerate(lines):
        state, _ = state.enter(index, line)
    return state


@pytest.mark.parametrize("form", Form)
def test_a_code_is_typed_group_by_group(form: Form) -> None:
    """Each group is heard as it is typed, and the whole is the code."""
    state = begin(form, CodeType.CONFIRMATION)
    for index, line in enumerate(CASE["confirmation"][FORM_KEYS[form]]):
        assert state.position == index
        state, answer = state.enter(index, line)
        assert answer == GroupHeard(index)
    assert state.missing == state.misheard == ()
    outcome = state.complete(confirmation_fits())
    assert isinstance(outcome, Whole)
    assert outcome.number == code_of(CASE)


def test_a_misheard_group_is_red_at_once_and_kept() -> None:
    """The answer names what is wrong and proposes; the typist stays there, and what was typed stays too."""
    state = begin(Form.WORDS_FR, CodeType.CONFIRMATION)
    spoilt = "? " + LINES[0].split(" ", 1)[1]
    state, answer = state.enter(0, spoilt)
    assert isinstance(answer, GroupMisheard)
    assert LINES[0] in answer.suggestions
    assert state.texts[0] == spoilt
    assert state.position == 0
    assert state.misheard == (0,)
    state, answer = state.enter(0, answer.suggestions[answer.suggestions.index(LINES[0])])
    assert isinstance(answer, GroupHeard)


def test_a_word_that_is_not_listed_is_named_and_solved() -> None:
    """The reason names the word; the suggestions take it as not heard."""
    _, answer = begin(Form.WORDS_FR, CodeType.CONFIRMATION).enter(0, "xylophone " + LINES[0].split(" ", 1)[1])
    assert isinstance(answer, GroupMisheard)
    assert "xylophone" in str(answer.reason)
    assert LINES[0] in answer.suggestions


def test_a_group_too_short_says_so() -> None:
    """The reason counts the symbols; the skipped one is among the suggestions."""
    _, answer = begin(Form.WORDS_FR, CodeType.CONFIRMATION).enter(0, LINES[0].split(" ", 1)[1])
    assert isinstance(answer, GroupMisheard)
    assert "6 symbols, not 5" in str(answer.reason)
    assert LINES[0] in answer.suggestions


def test_the_rest_is_repaired_at_the_end() -> None:
    """Two lines with a fault each, left as they were typed, are put right by the whole code."""
    lines = list(LINES)
    lines[1] = "? " + lines[1].split(" ", 1)[1]
    lines[4] = lines[4].split(" ", 1)[1]
    outcome = typed(Form.WORDS_FR, lines).complete(confirmation_fits())
    assert isinstance(outcome, Whole)
    assert outcome.number == code_of(CASE)
    assert outcome.changed == (1, 4)


def test_an_unfinished_code_names_what_is_missing() -> None:
    """Groups that were never typed count as not heard."""
    state = typed(Form.WORDS_FR, LINES[:3])
    assert state.missing == (3, 4, 5, 6)
    assert state.complete(confirmation_fits()) == Unclear((3, 4, 5, 6), 0)


def test_a_server_id_asks() -> None:
    """One doubtful symbol in a server ID ends in choices, not in a repair."""
    lines = list(CASE["server_id"]["digits"])
    lines[0] = "?" + lines[0][1:]
    outcome = typed(Form.DIGITS, lines, CodeType.SERVER_ID).complete(server_id_fits)
    assert isinstance(outcome, Choices)


def test_another_codes_groups_are_named() -> None:
    """A server ID typed as a request is refused by name."""
    state = typed(Form.CHARACTERS, CASE["server_id"]["characters"], CodeType.REQUEST)
    with pytest.raises(WrongKind, match="server ID"):
        state.complete(server_id_fits)


def test_undo_back_and_clear() -> None:
    """Undo gives back what stood there, back moves without losing anything, clear begins again."""
    state = typed(Form.WORDS_FR, LINES[:2])
    again, _ = state.enter(0, LINES[1])
    assert again.undo().texts == state.texts
    assert again.undo().position == 0
    assert state.back().position == 1
    assert state.back().texts == state.texts
    assert state.clear() == begin(Form.WORDS_FR, CodeType.CONFIRMATION)
    fresh = state.clear()
    assert fresh.undo() == fresh
    assert fresh.back() == fresh
    for _ in range(100):
        state, _ = state.enter(0, LINES[0])
    assert len(state.past) == 32


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.sampled_from(Form), st.sampled_from(CodeType), st.data())
def test_partial_entry_is_never_lost(form: Form, code_type: CodeType, data: st.DataObject) -> None:
    """Whatever was typed, good or not, comes back from storage, and goes on to the same answers."""
    number = data.draw(st.integers(0, (1 << code_type.bits) - 1))
    lines = write(form, code_type, number)
    state = begin(form, code_type, data.draw(st.sampled_from(["fr", "en"])))
    for index in data.draw(st.lists(st.integers(0, len(lines) - 1), max_size=6)):
        text = data.draw(st.one_of(st.just(lines[index]), st.text(st.characters(codec="utf-8"), max_size=60)))
        state, answer = state.enter(index, text)
        state = resume(state.save())
        assert state.texts[index] == text
        assert state.judge(index, text) == answer
    assert resume(state.save()) == state
    assert isinstance(answer_of(state), Whole | Choices | Unclear)


def answer_of(state: Dictation) -> object:
    """Complete against an oracle that accepts nothing."""
    try:
        return state.complete(lambda _: False)
    except WrongKind:
        return Unclear((), 0)


def test_impossible_entries_are_refused_and_change_nothing() -> None:
    """A group that is not there, or a text too long for any group, is refused."""
    state = begin(Form.DIGITS, CodeType.REQUEST)
    for index in (-1, 9):
        with pytest.raises(BadInput):
            state.enter(index, "1")
    with pytest.raises(BadCode):
        state.enter(0, "1" * 10_000_000)


@pytest.mark.parametrize(
    "change",
    [
        {"texts": []},
        {"texts": ["x" * 201] * 9},
        {"position": 10},
        {"position": -1},
        {"past": [[9, ""]]},
        {"past": [[0, ""]] * 33},
        {"form": "morse"},
        {"language": "de"},
        {"extra": 1},
    ],
)
def test_a_stored_state_that_does_not_fit_is_refused(change: dict[str, object]) -> None:
    """What was stored is checked when it comes back."""
    stored = msgspec.json.decode(begin(Form.DIGITS, CodeType.REQUEST).save())
    with pytest.raises(BadInput):
        resume(msgspec.json.encode(stored | change))


@pytest.mark.parametrize(
    "data", [b"", b"null", b"[" * 100_000, b"\xff\xfe", b'{"form":"\xcf"}', b"{}", b" " * 1_000_000]
)
def test_garbage_is_no_state(data: bytes) -> None:
    """Garbage raises BadInput and nothing else."""
    with pytest.raises(BadInput):
        resume(data)
