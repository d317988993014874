"""What the call desk refuses, each for its own reason, and what it prepares."""

from typing import Any

import pytest

from calvox.centre.agreements import NewLine
from calvox.centre.calls import AskedLine, CallsAsked
from calvox.centre.desk import pending_calls
from calvox.centre.refusals import Reason, Refusal
from calvox.centre.servers import BlacklistServer, RetireServer, blacklist, retire
from calvox.common.errors import BadCode, BadInput
from calvox.common.i18n import language_of
from calvox.core.products import CalType, Programme
from calvox.wire.phone import request as wire
from calvox.wire.phone.message import Kind, control_words
from tests.centre.world import (
    AGREEMENT,
    CALLER,
    OTHER_AGREEMENT,
    OTHER_CALLER,
    OTHER_SERVER,
    SECRET,
    SERVER,
    START,
    V2022,
    V2025,
    Centre,
    device,
    user,
)

DAY = 86_400
JANUARY_2027 = 84
"""Months since 2020-01."""


def spoken(server: bytes = SERVER, **fields: Any) -> str:
    """Write a request as the licence server would speak it."""
    usual: dict[str, Any] = {"programme": Programme.OPEN, "cal_type": CalType.DEVICE, "version": V2022, "quantity": 20}
    usual |= {"sequence": 1, "agreement": AGREEMENT, "expiry": 0, "kind": wire.RequestKind.PACK, "product": 1}
    asked = usual | fields
    asked["programme"], asked["cal_type"] = wire.Programme(asked["programme"]), wire.CalType(asked["cal_type"])
    return wire.pack_request(server, wire.Request(**asked)).hex()


def test_a_spoken_request_and_its_fields_are_the_same(centre: Centre) -> None:
    """Request, kind and control words agree with what the licence server computes."""
    by_fields, by_code = centre.prepared(device(20, 1)), centre.prepared(requests=(spoken(),))
    assert by_fields.lines == by_code.lines
    assert by_fields.control_words == by_code.control_words
    expected = control_words(Kind.ACTIVATE_AND_PACKS, SERVER, [bytes.fromhex(spoken())], "fr")
    assert by_fields.control_words["fr"] == expected


def test_the_kind_is_what_fits(centre: Centre) -> None:
    """Activation alone, with packs, then packs alone once the server is active; or what is said."""
    assert centre.prepared().kind == Kind.ACTIVATE
    assert centre.prepared(device(1, 1)).kind == Kind.ACTIVATE_AND_PACKS
    centre.signed()
    assert centre.prepared(device(1, 1)).kind == Kind.PACKS
    assert centre.prepared(device(1, 1), kind="both").kind == Kind.ACTIVATE_AND_PACKS
    assert centre.prepared(kind="activate").kind == Kind.ACTIVATE


def test_packs_are_put_in_ascending_sequence(centre: Centre) -> None:
    """However they were said."""
    prepared = centre.prepared(device(1, 7), user(1, 3, expiry=JANUARY_2027), requests=(spoken(sequence=5),))
    assert [line.sequence for line in prepared.lines] == [3, 5, 7]


def test_unknown_caller(centre: Centre) -> None:
    """Nobody of that name may call for anything."""
    assert centre.refused(caller="Nobody") == Reason.UNKNOWN_CALLER


def test_wrong_call_word(centre: Centre) -> None:
    """Before anything is said of the agreement."""
    assert centre.refused(call_word="wrong word", agreement=5) == Reason.WRONG_CALL_WORD


def test_caller_locked(centre: Centre) -> None:
    """After three wrong call words."""
    for _ in range(3):
        centre.ask(call_word="wrong word")
    assert centre.refused() == Reason.CALLER_LOCKED


def test_unknown_agreement(centre: Centre) -> None:
    """The number is repeated as it is said."""
    assert centre.refused(agreement=5) == Reason.UNKNOWN_AGREEMENT
    answer = centre.ask(agreement=5)
    assert isinstance(answer, Refusal)
    assert "000 000 000 005" in str(answer.text)


def test_caller_not_authorised(centre: Centre) -> None:
    """Knowing the number of somebody else's agreement is not enough."""
    centre.agree(NewLine(0, V2022, 5), number=OTHER_AGREEMENT, callers=(OTHER_CALLER,))
    assert centre.refused(agreement=OTHER_AGREEMENT) == Reason.CALLER_NOT_AUTHORISED
    assert centre.refused(caller=OTHER_CALLER) == Reason.CALLER_NOT_AUTHORISED


def test_agreement_ended(centre: Centre) -> None:
    """From its end on, to the second."""
    centre.agree(NewLine(0, V2022, 5), number=OTHER_AGREEMENT, ends=START + DAY)
    centre.now = START + DAY - 1
    centre.prepared(device(1, 1), agreement=OTHER_AGREEMENT)
    centre.now = START + DAY
    assert centre.refused(device(1, 1), agreement=OTHER_AGREEMENT) == Reason.AGREEMENT_ENDED
    assert centre.refused(agreement=OTHER_AGREEMENT) == Reason.AGREEMENT_ENDED


@pytest.mark.parametrize("line", [device(1, 1, version=V2025), user(1, 1, version=V2022), device(1, 1, version=6)])
def test_not_bought(centre: Centre, line: AskedLine) -> None:
    """Version and type must both be the line's."""
    assert centre.refused(line) == Reason.NOT_BOUGHT


def test_line_ended(centre: Centre) -> None:
    """The agreement runs on, but that line does not."""
    centre.now = START + 400 * DAY
    assert centre.refused(user(1, 1, expiry=JANUARY_2027 + 20)) == Reason.LINE_ENDED


def test_outlasts_line(centre: Centre) -> None:
    """CALs that end cannot become CALs that never do; the month of the end itself is allowed (here 2028-02)."""
    assert centre.refused(user(1, 1)) == Reason.OUTLASTS_LINE
    assert centre.refused(user(1, 1, expiry=JANUARY_2027 + 14)) == Reason.OUTLASTS_LINE
    centre.prepared(user(1, 1, expiry=JANUARY_2027 + 13))


def test_more_than_left(centre: Centre) -> None:
    """Counted by type and version, over all packs of a call and all calls before."""
    centre.signed(device(60, 1))
    assert centre.refused(device(41, 2)) == Reason.MORE_THAN_LEFT
    assert centre.refused(device(20, 2), device(21, 3)) == Reason.MORE_THAN_LEFT
    centre.prepared(device(20, 2), device(20, 3))
    answer = centre.ask(device(41, 2))
    assert isinstance(answer, Refusal)
    assert answer.detail == {"cal_type": 0, "version": V2022, "asked": 41, "left": 40}


def test_sessions_have_their_own_line(centre: Centre) -> None:
    """Per session as per device and per user."""
    session = AskedLine(CalType.SESSION, V2022, 5, 1)
    centre.signed(session)
    assert centre.taken(3) == 5
    assert centre.refused(AskedLine(CalType.SESSION, V2022, 1, 2)) == Reason.MORE_THAN_LEFT


def test_server_retired(centre: Centre) -> None:
    """For ever, whatever is asked."""
    centre.signed()
    retire(centre.context, RetireServer(SERVER.hex(), SECRET.to_bytes(14, "big").hex()), "op")
    assert centre.refused() == Reason.SERVER_RETIRED
    assert centre.refused(device(1, 1)) == Reason.SERVER_RETIRED
    centre.prepared(server_id=OTHER_SERVER.hex())


def test_server_blacklisted(centre: Centre) -> None:
    """Even one that never called."""
    blacklist(centre.context, BlacklistServer(OTHER_SERVER.hex(), "stolen"), "op")
    assert centre.refused(server_id=OTHER_SERVER.hex()) == Reason.SERVER_BLACKLISTED
    centre.prepared()


def test_server_not_activated(centre: Centre) -> None:
    """Packs alone are for servers that the centre has activated."""
    assert centre.refused(device(1, 1), kind="packs") == Reason.SERVER_NOT_ACTIVATED


def test_sequence_not_ascending(centre: Centre) -> None:
    """A hole below the highest sequence stays a hole."""
    centre.signed(device(1, 5))
    assert centre.refused(device(1, 4)) == Reason.SEQUENCE_NOT_ASCENDING
    centre.prepared(device(1, 6))
    centre.prepared(device(1, 4), server_id=OTHER_SERVER.hex())


def test_sequence_used(centre: Centre) -> None:
    """The centre never signs a sequence again with other contents."""
    centre.signed(device(10, 5))
    assert centre.refused(device(11, 5)) == Reason.SEQUENCE_USED


def test_request_expired(centre: Centre) -> None:
    """Good to the end of its month, and not a day longer."""
    centre.now = START + 16 * DAY
    centre.prepared(device(1, 1, expiry=JANUARY_2027))
    centre.now = START + 17 * DAY
    assert centre.refused(device(1, 1, expiry=JANUARY_2027)) == Reason.REQUEST_EXPIRED


def test_other_agreement(centre: Centre) -> None:
    """A spoken request names its own."""
    assert centre.refused(requests=(spoken(agreement=OTHER_AGREEMENT),)) == Reason.OTHER_AGREEMENT


def test_other_programme(centre: Centre) -> None:
    """As does its programme."""
    assert centre.refused(requests=(spoken(programme=Programme.SPLA),)) == Reason.OTHER_PROGRAMME


def test_control_words_differ(centre: Centre) -> None:
    """Then nothing is signed, and the call is gone."""
    call = centre.prepared(device(1, 1)).call
    answer = centre.sign(call, agreed=False)
    assert isinstance(answer, Refusal)
    assert answer.reason == Reason.CONTROL_WORDS_DIFFER
    assert pending_calls(centre.context, CallsAsked(), "op") == []
    assert centre.taken() == 0
    assert len(centre.facts("CallRefused")) == 1


def test_every_reason_can_be_said() -> None:
    """In English and French alike, with and without its detail."""
    detail: dict[str, int | str] = {"agreement": 1, "other_agreement": 2, "sequence": 3, "found": "a", "wanted": "b"}
    detail |= {"highest": 4, "version": 7, "cal_type": 0, "asked": 5, "left": 6}
    for reason in Reason:
        with language_of("en"):
            assert "{" not in str(Refusal(reason, detail).text)


def test_a_refusal_says_who_and_what(centre: Centre) -> None:
    """So that it can be looked into."""
    centre.refused(device(101, 1))
    (fact,) = centre.facts("CallRefused")
    told = {name: getattr(fact, name) for name in ("reason", "caller", "server_id", "agreement", "by")}
    assert told == {
        "reason": "more-than-left",
        "caller": "elodie martin",
        "server_id": SERVER,
        "agreement": AGREEMENT,
        "by": "op",
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"server_id": ""},
        {"server_id": "00" * 17},
        {"server_id": "zz" * 18},
        {"server_id": " " + "00" * 17 + " "},
        {"server_id": "ff" * 18},
        {"kind": "thaw"},
        {"kind": "packs"},
        {"kind": "both"},
        {"kind": "activate", "lines": (device(1, 1),)},
        {"requests": ("00",)},
        {"lines": (device(0, 1),)},
        {"lines": (device(1, 1024),)},
        {"lines": (device(1, -1),)},
        {"lines": (device(1, 1, version=3),)},
        {"lines": (device(1, 1, expiry=512),)},
        {"lines": (AskedLine(5, 7, 1, 1),)},
        {"lines": (device(1, 1), device(1, 1))},
        {"lines": (device(1, 1), user(2, 1))},
        {"caller": ""},
    ],
)
def test_what_is_not_well_formed_is_an_error(centre: Centre, fields: dict[str, Any]) -> None:
    """Not a refusal; and nothing is entered."""
    entries = len(centre.facts())
    with pytest.raises(BadInput):
        centre.ask(**fields)
    assert len(centre.facts()) == entries


@pytest.mark.parametrize("text", [spoken(OTHER_SERVER), spoken()[:-1] + ("0" if spoken()[-1] != "0" else "1")])
def test_a_request_of_another_server_is_no_good_code(centre: Centre, text: str) -> None:
    """Nor one that was mis-heard."""
    with pytest.raises(BadCode):
        centre.ask(requests=(text,))


def test_a_thaw_is_no_pack(centre: Centre) -> None:
    """It needs a call of its own."""
    thaw = wire.pack_request(SERVER, wire.thaw_request(3)).hex()
    with pytest.raises(BadInput):
        centre.ask(device(1, 2), requests=(thaw,))
    with pytest.raises(BadInput):
        centre.ask(requests=(thaw,), kind="packs")


def test_prepared_calls_wait_and_are_forgotten(centre: Centre) -> None:
    """They take nothing, survive a restart, and go after three days."""
    first = centre.prepared(device(100, 1))
    centre.prepared(device(100, 1))
    centre.reopen()
    waiting = pending_calls(centre.context, CallsAsked(), "op")
    assert [(call.caller, call.requests) for call in waiting] == [("elodie martin", 1)] * 2
    assert first.expires == START + 72 * 3600
    assert centre.taken() == 0
    centre.now = first.expires
    assert pending_calls(centre.context, CallsAsked(), "op") == []
    centre.prepared()
    with centre.context.journal.read() as reader:
        assert reader.count("pending") == 1


def test_lines_that_end_soonest_are_used_first(centre: Centre) -> None:
    """And a request may take from several."""
    lines = (
        NewLine(0, V2022, 5),
        NewLine(0, V2022, 5, ends=START + 900 * DAY),
        NewLine(0, V2022, 5, ends=START + 90 * DAY),
    )
    centre.agree(*lines, number=OTHER_AGREEMENT)
    centre.signed(device(7, 1, expiry=JANUARY_2027 + 1), agreement=OTHER_AGREEMENT)
    assert [centre.taken(line, OTHER_AGREEMENT) for line in (1, 2, 3)] == [0, 2, 5]
    centre.signed(device(5, 2), agreement=OTHER_AGREEMENT)
    assert [centre.taken(line, OTHER_AGREEMENT) for line in (1, 2, 3)] == [5, 2, 5]
    assert centre.refused(device(1, 3), agreement=OTHER_AGREEMENT) == Reason.MORE_THAN_LEFT


def test_the_caller_is_named_as_registered(centre: Centre) -> None:
    """With the customer, for the operator to say."""
    prepared = centre.prepared(caller="elodie martin")
    assert (prepared.caller, prepared.customer, prepared.already_signed) == (CALLER, "Mairie", False)
