"""The survey by Kerberos, with tickets of a real domain controller, against doubles that hold a key of it."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from calvox.windows.bundle import Bundle
from calvox.windows.credentials import Credentials, Secret, from_cache
from calvox.windows.line import Target
from calvox.windows.survey import Options, survey
from tests.real.samba import PASSWORD, REALM, ZONE, Controller, controller, needed
from tests.windows.wsman_machines import licence_server, session_host
from tests.windows.wsman_server import Double, served

USER = f"auditor@{REALM}"
SERVER, HOST, KEYLESS, STRANGER = f"ls1.{ZONE}", f"rdsh1.{ZONE}", f"rdsh2.{ZONE}", f"stranger.{ZONE}"
RESOLVER = Path("/etc/resolv.conf")


@pytest.fixture(scope="module")
def domain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Controller]:
    """Found a domain with a user and two machines."""
    needed()
    before = RESOLVER.read_bytes()
    with controller(tmp_path_factory.mktemp("dc"), ["auditor"], ["ls1", "rdsh1"], ["rdsh2"]) as made:
        yield made
    assert RESOLVER.read_bytes() == before


@pytest.fixture(scope="module")
def told(domain: Controller) -> dict[str, Any]:
    """Survey within the domain's namespaces, in a process of its own."""
    domain.run(["kinit", "-c", f"FILE:{domain.folder / 'tickets'}", USER], given=PASSWORD + "\n")
    command = [sys.executable, "-m", "tests.real.test_survey_kerberos", str(domain.folder)]
    out = domain.run(command, PYTHONPATH=str(Path(__file__).parents[2]))
    found: dict[str, Any] = json.loads(out)
    return found


@pytest.mark.parametrize("how", ["password", "tickets"])
def test_machines_are_read_by_kerberos(told: dict[str, Any], how: str) -> None:
    """With a typed password, and with tickets that are there already; sealed with the ticket's key."""
    assert told[how][SERVER]["administrator"] is True
    assert "win32_tslicensekeypack" in told[how][SERVER]["read"]
    assert "win32_terminalservicesetting.getgraceperioddays" in told[how][HOST]["read"]


def test_a_machine_without_a_key_is_not_read(told: dict[str, Any]) -> None:
    """Its name is in no domain; nothing falls back to NTLM."""
    assert told["tickets"][STRANGER]["read"] == []
    assert told["tickets"][STRANGER]["why"] == "Kerberos gave no ticket (7)"


def test_a_machine_with_another_key_is_not_read(told: dict[str, Any]) -> None:
    """Who answers in another's place cannot open the ticket."""
    assert told["impostor"][KEYLESS]["read"] == []
    assert told["impostor"][KEYLESS]["why"] == "The machine does not accept the account"


def test_a_wrong_password_is_asked_for_three_times(told: dict[str, Any]) -> None:
    """By the domain controller, which would lock the account after more."""
    why = sorted(told["wrong"][name]["why"] for name in told["wrong"])
    assert why[:3] == ["Kerberos gave no ticket (24)"] * 3
    assert why[-1] == "Not asked: 3 machines refused the account"


def told_of(bundles: Iterator[Bundle]) -> dict[str, Any]:
    """Make it JSON."""
    return {
        bundle.machine: {
            "administrator": bundle.administrator,
            "read": [name for name, item in bundle.items.items() if item.value is not None],
            "why": bundle.items["win32_service"].error,
        }
        for bundle in bundles
    }


def main(folder: Path) -> None:
    """Survey doubles in every way, and tell what came of it."""
    machines = {
        "127.0.9.1": licence_server(SERVER),
        "127.0.9.2": session_host(HOST),
        "127.0.9.3": session_host(STRANGER),
    }
    typed = Credentials(user=USER, password=Secret(PASSWORD))
    wrong = Credentials(user=USER, password=Secret("Wrong-battery-8"))
    tickets = from_cache(cache=f"FILE:{folder / 'tickets'}")
    with served(Double(machines, protocol="kerberos")) as double:

        def targets(*pairs: tuple[str, str]) -> list[Target]:
            return [Target(host=name, port=double.port, address=address) for address, name in pairs]

        named = [(address, machine.name) for address, machine in machines.items()]
        options = Options(seconds=20, request_seconds=10)
        found = {
            "password": told_of(survey(targets(*named[:2]), typed, options)),
            "tickets": told_of(survey(targets(*named), tickets, options)),
            "impostor": told_of(survey(targets((named[0][0], KEYLESS)), tickets, options)),
            "wrong": told_of(survey(targets(*((named[0][0], f"m{n}") for n in range(6))), wrong, options)),
        }
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
