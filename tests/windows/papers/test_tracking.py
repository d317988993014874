"""The tracking sheet: the procedure's eight elements, filled from facts, journal and description, and never guessed."""

from typing import Any

import msgspec
import pytest

from calvox.common.i18n import language_of
from calvox.core.purchases import Purchase
from calvox.doctor.facts import Backup, Fact, Mode
from calvox.windows.artefacts.given import BackupGiven, HostLicensing
from calvox.windows.papers.rows import TO_FILL
from calvox.windows.record import Action, Record
from tests.doctor.sites import (
    NOW,
    READ,
    bare,
    healthy,
    user_pack,
    with_another_host,
    with_host,
    with_packs,
    with_server,
)
from tests.windows.papers.sampled import (
    AUTHORISATION,
    BOUGHT,
    INSTALLED,
    PACK_ID,
    RECORD,
    SERVER,
    SERVER_ID,
    call,
    code,
    row,
    tracked,
    with_facts,
)

ELEMENTS = [
    "Nom du serveur de licences",
    "ID du serveur",
    "Programme de licence",
    "SKU / Type",
    "Quantité et date d’installation",
    "Mode appliqué",
    "Serveurs de licences déclarés",
    "Emplacement sauvegarde LServer",
]


def installed(sheet: Any) -> list[int | None]:
    """List when each pack was installed."""
    (found,) = (one for one in sheet.rows if one.name == "packs")
    return [value.installed for value in found.values]


def action(**changes: Any) -> Action:
    """Make an action that set up a backup."""
    values: dict[str, Any] = {
        "order": "0" * 32,
        "action": "schedule-backup",
        "machine": SERVER,
        "given": '{"folder": "E:\\\\LServer"}',
        "how": "winrm",
        "outcome": "done",
        "code": 0,
        "before": "",
        "after": "",
        "time": READ,
        "call": 0,
        "by": "anne",
        "entered": READ,
    }
    return Action(**(values | changes))


def test_the_elements_are_the_procedures() -> None:
    """Eight, in its order and in its words."""
    with language_of("fr"):
        assert [str(one.element) for one in tracked().rows] == ELEMENTS
        assert str(TO_FILL) == "(à compléter)"
    assert str(TO_FILL) == "(to be filled in)"


def test_every_known_value_says_where_it_is_from() -> None:
    """And every fact, when it was read."""
    for one in tracked().rows:
        for value in one.values:
            assert value.known
            assert str(value.source)
            assert value.time or "site.toml" in str(value.source)


def test_nothing_known_is_to_be_filled_in() -> None:
    """Of a bare site only the name is known; each gap says why."""
    sheet = tracked(bare(), Record(), purchases=(), licensing=HostLicensing(), backup=BackupGiven())
    for one in sheet.rows[1:]:
        assert [value.known for value in one.values] == [False], one.name
        assert all(str(value.note) for value in one.values)
    assert row(sheet, "name")[0][0] == "ls1"


def test_the_server_id_stands_in_groups() -> None:
    """With the Product ID under it; what the journal has alike is not repeated."""
    assert [text for text, _, _ in row(tracked(), "server-id")] == [
        "ABCDE ABCDE ABCDE ABCDE ABCDE ABCDE ABCDE",
        "Product ID 00477-001-9732671-84851",
    ]


def test_another_server_id_in_the_journal_is_shown_beside() -> None:
    """The newest one that was entered; if Windows does not tell its own, it stands for it."""
    given = call(3, "reactivate", code(3, "server-id", "ZZZZZ" * 7), code(3, "server-id", "YYYYY" * 7, entered=0))
    record = Record(calls=(*RECORD.calls, given))
    first, second, _ = row(tracked(record=record), "server-id")
    assert first[0].startswith("ABCDE")
    assert (second[0][:5], "call 3" in second[1], "collect" in second[2]) == ("ZZZZZ", True, True)
    unread = with_server(healthy(), 0, server_id=None, product_id=None)
    assert [text[:5] for text, _, _ in row(tracked(unread, record), "server-id")] == ["ZZZZZ"]
    assert row(tracked(unread, Record()), "server-id") == [("", "", "not collected")]


def test_codes_of_other_servers_are_not_taken() -> None:
    """Neither their IDs nor their packs nor their calls."""
    other = msgspec.structs.replace(INSTALLED, server="ls2.corp.example")
    sheet = tracked(record=Record(calls=(other,)))
    assert sheet.calls == ()
    assert installed(sheet) == [0, 0]


def test_what_was_bought_and_no_secret_of_it() -> None:
    """Programme with its public number; type, version and quantity; the SKU if it is told."""
    sheet = tracked()
    assert [text for text, _, _ in row(sheet, "programme")] == [
        "Open License, License number: 12345678",
        "Enterprise Agreement, Agreement or enrolment number: 7654321",
    ]
    assert [text for text, _, _ in row(sheet, "sku")] == [
        "SKU SKU-USER – RDS CAL per user 2022, 50 bought",
        "SKU (to be filled in) – RDS CAL per device 2022, 20 bought",
    ]
    retail = Purchase(programme="retail", cal_type="user", version="2022", quantity=5, licence_code="SECRE" * 5)
    told = str([row(tracked(purchases=(*BOUGHT, retail)), name) for name in ("programme", "sku")])
    assert AUTHORISATION not in told
    assert "SECRE" not in told


def test_a_purchase_that_is_not_well_formed_is_shown_as_it_stands() -> None:
    """A paper is no place to refuse it."""
    wrong = Purchase(programme="opne", cal_type="usre", version="2022", quantity=1)
    sheet = tracked(purchases=(wrong,))
    assert row(sheet, "programme")[0][0] == "opne"
    assert "usre" in row(sheet, "sku")[0][0]


def test_a_pack_is_dated_by_the_journal_alone() -> None:
    """By the number that Windows gave; another pack's date is to be filled in."""
    sheet = tracked()
    assert [text for text, _, _ in row(sheet, "packs")] == [
        "50 CALs per user 2022 (pack 2, 3 issued)",
        "20 CALs per device 2022 (pack 3, 0 issued)",
    ]
    assert installed(sheet) == [READ - 4_000, 0]
    assert row(sheet, "packs")[0][2] == "entered by bruno in call 2"


@pytest.mark.parametrize(
    ("entered", "note"),
    [(READ + 60, "The packs were not read since: collect the licence server again."), (READ - 60, "does not say")],
)
def test_a_code_without_its_pack_is_shown(entered: int, note: str) -> None:
    """It was entered, but which pack it made is not known."""
    loose = call(3, "install", code(3, "pack-id", "W" * 35, quantity=7, entered=entered))
    *_, last = row(tracked(record=Record(calls=(*RECORD.calls, loose))), "packs")
    assert last[0] == "7 CALs"
    assert note in last[2]
    assert installed(tracked(record=Record(calls=(loose,))))[-1] == entered


def test_a_code_that_was_not_entered_installed_nothing() -> None:
    """It was heard only."""
    for number in (2, 0):
        heard = call(3, "install", code(3, "pack-id", PACK_ID, pack_id=number, entered=0))
        assert installed(tracked(record=Record(calls=(heard,)))) == [0, 0]


def test_no_pack_is_something_else_than_not_read() -> None:
    """An empty list counts if an administrator read it."""
    assert row(tracked(with_packs(healthy(), 0), Record()), "packs")[0][0] == "none installed"
    unread = with_facts(healthy(), packs=Fact(why="access denied"))
    assert row(tracked(unread, Record()), "packs") == [("", "", "access denied")]
    site = with_packs(healthy(), 0)
    machine = msgspec.structs.replace(site.licence_servers[0].machine, administrator=Fact(value=False, time=READ))
    assert row(tracked(with_facts(site, machine=machine), Record()), "packs") == [
        ("", "", "not read by an administrator")
    ]


def test_hosts_are_gathered_by_what_they_say() -> None:
    """Each mode once with its hosts, then those of which it is not known, then what is wanted."""
    site = with_another_host(healthy(), "rdsh3.corp.example", mode=Mode.DEVICE)
    site = with_another_host(site, "rdsh4.corp.example", mode=None)
    site = with_another_host(site, "rdsh5.corp.example", servers=("ls9.corp.example",))
    assert row(tracked(site), "mode") == [
        ("Per User: rdsh1.corp.example, rdsh2.corp.example", "a test", ""),
        ("Per Device: rdsh3.corp.example", "a test", ""),
        ("", "", "rdsh4.corp.example: not collected"),
        ("wanted: Per User", "site.toml, [licensing]", ""),
    ]
    servers = [text for text, _, _ in row(tracked(with_host(healthy(), 0, servers=())), "servers")]
    assert servers == ["none: rdsh1.corp.example", f"{SERVER}: rdsh2.corp.example", f"wanted: {SERVER}"]


def test_many_hosts_are_counted() -> None:
    """A few are named."""
    site = healthy()
    for number in range(10, 40):
        site = with_another_host(site, f"rdsh{number}.corp.example")
    text = row(tracked(site), "mode")[0][0]
    assert text.endswith("and 26 more")
    assert len(text) < 200


def test_the_place_of_the_backup_is_planned_or_set_up() -> None:
    """The journal's comes before the plan; without either it is to be filled in, whatever backup there is."""
    first, second = row(tracked(), "backup")
    assert first == ("planned: D:\\Sauvegardes, and \\\\nas\\lserver", "site.toml, [backup]", "")
    assert second[0] == "newest backup, tested"
    done = Record(actions=(action(), action(outcome="failed", given='{"folder": "X:"}'), action(machine="ls2.x")))
    assert [text for text, _, _ in row(tracked(record=done), "backup")][:2] == [
        "E:\\LServer",
        "planned: D:\\Sauvegardes, and \\\\nas\\lserver",
    ]
    else_where = Record(actions=(action(action="move-database"),))
    assert row(tracked(record=else_where), "backup")[0] == first
    sheet = tracked(backup=BackupGiven())
    assert row(sheet, "backup")[0][0] == ""
    untested = with_server(healthy(), 0, backup=Backup(time=NOW, folder=True, system_state=True))
    assert row(tracked(untested), "backup")[-1][0] == "newest backup, not tested"


@pytest.mark.parametrize("given", ["", "{", "[]", "3", "{}"])
def test_an_action_without_a_folder_tells_no_place(given: str) -> None:
    """Whatever its parameters are."""
    assert row(tracked(record=Record(actions=(action(given=given),))), "backup")[0][0].startswith("planned")


def test_a_pack_of_a_later_version_keeps_its_number() -> None:
    """Nothing is guessed of it."""
    assert "#99" in row(tracked(with_packs(healthy(), 0, user_pack(version=99))), "packs")[0][0]


def test_the_calls_are_those_of_the_server() -> None:
    """In their order, with their codes."""
    assert [(one.call, one.codes[0].code) for one in tracked().calls] == [(1, SERVER_ID), (2, PACK_ID)]
