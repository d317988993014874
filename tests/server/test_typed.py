"""Lines that are typed together, and how they stand: every one is kept, and only a bad one is told off."""

import pytest

from calvox.common.errors import BadInput, NotFound, WrongKind
from calvox.server.call import OpenCall
from calvox.server.calling import calling
from calvox.server.confirm import Done
from calvox.server.typed import TypedLine, enter_lines, typed
from calvox.wire.phone.forms import Form
from calvox.wire.phone.judged import JudgedCode, LineState
from calvox.wire.phone.message import Kind
from tests.world import Site, wish

MICROSOFTS = "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE-FFFFF-GGGGG"


@pytest.fixture
def groups(new: Site) -> list[str]:
    """Open a call, and give what the centre reads in French words."""
    return new.reads(_called(new))


def _called(site: Site) -> OpenCall:
    return site.prepare(wish("device", "2022", 20), activate=True)


def _type(site: Site, *lines: tuple[int, str]) -> JudgedCode:
    return enter_lines(site.server, Form.WORDS_FR, [TypedLine(*line) for line in lines], "fr")


def _states(code: JudgedCode) -> list[str]:
    return [str(line.state) for line in code.lines]


def test_each_line_is_told_as_it_stands(new: Site, groups: list[str]) -> None:
    """Good, unfinished, bad with what may have been said, and empty; the same when it is shown again."""
    wrong = groups[2].split()
    heard = " ".join([wrong[1], wrong[0], *wrong[2:]])
    code = _type(new, (1, groups[0]), (2, " ".join(groups[1].split()[:3])), (3, heard))
    assert _states(code) == ["good", "unfinished", "bad", "empty", "empty", "empty", "empty"]
    assert groups[2] in code.lines[2].suggestions
    assert not code.whole
    new.restart()
    assert new.read(lambda reader: typed(reader, None, "fr")) == code


def test_an_unheard_word_is_found_again(new: Site, groups: list[str]) -> None:
    """It is told as such, and the line that was said is proposed."""
    words = groups[4].split()
    line = _type(new, (5, " ".join(["?", *words[1:]]))).lines[4]
    assert (line.state, line.why) == (LineState.BAD, "Marked as not heard: 1")
    assert groups[4] in line.suggestions
    assert len(line.suggestions) <= 2


def test_a_word_that_is_not_in_the_list_is_bad_at_once(new: Site, groups: list[str]) -> None:
    """Though the line is not whole; nothing can be proposed yet."""
    line = _type(new, (1, "abaisser zzzz")).lines[0]
    assert (line.state, line.suggestions) == (LineState.BAD, ())
    assert "zzzz" in line.why


def test_what_is_refused_keeps_the_others(new: Site, groups: list[str]) -> None:
    """A code of Microsoft's, a text without end, a line that is none."""
    for wrong, error in (((2, MICROSOFTS), WrongKind), ((2, "x" * 300), BadInput), ((8, "mot"), BadInput)):
        with pytest.raises(error):
            _type(new, (1, groups[0]), wrong, (3, groups[2]))
        assert _states(new.read(lambda reader: typed(reader, None, "fr")))[:3] == ["good", "empty", "good"]


def test_typing_the_same_again_writes_nothing(new: Site, groups: list[str]) -> None:
    """And an empty text clears a line; when every line holds, the call is finished."""
    _type(new, *enumerate(groups, start=1))
    before = new.read(lambda reader: dict(reader.get("pending", ("call",)) or {}))
    _type(new, (3, f" {groups[2]} "))
    assert new.read(lambda reader: dict(reader.get("pending", ("call",)) or {})) == before
    assert _states(_type(new, (3, "")))[2] == "empty"
    assert _type(new, (3, groups[2])).whole
    assert isinstance(new.finish(), Done)


def test_words_of_the_readers_language_are_begun_with(new: Site, groups: list[str]) -> None:
    """Until another form has been typed; one that is asked for is shown."""
    assert new.read(lambda reader: typed(reader, None, "fr")).form is Form.WORDS_FR
    assert new.read(lambda reader: typed(reader, None, "en")).form is Form.WORDS_EN
    enter_lines(new.server, Form.DIGITS, [TypedLine(1, "1")], "en")
    assert new.read(lambda reader: typed(reader, None, "fr")).form is Form.DIGITS
    assert new.read(lambda reader: typed(reader, Form.CHARACTERS, "fr")).form is Form.CHARACTERS


def test_how_it_stands_with_the_centre(new: Site) -> None:
    """Before a call, in it, while it is typed, and after."""
    now = new.read(lambda reader: calling(new.server, reader, "FR"))
    assert (now.activated, now.sheet, now.typing, now.last) == (False, None, False, None)
    groups = new.reads(_called(new))
    now = new.read(lambda reader: calling(new.server, reader, "CH"))
    assert now.sheet is not None
    assert now.sheet.telephone.country == "FR"
    assert (now.by, now.begun, len(now.requests), now.typing) == ("ada", new.clock(), 1, False)
    _type(new, (1, groups[0]))
    assert new.read(lambda reader: calling(new.server, reader, "")).typing
    _type(new, *enumerate(groups, start=1))
    new.finish()
    now = new.read(lambda reader: calling(new.server, reader, ""))
    assert (now.activated, now.sheet) == (True, None)
    assert now.last is not None
    assert (now.last.kind, now.last.issue_day) == (Kind.ACTIVATE_AND_PACKS, "2027-01-15")
    assert [pack.quantity for pack in now.last.packs] == [20]


def test_without_a_call_there_is_nothing_to_type(new: Site) -> None:
    """Neither to show nor to keep."""
    with pytest.raises(NotFound):
        _type(new, (1, "mot"))
    with pytest.raises(NotFound):
        new.read(lambda reader: typed(reader, None, "en"))
