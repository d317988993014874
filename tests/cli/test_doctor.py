"""`calvox doctor`: findings, messages, rules."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from calvox.cli import doctor
from calvox.cli.doctor import app, harmless, load_site, together
from calvox.cli.session import Session, begin, session
from calvox.common.errors import BadInput, CalvoxError, NotFound
from calvox.common.i18n import language_of
from calvox.common.settings import Loaded, Settings
from calvox.doctor.facts import Directory, Mode, Site
from calvox.doctor.rules import every_rule
from tests.doctor.sites import (
    NOW,
    V2025,
    changed,
    healthy,
    known,
    with_directory,
    with_host,
    with_machine,
    with_server,
    workgroup,
)


class Still:
    """A clock that stands still."""

    @staticmethod
    def now() -> int:
        """Give the time at which the sites of the tests are looked at."""
        return NOW


@pytest.fixture(autouse=True)
def _still(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hold time still and the screen at one width, and put the session back."""
    before = session()
    monkeypatch.setattr(doctor, "SYSTEM", Still)
    monkeypatch.setenv("COLUMNS", "100")
    begin(Session(Loaded(Settings(), {})))
    yield
    begin(before)


def run(*arguments: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(app, arguments)


def told(*arguments: str) -> tuple[int, Any]:
    """Run it for a script, and give exit code and answer."""
    begin(Session(Loaded(Settings(), {}), json=True))
    result = run(*arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, json.loads(result.stdout)


def saved(folder: Path, site: Site, name: str = "site.json") -> str:
    """Write a site's facts into a file."""
    path = folder / name
    path.write_bytes(msgspec.json.encode(site))
    return str(path)


# Findings


@pytest.mark.parametrize("site", [healthy(), workgroup()], ids=["domain", "workgroup"])
def test_a_healthy_site_exits_with_0(tmp_path: Path, site: Site) -> None:
    """Nothing is found, nothing is unknown."""
    code, answer = told(saved(tmp_path, site))
    assert code == answer["exit"] == 0
    assert answer["findings"] == []


@pytest.mark.parametrize(
    ("site", "code", "outcome"),
    [
        (with_directory(healthy(), site_objects=("ls1", "ls9")), 0, "notice"),
        (with_directory(healthy(), self_may_write=False), 1, "warning"),
        (with_server(healthy(), 0, activated=False), 2, "error"),
        (with_server(healthy(), 0, activated=None), 3, "unknown"),
        (Site(name="empty"), 3, "unknown"),
    ],
)
def test_the_exit_code_tells_the_worst(tmp_path: Path, site: Site, code: int, outcome: str) -> None:
    """Notice, warning, error; and not knowing is never all well."""
    exit_code, answer = told(saved(tmp_path, site))
    assert exit_code == answer["exit"] == code
    assert answer["findings"][0]["outcome"] == outcome
    assert answer["counts"][outcome] > 0


def test_errors_weigh_more_than_what_is_unknown(tmp_path: Path) -> None:
    """A known error is not hidden by missing facts; the worst stands first, each with its remedy."""
    site = with_host(with_server(healthy(), 0, activated=False), 0, events=None)
    code, answer = told(saved(tmp_path, site))
    assert code == 2
    outcomes = [finding["outcome"] for finding in answer["findings"]]
    assert outcomes == sorted(outcomes, key=["error", "warning", "notice", "unknown"].index)
    assert all(finding["remedy"] for finding in answer["findings"] if finding["outcome"] == "error")
    assert any("events: not collected" in finding["missing"] for finding in answer["findings"])


def test_a_person_sees_findings_remedies_and_a_summary_of_what_is_missing(tmp_path: Path) -> None:
    """What is well is not shown, and what is unknown only in sum."""
    site = with_machine(with_host(with_server(healthy(), 0, activated=False), 0, events=None), "rdsh2", internet=None)
    result = run(saved(tmp_path, site))
    assert result.exit_code == 2
    assert "server-not-activated" in result.stdout
    assert "→" in result.stdout
    assert "events: not collected" in result.stdout
    assert "host-events" not in result.stdout
    assert "site-hosts-disagree" not in result.stdout


def test_all_shows_every_answer(tmp_path: Path) -> None:
    """Options may stand after the file."""
    site = saved(tmp_path, with_host(healthy(), 0, events=None))
    shown = run(site, "--all").stdout
    for name in ("host-events", "site-hosts-disagree", "directory-group-missing"):
        assert name in shown
    _, answer = told("--all", site)
    assert {finding["rule"] for finding in answer["findings"]} == {
        rule.name for rule in every_rule() if rule.about != "own"
    }


def test_it_speaks_french(tmp_path: Path) -> None:
    """The level words come from the catalogue like every text; the site's own names stay."""
    with language_of("fr"):
        result = run(saved(tmp_path, with_server(healthy(), 0, activated=False)))
    assert result.exit_code == 2
    assert "ls1.corp.example" in result.stdout


# Files


def test_facts_of_several_files_are_put_together(tmp_path: Path) -> None:
    """Hosts and servers collected apart; of one machine the newer facts count, and known ones of the directory."""
    server_only = changed(healthy(), "session_hosts", ())
    hosts_only = msgspec.structs.replace(healthy(), licence_servers=(), directory=Directory(), collected=NOW)
    first, second = saved(tmp_path, server_only, "a.json"), saved(tmp_path, hosts_only, "b.json")
    assert told(first, second)[0] == told(second, first)[0] == 0
    assert told(first)[0] == told(second)[0] == 3
    older = with_host(healthy(), 0, mode=Mode.NOT_SET)
    newer = msgspec.structs.replace(healthy(), collected=NOW)
    assert together([newer, older]) == newer


def test_there_is_no_such_file(tmp_path: Path) -> None:
    """Or it is a folder that is no site; the path is named."""
    assert isinstance(run(str(tmp_path / "no.json")).exception, NotFound)
    assert isinstance(run(str(tmp_path)).exception, NotFound)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"null", b"[]", b"{}", b"\xff\xfe", b'{"name": 1}', b'{"name": "s", "nam": 1}', b"[" * 200_000,
        b'{"name": "s", "session_hosts": [' + b'{"machine": ' * 50_000, b'{"name": "s", "collected": 1e999}',
        b'{"name": "s", "licence_servers": [{"machine": {"name": "l"}, "packs": {"value": "<script>"}}]}',
    ],
)  # fmt: skip
def test_what_holds_no_facts_is_refused(tmp_path: Path, data: bytes) -> None:
    """Whatever is wrong with it."""
    path = tmp_path / "site.json"
    path.write_bytes(data)
    with pytest.raises(BadInput):
        load_site(path)


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    """Its size alone decides."""
    path = tmp_path / "site.json"
    with path.open("wb") as file:
        file.truncate(doctor.LARGEST + 1)
    with pytest.raises(BadInput, match="too large"):
        load_site(path)


def test_facts_cannot_steer_the_terminal(tmp_path: Path) -> None:
    """Escape sequences, markup and formulas in names are shown as they are, without their power."""
    nasty = "[red]ls1[/red]\x1b]0;owned\x07\x1b[2J\u202e=cmd|'/c calc'!A1"
    site = with_server(changed(healthy(), "licence_servers.0.machine.name", nasty), 0, activated=False, backup=None)
    site = changed(msgspec.structs.replace(site, name=nasty), "session_hosts.0.servers", (nasty,))
    for arguments in ((), ("--all",)):
        shown = run(saved(tmp_path, site), *arguments).stdout
        assert "\x1b" not in shown
        assert "\u202e" not in shown
        assert "\x07" not in shown
    assert harmless("a\tb\nc\x9b") == "a�b\nc�"


@settings(derandomize=True, max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_garbage_never_ends_in_a_traceback(tmp_path: Path, data: bytes) -> None:
    """A file of any bytes ends in an answer or one of our errors."""
    path = tmp_path / "site.json"
    path.write_bytes(data)
    result = run(str(path))
    assert result.exception is None or isinstance(result.exception, CalvoxError | SystemExit)


# Messages and rules


def test_a_message_is_explained() -> None:
    """The likeliest cause first, each with how to tell it, what to do and the rules that prove it."""
    code, answer = told("--message", "La session distante a été déconnectée, car aucun serveur de licences…")
    assert code == 0
    assert len(answer["recognised"]) == 1
    first = answer["causes"][0]
    assert "host-no-server" in first["rules"]
    assert first["tell"]
    assert first["remedy"]
    begin(Session(Loaded(Settings(), {})))
    assert "host-no-server" in run("--message", "0x101").stdout


def test_an_unknown_message_says_so() -> None:
    """With what it resembles; the exit code is that of what is not known."""
    code, answer = told(
        "--message", "The session was disconnected, there is not any Remote Desktop server to give a licence"
    )
    assert (code, answer["recognised"], answer["causes"]) == (3, [], [])
    assert answer["nearest"]
    begin(Session(Loaded(Settings(), {})))
    result = run("--message", "xyzzy")
    assert (result.exit_code, result.stdout.strip()) == (3, "This message is not known.")


def test_the_rules_are_listed_and_each_is_documented() -> None:
    """A name is shown with its docstring; a wrong one with the nearest."""
    _, answer = told("--rules")
    assert [row["name"] for row in answer] == [rule.name for rule in every_rule()]
    begin(Session(Loaded(Settings(), {})))
    assert "host-grace-over" in run("--rules").stdout
    shown = run("--rule", "host-grace-over").stdout
    for heading in ("What it checks:", "Why it matters:", "Example:", "Remedy:", "Reference:"):
        assert heading in shown
    wrong = run("--rule", "host-grace-ovr").exception
    assert isinstance(wrong, NotFound)
    assert "host-grace-over" in str(wrong.hint)


def test_nothing_asked_is_bad_input() -> None:
    """With what may be asked."""
    wrong = run().exception
    assert isinstance(wrong, BadInput)
    assert "--message" in str(wrong.hint)


def test_a_large_site_is_answered_in_bounded_time(tmp_path: Path) -> None:
    """Two hundred hosts."""
    site = healthy()
    host = with_machine(site, "rdsh1", version=V2025).session_hosts[0]
    hosts = tuple(
        changed(site, "session_hosts.0.machine.name", f"h{n}.corp.example").session_hosts[0] for n in range(200)
    )
    big = msgspec.structs.replace(site, session_hosts=(*hosts, host), directory=Directory(stale_users=known(3)))
    before = os.times().user
    assert told(saved(tmp_path, big))[0] == 2
    assert os.times().user - before < 20
