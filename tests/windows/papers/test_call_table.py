"""The call table: a step is done when journal or facts show it, open when they speak against it, else unknown."""

from typing import Any

import pytest

from calvox.common.i18n import language_of
from calvox.windows.calls.dossier import Caller
from calvox.windows.checklist import State
from calvox.windows.papers.call_table import CallTable
from calvox.windows.record import Record
from tests.doctor.sites import bare, device_pack, healthy, with_host, with_packs, with_server
from tests.windows.papers.sampled import (
    ACTIVATED,
    AUTHORISATION,
    BOUGHT,
    INSTALLED,
    RECORD,
    SERVER_ID,
    call,
    called,
    code,
    row,
)

PROVEN, OPEN, UNKNOWN = State.PROVEN, State.OPEN, State.NOT_COLLECTED


def states(table: CallTable) -> dict[str, State]:
    """Give how each step stands."""
    return {step.name: step.state for step in table.steps}


def seen(table: CallTable, name: str) -> list[str]:
    """Give what shows a step."""
    (step,) = (one for one in table.steps if one.name == name)
    return [str(value.text) or f"({value.note})" for value in step.seen]


def test_the_steps_are_the_procedures() -> None:
    """Four, and four parameters, in its words."""
    with language_of("fr"):
        table = called()
        assert [str(one.step) for one in table.steps] == ["Préparation", "Appel", "Saisie", "Contrôle"]
        assert [str(one.element) for one in table.parameters] == [
            "ID du serveur de licences",
            "Programme de licence",
            "SKU et quantité",
            "Coordonnées de l’entreprise",
        ]
        assert all(one.where for one in table.parameters)


def test_a_call_that_was_held() -> None:
    """The newest is taken; the test session is not known."""
    table = called()
    assert table.call == INSTALLED
    assert states(table) == {"prepare": PROVEN, "call": PROVEN, "enter": PROVEN, "check": UNKNOWN}
    assert seen(table, "call") == ["Licence key pack ID heard, read back"]
    assert seen(table, "enter")[0] == "Licence key pack ID entered, by a script: –"


def test_another_call_can_be_asked_for() -> None:
    """Its purchase and its codes are shown; one that is none of this server's is not found."""
    table = called(number=1)
    assert table.call == ACTIVATED
    assert seen(table, "enter") == [
        "Licence server ID entered, over WinRM: the server is active",
        "It is activated; that this was done by telephone, only the record of the call shows.",
    ]
    assert called(number=9).call is None
    other = Record(calls=(call(1, "activate", server="ls2.corp.example"),))
    assert called(record=other).call is None


def test_without_a_call_the_facts_still_tell() -> None:
    """What was entered shows in activation and packs, whoever called."""
    table = called(record=Record())
    assert states(table) == {"prepare": PROVEN, "call": UNKNOWN, "enter": PROVEN, "check": UNKNOWN}
    assert seen(table, "call") == ["(No call stands in the journal.)"]


def test_nothing_known() -> None:
    """Nothing is proven, and nothing of the machines is called open."""
    table = called(bare(), Record(), purchases=(), caller=Caller())
    assert states(table) == {"prepare": OPEN, "call": UNKNOWN, "enter": UNKNOWN, "check": UNKNOWN}
    assert len(seen(table, "prepare")) == 4


@pytest.mark.parametrize(
    ("changes", "lacking"),
    [
        ({"caller": Caller(company="C", country="France")}, "The company’s particulars"),
        ({"purchases": ()}, "Licence programme"),
    ],
)
def test_what_lacks_keeps_the_preparation_open(changes: dict[str, Any], lacking: str) -> None:
    """And is named."""
    table = called(record=Record(), **changes)
    assert states(table)["prepare"] is OPEN
    assert f"lacking: {lacking}" in seen(table, "prepare")


def test_without_a_product_id_the_preparation_is_open() -> None:
    """It is what the clearing house asks first."""
    table = called(with_server(healthy(), 0, product_id=None))
    assert states(table)["prepare"] is OPEN
    assert row(table.parameters, "server-id")[0] == ("", "", "not collected")
    assert row(table.parameters, "server-id")[1][0] == "Licence server ID " + " ".join(["ABCDE"] * 7)


@pytest.mark.parametrize(
    ("number", "site", "state"),
    [
        (1, with_server(healthy(), 0, activated=False), OPEN),
        (1, with_server(healthy(), 0, activated=None), UNKNOWN),
        (1, with_packs(healthy(), 0, device_pack()), PROVEN),
        (2, with_packs(healthy(), 0, device_pack()), OPEN),
        (2, with_server(healthy(), 0, activated=False), PROVEN),
    ],
)
def test_what_came_of_a_call_is_read_from_the_facts_of_its_kind(number: int, site: Any, state: State) -> None:
    """Of an activation whether the server is active, of an installation the packs."""
    assert states(called(site, number=number))["enter"] is state


def test_a_deactivation_shows_in_no_fact_of_the_list() -> None:
    """So its code alone counts."""
    taken = call(3, "deactivate", code(3, "confirmation-code", "X" * 12))
    heard = call(3, "deactivate", code(3, "confirmation-code", "X" * 12, entered=0))
    assert states(called(record=Record(calls=(taken,))))["enter"] is PROVEN
    table = called(record=Record(calls=(heard,)))
    assert states(table)["enter"] is UNKNOWN
    assert seen(table, "enter") == ["(No code was entered.)"]


def test_an_open_call_without_a_code() -> None:
    """The step is open; one given up says why."""
    begun = call(3, "install", outcome="", ended=0)
    table = called(record=Record(calls=(begun,)))
    assert states(table)["call"] is OPEN
    assert seen(table, "call") == ["call opened"]
    given_up = call(3, "install", outcome="given-up", note="line dead")
    assert seen(called(record=Record(calls=(given_up,))), "call") == ["call ended without a code: line dead"]


def test_a_failing_check_is_open() -> None:
    """What is not proven is told first, and a few facts are enough."""
    table = called(with_host(healthy(), 1, servers=()))
    assert states(table)["check"] is OPEN
    assert "rdsh2" in seen(table, "check")[0]


def test_the_parameters_of_a_call_are_those_of_its_purchase() -> None:
    """With its contract; without a purchase all are shown; secrets are not."""
    table = called(number=2)
    assert [text for text, _, _ in row(table.parameters, "sku")] == ["SKU SKU-USER – RDS CAL per user 2022, 50 bought"]
    assert [text for text, _, _ in row(table.parameters, "company")] == [
        "Company: Fonderies de l’Œuvre",
        "Country or region: France",
        "Caller: Zoé Lefèvre",
        "Contract C-77",
    ]
    assert len(row(called(number=1).parameters, "sku")) == len(BOUGHT)
    told = str([[str(value.text) for value in one.values] for one in table.parameters])
    assert AUTHORISATION not in told
    assert SERVER_ID[:5] in told


def test_a_kind_that_is_not_known_is_shown_as_it_stands() -> None:
    """The journal may hold what a later version entered."""
    table = called(record=Record(calls=(*RECORD.calls, call(3, "later-kind", code(3, "later-slot", "X" * 5)))))
    assert seen(table, "call") == ["later-slot heard, typed twice alike"]
