"""Typing a confirmation in: four different answers, and nothing typed is ever lost."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from calvox.common.clock import day_of
from calvox.common.errors import BadCode, BadInput, CalvoxError, Conflict, NotFound, WrongKind
from calvox.server import confirm
from calvox.server.call import OpenCall, give_up, keep_call
from calvox.server.confirm import (
    Done,
    IsOtherKind,
    Misheard,
    Progress,
    SignsOtherData,
    WhollyMisheard,
    end_of,
    enter_file,
    enter_group,
    finish,
    typing,
)
from calvox.trust.confirmations import plausible_x
from calvox.wire.phone import confirmation
from calvox.wire.phone.codec import CodeType, decode
from calvox.wire.phone.filetext import write_file_text
from calvox.wire.phone.forms import Form, read_group, write
from calvox.wire.phone.message import Kind
from calvox.wire.phone.request import pack_request, unpack_request
from calvox.wire.phone.wordlists import words
from tests.world import CENTRE, NOON, Site, wish


@pytest.fixture
def calling(new: Site) -> OpenCall:
    """Give the open call of a new server: activation and two packs."""
    return new.prepare(wish("device", "2022", 20), wish("user", "2025", 5, ends="2027-06"), activate=True)


@pytest.fixture
def _few_days(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the search for the issue day give up after a week, instead of half a minute."""
    monkeypatch.setattr(confirmation, "NEAR_DAYS", 3)
    monkeypatch.setattr(confirmation, "LAST_DAY", confirmation.FIRST_DAY)


def other_word(group: str, at: int = 2, by: int = 700) -> str:
    """Mis-hear one word of a group."""
    heard, listed = group.split(), words("fr")
    heard[at] = listed[(listed.index(heard[at]) + by) % len(listed)]
    return " ".join(heard)


def number_of(groups: list[str]) -> int:
    """Read a confirmation's number from its French words."""
    symbols = [[s for s in read_group(Form.WORDS_FR, text) if s is not None] for text in groups]
    return decode(Form.WORDS_FR.encoding, CodeType.CONFIRMATION, symbols)


def test_what_the_centre_signed_is_carried_out(new: Site, calling: OpenCall) -> None:
    """Confirmation, activation and packs are entered together, and the call is closed."""
    answers = new.type(new.reads(calling))
    assert all(isinstance(answer, Progress) for answer in answers)
    assert new.finish() == Done(True, (1, 2), "2027-01-15", 0, ())
    assert new.entries()[-4:] == ["ConfirmationAccepted", "ServerActivated", "PackInstalled", "PackInstalled"]
    rows = new.rows("pack")
    assert [(row["cal_type"], row["version"], row["quantity"], row["issued"]) for row in rows] == [
        (0, 7, 20, 0),
        (1, 8, 5, 0),
    ]
    assert [row["ends"] for row in rows] == [0, int(datetime(2027, 7, 1, tzinfo=ZoneInfo("UTC")).timestamp())]
    assert new.rows("server")[0]["activated"] == 1
    with pytest.raises(NotFound, match="No call is open"):
        new.finish()


@pytest.mark.parametrize("form", [Form.WORDS_EN, Form.CHARACTERS, Form.DIGITS])
def test_every_form_will_do(new: Site, calling: OpenCall, form: Form) -> None:
    """English words, characters, digits."""
    new.type(new.reads(calling, form=form), form)
    assert isinstance(new.finish(), Done)


def test_a_file_or_picture_will_do(new: Site, calling: OpenCall) -> None:
    """It takes the place of what had been typed."""
    groups = new.reads(calling)
    new.type(groups[:2])
    assert enter_file(new.server, write_file_text(number_of(groups))).missing == ()
    assert isinstance(new.finish(), Done)


@pytest.mark.parametrize("line", range(1, 8))
def test_a_misheard_word_is_located_in_its_line_and_repaired(new: Site, calling: OpenCall, line: int) -> None:
    """The right line is among the suggestions; taking it goes on."""
    groups = new.reads(calling)
    heard = enter_group(new.server, Form.WORDS_FR, line, other_word(groups[line - 1]), "fr")
    assert isinstance(heard, Misheard)
    assert heard.group == line
    assert groups[line - 1] in heard.suggestions
    new.type(groups)
    done = new.finish()
    assert isinstance(done, Done)
    assert done.repaired == ()


def test_a_misheard_word_is_repaired_at_the_end_as_well(new: Site, calling: OpenCall) -> None:
    """Whoever types on is told which group was repaired, and that group alone."""
    groups = new.reads(calling)
    new.type([*groups[:2], other_word(groups[2]), *groups[3:]])
    done = new.finish()
    assert isinstance(done, Done)
    assert done.repaired == (3,)


def test_a_code_that_was_misheard_beyond_repair_is_told_by_its_lines(new: Site, calling: OpenCall) -> None:
    """Nothing is carried out, and all of it can be shown again."""
    groups = new.reads(calling)
    for at in (1, 4):
        groups[at] = " ".join(reversed(groups[at].split()))
    new.type(groups)
    assert new.finish() == WhollyMisheard((2, 5))
    assert new.read(typing).texts == tuple(groups)
    assert "ConfirmationAccepted" not in new.entries()


def test_a_code_whose_groups_hold_but_which_is_nobodys_signature(new: Site, calling: OpenCall) -> None:
    """Each group by itself was heard right, so no line can be named."""
    code = number_of(new.reads(calling))
    spoilt = next(code + n for n in range(1, 99) if not plausible_x((code + n) % (1 << 381)))
    new.type(write(Form.WORDS_FR, CodeType.CONFIRMATION, spoilt))
    assert new.finish() == WhollyMisheard(())


@pytest.mark.usefixtures("_few_days")
def test_a_code_that_signs_another_quantity_is_told_as_such(new: Site) -> None:
    """Heard right, but the operator had noted 21 instead of 20."""
    call = new.prepare(wish("device", "2022", 20), activate=True)
    noted = replace(unpack_request(new.server_id, call.requests[0]), quantity=21)
    requests = [pack_request(new.server_id, noted)]
    new.type(CENTRE.reads(Kind.ACTIVATE_AND_PACKS, new.server_id, requests, day_of(NOON)))
    assert new.finish() == SignsOtherData()
    assert not new.rows("pack")


@pytest.mark.usefixtures("_few_days")
def test_a_code_for_another_server_is_told_as_such(new: Site) -> None:
    """Heard right, but for a server ID that differs in one bit."""
    new.prepare(activate=True)
    other = bytes([*new.server_id[:-1], new.server_id[-1] ^ 1])
    new.type(CENTRE.reads(Kind.ACTIVATE, other, (), day_of(NOON)))
    assert new.finish() == SignsOtherData()
    assert not new.rows("server")[0]["activated"]


def test_a_code_of_another_kind_is_told_with_both_kinds(new: Site, calling: OpenCall) -> None:
    """The centre activated alone, while packs are awaited too."""
    new.type(CENTRE.reads(Kind.ACTIVATE, new.server_id, (), day_of(NOON)))
    answer = new.finish()
    assert isinstance(answer, IsOtherKind)
    assert (answer.kind, answer.awaited) == ("activation", "activation and packs")
    assert not new.rows("server")[0]["activated"]


def test_after_a_wrong_answer_the_right_code_is_taken(new: Site, calling: OpenCall) -> None:
    """Every group can be typed again."""
    new.type(CENTRE.reads(Kind.ACTIVATE, new.server_id, (), day_of(NOON)))
    assert not isinstance(new.finish(), Done)
    new.type(new.reads(calling))
    assert isinstance(new.finish(), Done)


def test_what_was_typed_survives_a_restart(new: Site, calling: OpenCall) -> None:
    """Good groups and bad ones, and the call goes on where it stopped."""
    groups = new.reads(calling)
    enter_group(new.server, Form.WORDS_FR, 1, groups[0], "fr")
    enter_group(new.server, Form.WORDS_FR, 2, other_word(groups[1]), "fr")
    before = new.read(typing)
    assert (before.form, before.misheard, before.missing) == ("words-fr", (2,), (3, 4, 5, 6, 7))
    new.restart()
    assert new.read(typing) == before
    for number in range(2, 8):
        enter_group(new.server, Form.WORDS_FR, number, groups[number - 1], "fr")
    assert isinstance(new.finish(), Done)


def test_without_a_number_the_next_group_is_meant(new: Site, calling: OpenCall) -> None:
    """First those that are missing, then those that do not hold; never one that does."""
    groups = new.reads(calling)
    for text in [other_word(groups[0]), *groups[1:]]:
        enter_group(new.server, Form.WORDS_FR, 0, text, "fr")
    assert new.read(typing).misheard == (1,)
    enter_group(new.server, Form.WORDS_FR, 0, groups[0], "fr")
    with pytest.raises(BadInput, match="Every group"):
        enter_group(new.server, Form.WORDS_FR, 0, groups[0], "fr")
    assert new.read(typing).texts == tuple(groups)


@pytest.mark.parametrize("number", [-1, 8, 1 << 40])
def test_a_group_that_is_none_changes_nothing(new: Site, calling: OpenCall, number: int) -> None:
    """Nor does a text that is too long for any."""
    before = new.read(typing)
    with pytest.raises(BadInput):
        enter_group(new.server, Form.WORDS_FR, number, "mot", "fr")
    with pytest.raises(BadCode):
        enter_group(new.server, Form.WORDS_FR, 1, "mot " * 1000, "fr")
    assert new.read(typing) == before


def test_the_end_wants_every_group(new: Site, calling: OpenCall) -> None:
    """The first that is missing is named."""
    new.type(new.reads(calling)[:4])
    with pytest.raises(BadCode, match="Group 5"):
        new.finish()


def test_a_server_id_in_place_of_the_code_is_told_by_name(new: Site, calling: OpenCall) -> None:
    """As long as it has as many groups; otherwise there is nowhere to type it."""
    with pytest.raises(CalvoxError):
        enter_file(new.server, "CVX1S:" + "0" * 35)
    with pytest.raises((BadCode, WrongKind)):
        enter_file(new.server, "CVX1C:" + "0" * 100)


@pytest.mark.parametrize("wrong", [-365, -1, 1, 365])
def test_a_clock_that_is_wrong_finds_the_day_that_was_signed(new: Site, calling: OpenCall, wrong: int) -> None:
    """And tells by how much it is ahead."""
    groups = new.reads(calling, day=day_of(NOON))
    new.clock.later(days=wrong)
    new.type(groups)
    done = new.finish()
    assert isinstance(done, Done)
    assert (done.issue_day, done.clock_offset_days) == ("2027-01-15", wrong)
    assert new.rows("confirmation")[0]["issue_day"] == day_of(NOON)
    new.restart()


def test_a_pack_counts_once_whatever_confirms_it(stocked: Site) -> None:
    """A second confirmation over the same request adds nothing."""
    request = stocked.rows("request")[0]["request"]
    stocked.run(lambda tx: keep_call(tx, OpenCall(Kind.PACKS, (request,), tx.now, "ada")))
    stocked.type(CENTRE.reads(Kind.PACKS, stocked.server_id, (request,), day_of(NOON) + 1))
    done = stocked.finish()
    assert isinstance(done, Done)
    assert done.packs == ()
    stocked.restart()
    assert [row["quantity"] for row in stocked.rows("pack")] == [2, 2, 2]
    stocked.server.journal.verify()


def test_two_who_finish_at_once_install_once(new: Site, calling: OpenCall) -> None:
    """One is told that no call is open."""
    new.type(new.reads(calling))
    answers: list[object] = []

    def end() -> None:
        try:
            answers.append(new.finish())
        except NotFound as error:
            answers.append(error)

    threads = [threading.Thread(target=end) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(type(answer).__name__ for answer in answers) == ["Done", "NotFound"]
    assert new.entries().count("PackInstalled") == 2


def test_a_call_given_up_while_it_was_judged_is_not_mistaken_for_the_next(
    new: Site, calling: OpenCall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Judging takes up to half a minute; what is open afterwards may be another call."""
    new.type(new.reads(calling))

    def slow(*arguments: object, **more: object) -> object:
        give_up(new.server)
        new.prepare(wish("user", "2022", 1), activate=True)
        return confirmation.judge(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(confirm, "judge", slow)
    with pytest.raises(Conflict):
        finish(new.server, "ada")
    assert not new.rows("confirmation")
    assert new.prepare(wish("user", "2022", 1), activate=True).begun == NOON


@pytest.mark.parametrize("do", [lambda site: site.finish(), lambda site: site.type(["a"])])
def test_without_a_call_there_is_nothing_to_type(new: Site, do: Callable[[Site], object]) -> None:
    """The hint says how to begin one."""
    with pytest.raises(NotFound) as caught:
        do(new)
    assert caught.value.hint is not None


def test_the_last_month_ends_at_midnight_in_the_sites_zone() -> None:
    """Through a change of the clocks as well; zero is never."""
    months = (2028 - 2020) * 12 + 2
    end = end_of(months, ZoneInfo("Europe/Paris"))
    assert datetime.fromtimestamp(end, ZoneInfo("Europe/Paris")).isoformat() == "2028-04-01T00:00:00+02:00"
    assert datetime.fromtimestamp(end - 1, ZoneInfo("Europe/Paris")).date() == date(2028, 3, 31)
    assert end_of(0, ZoneInfo("UTC")) == 0


def test_trying_another_form_loses_nothing(new: Site, calling: OpenCall) -> None:
    """Words typed so far are still there after a group was tried in characters."""
    enter_group(new.server, Form.WORDS_FR, 1, "abaisser " * 6, "fr")
    enter_group(new.server, Form.CHARACTERS, 1, "00000", "fr")
    enter_group(new.server, Form.WORDS_FR, 2, "abandon " * 6, "fr")
    with new.server.journal.read() as reader:
        texts = typing(reader).texts
    assert texts[0].split() == ["abaisser"] * 6
    assert texts[1].split() == ["abandon"] * 6
