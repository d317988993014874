"""Actions of a site: prepared, performed, brought back, and entered once each; codes stand nowhere but where they belong."""

import json
import stat
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from calvox.apps.site import actions as site_actions
from calvox.apps.site.actions import import_result, perform, prepare, rollback
from calvox.apps.site.gathering import import_files
from calvox.apps.site.record import record_of
from calvox.common.clock import SYSTEM, World
from calvox.common.errors import BadInput, Conflict, NotFound, Unreachable
from calvox.site import book
from calvox.site.folder import SiteFolder, found_site, open_site
from calvox.windows.actions.catalogue import ACTIONS
from calvox.windows.line import Target
from calvox.windows.record import Code
from calvox.windows.survey import Options
from tests.windows.actions.acting import GIVEN, machine_for, result_file
from tests.windows.surveying import LS, NTLM, doubles
from tests.windows.wsman_answers import Machine
from tests.windows.wsman_state import CONFIRMATION, PACK_ID, SERVER_ID, LicenceServer

QUICK = Options(seconds=20, request_seconds=4)
PACKS = {"Packs": [{"KeyPackId": 21, "ProductType": 0, "ProductVersionID": 7, "TotalLicenses": 100}]}
MORE = {"Packs": [*PACKS["Packs"], {"KeyPackId": 22, "ProductType": 1, "ProductVersionID": 7, "TotalLicenses": 50}]}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SiteFolder]:
    """Open a new site, in which every entry has a second of its own."""
    found_site(tmp_path / "site", "Usine", "anne")
    seconds = count(SYSTEM.now())
    site = open_site(tmp_path / "site", World(now=lambda: next(seconds), random=SYSTEM.random))
    yield site
    site.close()


def heard(site: SiteFolder, kind: str, slot: str, *codes: str, server: str = LS) -> int:
    """Open a call in which codes are heard."""
    number = len(record_of(site).calls) + 1
    opened = book.CallOpened(call=number, kind=kind, server=server, purchase=0, source="", sheet="{}", by="anne")
    site.journal.run(lambda tx: tx.append(opened))
    for code in codes:
        fact = book.CodeHeard(call=number, slot=slot, code=code, check="twice", by="anne")
        site.journal.run(lambda tx, fact=fact: tx.append(fact))  # type: ignore[misc]
    return number


def codes_of(site: SiteFolder, call: int) -> dict[str, Code]:
    """Give the codes of a call."""
    return {code.code: code for one in record_of(site).calls if one.call == call for code in one.codes}


def acted(
    site: SiteFolder, machine: Machine, name: str, given: Mapping[str, str], patch: pytest.MonkeyPatch, **how: Any
) -> Any:
    """Perform an action on a double."""
    with doubles({"127.0.9.1": machine}, site.folder.parent, patch) as double:
        target = Target(host=how.pop("host", machine.name), port=double.port, address="127.0.9.1")
        return perform(site, target, NTLM, name, given, options=QUICK, **how)


def order_in(script: Path) -> str:
    """Give the order that a script is for."""
    lines = [line for line in script.read_text("utf-8-sig").splitlines() if line.startswith("$Order = ")]
    assert len(set(lines)) == 1
    return lines[0].split("'")[1]


def journal_of(site: SiteFolder) -> str:
    """Give everything that the journal's entries say of actions."""
    record = record_of(site)
    return repr((record.prepared, record.actions))


@pytest.mark.parametrize("name", ACTIONS)
def test_every_action_goes_out_and_comes_back(name: str, site: SiteFolder, tmp_path: Path) -> None:
    """A script, an entry that waits, a result, an entry that is done; no code in either entry."""
    machine = LS if ACTIONS[name].where == "licence-server" else "rdsh1.corp.example.test"
    script = prepare(site, name, machine, GIVEN[name], out=tmp_path)
    assert stat.S_IMODE(script.stat().st_mode) == 0o600
    (waiting,) = record_of(site).prepared
    assert (waiting.action, waiting.machine, waiting.order) == (name, machine, order_in(script))
    data = result_file(order=waiting.order, action=name, machine=machine, before={}, after={})
    outcome = import_result(site, data)
    assert outcome.new
    (done,) = record_of(site).actions
    assert (done.order, done.action, done.how, done.given) == (waiting.order, name, "script", waiting.given)
    assert record_of(site).prepared == ()
    for key in ("code", "source_id"):
        assert GIVEN[name].get(key, "\0") not in journal_of(site)


def test_a_result_counts_once(site: SiteFolder, tmp_path: Path) -> None:
    """The same again was there already; another one of an order that is done is refused, and so is an older one."""
    order = order_in(prepare(site, "publish", LS, {}, out=tmp_path))
    failed = result_file(order=order, outcome="failed", code=0x80041003, time="2026-11-24T11:00:00Z")
    done = result_file(order=order, time="2026-11-24T12:00:00Z")
    assert [import_result(site, data).new for data in (failed, failed, done, done)] == [True, False, True, False]
    (entered,) = record_of(site).actions
    assert entered.outcome == "done"
    for other in (failed, result_file(order=order, time="2026-11-24T13:00:00Z", outcome="rehearsed")):
        with pytest.raises(Conflict, match="Another result"):
            import_result(site, other)
    assert record_of(site).actions == (entered,)


def test_a_rehearsal_leaves_the_script_waiting(site: SiteFolder, tmp_path: Path) -> None:
    """It is entered, and what is then done takes its place."""
    order = order_in(prepare(site, "publish", LS, {}, out=tmp_path))
    import_result(site, result_file(order=order, outcome="rehearsed", time="2026-11-24T10:00:00Z"))
    assert [one.order for one in record_of(site).prepared] == [order]
    import_result(site, result_file(order=order))
    assert record_of(site).prepared == ()


def test_a_foreign_result_is_refused_by_name(site: SiteFolder, tmp_path: Path) -> None:
    """Of no order, of another machine, of another action; nothing is entered."""
    order = order_in(prepare(site, "publish", LS, {}, out=tmp_path))
    with pytest.raises(NotFound, match="f" * 32):
        import_result(site, result_file(order="f" * 32))
    with pytest.raises(Conflict, match="ls2"):
        import_result(site, result_file(order=order, machine="ls2.corp.example.test"))
    with pytest.raises(Conflict, match="join-license-servers-group"):
        import_result(site, result_file(order=order, action="join-license-servers-group"))
    assert record_of(site).actions == ()
    assert import_result(site, result_file(order=order, machine="LS1")).new


def test_a_result_that_was_changed_is_refused(site: SiteFolder, tmp_path: Path) -> None:
    """Its hash does not fit."""
    order = order_in(prepare(site, "publish", LS, {}, out=tmp_path))
    data = result_file(order=order, outcome="failed", code=5)
    with pytest.raises(BadInput, match="hash"):
        import_result(site, data.replace(b'"failed"', b'"done"'))
    assert record_of(site).actions == ()


def test_results_come_among_bundles(site: SiteFolder, tmp_path: Path) -> None:
    """One command takes both; what is refused is named and stops nothing."""
    order = order_in(prepare(site, "publish", LS, {}, out=tmp_path))
    (tmp_path / "result.json").write_bytes(result_file(order=order))
    (tmp_path / "foreign.json").write_bytes(result_file(order="f" * 32))
    bundle = Path(__file__).parents[2] / "windows" / "bundles" / "healthy-licence-server-2022.json"
    files = [tmp_path / "foreign.json", tmp_path / "result.json", bundle, tmp_path / "result.json"]
    foreign, first, facts, again = import_files(site, files)
    assert "f" * 32 in foreign.error
    assert (first.machine, first.new, again.new) == (LS, True, False)
    assert first.said.startswith("Done: published.")
    assert (facts.new, facts.said) == (True, "")


@pytest.mark.parametrize(
    ("name", "kind", "slot", "code"),
    [
        ("activate-server", "activate", "server-id", SERVER_ID),
        ("install-pack", "install", "pack-id", PACK_ID),
        ("deactivate-server", "deactivate", "confirmation-code", CONFIRMATION),
    ],
)
def test_a_calls_code_is_entered_with_what_was_done(
    name: str, kind: str, slot: str, code: str, site: SiteFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over WinRM, by the newest code that was heard; what was read back stands with it, in the same batch."""
    call = heard(site, kind, slot, "X" * 35, code)
    outcome = acted(site, machine_for(name).machine, name, {}, monkeypatch, call=call)
    assert outcome.outcome == "done", outcome
    codes = codes_of(site, call)
    assert (codes[code].how, codes["X" * 35].how) == ("winrm", "")
    shown = {
        "server-id": "activated",
        "pack-id": "pack 22: 50 CALs per user, 2022",
        "confirmation-code": "not activated",
    }
    assert codes[code].read_back == shown[slot]
    assert (codes[code].quantity, codes[code].pack_id) == ((50, 22) if slot == "pack-id" else (0, 0))
    with site.journal.read() as reader:
        done, entered = list(reader.entries())[-2:]
        assert (done.kind, entered.kind) == ("ActionDone", "CodeEntered")
        assert reader.batch_of(done.sequence) == reader.batch_of(entered.sequence)


def test_a_refused_or_rehearsed_code_is_not_entered(site: SiteFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The attempt is; the call's code waits."""
    call = heard(site, "activate", "server-id", "W" * 35)
    machine = LicenceServer(LS).machine
    assert acted(site, machine, "activate-server", {}, monkeypatch, call=call).outcome == "failed"
    assert acted(site, machine, "activate-server", {}, monkeypatch, call=call, rehearse=True).outcome == "rehearsed"
    assert [action.outcome for action in record_of(site).actions] == ["failed", "rehearsed"]
    assert codes_of(site, call)["W" * 35].how == ""


def test_the_code_that_the_script_had_is_entered(site: SiteFolder, tmp_path: Path) -> None:
    """Also if another was heard after the script was written."""
    call = heard(site, "install", "pack-id", PACK_ID)
    order = order_in(prepare(site, "install-pack", LS, {}, call=call, out=tmp_path))
    site.journal.run(
        lambda tx: tx.append(book.CodeHeard(call=call, slot="pack-id", code="Q" * 35, check="twice", by="anne"))
    )
    import_result(site, result_file(order=order, action="install-pack", before=PACKS, after=MORE))
    codes = codes_of(site, call)
    assert (codes[PACK_ID].how, codes[PACK_ID].pack_id, codes["Q" * 35].how) == ("script", 22, "")


def test_a_call_has_its_server_and_its_codes(site: SiteFolder, tmp_path: Path) -> None:
    """A code that nobody heard, none at all, another server, no such call: each is refused, and nothing is written."""
    call = heard(site, "activate", "server-id", "-".join(["AAAAA"] * 7))
    empty = heard(site, "activate", "server-id")
    for machine, given, number, error in (
        (LS, {"code": "B" * 35}, call, Conflict),
        (LS, {}, empty, NotFound),
        ("ls2.corp.example.test", {}, call, Conflict),
        (LS, {}, 99, NotFound),
        (LS, {"code": "short"}, call, BadInput),
        ("10.0.0.1", {"code": SERVER_ID}, 0, BadInput),
    ):
        with pytest.raises(error):
            prepare(site, "activate-server", machine, given, call=number, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()
    (tmp_path / "out").mkdir()
    assert prepare(site, "activate-server", LS, {"code": SERVER_ID}, call=call, out=tmp_path / "out").exists()


def test_by_its_address_a_calls_server_is_checked_there(site: SiteFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's own name must be the call's."""
    call = heard(site, "activate", "server-id", SERVER_ID)
    other = LicenceServer("ls2.corp.example.test")
    with pytest.raises(Conflict, match="Another machine answers: ls2"):
        acted(site, other.machine, "activate-server", {}, monkeypatch, call=call, host="127.0.9.1")
    assert other.server_id == ""
    outcome = acted(site, LicenceServer(LS).machine, "activate-server", {}, monkeypatch, call=call, host="127.0.9.1")
    assert (outcome.outcome, outcome.machine) == ("done", LS)


def test_the_way_back_of_winrm_is_written(site: SiteFolder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where something was changed that can be changed back; never for what was so already."""
    machine = machine_for("set-licensing").machine
    given = GIVEN["set-licensing"]
    done = acted(site, machine, "set-licensing", given, monkeypatch)
    path = rollback(done, tmp_path)
    assert path is not None
    assert '"SpecifiedLSList": ["old.corp.example.test"]' in path.read_text("utf-8-sig")
    assert rollback(acted(site, machine, "set-licensing", given, monkeypatch), tmp_path) is None
    report = acted(site, machine_for("make-report").machine, "make-report", {}, monkeypatch)
    assert rollback(report, tmp_path) is None


def test_what_was_begun_is_on_record(site: SiteFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody pressing Ctrl-C, or a death of the process, leaves “unknown”; what cannot be recorded is not sent."""
    double = LicenceServer(LS)
    work = double.machine.methods["Win32_TSLicenseServer.PublishLS"]
    seen: list[str] = []

    def publish(given: Any) -> Any:
        seen.extend(action.outcome for action in record_of(site).actions)
        return work(given) if callable(work) else work

    double.machine.methods["Win32_TSLicenseServer.PublishLS"] = publish
    assert acted(site, double.machine, "publish", {}, monkeypatch).outcome == "done"
    assert seen == ["unknown"]
    assert [action.outcome for action in record_of(site).actions] == ["done"]

    def die(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr("calvox.windows.actions.changing.ChangingWsman.change", die)
    with pytest.raises(KeyboardInterrupt):
        acted(site, LicenceServer(LS).machine, "publish", {}, monkeypatch)
    assert [action.outcome for action in record_of(site).actions] == ["done", "unknown"]


def test_what_could_not_be_tried_is_not_entered(site: SiteFolder) -> None:
    """A machine that is not there is an error, and no action."""
    with pytest.raises(Unreachable):
        perform(site, Target(host=LS, port=1, address="127.0.9.1"), NTLM, "publish", {}, options=QUICK)
    assert record_of(site).actions == ()


def test_a_journal_is_whole_after_all_this(site: SiteFolder, tmp_path: Path) -> None:
    """The entries can be read again, and a state from a file is kept as JSON."""
    order = order_in(prepare(site, "install-pack", LS, {"code": PACK_ID}, out=tmp_path))
    import_result(site, result_file(order=order, action="install-pack", before=PACKS, after=MORE))
    site.journal.verify()
    (action,) = record_of(site).actions
    assert json.loads(action.after) == MORE
    assert site_actions.FINAL == ("done", "unchanged")
