"""The register as a journal: it is verified, and what was edited is named."""

import inspect
import os
from typing import Any

import apsw
import pytest

from calvox.centre import entries, register
from calvox.centre.callers import UnlockCaller, unlock_caller
from calvox.centre.card import CardAsked, card_of, show_card
from calvox.centre.noted import OpenCallShown
from calvox.centre.open_calls import EndCall, OpenCall, end_call, open_call
from calvox.centre.servers import BlacklistServer, RetireServer, blacklist, retire
from calvox.centre.succession import AllowReissue, allow_reissue
from calvox.centre.typed import KeepTyping, TypingAsked, keep_typing, kept_typing
from calvox.common.errors import BadInput, NotLoggedIn, StoreFailed, Tampered
from calvox.core.book import Fact
from calvox.core.continuity import CONTINUITY_FACTS, BackupDrilled, BackupMade, RecoveryKeyMade, Restored
from calvox.core.peopling import PEOPLE_FACTS
from calvox.people.accounts import add_person, remove_person
from calvox.people.attempts import EVERY
from calvox.people.links import make_link
from calvox.people.log_in import Door
from calvox.wire.card import fingerprint_words, read_card
from calvox.wire.phone.identity import server_id
from tests.centre.world import AGREEMENT, CALL_WORD, CALLER, OTHER_SERVER, PHONES, SECRET, SERVER, Centre, device, user

PASSWORD = "a good password"


def edit(centre: Centre, statement: str, *values: Any) -> None:
    """Change the database behind the centre's back."""
    centre.context.close()
    connection = apsw.Connection(str(centre.folder / "journal.db"))
    connection.execute(statement, values)
    assert connection.changes()
    connection.close()


def fill(centre: Centre) -> None:
    """Enter something of every kind."""
    centre.signed(device(30, 1), user(3, 2, expiry=90))
    for _ in range(3):
        centre.refused(call_word="wrong word")
    unlock_caller(centre.context, UnlockCaller("elodie martin"), "chief")
    taken = open_call(centre.context, OpenCall(CALLER, CALL_WORD), "op")
    assert isinstance(taken, OpenCallShown)
    end_call(centre.context, EndCall(taken.call), "op")
    allow_reissue(centre.context, AllowReissue(AGREEMENT, "flood"), "chief")
    centre.signed(kind="reissue", why="restored")
    first, second = server_id(SECRET + 8, epoch=1), server_id(SECRET + 9, epoch=2)
    centre.signed(user(1, 1, expiry=90), server_id=first.hex())
    centre.signed(server_id=second.hex(), kind="reissue", replaces=first.hex(), why="another board")
    blacklist(centre.context, BlacklistServer(OTHER_SERVER.hex(), "stolen"), "chief")
    retire(centre.context, RetireServer(SERVER.hex(), SECRET.to_bytes(14, "big").hex()), "op")
    add_person(centre.context, "otto", "operator", PASSWORD, "chief")
    door = Door(centre.context)
    for _ in range(EVERY):
        with pytest.raises(NotLoggedIn):
            door.log_in("otto", "wrong", "")
    make_link(centre.context, "otto", "root")
    remove_person(centre.context, "otto", "chief")
    back_up(centre)


def back_up(centre: Centre) -> None:
    """Enter what a backup enters."""
    archive = bytes(32)
    facts = (
        RecoveryKeyMade(recipient="age1", by="root"),
        BackupMade(archive=archive, size=1, position=1, head=archive, recipient="age1", by="root"),
        BackupDrilled(archive=archive, by="root"),
        Restored(archive=archive, position=1, generation=2, by="root"),
    )
    centre.context.journal.run(lambda tx: [tx.append(fact) for fact in facts])


def test_every_entry_is_in_the_book() -> None:
    """What can be written can be read again."""
    made = {kind for _, kind in inspect.getmembers(entries, inspect.isclass) if issubclass(kind, Fact)} - {Fact}
    assert made | {*PEOPLE_FACTS, *CONTINUITY_FACTS} == set(register.FACTS)


def test_the_register_holds_with_entries_of_every_kind(centre: Centre) -> None:
    """Each is read, folded, and compared with the tables."""
    fill(centre)
    assert {type(fact) for fact in centre.facts()} == set(register.FACTS)
    centre.reopen()
    assert centre.context.journal.verify().position == len(centre.facts())


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE line SET quantity = 100000 WHERE line = 1", "Table line, row 123456789012, 1"),
        ("UPDATE line SET taken = 0 WHERE line = 1", "Table line, row 123456789012, 1"),
        ("UPDATE server SET state = 'active' WHERE state = 'retired'", "Table server"),
        ("UPDATE caller SET call_word = x'00'", "Table caller, row elodie martin"),
        ("DELETE FROM request WHERE sequence = 1", "Table request"),
        ("UPDATE entry SET body = CAST(body || x'00' AS BLOB) WHERE sequence = 3", "Entry 3"),
        ("DELETE FROM entry WHERE sequence = 4", "Entry 4 is missing"),
    ],
)
def test_an_edited_register_is_named(centre: Centre, statement: str, named: str) -> None:
    """By entry, or by table and row."""
    fill(centre)
    edit(centre, statement)
    centre.open()
    with pytest.raises(Tampered, match=named):
        centre.context.journal.verify()


def test_an_edited_last_entry_keeps_the_centre_shut(centre: Centre) -> None:
    """The checkpoint is checked before anything is served."""
    edit(
        centre, "UPDATE entry SET body = CAST(body || x'00' AS BLOB) WHERE sequence = (SELECT max(sequence) FROM entry)"
    )
    with pytest.raises(Tampered):
        centre.open()


def test_a_register_sealed_with_another_key_is_not_ours(centre: Centre) -> None:
    """Whoever makes a register of their own lacks the key."""
    centre.context.close()
    path = centre.folder / "register-key"
    key = path.read_bytes()
    path.write_bytes(os.urandom(32))
    with pytest.raises(Tampered):
        centre.open()
    path.write_bytes(key)
    centre.open()


def test_the_card_says_who_and_where(centre: Centre) -> None:
    """The file written at the beginning is the card that the register gives."""
    shown = show_card(centre.context, CardAsked(), "op")
    assert shown.card == read_card((centre.folder / "centre-card.json").read_bytes())
    assert shown.card.telephones == PHONES
    assert shown.fingerprint["fr"] == fingerprint_words(shown.card.key, "fr")
    with centre.context.journal.read() as reader:
        assert card_of(reader) == shown.card


def test_a_register_without_its_first_entry_is_named(centre: Centre) -> None:
    """It was made, and the making was broken off."""
    edit(centre, "DELETE FROM centre")
    centre.open()
    with pytest.raises(StoreFailed):
        show_card(centre.context, CardAsked(), "op")


def test_what_an_operator_typed_is_kept(centre: Centre) -> None:
    """For each their own, until it is dropped; not without bound."""
    assert kept_typing(centre.context, TypingAsked(), "op").state == ""
    keep_typing(centre.context, KeepTyping("half a code"), "op")
    centre.reopen()
    assert kept_typing(centre.context, TypingAsked(), "op").state == "half a code"
    assert kept_typing(centre.context, TypingAsked(), "other").state == ""
    keep_typing(centre.context, KeepTyping(""), "op")
    assert kept_typing(centre.context, TypingAsked(), "op").state == ""
    with pytest.raises(BadInput):
        keep_typing(centre.context, KeepTyping("x" * (1 << 18)), "op")
