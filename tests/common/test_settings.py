"""Settings: one precedence, and whatever is wrong is told and never ignored."""

from pathlib import Path

import pytest

from calvox.common.errors import BadSettings
from calvox.common.settings import PREFIX, Settings, load, names, value_of


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give the path of a settings file."""
    return tmp_path / "calvox.toml"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a folder without settings."""
    monkeypatch.chdir(tmp_path)


def test_without_anything_there_are_the_defaults() -> None:
    """Each says so."""
    loaded = load(None, {})
    assert loaded.settings == Settings()
    assert set(loaded.sources.values()) == {"default"}
    assert list(loaded.sources) == names()


def test_an_option_beats_a_variable_beats_the_file_beats_the_default(file: Path) -> None:
    """And each value's source is told."""
    file.write_text("[server]\nlisten = 'file:1'\nfolder = '/file'\nlease_seconds = 50\n")
    environment = {"CALVOX_SERVER_LISTEN": "variable:1", "CALVOX_SERVER_FOLDER": "/variable"}
    loaded = load(file, environment, {"server.listen": "option:1", "server.names": None})
    server, sources = loaded.settings.server, loaded.sources
    assert (server.listen, server.folder, server.lease_seconds) == ("option:1", "/variable", 50)
    assert sources["server.listen"] == "option"
    assert sources["server.folder"] == "CALVOX_SERVER_FOLDER"
    assert sources["server.lease_seconds"] == str(file)
    assert sources["server.names"] == "default"


def test_the_file_is_named_or_found(tmp_path: Path) -> None:
    """By an option, else by CALVOX_SETTINGS, else in the folder where one works."""
    for name in ("option", "variable", "calvox"):
        (tmp_path / f"{name}.toml").write_text(f"[host]\nfolder = '{name}'\n")
    environment = {"CALVOX_SETTINGS": str(tmp_path / "variable.toml")}
    assert load(tmp_path / "option.toml", environment).settings.host.folder == "option"
    assert load(None, environment).settings.host.folder == "variable"
    assert load(None, {"CALVOX_SETTINGS": ""}).settings.host.folder == "calvox"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("server.lease_seconds", "30", 30),
        ("server.lease_seconds", " 30 ", 30),
        ("server.prevent_upgrade", "true", True),
        ("server.prevent_upgrade", "0", False),
        ("server.names", "a.example, 10.0.0.1", ("a.example", "10.0.0.1")),
        ("server.over_use", "enforce", "enforce"),
        ("interface.zone", "Europe/Paris", "Europe/Paris"),
    ],
)
def test_a_variable_is_read_as_what_it_is(name: str, text: str, value: object) -> None:
    """Numbers, yes and no, lists, words."""
    loaded = load(None, {PREFIX + name.upper().replace(".", "_"): text})
    assert value_of(loaded.settings, name) == value


def test_every_setting_can_come_from_a_variable() -> None:
    """Whatever its type, its own default as text gives the same settings."""
    for name in names():
        value = value_of(Settings(), name)
        text = ",".join(value) if isinstance(value, tuple) else str(value)
        assert load(None, {PREFIX + name.upper().replace(".", "_"): text}).settings == Settings(), name


def test_a_path_given_as_an_option_is_taken_as_text(tmp_path: Path) -> None:
    """Commands give paths."""
    assert load(None, {}, {"server.folder": tmp_path}).settings.server.folder == str(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "[server]\nlistne = 'x'\n",
        "[sever]\nlisten = 'x'\n",
        "listen = 'x'\n",
        "server = 1\n",
        "[server]\nlisten = 1\n",
        "[server]\nlease_seconds = 'long'\n",
        "[server]\nlease_seconds = 0\n",
        "[server]\nlease_seconds = -600\n",
        "[server]\nlease_seconds = 9\n",
        "[server]\nlease_seconds = 86401\n",
        "[server]\nenrolment_hours = 0\n",
        "[server]\nverify_at_start = -1\n",
        "[server]\nover_use = 'maybe'\n",
        "[server]\nnames = 'x'\n",
        "[server]\nnames = []\n",
        "[server]\nprevent_upgrade = 'yes'\n",
        "[host]\ntimeout_seconds = 0\n",
        "[centre]\ncall_hours = 0\n",
        "[interface]\nlanguage = 'de'\n",
        "[interface]\nzone = 'Mars/Olympus'\n",
        "[interface]\nzone = ''\n",
        "[interface]\nzone = 'Europe'\n",
        "[interface]\nzone = '../../etc/passwd'\n",
        "[interface]\nzone = '/etc/localtime'\n",
        "[interface]\nzone = 'a\\u0000b'\n",
        "[server\n",
        "server.listen = \n",
    ],
)
def test_a_file_with_something_wrong_is_told(file: Path, text: str) -> None:
    """An unknown name, a wrong type, a value out of range, no TOML at all."""
    file.write_text(text)
    with pytest.raises(BadSettings):
        load(file, {})


@pytest.mark.parametrize(
    "environment",
    [
        {"CALVOX_SERVER_LISTNE": "x"},
        {"CALVOX_SERVER_LEASE_SECONDS": "long"},
        {"CALVOX_SERVER_LEASE_SECONDS": "--5"},
        {"CALVOX_SERVER_LEASE_SECONDS": ""},
        {"CALVOX_SERVER_LEASE_SECONDS": "²"},
        {"CALVOX_SERVER_PREVENT_UPGRADE": "perhaps"},
        {"CALVOX_INTERFACE_ZONE": "Mars/Olympus"},
        {"CALVOX_SETTINGS": "/nowhere/calvox.toml"},
    ],
)
def test_a_variable_with_something_wrong_is_told(environment: dict[str, str]) -> None:
    """A name that nearly is one of ours included."""
    with pytest.raises(BadSettings):
        load(None, environment)


def test_other_variables_are_not_ours(tmp_path: Path) -> None:
    """Only the names of sections are looked at."""
    assert load(None, {"CALVOX": "x", "CALVOX_SOAK": "1", "HOME": "/", "SERVER_LISTEN": "x"}).settings == Settings()


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.mkdir(), lambda path: path.write_bytes(b"\xff")])
def test_a_file_that_cannot_be_read_is_told(file: Path, make: object) -> None:
    """Missing, a folder, or not text."""
    make(file)  # type: ignore[operator]
    with pytest.raises(BadSettings):
        load(file, {})
