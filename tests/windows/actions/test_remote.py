"""Actions over WinRM, on doubles that change when they are told to, with real NTLM and sealing."""

import ast
import json
from pathlib import Path
from typing import Any

import pytest

import calvox.windows
from calvox.common.errors import BadInput, Conflict, Denied, NotFound, Unreachable
from calvox.windows.actions.catalogue import ACTIONS
from calvox.windows.actions.changing import CHANGES, ChangingWsman
from calvox.windows.actions.outcome import Outcome
from calvox.windows.actions.remote import Reached, perform
from calvox.windows.credentials import Credentials, Secret
from calvox.windows.line import Target
from calvox.windows.wsman import READS
from tests.windows.actions.acting import (
    GIVEN,
    ONLY_BY_SCRIPT,
    OVER_WINRM,
    acted,
    machine_for,
    order_of,
    reaching,
)
from tests.windows.surveying import LS, RDSH, USER, WRONG
from tests.windows.wsman_answers import Machine
from tests.windows.wsman_machines import member_server
from tests.windows.wsman_state import (
    CONFIRMATION,
    FAILED,
    INVALID,
    PACK_ID,
    SERVER_ID,
    LicenceServer,
    SessionHost,
)


def changed(machine: Machine) -> list[str]:
    """List the changing methods that a double was asked."""
    return [name for name in machine.asked if name in CHANGES]


def state(text: str) -> dict[str, Any]:
    """Read a state of an outcome."""
    return dict(json.loads(text))


@pytest.mark.parametrize("name", OVER_WINRM)
def test_each_is_done_once_and_read_back(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The double changes, only methods that the action names are called, and the values before and after differ."""
    double = machine_for(name)
    outcome = acted(double.machine, order_of(name), tmp_path, monkeypatch)
    assert (outcome.outcome, outcome.code) == ("done", 0), outcome
    assert changed(double.machine)
    assert set(changed(double.machine)) <= set(ACTIONS[name].uses)
    assert len(changed(double.machine)) == len(set(changed(double.machine)))
    assert state(outcome.before) != state(outcome.after)
    assert str(outcome.said).startswith("Done: ")


@pytest.mark.parametrize("name", OVER_WINRM)
def test_rehearsing_calls_nothing_that_changes(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every method that is asked is one that reads, and the outcome says so."""
    double = machine_for(name)
    outcome = acted(double.machine, order_of(name), tmp_path, monkeypatch, rehearse=True)
    assert outcome.outcome == "rehearsed"
    called = [asked.rpartition(".")[2] for asked in double.machine.asked if "." in asked]
    assert called
    assert all(READS.fullmatch(method) for method in called)
    assert outcome.before == outcome.after


@pytest.mark.parametrize(
    "name",
    [
        n
        for n in OVER_WINRM
        if n not in ("install-pack", "reinstall-pack", "import-pack", "convert-cals", "make-report")
    ],
)
def test_doing_it_again_changes_nothing(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is so already is told, and no changing method is called a second time."""
    double = machine_for(name)
    acted(double.machine, order_of(name), tmp_path, monkeypatch)
    before = len(changed(double.machine))
    outcome = acted(double.machine, order_of(name), tmp_path, monkeypatch)
    assert outcome.outcome == "unchanged"
    assert outcome.good
    assert len(changed(double.machine)) == before


@pytest.mark.parametrize("name", [n for n in GIVEN if "code" in GIVEN[n]])
def test_a_wrong_code_is_refused_in_plain_words(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows' number, what it means, what to do next; the code itself stands nowhere."""
    double = machine_for(name)
    wrong = "WRONGWRONG" if name == "deactivate-server" else "W" * 35
    outcome = acted(double.machine, order_of(name, GIVEN[name] | {"code": wrong}), tmp_path, monkeypatch)
    assert (outcome.outcome, outcome.code) == ("failed", INVALID)
    assert str(outcome.said) == "Windows does not take the code."
    assert "group by group" in str(outcome.advice)
    assert wrong not in repr(outcome)


def test_the_right_code_stands_nowhere_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in what was given nor in the values before and after."""
    for name in ("activate-server", "install-pack", "import-pack"):
        outcome = acted(machine_for(name).machine, order_of(name), tmp_path, monkeypatch)
        for code in (SERVER_ID, PACK_ID, GIVEN["import-pack"]["source_id"]):
            assert code not in repr(outcome)


def test_a_pack_is_told_as_it_was_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Number, CALs, kind and version; the same code again is told as installed already."""
    double = machine_for("install-pack")
    outcome = acted(double.machine, order_of("install-pack"), tmp_path, monkeypatch)
    assert str(outcome.said) == "Done: pack 22: 50 CALs per user, 2022."
    assert state(outcome.after)["Answer"] == {"KeyPackId": 22}
    again = acted(double.machine, order_of("install-pack"), tmp_path, monkeypatch)
    assert str(again.said) == "This pack is installed already."


def test_a_server_that_is_not_activated_takes_no_pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What to do next is told."""
    outcome = acted(LicenceServer(LS).machine, order_of("install-pack"), tmp_path, monkeypatch)
    assert outcome.outcome == "failed"
    assert "activated?" in str(outcome.advice)


def test_another_activation_is_an_obstacle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows is not asked, and the other action is named."""
    double = LicenceServer(LS, activated=True)
    double.server_id = "Z" * 35
    outcome = acted(double.machine, order_of("activate-server"), tmp_path, monkeypatch)
    assert (outcome.outcome, outcome.code, changed(double.machine)) == ("failed", 0, [])
    assert "reactivate-server" in str(outcome.said)


def test_so_many_cals_remain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Removing to a number is done by the count, and twice removes nothing twice."""
    double = machine_for("remove-pack")
    assert isinstance(double, LicenceServer)
    order = order_of("remove-pack", {"pack": "21", "keep": "30"})
    assert acted(double.machine, order, tmp_path, monkeypatch).outcome == "done"
    assert changed(double.machine) == ["Win32_TSLicenseKeyPack.RemoveLicensesWithIdCount"]
    assert double.packs[0]["TotalLicenses"] == 30
    assert acted(double.machine, order, tmp_path, monkeypatch).outcome == "unchanged"
    more = acted(double.machine, order_of("remove-pack", {"pack": "21", "keep": "31"}), tmp_path, monkeypatch)
    assert str(more.said) == "Pack 21 holds only 30 CALs."
    none = acted(double.machine, order_of("convert-cals", {"pack": "99", "count": "1"}), tmp_path, monkeypatch)
    assert str(none.said) == "There is no pack 99 on this server."


def test_the_twenty_per_cent_rule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When so many stand revoked, the day of the next is told; before, nothing is said of a day."""
    double = machine_for("revoke-cal")
    assert isinstance(double, LicenceServer)
    first = acted(double.machine, order_of("revoke-cal"), tmp_path, monkeypatch)
    assert str(first.said) == "Done: revoked: 3."
    assert state(first.after)["Answer"]["RevokableCals"] == 19
    double.revoked_before = 20
    full = acted(double.machine, order_of("revoke-cal", {"device": "PC-0004"}), tmp_path, monkeypatch)
    assert (full.outcome, full.code) == ("failed", FAILED)
    assert "20 %" in str(full.said)
    assert "2099-03-01" in str(full.advice)


def test_which_cal_is_never_guessed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A device with two CALs needs a number; one without is named."""
    double = machine_for("revoke-cal")
    assert isinstance(double, LicenceServer)
    double.cals[4]["sIssuedToComputer"] = "PC-0003"
    two = acted(double.machine, order_of("revoke-cal"), tmp_path, monkeypatch)
    assert "several CALs: 3, 5" in str(two.said)
    one = acted(double.machine, order_of("revoke-cal", {"device": "PC-0003", "issued": "5"}), tmp_path, monkeypatch)
    assert one.outcome == "done"
    assert [cal["LicenseStatus"] for cal in double.cals] == [2, 2, 2, 2, 4]
    none = acted(double.machine, order_of("revoke-cal", {"device": "PC-9999"}), tmp_path, monkeypatch)
    assert str(none.said) == "No device CAL is issued to PC-9999."


def test_policy_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told before Windows is asked; where it does not show, Windows' refusal is explained."""
    host = SessionHost(RDSH, policy=True)
    told = acted(host.machine, order_of("set-licensing"), tmp_path, monkeypatch)
    assert "Group policy sets the mode" in str(told.said)
    assert not changed(host.machine)
    host.tell_no_policy()
    refused = acted(host.machine, order_of("set-licensing"), tmp_path, monkeypatch)
    assert refused.code == 0x80041016
    assert "wins" in str(refused.said)
    assert host.mode == 5


def test_servers_alone_or_mode_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not given stays."""
    host = SessionHost(RDSH)
    assert acted(host.machine, order_of("set-licensing", {"mode": "device"}), tmp_path, monkeypatch).good
    assert (host.mode, host.servers) == (2, ["old.corp.example.test"])
    assert acted(host.machine, order_of("set-licensing", {"servers": "ls9"}), tmp_path, monkeypatch).good
    assert (host.mode, host.servers) == (2, ["ls9"])


def test_an_answer_that_is_lost_is_sought(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection breaks after the work: on another one it shows that it was done, and nothing is sent twice."""
    double = machine_for("activate-server")
    double.machine.loses.add("Win32_TSLicenseServer.ActivateServer")
    outcome = acted(double.machine, order_of("activate-server"), tmp_path, monkeypatch)
    assert outcome.outcome == "done"
    assert "The answer was lost" in str(outcome.said)
    assert changed(double.machine) == ["Win32_TSLicenseServer.ActivateServer"]


def test_an_answer_that_is_lost_with_nothing_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It failed, says what was read, and is not sent again."""
    double = machine_for("activate-server")
    double.machine.loses.add("Win32_TSLicenseServer.ActivateServer")
    outcome = acted(double.machine, order_of("activate-server", {"code": "W" * 35}), tmp_path, monkeypatch)
    assert (outcome.outcome, outcome.code) == ("failed", -1)
    assert "The answer was lost" in str(outcome.said)
    assert "before you do it again" in str(outcome.advice)


def test_what_cannot_be_read_afterwards_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told as such, with what to do; the values after are empty."""
    double = machine_for("deactivate-server")
    double.machine.loses |= {"Win32_TSLicenseServer.DeactivateServer"}
    work = double.machine.methods["Win32_TSLicenseServer.DeactivateServer"]

    def and_die(given: Any) -> Any:
        double.machine.fault = "500"
        return work(given) if callable(work) else work

    double.machine.methods["Win32_TSLicenseServer.DeactivateServer"] = and_die
    outcome = acted(double.machine, order_of("deactivate-server", {"code": CONFIRMATION}), tmp_path, monkeypatch)
    assert (outcome.outcome, outcome.after) == ("unknown", "")
    assert "not known" in str(outcome.said)
    assert "before you do anything again" in str(outcome.advice)


def test_nobody_but_an_administrator_acts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To others Windows gives empty answers, on which nothing is done."""
    double = LicenceServer(LS, administrator=False)
    with pytest.raises(Denied, match="no administrator"):
        acted(double.machine, order_of("activate-server"), tmp_path, monkeypatch)
    assert not changed(double.machine)


def test_the_machine_must_be_the_one_that_is_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another name, and a machine without the role, are refused before anything is sent."""
    double = LicenceServer(LS)
    with pytest.raises(Conflict, match="Another machine answers: ls1"):
        acted(double.machine, order_of("publish", machine="ls2.corp.example.test"), tmp_path, monkeypatch)
    assert not changed(double.machine)
    with pytest.raises(NotFound, match="no licence server"):
        acted(member_server("file1.corp.example.test"), order_of("publish", machine="file1"), tmp_path, monkeypatch)
    assert acted(double.machine, order_of("publish", machine="127.0.9.1"), tmp_path, monkeypatch).good


def test_a_wrong_password_and_a_dead_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both are errors, for nothing was done."""
    double = LicenceServer(LS)
    bad = Credentials(method="ntlm", user=USER, password=Secret(WRONG))
    with reaching(double.machine, tmp_path, monkeypatch, bad) as to, pytest.raises(Denied):
        perform(order_of("publish"), to)
    nobody = Reached(Target(host=LS, port=1, address="127.0.9.1"), to.credentials, to.options, to.world)
    with pytest.raises(Unreachable):
        perform(order_of("publish"), nobody)


@pytest.mark.parametrize("name", ONLY_BY_SCRIPT)
def test_what_winrm_cannot_do_offers_the_script(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the machine is asked anything."""
    double = LicenceServer(LS)
    with pytest.raises(Conflict, match="cannot be done over WinRM") as caught:
        acted(double.machine, order_of(name), tmp_path, monkeypatch)
    assert "--script" in str(caught.value.hint)
    assert double.machine.asked == []


def test_only_what_is_listed_may_be_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not the Internet's methods, not those of others, and nothing else of the same class."""
    wsman = ChangingWsman.__new__(ChangingWsman)
    for name, method in (
        ("Win32_TSLicenseServer", "ActivateServerAutomatic"),
        ("Win32_TSLicenseKeyPack", "InstallAgreementLicenseKeyPack"),
        ("Win32_TSLicenseReport", "DeleteReport"),
        ("Win32_OperatingSystem", "Reboot"),
        ("Win32_Service", "StopService"),
    ):
        with pytest.raises(ValueError, match="not among"):
            wsman.change("root/cimv2", name, method, None)  # type: ignore[arg-type]
    assert not [name for name in CHANGES if READS.fullmatch(name.rpartition(".")[2])]
    assert not [name for name in CHANGES if "Automatic" in name or "Agreement" in name or "Retail" in name]
    assert set(CHANGES) == {use for action in ACTIONS.values() if action.remote for use in action.uses}


def test_a_survey_never_loads_what_changes() -> None:
    """No module outside the actions imports them, so that a survey has nothing to change with."""
    folder = Path(calvox.windows.__file__).parent
    for path in folder.glob("*.py"):
        imported = {
            node.module or ""
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.ImportFrom)
        }
        assert not [name for name in imported if name.startswith("calvox.windows.actions")], path.name


def test_an_error_of_ours_is_not_taken_for_a_lost_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails before anything was sent is raised."""

    def refuse(*_: object) -> Outcome:
        raise BadInput(order_of("publish").action.title)

    monkeypatch.setattr("calvox.windows.actions.hand.Hand.change", refuse)
    with pytest.raises(BadInput):
        acted(LicenceServer(LS).machine, order_of("publish"), tmp_path, monkeypatch)
