"""A call from its call word to its end: what is kept, what is void when something changes, what is counted."""

from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec
import pytest

from calvox.centre import comparing, finding, history, open_calls, statistics, typed_codes
from calvox.centre.agreements import NewLine
from calvox.centre.calls import About, Prepared
from calvox.centre.comparing import Compared
from calvox.centre.noted import OpenCallShown
from calvox.centre.open_calls import EndCall, HeardWrongly, NoteCall, OneCall, OpenCall
from calvox.centre.refusals import Reason, Refusal
from calvox.centre.replaced import ReissueLimits, old_server
from calvox.centre.replaced import _again as replaced_again
from calvox.centre.servers import BlacklistServer, RetireServer, blacklist, retire
from calvox.centre.signing import ReadAgain, SignCall, Signed, read_again, sign_call
from calvox.centre.succession import AllowReissue, allow_reissue
from calvox.centre.typed_codes import TakeCode, TypedLine, TypeLines, What
from calvox.common.clock import DAY
from calvox.common.errors import BadCode, BadInput, Conflict, NotFound, WrongKind
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.forms import Form, bytes_of, number_of, write
from calvox.wire.phone.identity import server_id
from calvox.wire.phone.message import Kind
from calvox.wire.phone.request import expiry_month, pack_request, thaw_request
from tests.centre.test_desk import spoken
from tests.centre.world import (
    AGREEMENT,
    CALL_WORD,
    CALLER,
    OTHER_AGREEMENT,
    OTHER_CALLER,
    OTHER_SERVER,
    SECRET,
    SERVER,
    START,
    BrokenSigner,
    Centre,
    PowerCut,
    device,
)

HOUR = 3600
ID_LINES = write(Form.WORDS_FR, CodeType.SERVER_ID, number_of(CodeType.SERVER_ID, SERVER))


def run(centre: Centre, case: Callable[..., Any], request: msgspec.Struct, operator: str = "op") -> Any:
    """Run a use case."""
    return case(centre.context, request, operator)


def taken(centre: Centre, **more: Any) -> OpenCallShown:
    """Take a call of the usual caller."""
    answer = run(centre, open_calls.open_call, OpenCall(**{"caller": CALLER, "call_word": CALL_WORD} | more))
    assert isinstance(answer, OpenCallShown), answer
    return answer


def note(centre: Centre, call: str, **noted: Any) -> OpenCallShown:
    """Note something."""
    return run(centre, open_calls.note_call, NoteCall(call, **noted))  # type: ignore[no-any-return]


def prepared(centre: Centre, *lines: Any, server: bytes = SERVER) -> tuple[str, Prepared]:
    """Take a call and prepare it."""
    call = taken(centre).call
    note(centre, call, server_id=server.hex(), lines=lines)
    answer = run(centre, comparing.prepare_open, OneCall(call))
    assert isinstance(answer, Prepared), answer
    return call, answer


def signed(centre: Centre, *lines: Any) -> tuple[str, Signed]:
    """Take a call, and have it signed."""
    call, _ = prepared(centre, *lines)
    answer = run(centre, comparing.sign_open, Compared(call, True))
    assert isinstance(answer, Signed), answer
    return call, answer


def typed(centre: Centre, call: str, lines: list[str], what: What = What.SERVER_ID) -> OpenCallShown:
    """Type French words."""
    entered = tuple(TypedLine(number, text) for number, text in enumerate(lines, 1))
    return run(centre, typed_codes.type_lines, TypeLines(call, what, Form.WORDS_FR, entered))  # type: ignore[no-any-return]


def test_a_call_survives_a_restart_at_every_step(centre: Centre) -> None:
    """Taken, typed, noted, prepared, signed, marked: what stands there stands there afterwards."""

    def reopened(call: str) -> OpenCallShown:
        before = run(centre, open_calls.show_open, OneCall(call))
        centre.reopen()
        after = run(centre, open_calls.show_open, OneCall(call), "another")
        assert after == before
        return after  # type: ignore[no-any-return]

    call = taken(centre).call
    assert reopened(call).noted.agreement == AGREEMENT
    typed(centre, call, [ID_LINES[0], "abandon nonsens"])
    assert "nonsens" in reopened(call).noted.typed
    typed(centre, call, ID_LINES)
    assert run(centre, typed_codes.take_code, TakeCode(call, What.SERVER_ID)).choices == []
    assert reopened(call).noted.server_id == SERVER.hex()
    note(centre, call, lines=(device(20, 1),))
    run(centre, comparing.prepare_open, OneCall(call))
    assert reopened(call).noted.prepared is not None
    answer = run(centre, comparing.sign_open, Compared(call, True))
    assert (answer.call, reopened(call).signed) == (call, answer)
    run(centre, open_calls.heard_wrongly, HeardWrongly(call, 3))
    assert reopened(call).noted.misheard == (3,)
    assert centre.taken() == 20


def test_a_wrong_call_word_takes_no_call(centre: Centre) -> None:
    """It is refused and counted as everywhere; three lock the caller."""
    for _ in range(3):
        answer = run(centre, open_calls.open_call, OpenCall(CALLER, "wrong word"))
        assert isinstance(answer, Refusal)
    locked = run(centre, open_calls.open_call, OpenCall(CALLER, CALL_WORD))
    assert (locked.reason, centre.facts("CallOpened")) == (Reason.CALLER_LOCKED, [])
    assert str(locked.reason.say)


def test_an_agreement_is_chosen_if_there_are_several(centre: Centre) -> None:
    """Nothing is guessed."""
    centre.agree(NewLine(0, 7, 5), number=OTHER_AGREEMENT)
    shown = taken(centre)
    assert (shown.noted.agreement, len(shown.agreements)) == (None, 2)
    note(centre, shown.call, server_id=SERVER.hex())
    with pytest.raises(Conflict):
        run(centre, comparing.prepare_open, OneCall(shown.call))
    assert note(centre, shown.call, agreement=OTHER_AGREEMENT).noted.agreement == OTHER_AGREEMENT
    assert isinstance(run(centre, comparing.prepare_open, OneCall(shown.call)), Prepared)


@pytest.mark.parametrize("change", [{"lines": (device(21, 1),)}, {"server_id": OTHER_SERVER.hex()}, {"agreement": 5}])
def test_what_changes_is_compared_again(centre: Centre, change: dict[str, Any]) -> None:
    """What was prepared before cannot be signed any more."""
    call, before = prepared(centre, device(20, 1))
    assert note(centre, call, **change).noted.prepared is None
    with pytest.raises(Conflict):
        run(centre, comparing.sign_open, Compared(call, True))
    with pytest.raises(NotFound):
        sign_call(centre.context, SignCall(before.call), "op")


def test_the_language_changes_nothing_else(centre: Centre) -> None:
    """Not even after signing."""
    call, _ = signed(centre)
    shown = note(centre, call, language="en")
    assert (shown.noted.language, shown.signed is not None) == ("en", True)


def test_different_control_words_sign_nothing(centre: Centre) -> None:
    """The call goes on from what was noted."""
    call, _ = prepared(centre, device(20, 1))
    answer = run(centre, comparing.sign_open, Compared(call, False))
    assert answer.reason is Reason.CONTROL_WORDS_DIFFER
    note(centre, call, lines=(device(10, 1),))
    run(centre, comparing.prepare_open, OneCall(call))
    assert isinstance(run(centre, comparing.sign_open, Compared(call, True)), Signed)
    assert centre.taken() == 10


def test_only_what_was_compared_is_signed(centre: Centre) -> None:
    """Something else that was prepared meanwhile, in another window, is not; nor is it refused by a late answer."""
    call, first = prepared(centre, device(20, 1))
    note(centre, call, lines=(device(30, 1),))
    second = run(centre, comparing.prepare_open, OneCall(call))
    for agreed in (True, False):
        with pytest.raises(Conflict, match="another window"):
            run(centre, comparing.sign_open, Compared(call, agreed, first.mark))
    assert centre.taken() == 0
    assert isinstance(run(centre, comparing.sign_open, Compared(call, True, second.mark)), Signed)
    assert centre.taken() == 30


def test_signing_twice_gives_the_same_and_takes_once(centre: Centre) -> None:
    """Whoever says afterwards, in another window, that they differ takes nothing back."""
    call, first = signed(centre, device(20, 1))
    assert run(centre, comparing.sign_open, Compared(call, True)) == first
    with pytest.raises(Conflict, match="was signed"):
        run(centre, comparing.sign_open, Compared(call, False))
    shown = run(centre, open_calls.show_open, OneCall(call))
    assert (shown.signed, centre.taken(), centre.facts("CallRefused")) == (first, 20, [])


def test_a_form_sent_twice_takes_one_call(centre: Centre) -> None:
    """Another operator, or somebody who has begun, takes another; each shows the other."""
    first = taken(centre)
    assert taken(centre).call == first.call
    assert len(centre.facts("CallOpened")) == 1
    typed(centre, first.call, ID_LINES)
    second = taken(centre)
    assert second.call != first.call
    (other,) = second.others
    assert (other.call, other.operator) == (first.call, "op")
    assert [one.call for one in run(centre, open_calls.show_open, OneCall(first.call)).others] == [second.call]
    centre.now += open_calls.SENT_TWICE + 1
    assert taken(centre).call not in (first.call, second.call)


def test_a_call_ends_once(centre: Centre) -> None:
    """A form that comes late changes nothing of that; the call is told to be over."""
    call, _ = signed(centre, device(20, 1))
    over = run(centre, open_calls.end_call, EndCall(call, Form.WORDS_FR))
    centre.now += 100
    assert run(centre, open_calls.end_call, EndCall(call)) == over
    assert len(centre.facts("CallEnded")) == 1
    with pytest.raises(NotFound, match="is over"):
        run(centre, open_calls.show_open, OneCall(call))


def test_what_was_signed_is_changed_no_more(centre: Centre) -> None:
    """Even where a power cut came between signing and noting it."""
    call, _ = prepared(centre, device(20, 1))
    centre.signer = BrokenSigner()
    centre.reopen()
    with pytest.raises(PowerCut):
        run(centre, comparing.sign_open, Compared(call, True))
    centre.signer = None
    centre.reopen()
    with pytest.raises(Conflict):
        note(centre, call, lines=(device(30, 1),))
    with pytest.raises(Conflict):
        run(centre, comparing.prepare_open, OneCall(call))
    assert isinstance(run(centre, comparing.sign_open, Compared(call, True)), Signed)
    assert centre.taken() == 20


def test_the_same_again_takes_nothing(centre: Centre) -> None:
    """A second call reads the first one's confirmation, and says so when it ends."""
    _, first = signed(centre, device(20, 1))
    call, again = prepared(centre, device(20, 1))
    assert (again.already_signed, again.call) == (True, first.call)
    assert run(centre, comparing.sign_open, Compared(call, True)) == first
    run(centre, open_calls.end_call, EndCall(call, Form.WORDS_FR))
    (ended,) = centre.facts("CallEnded")
    assert (ended.confirmation.hex(), centre.taken()) == (first.call, 20)  # type: ignore[attr-defined]


def test_a_server_id_is_never_repaired_silently(centre: Centre) -> None:
    """What it may have been is listed, the right one among it."""
    call = taken(centre).call
    words = ID_LINES[1].split()
    wrong = " ".join(["abandon" if words[0] != "abandon" else "abeille", *words[1:]])
    typed(centre, call, [ID_LINES[0], wrong, ID_LINES[2]])
    answer = run(centre, typed_codes.take_code, TakeCode(call, What.SERVER_ID))
    assert SERVER.hex() in answer.choices
    assert answer.call.noted.server_id == ""
    typed(centre, call, [ID_LINES[0], "? ? ? ? ? ?"])
    with pytest.raises(BadCode):
        run(centre, typed_codes.take_code, TakeCode(call, What.SERVER_ID))


def test_a_spoken_request_is_typed(centre: Centre) -> None:
    """One wrong word is repaired by the request's own check bits; twice the same is refused; another server's is none."""
    call = taken(centre).call
    with pytest.raises(Conflict):
        run(centre, typed_codes.take_code, TakeCode(call, What.REQUEST))
    note(centre, call, server_id=SERVER.hex())
    with pytest.raises(BadCode):
        run(centre, typed_codes.take_code, TakeCode(call, What.REQUEST))
    lines = write(Form.WORDS_FR, CodeType.REQUEST, int(spoken(), 16))
    words = lines[2].split()
    lines[2] = " ".join([*words[:5], "zoologie" if words[5] != "zoologie" else "abandon"])
    for expected in (1, 0):
        typed(centre, call, lines, What.REQUEST)
        if expected:
            assert run(centre, typed_codes.take_code, TakeCode(call, What.REQUEST)).call.noted.requests == (spoken(),)
        else:
            with pytest.raises(Conflict):
                run(centre, typed_codes.take_code, TakeCode(call, What.REQUEST))
    typed(centre, call, write(Form.WORDS_FR, CodeType.REQUEST, int(spoken(OTHER_SERVER), 16)), What.REQUEST)
    with pytest.raises(BadCode):
        run(centre, typed_codes.take_code, TakeCode(call, What.REQUEST))


def test_a_line_that_cannot_be_kept_loses_none_of_the_others(centre: Centre) -> None:
    """One too long, one that is not there, and a whole code of another kind."""
    call = taken(centre).call
    with pytest.raises(BadInput):
        typed(centre, call, ["x" * 300, ID_LINES[1]])
    assert ID_LINES[1] in run(centre, open_calls.show_open, OneCall(call)).noted.typed
    with pytest.raises(BadInput):
        typed(centre, call, ["", "", "", "zoologie"])
    typed(centre, call, write(Form.WORDS_FR, CodeType.REQUEST, int(spoken(), 16)))
    with pytest.raises(WrongKind):
        run(centre, typed_codes.take_code, TakeCode(call, What.SERVER_ID))


def test_a_blacklisted_server_is_told_and_read_nothing(centre: Centre) -> None:
    """As soon as its ID is noted, and even after it was signed."""
    call, _ = signed(centre)
    blacklist(centre.context, BlacklistServer(SERVER.hex(), "stolen"), "chief")
    shown = run(centre, open_calls.show_open, OneCall(call))
    assert (shown.refusal.reason, shown.signed) == (Reason.SERVER_BLACKLISTED, None)
    assert shown.server.why == "stolen"


def test_a_call_that_is_not_there(centre: Centre) -> None:
    """Never taken, ended, or kept too long."""
    call = taken(centre).call
    assert run(centre, open_calls.end_call, EndCall(call)).outcome == "given-up"
    for number in (call, "00" * 8):
        with pytest.raises(NotFound):
            run(centre, open_calls.show_open, OneCall(number))
    late = taken(centre).call
    centre.now += 100 * HOUR
    with pytest.raises(NotFound):
        note(centre, late, language="en")
    assert run(centre, open_calls.list_open, open_calls.OpenCallsAsked()) == []
    for number in ("", "zz" * 8, "00" * 7):
        with pytest.raises(BadInput):
            run(centre, open_calls.show_open, OneCall(number))


def test_nothing_is_read_out_before_it_is_signed(centre: Centre) -> None:
    """Neither marked nor ended as read out."""
    call, _ = prepared(centre)
    with pytest.raises(Conflict):
        run(centre, open_calls.end_call, EndCall(call, Form.DIGITS))
    with pytest.raises(Conflict):
        run(centre, open_calls.heard_wrongly, HeardWrongly(call, 1))
    with pytest.raises(BadInput):
        run(centre, open_calls.heard_wrongly, HeardWrongly(call, 25))


def test_calls_are_counted(centre: Centre) -> None:
    """By outcome, form, day and operator, with how long they took and what was heard wrongly."""
    centre.context.call_seconds = HOUR
    first, _ = signed(centre, device(20, 1))
    for group in (3, 3, 5):
        run(centre, open_calls.heard_wrongly, HeardWrongly(first, group))
    centre.now += 300
    over = run(centre, open_calls.end_call, EndCall(first, Form.WORDS_FR), "other")
    assert (over.seconds, over.misheard) == (300, 3)
    run(centre, open_calls.end_call, EndCall(taken(centre).call))
    taken(centre)
    centre.ask(call_word="wrong word")
    centre.now += 86_400
    taken(centre)
    told = run(centre, statistics.call_statistics, statistics.StatisticsAsked(2))
    assert (told.calls, told.read_out, told.given_up, told.open, told.broken_off) == (4, 1, 1, 1, 1)
    assert (told.median, told.longest) == (300, 300)
    (french, *others) = told.forms
    assert (french.form, french.calls, french.groups, french.misheard) == (Form.WORDS_FR, 1, 7, 3)
    assert not any(form.calls for form in others)
    assert [(day.day, day.read_out, day.others) for day in told.by_day] == [
        (START // 86_400, 1, 2),
        (START // 86_400 + 1, 0, 1),
    ]
    assert [(one.reason, one.count) for one in told.reasons] == [(Reason.WRONG_CALL_WORD, 1)]
    assert [(one.operator, one.calls, one.seconds) for one in told.operators] == [("op", 4, 300)]
    assert run(centre, statistics.call_statistics, statistics.StatisticsAsked(1)).calls == 1
    for days in (0, 1000):
        with pytest.raises(BadInput):
            run(centre, statistics.call_statistics, statistics.StatisticsAsked(days))


def test_days_that_are_over_are_counted_once(centre: Centre) -> None:
    """Until then, and while a call of theirs is open, they are counted again; what was counted is the same as anew."""
    asked = statistics.StatisticsAsked(3)
    centre.now = START // DAY * DAY + DAY - 100
    first, _ = signed(centre, device(20, 1))
    centre.now += 200
    run(centre, statistics.call_statistics, asked)
    assert START // DAY not in centre.context.tallies
    run(centre, open_calls.end_call, EndCall(first, Form.WORDS_FR))
    told = run(centre, statistics.call_statistics, asked)
    assert (told.read_out, told.longest) == (1, 200)
    assert set(centre.context.tallies) == {START // DAY - 1, START // DAY}
    taken(centre)
    again = run(centre, statistics.call_statistics, asked)
    assert (again.calls, again.read_out, again.open) == (2, 1, 1)
    assert set(centre.context.tallies) == {START // DAY - 1, START // DAY}
    centre.context.tallies.clear()
    assert run(centre, statistics.call_statistics, asked) == again


def test_a_history_tells_who_took_whose_place_and_what_comes_back(centre: Centre) -> None:
    """Seen from either of the two."""
    signed(centre, device(20, 1))
    retire(centre.context, RetireServer(SERVER.hex(), SECRET.to_bytes(14, "big").hex()), "op")
    told = run(centre, history.server_history, history.OneServer(SERVER.hex()))
    (freed,) = told.freed
    assert (freed.agreement, freed.quantity, freed.back > centre.now + 80 * DAY) == (AGREEMENT, 20, True)
    centre.signed(server_id=OTHER_SERVER.hex(), kind="reissue", replaces=SERVER.hex())
    for server in (SERVER, OTHER_SERVER):
        (one,) = run(centre, history.server_history, history.OneServer(server.hex())).successions
        assert (one.old, one.new, one.proven, one.allowed_by) == (SERVER.hex(), OTHER_SERVER.hex(), True, "")


@pytest.mark.parametrize("few", [0, 200])
def test_however_many_may_be_meant_the_same_is_found(centre: Centre, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read by their keys or all at once."""
    monkeypatch.setattr(finding, "FEW", few)
    signed(centre, device(20, 1))
    centre.now += 5
    blacklist(centre.context, BlacklistServer(OTHER_SERVER.hex(), "stolen"), "chief")
    for text in ("mairie", "elodie", SERVER.hex()):
        (one,) = run(centre, finding.find_servers, finding.FindServers(text)).servers
        assert one.server.server_id == SERVER.hex()
        assert run(centre, finding.find_servers, finding.FindServers(text, "retired")).servers == []
    both = run(centre, finding.find_servers, finding.FindServers()).servers
    assert [one.server.server_id for one in both] == [OTHER_SERVER.hex(), SERVER.hex()]


def test_a_server_is_found_by_what_a_caller_can_tell(centre: Centre) -> None:
    """Its ID, the customer, the agreement's number, the caller's name; its history tells all."""
    _, answer = signed(centre, device(20, 1))
    blacklist(centre.context, BlacklistServer(OTHER_SERVER.hex(), "stolen"), "chief")
    for text in (SERVER.hex(), "mair", "456789", "Élodie", ""):
        found = run(centre, finding.find_servers, finding.FindServers(text)).servers
        assert SERVER.hex() in [one.server.server_id for one in found], text
        assert len(found) == (1 if text else 2)
    for number, count in ((AGREEMENT, 1), (5, 0)):
        assert len(run(centre, finding.find_servers, finding.FindServers(agreement=number)).servers) == count
    assert run(centre, finding.find_servers, finding.FindServers("nobody")).servers == []
    (black,) = run(centre, finding.find_servers, finding.FindServers(state="blacklisted")).servers
    assert (black.server.why, black.customers) == ("stolen", [])
    centre.refused(device(1, 1))
    told = run(centre, history.server_history, history.OneServer(SERVER.hex()))
    (given,) = told.confirmations
    assert (given.customer, given.caller, given.signed, given.packs[0].quantity) == ("Mairie", CALLER, True, 20)
    assert [(one.reason, one.by) for one in told.refusals] == [(Reason.SEQUENCE_USED, "op")]
    assert run(centre, history.confirmation_again, history.OneConfirmation(given.call)) == answer
    with pytest.raises(NotFound):
        run(centre, history.confirmation_again, history.OneConfirmation("00" * 8))
    with pytest.raises(NotFound):
        run(centre, history.server_history, history.OneServer("00" * 18))
    blacklist(centre.context, BlacklistServer(SERVER.hex(), "copied"), "chief")
    assert isinstance(run(centre, history.confirmation_again, history.OneConfirmation(given.call)), Refusal)
    assert isinstance(read_again(centre.context, ReadAgain(given.call), "op"), Refusal)


def test_an_agreement_is_found_by_number_customer_and_caller(centre: Centre) -> None:
    """Once, however many ways lead to it; not more than a page shows."""
    centre.agree(NewLine(0, 7, 5), number=OTHER_AGREEMENT, customer="Martin SA", callers=(OTHER_CALLER, CALLER))
    wanted = {"mairie": [AGREEMENT], "456 789": [AGREEMENT], "PETIT": [OTHER_AGREEMENT], "nobody": []}
    wanted |= {text: [AGREEMENT, OTHER_AGREEMENT] for text in ("martin", "")}
    for text, numbers in wanted.items():
        found = run(centre, finding.find_agreements, finding.FindAgreements(text))
        assert ([one.number for one in found.agreements], found.more) == (numbers, False), text
    for number in range(60):
        centre.agree(NewLine(0, 7, 5), number=number, callers=(OTHER_CALLER,))
    found = run(centre, finding.find_agreements, finding.FindAgreements())
    assert (len(found.agreements), found.more) == (50, True)
    with pytest.raises(BadInput):
        run(centre, finding.find_agreements, finding.FindAgreements("x" * 500))


@pytest.mark.parametrize("reason", Reason)
def test_every_refusal_has_words_for_the_caller(reason: Reason) -> None:
    """One that is said as it stands: it names nothing that is not there."""
    assert str(reason.say)
    assert "{" not in str(reason.say)


PROOF = bytes_of(CodeType.RETIREMENT, SECRET).hex()


def about_old(centre: Centre, about: About, **noted: Any) -> str:
    """Take a call in which another licence server takes the place of the usual one."""
    call = taken(centre).call
    note(centre, call, server_id=OTHER_SERVER.hex(), about=about, lines=(device(70, 1),), **noted)
    return call


def sign(centre: Centre, call: str) -> Signed | Refusal:
    """Prepare a call and have it signed, or tell why not."""
    answer = run(centre, comparing.prepare_open, OneCall(call))
    if isinstance(answer, Refusal):
        return answer
    return run(centre, comparing.sign_open, Compared(call, True))  # type: ignore[no-any-return]


def test_a_migration_is_noted_step_by_step(centre: Centre) -> None:
    """Old ID and proof are typed and judged; what is missing is named; the old one's packs are shown for its successor."""
    signed(centre, device(100, 1))
    call = about_old(centre, About.MIGRATION)
    with pytest.raises(Conflict, match="old licence server comes first"):
        sign(centre, call)
    proof_lines = write(Form.WORDS_FR, CodeType.RETIREMENT, SECRET)
    typed(centre, call, proof_lines, What.PROOF)
    with pytest.raises(Conflict, match="server ID comes first"):
        run(centre, typed_codes.take_code, TakeCode(call, What.PROOF))
    typed(centre, call, ID_LINES, What.REPLACES)
    shown = run(centre, typed_codes.take_code, TakeCode(call, What.REPLACES)).call
    assert shown.noted.replaces == SERVER.hex()
    assert shown.noted.typed_proof == ""
    assert (shown.old.server.state, shown.old.packs) == ("active", [device(100, 1)])
    with pytest.raises(Conflict, match="12 words"):
        sign(centre, call)
    typed(centre, call, write(Form.WORDS_FR, CodeType.RETIREMENT, SECRET + 1), What.PROOF)
    with pytest.raises(BadCode):
        run(centre, typed_codes.take_code, TakeCode(call, What.PROOF))
    typed(centre, call, proof_lines, What.PROOF)
    shown = run(centre, typed_codes.take_code, TakeCode(call, What.PROOF)).call
    assert (shown.noted.proof, shown.noted.lines) == (PROOF, (device(70, 1),))
    centre.reopen()
    answer = sign(centre, call)
    assert isinstance(answer, Signed), answer
    assert answer.kind == Kind.REISSUE
    (replaced,) = centre.facts("ServerReplaced")
    assert (replaced.server_id, replaced.proven) == (SERVER, True)  # type: ignore[attr-defined]


def test_another_old_licence_server_takes_its_proof_along(centre: Centre) -> None:
    """A proof belongs to one ID."""
    call = about_old(centre, About.MIGRATION, replaces=SERVER.hex(), proof=PROOF)
    assert note(centre, call, why="x").noted.proof == PROOF
    assert note(centre, call, replaces="").noted.proof == ""
    note(centre, call, replaces=OTHER_SERVER.hex(), proof=PROOF)
    with pytest.raises(Conflict, match="same ID"):
        sign(centre, call)


def test_a_server_that_was_retired_before_needs_its_proof_no_more(centre: Centre) -> None:
    """The register holds it."""
    signed(centre, device(100, 1))
    retire(centre.context, RetireServer(SERVER.hex(), PROOF), "op")
    call = about_old(centre, About.MIGRATION, replaces=SERVER.hex())
    assert isinstance(sign(centre, call), Signed)


def test_a_reissue_shows_the_limits_and_says_why(centre: Centre) -> None:
    """A second one too soon is refused until a supervisor allows it; a proof that was noted for a migration plays no part."""
    signed(centre, device(100, 1))
    call = about_old(centre, About.REISSUE, replaces=SERVER.hex(), proof=PROOF)
    assert reopened_in(centre, call).limits == ReissueLimits([], 0)
    with pytest.raises(Conflict, match="what happened"):
        sign(centre, call)
    note(centre, call, why="burnt")
    assert isinstance(sign(centre, call), Signed)
    (replaced,) = centre.facts("ServerReplaced")
    assert (replaced.proven, replaced.why) == (False, "burnt")  # type: ignore[attr-defined]
    third = server_id(SECRET + 2, epoch=1).hex()
    call = about_old(centre, About.REISSUE, replaces=OTHER_SERVER.hex(), why="again")
    note(centre, call, server_id=third)
    assert reopened_in(centre, call).limits == ReissueLimits([START], START + 90 * DAY)
    refused = sign(centre, call)
    assert isinstance(refused, Refusal)
    assert refused.reason is Reason.REISSUE_TOO_OFTEN
    run(centre, allow_reissue, AllowReissue(AGREEMENT, "flood"), "sue")
    assert reopened_in(centre, call).limits == ReissueLimits([START], START + 90 * DAY, START + 7 * DAY)
    assert isinstance(sign(centre, call), Signed)


def test_three_reissues_wait_for_the_oldest_to_be_two_years_old() -> None:
    """And a single one waits 90 days; both to the second."""
    two_years, now = 730 * DAY, 1000 * DAY
    assert replaced_again([now - 100 * DAY], now) == 0
    assert replaced_again([now - 10 * DAY], now) == now + 80 * DAY
    assert replaced_again([now - 400 * DAY, now - 300 * DAY, now - 200 * DAY], now) == now - 400 * DAY + two_years
    assert replaced_again([now - 729 * DAY, now - 300 * DAY, now - 10 * DAY], now) == now + 80 * DAY


def test_a_thaw_is_noted_by_its_sequence_or_as_it_is_spoken(centre: Centre) -> None:
    """Packs that were noted before go, and come in no thaw; a thaw without its freeze is none."""
    signed(centre, device(10, 1))
    call = taken(centre).call
    note(centre, call, server_id=SERVER.hex(), lines=(device(5, 2),))
    assert note(centre, call, about=About.THAW).noted.lines == ()
    with pytest.raises(Conflict, match="sequence of the freeze"):
        sign(centre, call)
    note(centre, call, thaw=2)
    answer = sign(centre, call)
    assert isinstance(answer, Signed), answer
    assert (answer.kind, centre.taken()) == (Kind.THAW, 10)
    other = taken(centre).call
    note(centre, other, server_id=SERVER.hex(), about=About.THAW, requests=(thaw_of(3),))
    assert isinstance(sign(centre, other), Signed)
    third = taken(centre).call
    assert note(centre, third, server_id=SERVER.hex(), about=About.THAW, thaw=4).noted.thaw == 4
    assert note(centre, third, server_id=OTHER_SERVER.hex()).noted.thaw is None


def test_what_no_step_could_use_is_told_where_it_is_noted(centre: Centre) -> None:
    """An old ID, a proof or a reason that is not well formed."""
    call = taken(centre).call
    for wrong in ({"replaces": "00"}, {"proof": "00"}, {"why": "x" * 201}, {"why": "two\nlines"}):
        with pytest.raises(BadInput):
            note(centre, call, **wrong)


def test_packs_that_have_ended_are_not_offered_again(centre: Centre) -> None:
    """Nor those of another agreement, nor a thaw."""
    centre.agree(NewLine(0, 7, 5), number=OTHER_AGREEMENT)
    centre.signed(device(10, 1), device(5, 2, expiry=expiry_month(date(2027, 2, 1))))
    centre.signed(device(2, 3), agreement=OTHER_AGREEMENT)
    centre.signed(requests=(thaw_of(4),))
    with centre.context.journal.read() as reader:
        both = old_server(reader, SERVER, AGREEMENT, centre.now)
        later = old_server(reader, SERVER, AGREEMENT, centre.now + 60 * DAY)
        none = old_server(reader, OTHER_SERVER, AGREEMENT, centre.now)
    assert [one.quantity for one in both.packs] == [10, 5]
    assert [one.quantity for one in later.packs] == [10]
    assert (none.server, none.packs) == (None, [])


def reopened_in(centre: Centre, call: str) -> OpenCallShown:
    """Show a call."""
    return run(centre, open_calls.show_open, OneCall(call))  # type: ignore[no-any-return]


def thaw_of(sequence: int) -> str:
    """Make the request that ends a freeze."""
    return pack_request(SERVER, thaw_request(sequence)).hex()
