"""A register that the first schema wrote, kept as text: it is brought up, holds what it held, and the calls go on."""

from pathlib import Path

import pytest

from calvox.centre.context import centre_row
from calvox.centre.keys import new_key_file, write_keys
from calvox.centre.signing import ReadAgain, Signed, read_again, sign_registered
from calvox.common.errors import Tampered
from calvox.trust.confirmations import verify
from calvox.wire.phone.message import Kind, message
from tests.centre.world import COST, PASSPHRASE, SERVER, START, Centre, device
from tests.journal.older import lay_out, read_back, written

DUMP = "register-schema-1.sql"
SIGNED, OWED, WAITING = (f"{number:016x}" for number in (5, 7, 8))
"""Calls of the older register: one was signed, one was cut off before it, one was prepared and waits."""
CONFIRMATION = "0058fab83d3aa84e865a3f3b552450b09d852c4af57cef8dadcf0f592d524a79e15d9912fecc2e9c6d15604e48fb8f2340"
END = 13


def older(folder: Path, *statements: str) -> Centre:
    """Lay the older register out beside the keys that it was made with."""
    centre = Centre(folder, now=START)
    folder.mkdir()
    write_keys(folder, new_key_file(PASSPHRASE, centre.world, cost=COST), centre.world)
    assert lay_out(folder, DUMP, *statements) == END
    centre.now, centre.drawn = START + 600, 100
    return centre


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    """Give the older register, opened by this version."""
    centre = older(tmp_path / "centre")
    centre.open()
    return centre


def test_its_entries_are_what_they_were(centre: Centre) -> None:
    """Bodies and hashes come out as the first schema had them; all of it verifies, now and when opened again."""
    for _ in range(2):
        with centre.context.journal.read() as reader:
            assert read_back(reader) == written(DUMP)
            assert centre_row(reader)["name"] == "Centre d'essai"
        assert centre.context.journal.verify().position == END
        centre.reopen()
    centre.context.close()


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE entry SET time = time + 1 WHERE sequence = 9", "Entry 9 "),
        ("DELETE FROM entry WHERE sequence = 13", "The journal ends at entry 12"),
    ],
)
def test_what_was_changed_before_is_found_after(tmp_path: Path, statement: str, named: str) -> None:
    """Bringing a register up heals nothing."""
    centre = older(tmp_path / "centre", statement)
    with pytest.raises(Tampered, match=named):
        centre.open()


def test_a_table_that_was_changed_says_what_the_entries_say(tmp_path: Path) -> None:
    """Its shape is another now, so it was folded anew."""
    centre = older(tmp_path / "centre", "UPDATE line SET taken = 0")
    centre.open()
    assert centre.taken() == 50
    centre.context.close()


def test_its_calls_go_on(centre: Centre) -> None:
    """What was signed is read again to the same bytes; what is owed is signed; what was prepared ends; a new call is held."""
    again = read_again(centre.context, ReadAgain(SIGNED), "op")
    assert isinstance(again, Signed)
    assert again.confirmation == CONFIRMATION
    assert sign_registered(centre.context) == 1
    with centre.context.journal.read() as reader:
        key, row = centre_row(reader)["public_key"], reader.get("confirmation", (bytes.fromhex(OWED),))
    assert row is not None
    requests = [row["requests"][at : at + 18] for at in range(0, len(row["requests"]), 18)]
    verify(key, message(Kind(row["kind"]), SERVER, requests, row["issue_day"]), row["signature"])
    assert isinstance(centre.sign(WAITING), Signed)
    assert centre.taken() == 57
    assert isinstance(centre.signed(device(3, 4)), Signed)
    assert centre.taken() == 60
    centre.context.journal.verify()
    centre.context.close()
