"""The survey, against doubles with real NTLM, sealing and TLS."""

import ast
import copy
import json
import logging
import os
import pickle
import signal
import ssl
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from calvox.common.errors import BadInput, BadSettings, CalvoxError, Denied, NotFound, StoreFailed
from calvox.windows import queries
from calvox.windows.bundle import Bundle, read_bundle, write_bundle
from calvox.windows.credentials import Credentials, Secret, from_cache, from_file, from_prompt
from calvox.windows.facts_from import facts_from
from calvox.windows.items import DIRECTORY_ITEMS, ITEMS
from calvox.windows.line import Target, target_named
from calvox.windows.readings import ends
from calvox.windows.survey import Options, Progress, survey
from calvox.windows.wsman import READS, check_xml
from tests.windows import surveying
from tests.windows.surveying import NTLM, PASSWORD, QUICK, USER, WRONG, doubles, errors, read, targets, values
from tests.windows.wsman_answers import Machine
from tests.windows.wsman_machines import PACKS, RCM, event, licence_server, member_server, session_host

LS, RDSH = "ls1.corp.example.test", "rdsh1.corp.example.test"
SHORT = Options(seconds=2, request_seconds=1)
ELSEWHERE = {"backup", "vss_writer", "reach", "stored_credentials"}


def one(machine: Machine, folder: Path, patch: pytest.MonkeyPatch, options: Options = QUICK, **how: Any) -> Bundle:
    """Survey one machine."""
    with doubles({"127.0.9.1": machine}, folder, patch) as double:
        (bundle,) = survey(targets(double), how.pop("credentials", NTLM), options, **how)
    return bundle


# What is read


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


# Accounts


def test_a_wrong_password_is_tried_three_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of eight machines three are asked; the others' items say why not."""
    machines = {f"127.0.9.{n}": member_server(f"m{n}") for n in range(1, 9)}
    bad = Credentials(method="ntlm", user=USER, password=Secret(WRONG))
    with doubles(machines, tmp_path, monkeypatch) as double:
        bundles = read(double, bad)
    assert len(double.sign_ins) == len(set(double.sign_ins)) == 3
    why = sorted(errors(bundle)["win32_service"] for bundle in bundles.values())
    assert why == ["Not asked: 3 machines refused the account"] * 5 + ["The machine does not accept the account"] * 3


def test_what_pretends_to_accept_opens_no_gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that takes any password and seals nothing does not lead to the others' being asked."""
    machines = {f"127.0.9.{n}": member_server(f"m{n}") for n in range(1, 9)}
    machines["127.0.9.1"].fault = "pretend"
    bad = Credentials(method="ntlm", user=USER, password=Secret(WRONG))
    with doubles(machines, tmp_path, monkeypatch) as double:
        bundles = read(double, bad, Options(at_once=1, seconds=8))
    assert len(double.sign_ins) == 4
    assert "not sealed" in errors(bundles["m1"])["win32_service"]


def test_after_an_acceptance_all_are_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four machines that refuse do not keep the fifth from being read, for the password is right."""
    machines = {f"127.0.9.{n}": member_server(f"m{n}", fault="401" if 1 < n < 6 else "") for n in range(1, 7)}
    with doubles(machines, tmp_path, monkeypatch) as double:
        bundles = read(double, NTLM, Options(at_once=1, seconds=8))
    assert values(bundles["m6"])
    assert not values(bundles["m3"])


def test_secrets_stay_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Not in logs at any level, bundles, texts of objects, pickles or errors."""
    caplog.set_level(logging.DEBUG)
    bundle = one(licence_server(LS), tmp_path, monkeypatch)
    shown = caplog.text + repr(NTLM) + str(NTLM.password) + write_bundle(bundle).decode()
    assert PASSWORD not in shown
    assert "NTLMSSP" not in caplog.text
    assert "TlRMTVNT" not in caplog.text
    with pytest.raises(TypeError):
        pickle.dumps(NTLM.password)
    with pytest.raises(TypeError):
        copy.copy(NTLM.password)


def test_a_refusal_quotes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the password nor what the library knows."""
    caplog.set_level(logging.DEBUG)
    bad = Credentials(method="ntlm", user=USER, password=Secret(WRONG))
    bundle = one(member_server("m1"), tmp_path, monkeypatch, credentials=bad)
    assert WRONG not in write_bundle(bundle).decode() + caplog.text


def test_credentials_come_from_a_file_of_ones_own(tmp_path: Path) -> None:
    """It must be readable by its owner alone, and hold what is awaited."""
    path = tmp_path / "who.toml"
    path.write_text(f'user = "a"\npassword = "{PASSWORD}"\nmethod = "ntlm"\n')
    path.chmod(0o640)
    with pytest.raises(Denied):
        from_file(path)
    path.chmod(0o600)
    assert from_file(path).method == "ntlm"
    for text in ('user = "a"', "user = 1\npassword = 2", "=", f'user="a"\npassword="{PASSWORD}"\nmethod="basic"'):
        path.write_text(text)
        with pytest.raises(BadInput) as caught:
            from_file(path)
        assert PASSWORD not in str(caught.value)
    with pytest.raises(NotFound):
        from_file(tmp_path / "none")
    with pytest.raises(BadInput):
        Credentials(method="ntlm", user="a")
    with pytest.raises(BadInput):
        Credentials(user="", password=Secret("x"))
    assert from_cache("a@B", "FILE:c").for_spnego() is not None
    assert from_cache().for_spnego() is None


def test_a_password_is_typed_unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    """By getpass, which shows nothing."""
    monkeypatch.setattr("getpass.getpass", lambda prompt: PASSWORD)
    typed = from_prompt("a", "ntlm")
    assert typed.password is not None
    assert typed.password.reveal() == PASSWORD


def test_a_weak_kind_of_ntlm_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the environment asks for."""
    monkeypatch.setenv("LM_COMPAT_LEVEL", "1")
    assert "LM_COMPAT_LEVEL" in errors(one(member_server("m1"), tmp_path, monkeypatch))["win32_service"]


# Machines that misbehave

DTD = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
FAULTS = {
    "401": "does not accept the account",
    "404": "HTTP status 404",
    "500": "HTTP status 500",
    "redirect": "HTTP status 301",
    "plain": "not sealed",
    "pretend": "not sealed",
    "broken": "seal does not open",
    "silent": "No answer in time",
    "trickle": "No answer in time",
    "half": "closed the connection",
    "garbage": "no HTTP",
    "huge": "larger than",
    f"xml:{DTD}": "document type",
    "xml:" + "<a>" * 60_000 + "</a>" * 60_000: "nested too deeply",
    "xml:<a>\xe9</a>": "not in UTF-8",
    "xml:<a>": "no XML",
    "xml:<a/>": "no message of WS-Management",
}


def test_what_misbehaves_costs_its_own_bundle_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Each in its own way; each in time; the healthy one among them is read whole."""
    machines = {f"127.0.9.{n}": member_server(f"m{n}", fault=fault) for n, fault in enumerate(FAULTS, 1)}
    machines["127.0.9.99"] = licence_server(LS)
    began = time.monotonic()
    with doubles(machines, tmp_path, monkeypatch) as double:
        bundles = read(double, NTLM, Options(seconds=2, request_seconds=1, at_once=32))
    assert time.monotonic() - began < 10
    for n, why in enumerate(FAULTS.values(), 1):
        assert why in errors(bundles[f"m{n}"])["win32_service"], n
        assert not values(bundles[f"m{n}"])
    assert "win32_tslicensekeypack" in values(bundles[LS])
    assert "words" not in "".join(write_bundle(bundle).decode() for bundle in bundles.values())


def test_what_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused, and unknown by name."""
    there = [Target(host="m1", port=1, address="127.0.9.1"), Target(host="no-such-machine.invalid")]
    found = {bundle.machine: errors(bundle)["win32_service"] for bundle in survey(there, NTLM, SHORT)}
    assert found["m1"] == "The connection was refused"
    assert found["no-such-machine.invalid"] in ("The name is not known", "No answer in time")


@pytest.mark.parametrize("text", ["<!DOCTYPE a>", '<?xml version="1.0" encoding="utf-16"?><a/>', "<a", "", "\x00"])
def test_xml_that_is_not_plain_is_refused(text: str) -> None:
    """Before anything is made of it."""
    with pytest.raises(BadInput):
        check_xml(text.encode())


def test_a_billion_laughs_end_at_once() -> None:
    """No entity is ever expanded."""
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 30))
    began = time.monotonic()
    with pytest.raises(BadInput):
        check_xml(f'<!DOCTYPE l [<!ENTITY l0 "ha">{entities}]><l>&l29;</l>'.encode())
    assert time.monotonic() - began < 1


# HTTPS


def issued(name: str, *, days: int = 2) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """Make a certificate that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begin = datetime.now(UTC) - timedelta(days=1)
    serial, end = x509.random_serial_number(), begin + timedelta(days=days)
    builder = x509.CertificateBuilder(who, who, key.public_key(), serial, begin, end)
    names = x509.SubjectAlternativeName([x509.DNSName(name)])
    constraints = x509.BasicConstraints(ca=True, path_length=None)
    builder = builder.add_extension(names, critical=False).add_extension(constraints, critical=True)
    return builder.sign(key, hashes.SHA256()), key


def certified(folder: Path, name: str) -> tuple[Path, Path]:
    """Write a certificate and its key."""
    certificate, key = issued(name)
    chain, private = folder / f"{name}.pem", folder / f"{name}.key"
    chain.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return chain, private


def over_tls(folder: Path, patch: pytest.MonkeyPatch, name: str, ca: Path | None, bound: str = "") -> Bundle:
    """Survey one machine whose certificate bears a name, trusting some authorities."""
    tls = certified(folder, name)
    with doubles({"127.0.9.1": licence_server(LS)}, folder, patch, tls=tls) as double:
        if bound:
            double._binding = None if bound == "none" else copy.copy(double._binding)
        if bound == "other" and double._binding is not None:
            double._binding.application_data = b"tls-server-end-point:" + b"0" * 32
        options = Options(seconds=8, request_seconds=4, ca_file=str(ca or tls[0]))
        (bundle,) = survey(targets(double, tls=True), NTLM, options)
    return bundle


def test_https_is_read_with_the_sign_in_bound_to_the_certificate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine checks the binding; one that stands between, with another certificate, is refused."""
    assert "win32_tslicensekeypack" in values(over_tls(tmp_path, monkeypatch, LS, None))
    relayed = over_tls(tmp_path, monkeypatch, LS, None, "other")
    assert errors(relayed)["win32_service"] == "The machine does not accept the account"


def test_a_certificate_must_be_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of an authority that is trusted, with the name that was meant; no password goes to any other."""
    other, _ = certified(tmp_path, "other.example.test")
    assert "certificate is not good" in errors(over_tls(tmp_path, monkeypatch, LS, other))["win32_service"]
    wrong = over_tls(tmp_path, monkeypatch, "another.example.test", None)
    assert "certificate is not good" in errors(wrong)["win32_service"]
    with pytest.raises(StoreFailed):
        list(survey([Target(host=LS, tls=True)], NTLM, Options(ca_file=str(tmp_path / "none"))))


def test_there_is_no_switch_to_trust_anything() -> None:
    """No source of the survey turns checking off, or falls back to Basic."""
    folder = Path(queries.__file__).parent
    for path in folder.glob("*.py"):
        source = path.read_text()
        assert "CERT_NONE" not in source
        assert "check_hostname = False" not in source
        names = {node.attr for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute)}
        assert not names & {"_create_unverified_context", "getproxies"}
    assert ssl.create_default_context().verify_mode is ssl.CERT_REQUIRED


def test_the_environment_has_no_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxies of the environment are not asked."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert values(one(licence_server(LS), tmp_path, monkeypatch))


# Targets, bounds, interruption


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


def test_two_hundred_machines_in_bounded_memory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Over NTLM, sealed, from one process to another: all are read, and the time is told."""
    with surveying.process_of(200, tmp_path) as port:
        command = [sys.executable, "-m", "tests.windows.surveying", "survey", "200", str(port)]
        told = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    assert told["machines"] == told["complete"] == 200
    assert told["after"] - told["before"] < 300
    with capsys.disabled():
        print(f"\n200 machines: {told['seconds']} s, {told['after'] - told['before']} MB above {told['before']} MB")
