"""What the survey reads, against doubles with real NTLM and sealing."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from calvox.common.errors import BadInput, BadSettings, CalvoxError
from calvox.windows import queries
from calvox.windows.bundle import Bundle, read_bundle, write_bundle
from calvox.windows.facts_from import facts_from
from calvox.windows.items import DIRECTORY_ITEMS, ITEMS
from calvox.windows.line import Target, target_named
from calvox.windows.readings import ends
from calvox.windows.survey import Options, Progress, survey
from calvox.windows.wsman import READS
from tests.windows import surveying
from tests.windows.surveying import (
    LS,
    NTLM,
    PASSWORD,
    QUICK,
    RDSH,
    USER,
    doubles,
    errors,
    issued,
    one,
    read,
    targets,
    values,
)
from tests.windows.wsman_machines import PACKS, RCM, event, licence_server, member_server, session_host

ELSEWHERE = {"backup", "vss_writer", "reach", "stored_credentials"}


def test_a_licence_server_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every item is there or says why not; Checkmk's published packs arrive with types; pages are put together."""
    bundle = one(licence_server(LS), tmp_path, monkeypatch)
    found = values(bundle)
    assert (bundle.machine, bundle.user, bundle.administrator) == (LS, USER, True)
    assert list(bundle.items) == [name for name in ITEMS if name not in DIRECTORY_ITEMS]
    packs = found["win32_tslicensekeypack"]["rows"]
    assert [pack["TotalLicenses"] for pack in packs] == [int(str(pack["TotalLicenses"])) for pack in PACKS]
    assert packs[0]["ProductVersion"] == "Windows Server 2008 oder Windows Server 2008 R2"
    assert found["win32_tsissuedlicense"]["Total"] == len(found["win32_tsissuedlicense"]["rows"]) == 95
    assert found["win32_tslicensereport"]["FileName"] == "new.dat"
    assert found["win32_tslicensereport"]["rows"][0]["ProductVersionID"] == 6
    assert found["win32_tslicenseserver"]["LastName"] == "<b>Martin</b>"
    assert found["win32_tslicenseserver.islspublished"] == {"ReturnValue": 0, "Published": True}
    assert found["win32_tslicenseserver.islspreventupgradegpenabled"]["ReturnValue"] == 0x80041001
    assert found["registry_termservlicensing"] == {
        "MaxVerPages": 512,
        "SpecifiedLicenseServers": ["ls2.corp.example.test"],
    }
    assert found["database_volume"]["FreeSpace"] == 52_000_000_000
    assert [(row["Id"], row["Count"]) for row in found["events_licence_server"]["rows"]] == [(4105, 2), (623, 1)]
    assert found["group_rds_endpoint_servers"]["rows"] == [{"Name": "CORP\\RDSH-1$"}]
    assert abs(found["clock"]["Offset"]) < 30
    assert errors(bundle)["win32_terminalservicesetting"] == "class missing"


def test_a_session_host_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mode, places of settings, grace, and its connection to each server, also to those that are only asked about."""
    options = Options(seconds=8, request_seconds=4, servers=("ls9.corp.example.test",))
    bundle = one(session_host(RDSH), tmp_path, monkeypatch, options)
    found = values(bundle)
    setting = "win32_terminalservicesetting"
    assert found[f"{setting}.getgraceperioddays"] == {"ReturnValue": 0, "DaysLeft": 97}
    statuses = [row["TsToLsConnectivityStatus"] for row in found[f"{setting}.gettstolsconnectivitystatus"]["rows"]]
    assert statuses == [11, 6]
    assert found["registry_policy"] == {"LicensingMode": 4, "LicenseServers": "ls1.corp.example.test,10.1.0.9"}
    assert [row["Name"] for row in found["registry_rcm_certificates"]["rows"]] == [
        "X509 Certificate",
        "X509 Certificate ID",
    ]
    assert found["network"] == {"DefaultRoutes": ["10.1.0.254"], "Proxy": None}
    assert errors(bundle)["win32_tslicenseserver.getactivationstatus"] == "class missing"
    part = facts_from(bundle)
    assert part.session_host is not None
    assert part.session_host.grace_days.value == 97


def test_a_member_server_shows_no_role(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is missing says so, and what WS-Man does not tell names the collector."""
    bundle = one(member_server("file1.corp.example.test"), tmp_path, monkeypatch)
    assert "the collector reads it" in errors(bundle)["backup"]
    assert errors(bundle).keys() >= ELSEWHERE
    assert values(bundle)["registry_policy"] == {}


def test_only_what_reads_is_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Against the pattern, and against what the doubles were really asked."""
    machine, host = licence_server(LS), session_host(RDSH)
    with doubles({"127.0.9.1": machine, "127.0.9.2": host}, tmp_path, monkeypatch) as double:
        read(double)
    called = {name.rpartition(".")[2] for name in machine.asked + host.asked if "." in name}
    assert called == {*queries.METHODS, "FetchReportEntries", "GetGracePeriodDays", "GetSpecifiedLicenseServerList"} | {
        "GetTStoLSConnectivityStatus", "CheckAccess", "EnumValues", "GetDWORDValue", "GetMultiStringValue",
        "GetStringValue", "GetBinaryValue",
    }  # fmt: skip
    assert all(READS.fullmatch(name) for name in called)
    for name in ("ActivateServer", "SetDWORDValue", "ChangeMode", "GetXy; x", "DeleteReport", "CreateTSCGroup", "is"):
        assert not READS.fullmatch(name)


def test_nobody_but_an_administrator_is_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bundle says so, and what may not be read says so too."""
    machine = session_host(RDSH, administrator=False, denied=frozenset({"Win32_Service", RCM}))
    bundle = one(machine, tmp_path, monkeypatch)
    assert bundle.administrator is False
    assert errors(bundle)["win32_service"] == errors(bundle)["registry_rcm_certificates"] == "access denied"


def test_a_bundle_goes_through_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is written, read and hashed like the collector's."""
    bundle = one(licence_server(LS), tmp_path, monkeypatch)
    assert read_bundle(write_bundle(bundle)) == bundle
    assert facts_from(bundle).licence_server is not None


@pytest.mark.parametrize(
    ("reached", "real", "named"),
    [
        ("LS1", LS, LS),
        ("ls1.corp.example.test", LS, LS),
        ("ls1.corp.example.test", "ls2.corp.example.test", "ls1.corp.example.test"),
        ("ls1.corp.example.test", "ls1.evil.example.test", "ls1.corp.example.test"),
        ("ls1", "ls1.<b>corp", "ls1"),
        ("127.0.9.1", LS, "127.0.9.1"),
        ("ls1", "ls1", "ls1"),
    ],
)
def test_a_machine_has_the_name_that_fits(
    reached: str, real: str, named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own, fully qualified, if it fits that by which it was reached; else that one."""
    with doubles({"127.0.9.1": member_server(real)}, tmp_path, monkeypatch) as double:
        target = Target(host=reached, port=double.port, address="127.0.9.1")
        (bundle,) = survey([target], NTLM, QUICK)
    assert bundle.machine == named


def test_many_events_and_cals_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At most 5,000 CALs and 200 kinds of events are kept; the number of CALs is told."""
    machine = licence_server(LS)
    row = machine.classes["Win32_TSIssuedLicense"][0]
    machine.classes["Win32_TSIssuedLicense"] = [row] * 5_200
    source = "Microsoft-Windows-TerminalServices-Licensing"
    machine.classes["Win32_NTLogEvent"] = [event("System", source, code, "x" * 9_000) for code in range(300)]
    found = values(one(machine, tmp_path, monkeypatch, Options(largest=4 << 20)))
    assert (found["win32_tsissuedlicense"]["Total"], len(found["win32_tsissuedlicense"]["rows"])) == (5_200, 5_000)
    assert len(found["events_licence_server"]["rows"]) == 200
    assert len(found["events_licence_server"]["rows"][0]["Message"]) <= 8_192


def test_the_end_of_a_plain_certificate_is_read() -> None:
    """Of X.509 and PKCS #7; of anything else it is unknown."""
    certificate, _ = issued("x", days=10)
    assert ends(certificate.public_bytes(serialization.Encoding.DER)) == int(
        certificate.not_valid_after_utc.timestamp()
    )
    assert ends(b"\x30\x03\x02\x01\x01") is None


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("ls1", "ls1", 0),
        ("ls1.a.b:80", "ls1.a.b", 80),
        ("10.0.0.1", "10.0.0.1", 0),
        ("[2001:db8::1]:5985", "2001:db8::1", 5985),
    ],
)
def test_targets_are_named(text: str, host: str, port: int) -> None:
    """As people write them."""
    target = target_named(text, tls=True)
    assert (target.host, target.port, target.tls) == (host, port, True)
    assert target.place == (host, port or 5986)


@pytest.mark.parametrize("text", ["", "a b", "a:0", "a:99999", "a:b", "a\r\nb", "http://a", "-a", "a/b", "user@a", "é"])
def test_what_is_no_target_is_refused(text: str) -> None:
    """Nothing else gets into a request."""
    with pytest.raises(BadInput):
        target_named(text)


def test_bounds_are_checked() -> None:
    """Zero of anything is nothing."""
    with pytest.raises(BadSettings):
        list(survey([], NTLM, Options(at_once=0)))
    assert list(survey([], NTLM)) == []


def test_progress_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After each machine."""
    seen: list[Progress] = []
    one(licence_server(LS), tmp_path, monkeypatch, progress=seen.append)
    assert [(step.done, step.total, step.machine) for step in seen] == [(1, 1, LS)]
    assert seen[0].read > 15


def test_an_interruption_keeps_what_was_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machines under way give their bundles, then the interruption goes on; no thread stays."""
    machines = {"127.0.9.1": licence_server(LS), "127.0.9.2": member_server("m2", fault="silent")}
    bundles: list[Bundle] = []

    def interrupt(_: Progress) -> None:
        threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()

    with doubles(machines, tmp_path, monkeypatch) as double, pytest.raises(KeyboardInterrupt):
        bundles.extend(survey(targets(double), NTLM, Options(seconds=60), progress=interrupt))
    assert [bundle.machine for bundle in bundles] == [LS, "m2"]
    assert errors(bundles[1])["win32_service"] == "The survey was stopped"


def test_an_error_of_ours_is_not_hidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends the survey, as what it is."""
    monkeypatch.setattr("calvox.windows.survey.read_machine", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        one(licence_server(LS), tmp_path, monkeypatch)


def test_every_failure_is_of_the_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also that of a channel which a library would raise."""
    monkeypatch.setattr(
        "calvox.windows.channel.spnego.client", lambda *_, **__: (_ for _ in ()).throw(ValueError(PASSWORD))
    )
    bundle = one(licence_server(LS), tmp_path, monkeypatch)
    assert PASSWORD not in write_bundle(bundle).decode()
    assert issubclass(BadInput, CalvoxError)


@pytest.mark.process
def test_two_hundred_machines_in_bounded_memory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Over NTLM, sealed, from one process to another: all are read, and the time is told."""
    with surveying.process_of(200, tmp_path) as port:
        command = [sys.executable, "-m", "tests.windows.surveying", "survey", "200", str(port)]
        told = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    assert told["machines"] == told["complete"] == 200
    assert told["after"] - told["before"] < 300
    with capsys.disabled():
        print(f"\n200 machines: {told['seconds']} s, {told['after'] - told['before']} MB above {told['before']} MB")
