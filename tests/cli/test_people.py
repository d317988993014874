"""`calvox people`: accounts from the command line, with and without a serving process."""

import json
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.apps.matrix import send
from tests.apps.processes import ServerProcess, command, stocked_folder

pytestmark = pytest.mark.process
PASSWORD = "correct horse battery"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a closed licence server."""
    return stocked_folder(tmp_path)


def run(folder: Path, *words: str, text: str = "", code: int = 0) -> Any:
    """Run a command on it, whose exit code must be this one; read what it says."""
    done = command("people", *words, "--folder", str(folder), cwd=folder, text=text)
    assert done.returncode == code, done.stderr
    return json.loads(done.stderr if code else done.stdout)


def names(folder: Path) -> list[tuple[str, str, bool]]:
    """List the accounts."""
    return [(one["name"], one["role"], one["change"]) for one in run(folder, "list")]


def test_accounts_come_and_go(folder: Path) -> None:
    """Added, listed, given another password, removed; the last administrator stays."""
    assert names(folder) == [("ada", "administrator", False)]
    run(folder, "add", "eve", "--role", "auditor", text=PASSWORD + "\n")
    assert names(folder) == [("ada", "administrator", False), ("eve", "auditor", True)]
    run(folder, "password", "ada", text="another battery\n")
    assert names(folder)[0] == ("ada", "administrator", True)
    assert run(folder, "remove", "ada", code=5)["code"] == "conflict"
    run(folder, "remove", "eve")
    assert [one[0] for one in names(folder)] == ["ada"]


def test_what_is_not_good_is_told(folder: Path) -> None:
    """A short password, a name that is taken or unknown."""
    assert run(folder, "add", "eve", "--role", "auditor", text="short\n", code=2)["code"] == "bad-input"
    assert run(folder, "add", "ada", "--role", "auditor", text=PASSWORD + "\n", code=5)["code"] == "conflict"
    told = run(folder, "remove", "nobody", code=3)
    assert (told["code"], "calvox people list" in told["hint"]) == ("not-found", True)


def test_a_password_is_never_on_the_command_line(folder: Path, tmp_path: Path) -> None:
    """It comes from a file or a pipe, and stands in no entry."""
    secret = tmp_path / "password"
    secret.write_text(PASSWORD + "\n")
    run(folder, "add", "eve", "--role", "auditor", "--password-file", str(secret))
    listed = command("journal", "list", "--of", "server", "--folder", str(folder), cwd=folder).stdout
    assert "PersonAdded" in listed
    assert PASSWORD not in listed
    assert "argon2" not in listed


@pytest.fixture
def running(folder: Path) -> Iterator[ServerProcess]:
    """Give it, serving."""
    with ServerProcess(folder, limits={"CALVOX_SERVER_PEOPLE_LISTEN": "127.0.0.1:0"}) as process:
        yield process


def test_the_owner_of_the_machine_lets_in_whoever_was_locked_out(running: ServerProcess) -> None:
    """Five wrong passwords lock the name where they were tried, and a new password opens."""
    context = ssl.create_default_context(cafile=str(running.folder / "keys" / "authority.pem"))
    port = int(running.people.rpartition(":")[2])

    def log_in(password: str) -> int:
        body = json.dumps({"name": "eve", "password": password}).encode()
        return send(port, context, "POST", "/v1/log-in", body).status

    run(running.folder, "add", "eve", "--role", "auditor", text=PASSWORD + "\n")
    assert [log_in("wrong") for _ in range(5)] == [401] * 5
    assert log_in(PASSWORD) == 429
    run(running.folder, "password", "eve", text="another battery\n")
    assert (log_in(PASSWORD), log_in("another battery")) == (401, 200)
    assert (run(running.folder, "list")[1]["sessions"], run(running.folder, "list")[1]["locked_until"]) == (1, 0)


def test_a_certificate_that_does_not_fit_stops_the_start(folder: Path, tmp_path: Path) -> None:
    """With the settings' names, before anything is served."""
    files = {
        "CALVOX_SERVER_PEOPLE_CERTIFICATE": str(folder / "keys/tls.pem"),
        "CALVOX_SERVER_PEOPLE_LISTEN": "127.0.0.1:0",
    }
    more = {**files, "CALVOX_SERVER_PEOPLE_KEY": str(folder / "keys/authority.key")}
    done = command("server", "serve", "--folder", str(folder), "--listen", "127.0.0.1:0", cwd=folder, **more)
    told = json.loads(done.stderr.splitlines()[-1])
    assert (done.returncode, told["code"], "server.people_key" in told["hint"]) == (78, "bad-settings", True)


def test_a_link_is_whole_and_lets_in_once(running: ServerProcess) -> None:
    """It names where people log in now, and the password is not asked."""
    told = run(running.folder, "link", "ada")
    assert (told["name"], told["served"]) == ("ada", True)
    address, _, code = told["address"].partition("/come-in?code=")
    assert (address, len(code)) == (running.people, 43)
    context = ssl.create_default_context(cafile=str(running.folder / "keys" / "authority.pem"))
    port, headers = int(address.rpartition(":")[2]), {"Origin": address.replace("127.0.0.1", "localhost")}
    told = [send(port, context, "POST", "/come-in", f"code={code}".encode(), headers).status for _ in range(2)]
    assert told == [303, 403]


def test_a_link_that_nobody_serves_says_so(folder: Path) -> None:
    """Its address is the settings'; somebody unknown gets none."""
    told = run(folder, "link", "ada")
    assert (told["served"], told["address"].startswith("/come-in?code=")) == (False, True)
    assert run(folder, "link", "nobody", code=3)["code"] == "not-found"
