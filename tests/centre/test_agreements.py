"""Agreements, their lines and callers."""

from typing import Any

import pytest

from calvox.centre.agreements import (
    AddAgreement,
    ListAgreements,
    NewCaller,
    NewLine,
    ShowAgreement,
    add_agreement,
    list_agreements,
    show_agreement_named,
)
from calvox.common.errors import BadInput, Conflict, NotFound
from tests.centre.world import AGREEMENT, CALL_WORD, CALLER, OTHER_AGREEMENT, OTHER_CALLER, PHONES, Centre

LINE = NewLine(0, 7, 10)


def request(**more: Any) -> AddAgreement:
    """Ask for an agreement, with some fields otherwise."""
    usual: dict[str, Any] = {"customer": "Lycée", "programme": 6, "sku": "S", "proof": "P", "lines": (LINE,)}
    return AddAgreement(**usual | {"callers": (NewCaller(OTHER_CALLER, "tournesol"),)} | more)


def test_an_agreement_is_shown_as_it_was_entered(centre: Centre) -> None:
    """With its lines, their quantities, and its callers."""
    shown = show_agreement_named(centre.context, ShowAgreement(AGREEMENT), "op")
    assert (shown.number, shown.customer, shown.sku, shown.proof) == (AGREEMENT, "Mairie", "6VC-1", "P-1")
    assert [(li.line, li.cal_type, li.version, li.quantity, li.taken) for li in shown.lines] == [
        (1, 0, 7, 100, 0),
        (2, 1, 8, 10, 0),
        (3, 2, 7, 5, 0),
    ]
    assert [(c.name, c.phone, c.locked) for c in shown.callers] == [(CALLER, "+33 6", False)]


def test_a_number_is_drawn_that_nobody_has(centre: Centre) -> None:
    """It has twelve digits, and two draws differ."""
    first, second = (add_agreement(centre.context, request(), "op").number for _ in range(2))
    assert first != second
    assert all(len(str(n)) == 12 for n in (first, second))
    assert {a.number for a in list_agreements(centre.context, ListAgreements(), "op")} == {AGREEMENT, first, second}


def test_a_drawn_number_that_is_taken_is_passed_over(centre: Centre) -> None:
    """Even if chance repeats itself."""
    first = add_agreement(centre.context, request(), "op").number
    centre.drawn -= 32
    assert add_agreement(centre.context, request(), "op").number == first + 1


def test_a_number_is_never_used_twice(centre: Centre) -> None:
    """The second is refused, and changes nothing."""
    entries = len(centre.facts())
    with pytest.raises(Conflict):
        add_agreement(centre.context, request(number=AGREEMENT), "op")
    assert len(centre.facts()) == entries


@pytest.mark.parametrize(
    "fields",
    [
        {"customer": " "},
        {"customer": "a\nb"},
        {"sku": "x" * 201},
        {"proof": ""},
        {"number": 10**12},
        {"number": -1},
        {"programme": 8},
        {"ends": -1},
        {"lines": ()},
        {"callers": ()},
        {"lines": (NewLine(3, 7, 1),)},
        {"lines": (NewLine(0, 3, 1),)},
        {"lines": (NewLine(0, 7, 0),)},
        {"lines": (NewLine(0, 7, 1 << 17),)},
        {"lines": (NewLine(0, 7, 1, -5),)},
        {"callers": (NewCaller("", "tournesol"),)},
        {"callers": (NewCaller("a\x1b[31m", "tournesol"),)},
        {"callers": (NewCaller("x" * 121, "tournesol"),)},
        {"callers": (NewCaller("Anne", "abc"),)},
        {"callers": (NewCaller("Anne", "x" * 81),)},
        {"callers": (NewCaller("Anne", "tournesol"), NewCaller(" ANNE ", "tournesol"))},
    ],
)
def test_a_field_out_of_its_bounds_is_refused(centre: Centre, fields: dict[str, Any]) -> None:
    """And nothing is entered."""
    entries = len(centre.facts())
    with pytest.raises(BadInput):
        add_agreement(centre.context, request(**fields), "op")
    assert len(centre.facts()) == entries


def test_a_known_caller_keeps_their_call_word(centre: Centre) -> None:
    """The same person may call for another agreement; somebody else of that name must be told apart."""
    centre.agree(LINE, number=OTHER_AGREEMENT, callers=("elodie  MARTIN",))
    assert centre.prepared(agreement=OTHER_AGREEMENT).caller == CALLER
    with pytest.raises(Conflict):
        add_agreement(centre.context, request(callers=(NewCaller(CALLER, "tournesol"),)), "op")


def test_adding_a_locked_caller_does_not_unlock(centre: Centre) -> None:
    """Only a supervisor does."""
    for _ in range(3):
        centre.ask(call_word="wrong word")
    centre.agree(LINE, number=OTHER_AGREEMENT)
    assert centre.refused(agreement=OTHER_AGREEMENT) == "caller-locked"


def test_an_unknown_number_is_not_found(centre: Centre) -> None:
    """It is named."""
    with pytest.raises(NotFound, match="5"):
        show_agreement_named(centre.context, ShowAgreement(5), "op")


def test_call_words_are_nowhere_in_clear(centre: Centre) -> None:
    """Neither in the chain nor beside it."""
    centre.reopen()
    data = b"".join(path.read_bytes() for path in centre.folder.glob("journal.*"))
    assert CALL_WORD.encode() not in data
    assert b"$argon2id$" in data
    assert PHONES[0].number.encode() in data
