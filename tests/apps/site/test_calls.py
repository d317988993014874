"""Calls to the clearing house in a site folder: opened, typed, entered, ended; broken off anywhere and gone on with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from calvox.apps.site.calls import (
    call_of,
    calls,
    end_call,
    enter_by_assistant,
    given_of,
    open_call,
    sheet_of,
)
from calvox.apps.site.dossiers import Wish
from calvox.apps.site.plans import open_plan
from calvox.apps.site.record import record_of
from calvox.apps.site.typing import Stage, keep_typing, read_back_code, stage_of, type_code, typing_of
from calvox.common.errors import BadInput, Conflict, NotFound, WrongKind
from calvox.core.purchases import PATTERNS
from calvox.windows.calls.kinds import ABOUT, CallKind
from calvox.windows.calls.typing import Typing
from calvox.windows.codes import Slot, groups
from tests.apps.calling import CODE, CONTACT, NOT_ACTIVATED, OWN, PACK, PURCHASE, SERVER, Calling
from tests.windows.calls.test_sheet import NUMBERS


@pytest.fixture
def calling(tmp_path: Path) -> Iterator[Calling]:
    """Give a site folder."""
    place = Calling(tmp_path)
    yield place
    place.site.close()


def opened(calling: Calling, kind: CallKind, *, anyway: bool = False, **wish: str | int) -> int:
    """Open a call, and give its number."""
    call = open_call(calling.site, Wish(kind, **wish), anyway=anyway, world=calling.world)  # type: ignore[arg-type]
    return call.call


def stage(calling: Calling, number: int) -> Stage:
    """Tell how far a call is."""
    return stage_of(call_of(calling.site, number), typing_of(calling.site, number))


# Opening


def test_a_call_is_opened_when_everything_holds(calling: Calling) -> None:
    """With the licence server ID and the purchase on its sheet, and nothing against it."""
    calling.ready()
    number = opened(calling, CallKind.INSTALL)
    call, made = call_of(calling.site, number), sheet_of(calling.site, number)
    assert (call.call, call.kind, call.server, call.purchase, call.outcome) == (1, "install", SERVER, 1, "")
    assert {one.name: one.value for one in made.say}["server-id"] == OWN
    assert (made.warnings, made.unknown, made.call) == ((), (), 1)
    assert opened(calling, CallKind.REACTIVATE) == 2


def test_a_call_against_which_something_speaks_is_not_opened(calling: Calling) -> None:
    """Each reason is named; anyway it is opened, and its sheet keeps them."""
    calling.collect()
    with pytest.raises(Conflict, match="not so: A backup of") as caught:
        opened(calling, CallKind.INSTALL)
    assert "--anyway" in str(caught.value.hint)
    assert calls(calling.site) == ()
    number = opened(calling, CallKind.INSTALL, anyway=True)
    assert any("Opened nevertheless: not so: A backup" in str(one) for one in sheet_of(calling.site, number).warnings)


@pytest.mark.parametrize(
    ("kind", "changes", "told"),
    [
        (CallKind.ACTIVATE, {}, "activated already"),
        (CallKind.INSTALL, NOT_ACTIVATED, "“activate” comes first"),
        (CallKind.REACTIVATE, NOT_ACTIVATED, "“activate” comes first"),
        (CallKind.DEACTIVATE, NOT_ACTIVATED, "is not activated"),
        (CallKind.MIGRATE, {}, "--source"),
    ],
)
def test_a_state_that_does_not_fit_speaks_against(
    calling: Calling, kind: CallKind, changes: dict[str, object], told: str
) -> None:
    """Of the server, or of what the call lacks."""
    calling.ready(**changes)
    with pytest.raises(Conflict, match=told):
        opened(calling, kind)


def test_calls_about_no_purchase_ask_nothing_of_purchases(calling: Calling) -> None:
    """A deactivation needs a backup, and no papers."""
    calling.describe(CONTACT + PURCHASE.replace("papers = true", ""))
    calling.ready()
    with pytest.raises(Conflict, match="proof of purchase"):
        opened(calling, CallKind.INSTALL)
    assert call_of(calling.site, opened(calling, CallKind.DEACTIVATE)).purchase == 0


def test_a_server_that_was_never_collected(calling: Calling) -> None:
    """It is named, and its Product ID typed from Microsoft's own window."""
    with pytest.raises(NotFound, match="No such licence server"):
        opened(calling, CallKind.ACTIVATE, server="ls9")
    number = opened(calling, CallKind.ACTIVATE, server="ls9", product_id="00477-001-0000001-84851", anyway=True)
    said = {one.name: one.value for one in sheet_of(calling.site, number).say}
    assert said["product-id"] == "00477-001-0000001-84851"
    with pytest.raises(BadInput):
        opened(calling, CallKind.ACTIVATE, server="ls8", product_id="no id", anyway=True)


def test_one_call_at_a_time_about_one_thing(calling: Calling) -> None:
    """The open one is named; about another purchase there may be another."""
    calling.describe(CONTACT + PURCHASE + PURCHASE)
    calling.ready()
    with pytest.raises(BadInput, match="several purchases"):
        opened(calling, CallKind.INSTALL)
    assert opened(calling, CallKind.INSTALL, number=1) == 1
    with pytest.raises(Conflict, match="Call 1 is open"):
        opened(calling, CallKind.INSTALL, number=1)
    assert opened(calling, CallKind.INSTALL, number=2) == 2
    with pytest.raises(NotFound, match="no purchase 3"):
        opened(calling, CallKind.INSTALL, number=3)
    end_call(calling.site, 1, given_up=True)
    assert opened(calling, CallKind.INSTALL, number=1) == 3


@pytest.mark.parametrize("programme", list(PATTERNS))
def test_every_programme_can_be_called_for(calling: Calling, programme: str) -> None:
    """Its numbers are on the sheet."""
    numbers = "".join(f'{field} = "{NUMBERS[field]}"\n' for field in PATTERNS[programme])
    head = (
        f'[[purchases]]\nprogramme = "{programme}"\ncal_type = "user"\nversion = "2022"\nquantity = 5\npapers = true\n'
    )
    calling.describe(CONTACT + head + numbers)
    calling.ready()
    said = {one.name: one.value for one in sheet_of(calling.site, opened(calling, CallKind.INSTALL)).say}
    assert {NUMBERS[field] for field in PATTERNS[programme]} <= set(said.values())


def test_what_was_not_known_is_filled_in_while_the_call_is_open(calling: Calling) -> None:
    """From a newer bundle; when it is ended, the sheet is as it stood."""
    calling.describe(CONTACT)
    number = opened(calling, CallKind.INSTALL, server=SERVER, anyway=True)
    assert len(sheet_of(calling.site, number).unknown) == 2
    calling.describe(CONTACT + PURCHASE)
    calling.ready()
    assert sheet_of(calling.site, number).unknown == ()
    end_call(calling.site, number, given_up=True)
    assert len(sheet_of(calling.site, number).unknown) == 2


def test_a_description_that_was_changed_since_spoils_no_open_call(calling: Calling) -> None:
    """The sheet says what it said."""
    calling.ready()
    number = opened(calling, CallKind.INSTALL)
    calling.describe(CONTACT)
    said = {one.name: one.value for one in sheet_of(calling.site, number).say}
    assert said["quantity"] == "50"


def test_no_such_call(calling: Calling) -> None:
    """It is told."""
    for use in (call_of, sheet_of, typing_of, enter_by_assistant):
        with pytest.raises(NotFound, match="no call 7"):
            use(calling.site, 7)


# Typing


@pytest.mark.parametrize("kind", list(CallKind))
def test_a_call_goes_on_wherever_it_was_broken_off(calling: Calling, kind: CallKind) -> None:
    """The folder is closed and opened again after every single step."""
    calling.ready(**(NOT_ACTIVATED if kind is CallKind.ACTIVATE else {}))
    number = opened(calling, kind, source="old.corp.example" if kind is CallKind.MIGRATE else "", anyway=True)
    slot = ABOUT[kind].slot
    code, lines = ("Q1W2E3", ["q1w2-e3"]) if slot is Slot.CONFIRMATION_CODE else (CODE, list(groups(CODE)))
    calling.again()
    assert stage(calling, number) is Stage.OPENED
    for line in [*lines, *lines]:
        assert not call_of(calling.site, number).codes
        type_code(calling.site, number, line)
        calling.again()
    assert stage(calling, number) is Stage.HEARD
    assert given_of(calling.site, number)["code"] == code
    calling.again()
    gone = kind is CallKind.DEACTIVATE
    calling.collect(PACK, **(NOT_ACTIVATED if gone else {"getlicenseserverid": {"sLicenseServerId": code}}))
    calling.again()
    assert enter_by_assistant(calling.site, number).shown
    calling.again()
    assert stage(calling, number) is Stage.READ_BACK
    end_call(calling.site, number, note="all well")
    calling.again()
    (call,) = record_of(calling.site).calls
    (entered,) = call.codes
    assert (call.outcome, call.note, call.kind, entered.slot, entered.code) == ("done", "all well", kind, slot, code)
    assert (entered.check, entered.how) == ("twice", "assistant")
    assert entered.quantity == (50 if ABOUT[kind].bought else 0)
    assert entered.pack_id == {CallKind.INSTALL: 9, CallKind.MIGRATE: 9, CallKind.REINSTALL: 3}.get(kind, 0)
    assert call.opened < entered.heard < entered.entered <= call.ended
    assert stage(calling, number) is Stage.DONE


def test_a_second_typing_that_differs_loses_nothing(calling: Calling) -> None:
    """The group is named, both typings are kept, and two alike of three count."""
    calling.ready()
    number = opened(calling, CallKind.INSTALL)
    type_code(calling.site, number, CODE)
    typed = type_code(calling.site, number, CODE.replace("CCCCC", "CCCC0"))
    assert (typed.code, typed.typing.differing) == ("", (2,))
    calling.again()
    assert typing_of(calling.site, number) == typed.typing
    assert not call_of(calling.site, number).codes
    typed = type_code(calling.site, number, "CCCC0")
    assert typed.code == CODE.replace("CCCCC", "CCCC0")
    assert typing_of(calling.site, number) == Typing(Slot.PACK_ID)


def test_a_refused_line_loses_nothing(calling: Calling) -> None:
    """Neither a wrong group nor a Calvox code changes what stood."""
    calling.ready()
    number = opened(calling, CallKind.INSTALL)
    type_code(calling.site, number, "AAAAA BBBBB")
    for line in ("CCCC", "C/CCC", "A" * 500):
        with pytest.raises(BadInput):
            type_code(calling.site, number, line)
    with pytest.raises(WrongKind, match="Calvox"):
        type_code(calling.site, number, "abandon ability about above abroad absence")
    calling.again()
    assert typing_of(calling.site, number).text == "AAAAABBBBB"
    assert stage(calling, number) is Stage.TYPING


def test_a_code_may_be_read_back_instead(calling: Calling) -> None:
    """When it is whole, and after a group was corrected."""
    calling.ready()
    number = opened(calling, CallKind.INSTALL)
    type_code(calling.site, number, CODE[:30])
    with pytest.raises(Conflict, match="not been typed"):
        read_back_code(calling.site, number)
    type_code(calling.site, number, CODE[30:])
    keep_typing(calling.site, number, typing_of(calling.site, number).correct(0, "AAAA8"))
    calling.again()
    assert read_back_code(calling.site, number).code == "AAAA8" + CODE[5:]
    (code,) = call_of(calling.site, number).codes
    assert code.check == "read-back"


def test_typing_may_begin_again(calling: Calling) -> None:
    """Nothing of it is left."""
    calling.ready()
    number = opened(calling, CallKind.INSTALL)
    type_code(calling.site, number, "AAAAA")
    keep_typing(calling.site, number, Typing(Slot.PACK_ID))
    calling.again()
    assert stage(calling, number) is Stage.OPENED


def test_the_id_that_is_said_is_not_the_one_that_is_given(calling: Calling) -> None:
    """A licence server ID typed as a licence key pack ID is refused; in a reactivation it is one."""
    calling.ready()
    number = opened(calling, CallKind.INSTALL)
    with pytest.raises(BadInput, match="which you say"):
        type_code(calling.site, number, OWN)
    assert stage(calling, number) is Stage.OPENED
    again = opened(calling, CallKind.REACTIVATE)
    type_code(calling.site, again, OWN)
    assert type_code(calling.site, again, OWN).code == OWN


def test_a_code_that_was_heard_in_another_call_is_told(calling: Calling) -> None:
    """It may be the old one, read from the old sheet."""
    calling.ready()
    one, other = opened(calling, CallKind.INSTALL), opened(calling, CallKind.REINSTALL)
    for number in (one, other):
        type_code(calling.site, number, CODE)
        known = type_code(calling.site, number, CODE).known
        assert known == (() if number == one else (one,))


def test_a_second_code_in_one_call_takes_the_place_of_the_first(calling: Calling) -> None:
    """Windows refused the first: the newest is entered, and both stand in the record."""
    calling.ready()
    number = opened(calling, CallKind.INSTALL)
    for code in (CODE, CODE.replace("G", "H")):
        type_code(calling.site, number, code)
        type_code(calling.site, number, code)
        calling.again()
    assert given_of(calling.site, number) == {"code": CODE.replace("G", "H")}
    assert len(call_of(calling.site, number).codes) == 2


# Entering and ending


def heard(calling: Calling, kind: CallKind, **wish: str | int) -> int:
    """Open a call in which the code was heard."""
    number = opened(calling, kind, **wish)  # type: ignore[arg-type]
    type_code(calling.site, number, CODE)
    type_code(calling.site, number, CODE)
    return number


def test_what_no_facts_show_is_not_read_back(calling: Calling) -> None:
    """It is entered as such, the call cannot be done, and after the next bundle it can."""
    calling.ready()
    number = heard(calling, CallKind.INSTALL)
    found = enter_by_assistant(calling.site, number)
    assert (found.shown, found.quantity, found.pack_id) == (False, 50, 0)
    assert stage(calling, number) is Stage.ENTERED
    with pytest.raises(Conflict, match="not read back yet: collect again"):
        end_call(calling.site, number)
    calling.collect(PACK)
    found = enter_by_assistant(calling.site, number)
    assert (found.shown, found.quantity, found.pack_id) == (True, 50, 9)
    assert end_call(calling.site, number).outcome == "done"


def test_two_calls_do_not_share_a_pack(calling: Calling) -> None:
    """The pack that belongs to one proves nothing for the other."""
    calling.describe(CONTACT + PURCHASE + PURCHASE)
    calling.ready()
    one, other = (heard(calling, CallKind.INSTALL, number=number) for number in (1, 2))
    calling.collect(PACK)
    assert enter_by_assistant(calling.site, one).pack_id == 9
    assert not enter_by_assistant(calling.site, other).shown


def test_nothing_is_entered_or_done_without_a_code(calling: Calling) -> None:
    """Nor after the end."""
    calling.ready()
    number = opened(calling, CallKind.INSTALL)
    for use in (given_of, enter_by_assistant, end_call):
        with pytest.raises(Conflict, match="No code was heard"):
            use(calling.site, number)
    type_code(calling.site, number, CODE)
    type_code(calling.site, number, CODE)
    with pytest.raises(Conflict, match="was not entered yet"):
        end_call(calling.site, number)
    assert end_call(calling.site, number, given_up=True, note="line dead").outcome == "given-up"
    assert stage(calling, number) is Stage.GIVEN_UP
    for use in (given_of, enter_by_assistant, end_call):
        with pytest.raises(Conflict, match="is ended"):
            use(calling.site, number)
    with pytest.raises(Conflict, match="is ended"):
        type_code(calling.site, number, CODE)


def test_giving_up_forgets_what_was_half_typed(calling: Calling) -> None:
    """What was heard stays in the record."""
    calling.ready()
    number = opened(calling, CallKind.INSTALL)
    type_code(calling.site, number, "AAAAA")
    end_call(calling.site, number, given_up=True)
    assert typing_of(calling.site, number).text == ""


def test_a_migration_is_entered_with_its_source(calling: Calling) -> None:
    """Its name and licence server ID, as facts or the caller told them."""
    calling.ready()
    number = heard(calling, CallKind.MIGRATE, source="old.corp.example", source_id="ZZZZZ" * 7)
    given = given_of(calling.site, number)
    assert given == {"code": CODE, "source_name": "old.corp.example", "source_id": "ZZZZZ" * 7}


def test_a_former_key_pack_id_is_on_the_sheet_of_a_reinstallation(calling: Calling) -> None:
    """The one that was entered for the same purchase."""
    calling.ready()
    first = heard(calling, CallKind.INSTALL)
    calling.collect(PACK)
    enter_by_assistant(calling.site, first)
    end_call(calling.site, first)
    said = {one.name: one.value for one in sheet_of(calling.site, opened(calling, CallKind.REINSTALL)).say}
    assert said["former-pack-id"] == CODE


def test_a_plan_that_is_open_speaks_against_a_call_too_early(calling: Calling) -> None:
    """The old licence server is not deactivated before its turn in the plan; whoever insists may."""
    calling.collect()
    open_plan(calling.site, "migrate", SERVER, "ls-new")
    with pytest.raises(Conflict, match="by plan 1 this comes after"):
        opened(calling, CallKind.DEACTIVATE)
    number = opened(calling, CallKind.DEACTIVATE, anyway=True)
    assert "by plan 1" in call_of(calling.site, number).sheet
