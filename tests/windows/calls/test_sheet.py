"""The sheet of every kind of call: what is said, noted, known and not known."""

from typing import Any

import msgspec
import pytest

from calvox.common.errors import BadInput, Tampered
from calvox.common.i18n import Text, language_of
from calvox.core.purchases import PATTERNS, Purchase
from calvox.windows.calls.dossier import (
    Caller,
    Dossier,
    Source,
    Telephone,
    filled,
    of_server,
    read_dossier,
    write_dossier,
)
from calvox.windows.calls.kinds import ABOUT, CallKind, kind_named
from calvox.windows.calls.saying import PROGRAMMES, SayLine
from calvox.windows.calls.sheet import CallSheet, sheet
from calvox.windows.codes import Slot
from tests.doctor.sites import bare, healthy, with_server

OWN = "ABCDE" * 7
"""Licence server ID of the healthy site."""
CALLER = Caller(company="Exemple", country="France", first_name="Anne", last_name="Exemple", telephone="(ours)")
NUMBERS = {
    "licence_code": "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE",
    "licence_number": "1234 5678",
    "authorisation_number": "ABCDE12345ABCDE",
    "agreement_number": "1234567",
}


def bought(programme: str) -> Purchase:
    """Describe a purchase with every number that its programme has."""
    numbers = {field: NUMBERS[field] for field in PATTERNS[programme]}
    return Purchase(
        programme, "user", "2022", 50, sku="A-SKU", contract="C-1", proof="Invoice 7", papers=True, **numbers
    )


def made(kind: CallKind, **changes: Any) -> Dossier:
    """Describe a call about which everything is known."""
    server: dict[str, Any] = of_server(healthy().licence_servers[0])
    values: dict[str, Any] = {"caller": CALLER, "number": 1, "purchase": bought("open")}
    if kind is CallKind.ACTIVATE:
        values |= {"activated": False, "server_id": ""}
    if kind is CallKind.MIGRATE:
        values["source"] = Source(name="old.corp.example", server_id="ZZZZZ" * 7)
    return Dossier(kind=kind, **(server | values | changes))


def line(of: CallSheet, name: str) -> SayLine:
    """Find what is said."""
    return next(one for one in of.say if one.name == name)


def names(of: CallSheet) -> set[str]:
    """Name all that is said."""
    return {one.name for one in of.say}


SAID = {
    CallKind.ACTIVATE: {"product-id"},
    CallKind.INSTALL: {"server-id", "licence-number"},
    CallKind.REINSTALL: {"server-id", "licence-number"},
    CallKind.MIGRATE: {"server-id", "source", "source-id", "licence-number"},
    CallKind.REACTIVATE: {"product-id", "server-id"},
    CallKind.DEACTIVATE: {"product-id", "server-id"},
}
NOTED = {
    CallKind.ACTIVATE: (Slot.SERVER_ID, 7),
    CallKind.INSTALL: (Slot.PACK_ID, 7),
    CallKind.REINSTALL: (Slot.PACK_ID, 7),
    CallKind.MIGRATE: (Slot.PACK_ID, 7),
    CallKind.REACTIVATE: (Slot.SERVER_ID, 7),
    CallKind.DEACTIVATE: (Slot.CONFIRMATION_CODE, 0),
}


@pytest.mark.parametrize("kind", list(CallKind))
def test_every_kind_says_and_notes_its_own(kind: CallKind) -> None:
    """Everything is known, so nothing is lacking and nothing warned of."""
    found = sheet(made(kind), call=4)
    assert names(found) >= SAID[kind] | {"company", "country", "first-name", "last-name", "sku", "quantity", "contract"}
    assert (found.unknown, found.warnings, found.call) == ((), (), 4)
    (note,) = found.note
    assert (note.slot, note.groups) == NOTED[kind]
    assert (note.article, note.size, note.heard) == ("ID de confirmation", 5, ())
    assert found.wizard
    assert found.web
    assert found.prepare
    assert "server-id" not in names(sheet(made(CallKind.ACTIVATE)))


@pytest.mark.parametrize("programme", list(PATTERNS))
def test_every_programme_says_its_numbers(programme: str) -> None:
    """Each as Microsoft's wizard names it, spelled in groups."""
    found = sheet(made(CallKind.INSTALL, purchase=bought(programme)))
    assert line(found, "programme").value == str(PROGRAMMES[programme])
    for field in PATTERNS[programme]:
        said = line(found, field.replace("_", "-"))
        assert said.value == NUMBERS[field]
        assert "".join(said.groups) == "".join(c for c in said.value if c.isalnum())
    assert line(found, "proof").value == "Invoice 7"
    assert (line(found, "quantity").value, line(found, "cal-type").value) == ("50", "RDS Per User CAL")
    assert set(PROGRAMMES) == set(PATTERNS)


def test_codes_are_in_groups_of_five() -> None:
    """The licence server ID is, and a Product ID keeps the groups in which Windows shows it."""
    assert line(sheet(made(CallKind.INSTALL)), "server-id").groups == ("ABCDE",) * 7
    assert line(sheet(made(CallKind.ACTIVATE)), "product-id").groups == ("00477", "001", "9732671", "84851")
    assert sheet(made(CallKind.INSTALL), heard="QQQQQ" * 7).note[0].heard == ("QQQQQ",) * 7


def test_microsofts_name_stands_beside_that_of_the_procedure() -> None:
    """The procedure calls the Product ID an ID of the licence server."""
    assert line(sheet(made(CallKind.ACTIVATE)), "product-id").article == "ID du serveur de licences"
    assert str(sheet(made(CallKind.ACTIVATE)).note[0].label) == "Licence server ID"


@pytest.mark.parametrize("kind", list(CallKind))
def test_what_is_not_known_is_left_empty_and_how_to_learn_it_is_told(kind: CallKind) -> None:
    """Of a server that was never read, nothing is guessed."""
    nothing: dict[str, Any] = of_server(bare().licence_servers[0])
    found = sheet(Dossier(kind=kind, **nothing))
    required = SAID[kind] - ({"server-id"} if kind in (CallKind.REACTIVATE, CallKind.DEACTIVATE) else set())
    for name in required & names(found):
        assert line(found, name).value == ""
        assert line(found, name).missing is not None
    assert any("collect it first" in str(one) for one in found.warnings)
    assert any("[contact]" in str(one) for one in found.unknown)
    assert ABOUT[kind].bought is any("[[purchases]]" in str(one) for one in found.unknown)


def test_why_a_fact_is_not_known_is_told() -> None:
    """In the words of whoever read it, with the way to it."""
    site = with_server(healthy(), 0, activated=False, product_id=None)
    values: dict[str, Any] = of_server(site.licence_servers[0])
    (told,) = (str(one) for one in sheet(Dossier(kind=CallKind.ACTIVATE, caller=CALLER, **values)).unknown)
    assert "not collected" in told
    assert "ls1.corp.example" in told
    assert "collector" in told


@pytest.mark.parametrize(
    ("kind", "activated", "told"),
    [
        (CallKind.ACTIVATE, True, "activated already"),
        (CallKind.INSTALL, False, "“activate” comes first"),
        (CallKind.REINSTALL, False, "“activate” comes first"),
        (CallKind.MIGRATE, False, "“activate” comes first"),
        (CallKind.DEACTIVATE, False, "is not activated"),
        (CallKind.INSTALL, None, "is not known"),
    ],
)
def test_a_state_that_does_not_fit_is_warned_of(kind: CallKind, activated: bool | None, told: str) -> None:
    """Activating twice, or installing before."""
    found = sheet(made(kind, activated=activated))
    assert any(told in str(one) for one in found.warnings)


def test_a_purchase_with_faults_is_warned_of() -> None:
    """Its numbers are said as they stand, and what is wrong is told before."""
    wrong = msgspec.structs.replace(bought("open"), licence_number="12", version="1999", cal_type="session")
    found = sheet(made(CallKind.INSTALL, purchase=wrong))
    assert any("licence_number" in str(one) for one in found.warnings)
    assert (line(found, "version").value, line(found, "cal-type").value) == ("1999", "session")


def test_a_migration_without_its_source_is_told() -> None:
    """The name and the ID of the source are each wanted."""
    assert len(sheet(made(CallKind.MIGRATE, source=None)).unknown) == 2
    assert len(sheet(made(CallKind.MIGRATE, source=Source(name="old"))).unknown) == 1


def test_only_the_sites_own_numbers_are_on_the_sheet() -> None:
    """With none there is none, and the wizard shows the current one."""
    one = Telephone(country="FR", number="(site's own)", hours="8-18")
    assert sheet(made(CallKind.INSTALL, telephones=(one,))).telephones == (one,)
    empty = sheet(made(CallKind.INSTALL))
    assert empty.telephones == ()
    assert "wizard" in str(empty.telephone_hint)


def test_a_deactivation_is_by_telephone_alone() -> None:
    """Every other call may be held by a web browser elsewhere."""
    for kind in CallKind:
        by_web = any("activate.microsoft.com" in str(one) for one in sheet(made(kind)).web)
        assert by_web is (kind is not CallKind.DEACTIVATE)


def test_a_former_key_pack_id_is_said_where_it_helps() -> None:
    """When CALs are installed again or migrated."""
    for kind in CallKind:
        told = "former-pack-id" in names(sheet(made(kind, former="QQQQQ" * 7)))
        assert told is (kind in (CallKind.REINSTALL, CallKind.MIGRATE))


def test_what_spoke_against_the_call_stays_on_its_sheet() -> None:
    """Whoever opened it nevertheless knew."""
    found = sheet(made(CallKind.INSTALL, against=("no backup",)))
    assert [str(one) for one in found.warnings] == ["Opened nevertheless: no backup"]


@pytest.mark.parametrize("kind", list(CallKind))
def test_every_text_renders_in_both_languages(kind: CallKind) -> None:
    """No placeholder is left over."""
    found = sheet(made(kind, against=("x",), product_id="", server_id="", purchase=None))
    for language in ("en", "fr"):
        with language_of(language):
            for text in texts_in(found):
                assert "{" not in str(text)


def texts_in(thing: object) -> list[Text]:
    """List all texts of a sheet."""
    if isinstance(thing, Text):
        return [thing]
    if isinstance(thing, tuple):
        return [text for one in thing for text in texts_in(one)]
    return [text for name in getattr(thing, "__slots__", ()) for text in texts_in(getattr(thing, name))]


# The dossier


@pytest.mark.parametrize("kind", list(CallKind))
def test_a_dossier_survives_the_journal(kind: CallKind) -> None:
    """What is written is what is read."""
    dossier = made(kind, telephones=(Telephone(country="FR", number="x"),), against=("y",))
    assert read_dossier(write_dossier(dossier)) == dossier


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"kind": "else", "server": "x"}', "\x00", "[" * 100_000])
def test_no_dossier(text: str) -> None:
    """What is none is told."""
    with pytest.raises(Tampered):
        read_dossier(text)


def test_newer_facts_fill_gaps_and_change_nothing_else() -> None:
    """What was said then stays; what was not known then is known now."""
    then = made(
        CallKind.MIGRATE,
        activated=None,
        server_id="",
        product_id="OLD-1",
        caller=Caller(company="Then"),
        source=Source(name="old"),
        purchase=msgspec.structs.replace(bought("open"), sku="", quantity=3),
    )
    after = filled(then, made(CallKind.MIGRATE, product_id="NEW-1", against=("now",)))
    assert (after.activated, after.server_id, after.product_id) == (True, OWN, "OLD-1")
    assert (after.caller.company, after.caller.country) == ("Then", "France")
    assert after.source == Source(name="old", server_id="ZZZZZ" * 7)
    assert after.purchase is not None
    assert (after.purchase.sku, after.purchase.quantity, after.against) == ("A-SKU", 3, ())
    stays = made(CallKind.ACTIVATE)
    assert filled(stays, made(CallKind.ACTIVATE, activated=True)).activated is False


def test_kinds_are_found_by_their_word() -> None:
    """And nothing else is a kind."""
    assert kind_named(" Install ") is CallKind.INSTALL
    with pytest.raises(BadInput, match="deactivate"):
        kind_named("uninstall")
