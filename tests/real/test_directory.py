"""Logging in with the accounts of a real domain controller: over LDAPS and StartTLS, with groups in groups."""

import json
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from calvox.common import settings
from calvox.common.errors import CalvoxError
from calvox.core.peopling import CENTRE_ROLES, SERVER_ROLES, Roles
from calvox.directory.ldap import directory_of
from calvox.trust.certificates import issue_server_certificate, make_authority, new_key
from tests.real.samba import PASSWORD, ZONE, Controller, controller, needed

USERS = ("ada", "eve", "otto", "mallory", "carol", "dan")
DC, BASE = f"dc1.{ZONE}", "dc=corp,dc=example,dc=test"
GROUPS = {"Calvox Admins": "ada", "Calvox Auditors": "Audit Team", "Audit Team": "eve", "Desk (night)": "otto"}
"""Group to its one member; eve is an auditor through a group in a group."""


def settle(here: Controller) -> None:
    """Bring in certificates, groups, and accounts whose names are traps."""
    now, key, authority_key = int(time.time()), new_key(), new_key()
    authority = make_authority(authority_key, "Test authority", now)
    made = issue_server_certificate(authority_key, authority, key, [DC], now)
    stranger = make_authority(new_key(), "Another authority", now)
    place = here.folder / "private/tls"
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, data in {"key": key, "cert": made, "ca": authority}.items():
        (place / f"{name}.pem").write_bytes(data)
        (place / f"{name}.pem").chmod(0o600)
    (here.folder / "authority.pem").write_bytes(authority)
    (here.folder / "stranger.pem").write_bytes(stranger)
    for group in GROUPS:
        here.tool("group", "add", group)
    for group, member in GROUPS.items():
        here.tool("group", "addmembers", group, member)
    here.tool("group", "addmembers", "Audit Team", "carol")
    here.tool("user", "rename", "carol", f"--upn=caroline@{ZONE}")
    here.tool("user", "disable", "dan")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Ask the directory within the domain's namespaces, in a process of its own."""
    needed()
    folder = tmp_path_factory.mktemp("dc")
    with controller(folder, USERS, [], settle=settle) as domain:
        command = [sys.executable, "-m", "tests.real.test_directory", str(domain.folder)]
        found: dict[str, Any] = json.loads(domain.run(command, PYTHONPATH=str(Path(__file__).parents[2])))
        yield found


ADA = {"name": f"ada@{ZONE}", "role": "administrator"}
EVE = {"name": f"eve@{ZONE}", "role": "auditor"}


@pytest.mark.parametrize("how", ["ldaps", "starttls"])
def test_groups_give_a_role(told: dict[str, Any], how: str) -> None:
    """Directly and through a group in a group, however the name is written."""
    assert told[how]["ada"] == told[how]["full name"] == told[how]["capitals"] == ADA
    assert told[how]["eve"] == EVE


def test_what_is_wrong_looks_alike(told: dict[str, Any]) -> None:
    """Password, name, domain, an account that is disabled, and names that would mean something in a filter."""
    wrong = ("wrong password", "empty password", "unknown", "another domain", "disabled", "star", "filter", "dn", "nul")
    assert {name: told["ldaps"][name] for name in wrong} == dict.fromkeys(wrong)


def test_who_is_in_no_group_does_not_come_in(told: dict[str, Any]) -> None:
    """The right password is not enough; nor is an operator one at the licence server."""
    for name in ("mallory", "otto"):
        assert told["ldaps"][name].startswith("denied: "), name


def test_the_centre_has_groups_of_its_own(told: dict[str, Any]) -> None:
    """One is named in full, with characters that a filter would mistake; an administrator of the licence server is nobody."""
    assert told["centre"]["otto"] == {"name": f"otto@{ZONE}", "role": "operator"}
    assert told["centre"]["ada"].startswith("denied: ")


def test_one_person_has_one_name(told: dict[str, Any]) -> None:
    """That of the account, though they log in by their principal name."""
    assert told["ldaps"]["principal name"] == {"name": f"carol@{ZONE}", "role": "auditor"}


@pytest.mark.parametrize("case", ["another authority", "another name", "no server", "plain port"])
def test_no_password_goes_to_a_stranger(told: dict[str, Any], case: str) -> None:
    """Nor to a server that is not who it should be, or speaks no TLS."""
    assert told["refused"][case].startswith("unreachable: ")


def test_the_next_server_is_asked(told: dict[str, Any]) -> None:
    """Where the first cannot be reached."""
    assert told["refused"]["second server"] == ADA


# Within the namespaces


def settled(folder: Path, **more: Any) -> settings.Directory:
    """Give the settings of this directory."""
    usual: dict[str, Any] = {
        "servers": (DC,),
        "authority_file": str(folder / "authority.pem"),
        "base": BASE,
        "suffix": ZONE,
        "administrators": ("Calvox Admins",),
        "auditors": ("No such group", "Calvox Auditors"),
        "operators": (f"CN=Desk (night),CN=Users,{BASE}",),
        "timeout_seconds": 10,
    }
    return settings.Directory(**usual | more)


def asked(chosen: settings.Directory, roles: Roles = SERVER_ROLES) -> Callable[..., Any]:
    """Give what asks a directory, and tells what came of it."""
    directory = directory_of(chosen, roles)
    assert directory is not None

    def ask(name: str, password: str = PASSWORD) -> Any:
        try:
            found = directory.find(name, password)
        except CalvoxError as error:
            return f"{error.code}: {error.message}"
        return {"name": found.name, "role": found.role} if found else None

    return ask


def in_every_way(ask: Callable[..., Any]) -> dict[str, Any]:
    """Log in as everybody, rightly and wrongly."""
    return {
        "ada": ask("ada"),
        "full name": ask(f"ada@{ZONE}"),
        "capitals": ask(f"ADA@{ZONE.upper()}"),
        "eve": ask("eve"),
        "otto": ask("otto"),
        "mallory": ask("mallory"),
        "principal name": ask("caroline"),
        "wrong password": ask("ada", "Wrong-battery-8"),
        "empty password": ask("ada", ""),
        "unknown": ask("nobody"),
        "another domain": ask("ada@example.test"),
        "disabled": ask("dan"),
        "star": ask("a*"),
        "filter": ask("ada)(objectClass=*"),
        "dn": ask("cn=ada,cn=users," + BASE),
        "nul": ask("ada\x00"),
    }


def until_it_listens() -> None:
    """Wait for LDAP, which comes up after the KDC."""
    end = time.monotonic() + 60
    while True:
        try:
            socket.create_connection((DC, 636), timeout=5).close()
            return
        except OSError:
            assert time.monotonic() < end, "no LDAPS"
            time.sleep(0.2)


def main(folder: Path) -> None:
    """Ask in every way, and tell what came of it."""
    until_it_listens()
    quick = {"timeout_seconds": 2}
    cases = {
        "another authority": settled(folder, authority_file=str(folder / "stranger.pem")),
        "another name": settled(folder, servers=("10.77.1.10",)),
        "no server": settled(folder, servers=("127.0.0.9:636", "127.0.0.9:637"), **quick),
        "plain port": settled(folder, servers=(f"{DC}:389",), **quick),
        "second server": settled(folder, servers=("127.0.0.9", DC), **quick),
    }
    centre = asked(settled(folder), CENTRE_ROLES)
    found = {
        "ldaps": in_every_way(asked(settled(folder))),
        "starttls": in_every_way(asked(settled(folder, security="starttls"))),
        "centre": {"otto": centre("otto"), "ada": centre("ada")},
        "refused": {name: asked(chosen)("ada") for name, chosen in cases.items()},
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
