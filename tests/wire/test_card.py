"""The centre card: strict, bounded, and compared by ear."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calvox.centre.bls import keygen, public_key
from calvox.common.errors import BadInput
from calvox.wire.card import CentreCard, Telephone, fingerprint_words, read_card, write_card
from calvox.wire.phone.wordlists import words

KEY, NEXT = public_key(keygen(bytes(32))), public_key(keygen(b"n" * 32))
CARD = CentreCard(
    name="Centre d’activation de Lyon",
    public_key=KEY.hex(),
    next_public_key=NEXT.hex(),
    telephones=[Telephone("FR", "04 72 00 00 00", "lun.-ven. 8 h-18 h"), Telephone("CA", "+1 (514) 555-0100", "9-17")],
)


def changed(**fields: object) -> bytes:
    """Give the card's JSON with other fields."""
    plain: dict[str, Any] = msgspec.json.decode(write_card(CARD))
    return msgspec.json.encode({name: value for name, value in (plain | fields).items() if value != "absent"})


def test_a_card_reads_back() -> None:
    """What was written is read, with or without a next key."""
    assert read_card(write_card(CARD)) == CARD
    assert read_card(changed(next_public_key=None)).next_key is None
    assert read_card(changed(next_public_key="absent")).next_key is None
    assert (CARD.key, CARD.next_key) == (KEY, NEXT)


def test_the_country_chooses_the_number() -> None:
    """A country without a number of its own calls the first one."""
    assert CARD.telephone("ca").number == "+1 (514) 555-0100"
    assert CARD.telephone("DE").country == "FR"


@pytest.mark.parametrize(
    "fields",
    [
        {"format": "calvox-centre-card-2"},
        {"name": ""},
        {"name": "x" * 121},
        {"name": "two\nlines"},
        {"name": "absent"},
        {"public_key": "absent"},
        {"public_key": KEY.hex().upper()},
        {"public_key": KEY.hex()[:-2]},
        {"public_key": "c0" + "00" * 95},
        {"public_key": "e0" + "00" * 95},
        {"public_key": "80" + "00" * 94 + "05"},
        {"next_public_key": "00" * 96},
        {"telephones": []},
        {"telephones": [{"country": "FR", "number": "1234", "hours": "always"}] * 301},
        {"telephones": [{"country": "fr", "number": "1234", "hours": "always"}]},
        {"telephones": [{"country": "FR", "number": "call me", "hours": "always"}]},
        {"telephones": [{"country": "FR", "number": "1234", "hours": ""}]},
        {"telephones": [{"country": "FR", "number": "1234"}]},
        {"unknown": 1},
    ],
)
def test_a_card_out_of_bounds_is_refused(fields: dict[str, object]) -> None:
    """Each field is checked by itself."""
    with pytest.raises(BadInput):
        read_card(changed(**fields))


def test_a_card_too_large_is_not_looked_at() -> None:
    """Even a good one, blown up with blanks."""
    assert read_card(write_card(CARD) + b" " * 60_000) == CARD
    with pytest.raises(BadInput):
        read_card(write_card(CARD) + b" " * 70_000)


def test_a_bad_card_is_not_written() -> None:
    """The same bounds hold on the way out."""
    with pytest.raises(BadInput):
        write_card(msgspec.structs.replace(CARD, telephones=[]))


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.sampled_from([b"[" * 60_000, b" " * 70_000, b'{"a":' * 9_000])))
def test_garbage_raises_only_bad_input(data: bytes) -> None:
    """Whatever was mailed in place of a card is refused in bounded time."""
    with pytest.raises(BadInput):
        read_card(data)


def test_fingerprints_are_six_words_of_the_list() -> None:
    """Both lists say the same 66 bits; another key says others."""
    french, english = fingerprint_words(KEY, "fr"), fingerprint_words(KEY, "en")
    assert len(french) == 6
    assert [words("fr").index(w) for w in french] == [words("en").index(w) for w in english]
    assert fingerprint_words(NEXT, "en") != english


def test_a_fingerprint_never_changes() -> None:
    """These words are printed on cards: frozen."""
    assert " ".join(fingerprint_words(KEY, "en")) == "habit degree expand brave cloning matrix"
