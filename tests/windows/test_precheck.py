"""The precheck: call, or do not call yet."""

from typing import Any

import pytest

from calvox.core.purchases import Purchase
from calvox.doctor.facts import Backup, Fact, Join, Mode, Site
from calvox.windows.precheck import FRESH_DAYS, Precheck, State, precheck
from tests.doctor.sites import (
    DAY,
    NOW,
    V2016,
    V2019,
    V2022,
    V2025,
    bare,
    changed,
    facts_in,
    healthy,
    with_another_host,
    with_host,
    with_machine,
    with_server,
    workgroup,
)

HOLDS, FAILS, UNKNOWN = State.HOLDS, State.FAILS, State.UNKNOWN
OPEN = {"licence_number": "12345678", "authorisation_number": "ABCDE12345FGHIJ"}


def purchase(**changes: Any) -> Purchase:
    """Make a purchase with which all is well."""
    told: dict[str, Any] = {"programme": "open", "cal_type": "user", "version": "2022", "quantity": 50, "papers": True}
    return Purchase(**{**told, **OPEN, **changes})


def check(site: Site, *purchases: Purchase) -> Precheck:
    """Check the first licence server."""
    return precheck(site, site.licence_servers[0], purchases or (purchase(),), NOW)


def states(told: Precheck, name: str) -> list[State]:
    """Give the states of the conditions of one name."""
    return [condition.state for condition in told.conditions if condition.name == name]


def against(told: Precheck) -> set[str]:
    """Name what speaks against the call."""
    return {condition.name for condition in told.because}


def test_all_is_well() -> None:
    """Per user in a domain, per device in a workgroup."""
    assert check(healthy()).call
    assert check(workgroup(), purchase(cal_type="device")).call
    assert check(healthy()).because == []


def test_nothing_known_says_do_not_call() -> None:
    """Each thing that is unknown is told, and none passes for a failure."""
    told = check(bare())
    assert not told.call
    assert {condition.state for condition in told.because} == {UNKNOWN}
    assert "hosts" in against(told)


NEEDED = [f"licence_servers.0.{n}" for n in ("activated", "service_state", "service_start", "backup")]
NEEDED += [f"licence_servers.0.machine.{n}" for n in ("administrator", "version", "join")]
NEEDED += [f"session_hosts.{h}.{n}" for h in (0, 1) for n in ("mode", "machine.version")]


@pytest.mark.parametrize("path", [path for path, _ in facts_in(healthy())])
def test_one_unknown_fact(path: str) -> None:
    """Those that are needed keep back the call; whichever it is, nothing fails for it."""
    told = check(changed(healthy(), path, None))
    assert told.call == (path not in NEEDED)
    assert all(condition.state is UNKNOWN for condition in told.because)


# The licence server


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"service_state": "Stopped"}, "service-running"),
        ({"service_start": "Manual"}, "service-automatic"),
        ({"service_start": "Disabled"}, "service-automatic"),
        ({"backup": False}, "backup"),
    ],
)
def test_what_is_wrong_with_the_server(changes: dict[str, object], name: str) -> None:
    """One cause, and no other."""
    told = check(with_server(healthy(), 0, **changes))
    assert (against(told), states(told, name), told.call) == ({name}, [FAILS], False)


def test_zeros_of_others_than_administrators() -> None:
    """Who is no administrator may have read zeros."""
    assert states(check(with_machine(healthy(), "ls1", administrator=False)), "administrator") == [FAILS]


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, HOLDS),
        ({"tested": False}, FAILS),
        ({"folder": False}, FAILS),
        ({"system_state": False}, FAILS),
        ({"time": NOW - FRESH_DAYS * DAY}, HOLDS),
        ({"time": NOW - FRESH_DAYS * DAY - 1}, FAILS),
        ({"time": NOW + 3_600}, HOLDS),
        ({"time": NOW + 2 * DAY}, FAILS),
        ({"time": 0}, FAILS),
    ],
)
def test_the_backup(changes: dict[str, Any], state: State) -> None:
    """Folder, system state, tested, fresh, and not from next week."""
    backup = Backup(**{"time": NOW - DAY, "folder": True, "system_state": True, "tested": True, **changes})
    assert states(check(with_server(healthy(), 0, backup=backup)), "backup") == [state]


# Versions


@pytest.mark.parametrize(
    ("server", "cal", "host", "wrong"),
    [
        (V2022, "2022", V2022, set()),
        (V2025, "2022", V2016, set()),
        (V2025, "2025", V2022, set()),
        (V2022, "2025", V2022, {"server-holds-cal"}),
        (V2019, "2022", V2019, {"server-holds-cal"}),
        (V2025, "2022", V2025, {"cal-serves-host"}),
        (V2022, "2019", V2022, {"cal-serves-host"}),
        (V2016, "2019", V2022, {"cal-serves-host", "server-holds-cal"}),
        (3, "2012 R2", 3, {"server-holds-cal"}),
        (V2022, "2012r2", 3, set()),
    ],
)
def test_versions(server: int, cal: str, host: int, wrong: set[str]) -> None:
    """The licence server is at least as new as the CALs, and these as the hosts."""
    site = with_machine(with_machine(healthy(), "ls1", version=server), "rdsh1", version=host)
    site = with_machine(site, "rdsh2", version=host)
    assert against(check(site, purchase(version=cal))) == wrong


def test_one_host_that_is_too_new() -> None:
    """It is named, with its version; the other one holds."""
    told = check(with_machine(with_machine(healthy(), "rdsh2", version=V2025), "ls1", version=V2025))
    assert states(told, "cal-serves-host") == [HOLDS, FAILS]
    assert "rdsh2.corp.example is 2025" in str(told.because[0].text)


def test_the_version_counts_that_fits_the_mode() -> None:
    """A newer purchase of the other type does not help."""
    site = with_machine(with_machine(healthy(), "rdsh1", version=V2025), "ls1", version=V2025)
    told = check(site, purchase(), purchase(cal_type="device", version="2025"))
    assert states(told, "cal-serves-host") == [FAILS, HOLDS]


# Modes


@pytest.mark.parametrize("mode", [Mode.DEVICE, Mode.NOT_SET, Mode.ENTRA_USER, Mode.ADMIN])
def test_a_mode_without_purchase(mode: Mode) -> None:
    """It is told in words that a person reads."""
    told = check(with_host(healthy(), 0, mode=mode))
    assert states(told, "cal-fits-mode") == [FAILS, HOLDS]
    assert mode is Mode.DEVICE or mode.value not in str(told.because[0].text)


def test_two_types_for_two_modes() -> None:
    """Each host has its own."""
    site = with_host(healthy(), 0, mode=Mode.DEVICE)
    assert check(site, purchase(), purchase(cal_type="device")).call


def test_per_user_needs_a_domain() -> None:
    """The licence server's, per device does not."""
    site = with_machine(healthy(), "ls1", join=Join.WORKGROUP)
    assert against(check(site)) == {"per-user-in-domain"}
    assert states(check(workgroup(), purchase(cal_type="device")), "per-user-in-domain") == []


def test_no_host_names_the_server() -> None:
    """Then nobody knows which CALs are needed."""
    site = with_host(with_host(healthy(), 0, servers=()), 1, servers=("ls9",))
    assert states(check(site), "hosts") == [UNKNOWN]


def test_hosts_of_another_server_are_not_asked() -> None:
    """Nor machines that are open to remote administration alone."""
    site = with_another_host(healthy(), "old.corp.example", servers=("ls9",), mode=Mode.DEVICE)
    site = with_another_host(site, "admin.corp.example", application_mode=False, mode=Mode.ADMIN)
    assert check(site).call


# Purchases


def test_no_purchase() -> None:
    """It says where to write it."""
    told = precheck(healthy(), healthy().licence_servers[0], (), NOW)
    assert states(told, "purchases") == [UNKNOWN]
    assert states(told, "cal-fits-mode") == [UNKNOWN, UNKNOWN]
    assert not told.call


@pytest.mark.parametrize(
    "changes",
    [
        {"licence_number": "1234567"},
        {"authorisation_number": ""},
        {"programme": "retail"},
        {"programme": "nonsense"},
        {"quantity": 0},
        {"programme": "enterprise", "agreement_number": "123456"},
    ],
)
def test_numbers_of_the_wrong_length(changes: dict[str, Any]) -> None:
    """Only the numbers are told; the hosts are judged all the same."""
    told = check(healthy(), purchase(**changes))
    assert against(told) == {"numbers"}
    assert states(told, "cal-fits-mode") == [HOLDS, HOLDS]


@pytest.mark.parametrize(
    "changes",
    [
        {"programme": "retail", "licence_code": "abcde-fghij-12345-67890-klmno"},
        {"programme": "enterprise", "agreement_number": "1234567"},
        {"programme": "other", "agreement_number": "X 99"},
        {"licence_number": "1234 5678"},
    ],
)
def test_numbers_of_the_right_length(changes: dict[str, Any]) -> None:
    """Spaces, hyphens and small letters do not matter."""
    assert check(healthy(), purchase(**changes)).call


@pytest.mark.parametrize("changes", [{"version": "2024"}, {"cal_type": "person"}, {"version": "", "cal_type": ""}])
def test_a_type_or_version_that_does_not_exist(changes: dict[str, Any]) -> None:
    """It is a fault of the purchase, never an exception; a good purchase beside it still counts."""
    told = check(healthy(), purchase(**changes))
    assert FAILS in states(told, "numbers")
    assert states(told, "cal-serves-host") == [UNKNOWN, UNKNOWN]
    both = check(healthy(), purchase(**changes), purchase())
    assert against(both) == {"numbers"}


def test_the_papers() -> None:
    """They are wanted for each purchase, also for one with faults."""
    assert against(check(healthy(), purchase(papers=False))) == {"papers"}
    told = check(healthy(), purchase(), purchase(papers=False, quantity=0))
    assert states(told, "papers") == [HOLDS, FAILS]


def test_failures_come_first() -> None:
    """What is unknown is told after what is wrong."""
    site = with_server(healthy(), 0, service_state=Fact(why="access denied"), service_start="Manual")
    told = [condition.state for condition in check(site, purchase(papers=False)).because]
    assert told == [FAILS, FAILS, UNKNOWN]


def test_a_purchase_of_sessions_fits_no_host() -> None:
    """Windows has no CALs per session."""
    assert "cal-fits-mode" in against(check(healthy(), purchase(cal_type="session")))


def test_versions_newer_than_known_still_compare() -> None:
    """A host of a version without a name yet is told by its number."""
    told = check(with_machine(healthy(), "rdsh1", version=9))
    assert states(told, "cal-serves-host") == [FAILS, HOLDS]
    assert V2022 < 9
