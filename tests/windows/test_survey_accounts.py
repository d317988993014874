"""Accounts: wrong passwords lock none, and secrets stay secret."""

import copy
import logging
import pickle
from pathlib import Path

import pytest

from calvox.common.errors import BadInput, Denied, NotFound
from calvox.windows.bundle import write_bundle
from calvox.windows.credentials import Credentials, Secret, from_cache, from_file, from_prompt
from calvox.windows.survey import Options
from tests.windows.surveying import LS, NTLM, PASSWORD, USER, WRONG, doubles, errors, one, read, values
from tests.windows.wsman_machines import licence_server, member_server


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
