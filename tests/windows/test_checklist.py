"""The procedure's checklist: proven by facts, open, or not collected."""

from dataclasses import replace
from io import StringIO
from typing import Any

import msgspec
import pytest
from rich.console import Console

from calvox.cli.windows.drawn import draw_checklist, plain_checklist
from calvox.common.i18n import language_of
from calvox.core.purchases import Purchase
from calvox.doctor.facts import Backup, Fact, Mode, Site
from calvox.windows.acceptance import accept
from calvox.windows.checklist import Checklist, State, checklist
from calvox.windows.evidence import Acceptance
from tests.doctor.sites import (
    DAY,
    NOW,
    READ,
    bare,
    changed,
    device_pack,
    facts_in,
    healthy,
    known,
    not_collected,
    with_another_host,
    with_host,
    with_machine,
    with_packs,
    with_reach,
    with_server,
    workgroup,
)

PROVEN, OPEN, NOT_COLLECTED = State.PROVEN, State.OPEN, State.NOT_COLLECTED
BOUGHT = (
    Purchase(programme="open", cal_type="user", version="2022", quantity=50),
    Purchase(programme="open", cal_type="device", version="2022", quantity=20),
)
ITEMS = ["role", "activated", "packs", "hosts", "network", "backup", "validation"]
CHECKS = ["diagnoser", "session", "grace"]


def earlier(site: Site) -> Site:
    """Make every fact of a site half an hour older."""
    for path, _ in facts_in(site):
        fact = dict(facts_in(site))[path]
        site = changed(site, path, msgspec.structs.replace(fact, time=READ - 1_800))
    return msgspec.structs.replace(site, collected=READ - 1_800)


BEFORE = changed(
    earlier(healthy()), "licence_servers.0.user_report", Fact(value=(), source="a test", time=READ - 1_800)
)


def accepted(site: Site) -> Acceptance:
    """Accept a session per user that ended in this state."""
    return accept(BEFORE, site, "ls1", Mode.USER, NOW, purchases=BOUGHT)


ACCEPTED = accepted(healthy())


def listed(site: Site, acceptance: Acceptance | None = ACCEPTED, purchases: tuple[Purchase, ...] = BOUGHT) -> Checklist:
    """Go through the list of the first licence server."""
    return checklist(site, site.licence_servers[0], purchases, NOW, acceptance)


def states(told: Checklist) -> dict[str, State]:
    """Give the items that are not proven; checks have a mark."""
    items = {item.name: item.state for item in told.items} | {f"+{item.name}": item.state for item in told.checks}
    return {name: state for name, state in items.items() if state is not PROVEN}


def test_everything_is_proven() -> None:
    """Seven items, three checks, each with its words in the article and facts with source and time."""
    told = listed(healthy())
    assert ACCEPTED.accepted
    assert (told.complete, states(told)) == (True, {})
    assert [item.name for item in told.items] == ITEMS
    assert [item.name for item in told.checks] == CHECKS
    for item in (*told.items, *told.checks):
        assert item.article
        assert item.seen
        assert all(one.source and one.time for seen in item.seen for one in seen.evidence)
        assert all(seen.evidence for seen in item.seen)


def test_nothing_collected_is_not_collected() -> None:
    """Not one item is proven, and none is called open."""
    told = listed(bare(), None, ())
    assert set(states(told).values()) == {NOT_COLLECTED}
    assert len(states(told)) == len(ITEMS) + len(CHECKS)


@pytest.mark.parametrize("path", [path for path, _ in facts_in(healthy())])
def test_a_missing_fact_opens_nothing(path: str) -> None:
    """It leaves items not collected, or does not matter."""
    told = listed(not_collected(healthy(), path))
    assert OPEN not in states(told).values()


@pytest.mark.parametrize(
    ("path", "items"),
    [
        ("licence_servers.0.service_state", {"role", "validation", "+diagnoser", "+grace"}),
        ("licence_servers.0.service_start", {"role"}),
        ("licence_servers.0.activated", {"activated", "validation", "+diagnoser", "+grace"}),
        ("licence_servers.0.packs", {"packs", "validation", "+diagnoser", "+grace"}),
        ("licence_servers.0.backup", {"backup"}),
        ("licence_servers.0.machine.administrator", {"validation", "+diagnoser"}),
        ("session_hosts.1.mode", {"hosts", "validation", "+diagnoser", "+grace"}),
        ("session_hosts.1.servers", {"hosts", "validation", "+diagnoser", "+grace"}),
        ("session_hosts.0.reach", {"network", "validation", "+diagnoser", "+grace"}),
        ("session_hosts.0.grace_days", set()),
    ],
)
def test_which_items_a_fact_proves(path: str, items: set[str]) -> None:
    """Without it just these are not collected, and the reason is told."""
    told = listed(not_collected(healthy(), path, "access denied"))
    assert states(told) == dict.fromkeys(items, NOT_COLLECTED)


@pytest.mark.parametrize(
    ("site", "items"),
    [
        (with_server(healthy(), 0, service_state="Stopped"), {"role", "validation", "+diagnoser", "+grace"}),
        (with_server(healthy(), 0, service_start="Manual"), {"role"}),
        (with_server(healthy(), 0, activated=False), {"activated", "validation", "+diagnoser", "+grace"}),
        (with_packs(healthy(), 0, device_pack()), {"packs", "validation", "+diagnoser", "+grace"}),
        (with_host(healthy(), 1, mode=Mode.NOT_SET), {"hosts", "validation", "+diagnoser", "+grace"}),
        (with_host(healthy(), 1, mode=Mode.ADMIN), {"hosts", "validation", "+diagnoser", "+grace"}),
        (with_host(healthy(), 1, servers=()), {"hosts", "validation", "+diagnoser", "+grace"}),
        (with_reach(healthy(), 0, dynamic=False), {"network", "validation", "+diagnoser", "+grace"}),
        (with_server(healthy(), 0, backup=False), {"backup"}),
    ],
)
def test_what_speaks_against_an_item(site: Site, items: set[str]) -> None:
    """Just these are open."""
    assert {name for name, state in states(listed(site)).items() if state is OPEN} == items


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, PROVEN),
        ({"tested": False}, OPEN),
        ({"folder": False}, OPEN),
        ({"system_state": False}, OPEN),
        ({"time": NOW - 7 * DAY}, PROVEN),
        ({"time": NOW - 8 * DAY}, OPEN),
        ({"time": NOW + 3 * DAY}, OPEN),
    ],
)
def test_the_backup(changes: dict[str, Any], state: State) -> None:
    """Planned is what is fresh; tested is what was tested."""
    backup = Backup(**{"time": READ, "folder": True, "system_state": True, "tested": True, **changes})
    assert states(listed(with_server(healthy(), 0, backup=backup))).get("backup", PROVEN) is state


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"status": 9}, PROVEN),
        ({"status": 5}, PROVEN),
        ({"status": 4}, PROVEN),
        ({"status": 5, "dynamic": None}, PROVEN),
        ({"status": 8}, PROVEN),
        ({"status": None}, PROVEN),
        ({"status": 6}, OPEN),
        ({"status": 8, "dynamic": False}, OPEN),
        ({"status": 8, "dynamic": None}, NOT_COLLECTED),
        ({"status": 11, "port_135": False}, PROVEN),
        ({"name": False}, OPEN),
    ],
)
def test_the_way(changes: dict[str, Any], state: State) -> None:
    """A licence server that refuses was reached all the same."""
    assert states(listed(with_reach(healthy(), 0, **changes))).get("network", PROVEN) is state


def test_what_is_open_outweighs_what_is_not_collected() -> None:
    """One host speaks against the item, of another nothing is known; nothing seen at all proves nothing."""
    site = with_host(with_host(healthy(), 0, mode=None), 1, mode=Mode.NOT_SET)
    assert states(listed(site))["hosts"] is OPEN
    assert replace(listed(healthy()).items[0], seen=()).state is NOT_COLLECTED


def test_a_way_to_another_server_tells_nothing() -> None:
    """The one of the list was not tried."""
    site = changed(healthy(), "session_hosts.0.reach.0.server", "ls9")
    assert states(listed(site))["network"] is NOT_COLLECTED


def test_hosts_of_other_servers_and_administered_ones_are_left_out() -> None:
    """What they say is not asked."""
    site = with_another_host(healthy(), "rdsh8.corp.example", servers=("ls9",), mode=Mode.NOT_SET)
    site = with_another_host(site, "admin.corp.example", application_mode=False, mode=Mode.ADMIN)
    assert listed(site).complete


def test_without_purchases_packs_are_not_collected() -> None:
    """It says where to write them."""
    told = listed(healthy(), purchases=())
    assert states(told) == {"packs": NOT_COLLECTED}
    assert "site.toml" in str(told.items[2].seen[0].text)


def test_the_session_needs_an_acceptance() -> None:
    """None, one that is open, one that failed."""
    assert states(listed(healthy(), None)) == {"validation": NOT_COLLECTED, "+session": NOT_COLLECTED}
    told = listed(healthy(), accepted(BEFORE))
    assert states(told) == {"validation": NOT_COLLECTED, "+session": NOT_COLLECTED}
    stopped = accepted(with_server(healthy(), 0, activated=False))
    assert states(listed(healthy(), stopped)) == {"validation": OPEN}


def test_per_device_a_temporary_cal_leaves_the_check_open() -> None:
    """The procedure asks for a CAL per device."""
    site = workgroup()
    before = changed(earlier(site), "licence_servers.0.issued", known((), time=READ - 1_800))
    rows = tuple(msgspec.structs.replace(row, temporary=True) for row in site.licence_servers[0].issued.value or ())
    bought = BOUGHT[1:]
    for after, state in ((site, PROVEN), (with_server(site, 0, issued=rows), OPEN)):
        told = accept(before, after, "LS1", Mode.DEVICE, NOW, purchases=bought)
        assert states(listed(after, told, bought)).get("+session", PROVEN) is state


def test_a_zero_that_no_administrator_read_is_not_believed() -> None:
    """The Diagnoser would show it as a fault (KB2546583)."""
    site = with_machine(with_packs(healthy(), 0), "ls1", administrator=False)
    found = states(listed(site))
    assert (found["packs"], found["+diagnoser"]) == (NOT_COLLECTED, NOT_COLLECTED)


def drawn(told: Checklist) -> str:
    """Draw it on a screen that is no terminal."""
    screen = Console(width=110, record=True, file=StringIO())
    draw_checklist(screen, told)
    return screen.export_text()


def test_it_is_drawn_in_either_language() -> None:
    """In French with the article's own words."""
    told = listed(healthy())
    assert "10 of 10 items are proven" in drawn(told)
    assert "The backup of the folder LServer is planned and tested." in drawn(told)
    with language_of("fr"):
        assert "Flux réseau internes autorisés (RPC, ports dynamiques)." in drawn(told)


def test_names_are_shown_as_text() -> None:
    """Neither markup nor what steers a screen."""
    site = with_server(healthy(), 0, service_state="[bold]Running\x1b[0m\u202e")
    text = drawn(listed(site))
    assert "[bold]Running" in text
    assert not {"\x1b", "\u202e"} & set(text)


def test_many_hosts_are_summed_up() -> None:
    """What is not proven is shown, of the rest a few; scripts are told all."""
    site = healthy()
    for number in range(10, 40):
        site = with_another_host(site, f"rdsh{number}.corp.example")
    told = listed(with_host(site, 31, mode=Mode.NOT_SET))
    text = drawn(told)
    assert "rdsh39.corp.example: mode “not set”" in text
    assert "rdsh20.corp.example: mode" not in text
    assert "Proven too, and not shown: 26" in text
    assert len(plain_checklist(told)["items"][3]["seen"]) == 32


def test_scripts_are_told_the_same() -> None:
    """Plain values, with the article's words in either language."""
    plain = plain_checklist(listed(healthy()))
    assert (plain["server"], plain["complete"]) == ("ls1.corp.example", True)
    assert [item["name"] for item in plain["items"]] == ITEMS
    assert plain["items"][5]["article"] == "Sauvegarde du dossier LServer planifiée et testée."
    assert plain["items"][1]["seen"][0]["evidence"] == [
        {"subject": "ls1.corp.example", "fact": "activated", "source": "a test", "time": "2026-11-02T11:00:00Z"}
    ]
    assert msgspec.json.encode(plain)
