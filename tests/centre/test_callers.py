"""Call words and the lock."""

from concurrent.futures import ThreadPoolExecutor

import apsw
import pytest

from calvox.centre.callers import UnlockCaller, hash_word, unlock_caller
from calvox.centre.calls import Identified, IdentifyCaller
from calvox.centre.desk import identify
from calvox.centre.refusals import Refusal
from calvox.common.errors import BadInput, Conflict, NotFound, Tampered
from tests.centre.world import CALL_WORD, CALLER, Centre


def test_a_call_word_is_heard_not_spelt(centre: Centre) -> None:
    """Case, accents and spaces do not count, in name and word alike."""
    assert centre.prepared(caller="ELODIE  martin", call_word="  Mimosa   JAUNE ").caller == CALLER


def test_a_wrong_call_word_is_refused_and_counted(centre: Centre) -> None:
    """It has its own entry."""
    assert centre.refused(call_word="mimosa rouge") == "wrong-call-word"
    assert len(centre.facts("CallWordFailed")) == 1


def test_three_wrong_words_lock_until_a_supervisor_unlocks(centre: Centre) -> None:
    """Even the right word does not help then; after unlocking three more are allowed."""
    for _ in range(2):
        for _ in range(3):
            assert centre.refused(call_word="wrong word") == "wrong-call-word"
        assert centre.refused() == "caller-locked"
        centre.reopen()
        assert centre.refused() == "caller-locked"
        assert not unlock_caller(centre.context, UnlockCaller("elodie martin"), "chief").locked
        centre.prepared()
    assert len(centre.facts("CallerLocked")) == 2


def test_a_right_word_in_between_starts_the_count_again(centre: Centre) -> None:
    """Only failures in a row lock."""
    for _ in range(3):
        centre.refused(call_word="wrong word")
        centre.refused(call_word="wrong word")
        centre.prepared()


def test_guesses_at_the_same_time_are_counted_one_by_one(centre: Centre) -> None:
    """No more than three of them are looked at."""
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: centre.ask(call_word="wrong word"), range(6)))
    reasons = sorted(answer.reason for answer in answers if isinstance(answer, Refusal))
    assert reasons == ["caller-locked"] * 3 + ["wrong-call-word"] * 3


def test_an_unknown_caller_is_refused(centre: Centre) -> None:
    """And never locked, since nobody has that name."""
    for _ in range(4):
        assert centre.refused(caller="Nobody") == "unknown-caller"


def test_a_caller_is_identified_before_anything_is_dictated(centre: Centre) -> None:
    """Under the name that was registered."""
    assert identify(centre.context, IdentifyCaller("elodie martin", CALL_WORD), "op") == Identified(CALLER)
    refusal = identify(centre.context, IdentifyCaller("elodie martin", "no such word"), "op")
    assert isinstance(refusal, Refusal)
    assert len(centre.facts("CallRefused")) == 1


def test_only_a_locked_caller_is_unlocked(centre: Centre) -> None:
    """Unknown and unlocked ones are told apart."""
    with pytest.raises(NotFound):
        unlock_caller(centre.context, UnlockCaller("Nobody"), "chief")
    with pytest.raises(Conflict):
        unlock_caller(centre.context, UnlockCaller(CALLER), "chief")
    with pytest.raises(BadInput):
        unlock_caller(centre.context, UnlockCaller("  "), "chief")


def test_a_hash_put_in_its_place_is_noticed(centre: Centre) -> None:
    """Whoever writes the database cannot choose a call word."""
    centre.context.close()
    connection = apsw.Connection(str(centre.folder / "journal.db"))
    connection.execute("UPDATE call_word SET hash = ?", (hash_word("my own word"),))
    connection.close()
    centre.open()
    with pytest.raises(Tampered):
        centre.ask(call_word="my own word")


def test_an_erased_call_word_ends_the_calls_of_its_caller(centre: Centre) -> None:
    """The chain still holds."""
    centre.context.journal.run(lambda tx: tx.drop("call_word", ("elodie martin",)))
    with pytest.raises(NotFound):
        centre.ask()
    centre.context.journal.verify()
