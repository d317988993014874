"""Machines that misbehave, and what HTTPS must prove."""

import ast
import copy
import ssl
import time
from pathlib import Path

import pytest

from calvox.common.errors import BadInput, StoreFailed
from calvox.windows import queries
from calvox.windows.bundle import Bundle, write_bundle
from calvox.windows.line import Target
from calvox.windows.survey import Options, survey
from calvox.windows.wsman import check_xml
from tests.windows.surveying import (
    LS,
    NTLM,
    certified,
    doubles,
    errors,
    one,
    read,
    targets,
    values,
)
from tests.windows.wsman_machines import licence_server, member_server

SHORT = Options(seconds=2, request_seconds=1)

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
