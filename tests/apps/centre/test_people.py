"""Who may do what at an activation centre: operators and supervisors, on the listener for people and with the owner's link."""

import json
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from calvox.apps.centre.cases import CASES
from calvox.apps.centre.process import Founding, found, open_centre, owner
from calvox.apps.desk import desk_routes
from calvox.apps.people_api import PeopleDesk, people_app
from calvox.apps.people_api.app import LoggedIn, LogIn, Myself
from calvox.apps.people_api.cases import OWN_CASES, AddPerson
from calvox.centre.context import Context
from calvox.common.clock import SYSTEM
from calvox.common.errors import Denied, Unreachable
from calvox.common.i18n import t
from calvox.common.settings import Centre as Chosen
from calvox.core.peopling import DirectoryPerson, Role
from calvox.people.accounts import add_person
from calvox.people.links import PATH
from calvox.people.log_in import Door
from calvox.people.passwords import hash_password
from calvox.wire.card import Telephone
from tests.apps.asgi import Told, ask
from tests.apps.matrix import send
from tests.apps.processes import command, environment
from tests.centre.world import COST, PASSPHRASE, lighten

PAGE = Path(__file__).parents[3] / "docs/authorization.md"
PASSWORD, CHOSEN = "correct horse battery", "of my own choice"
SUPERVISORS = [
    "agreement-add",
    "blacklist",
    "people",
    "person-add",
    "person-log-out",
    "person-password",
    "person-remove",
    "reissue-allow",
    "unlock-caller",
]
"""The use cases that an operator may not run, at the least; what else is a supervisor's is said by the use case itself."""
FOUNDING = Founding("Essai", [Telephone("FR", "+33 1", "9-18")], supervisor="sue", by="root")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a centre with its first supervisor, sue, and an operator, otto; both have chosen their passwords."""
    lighten(monkeypatch)
    path = tmp_path / "centre"
    founding = msgspec.structs.replace(FOUNDING, password_hash=hash_password(CHOSEN))
    found(path, founding, PASSPHRASE, SYSTEM, cost=COST)
    context = open_centre(Chosen(folder=str(path)), None)
    add_person(context, "otto", "operator", PASSWORD, "sue")
    door = Door(context)
    door.change_password(door.log_in("otto", PASSWORD, "")[1], PASSWORD, CHOSEN, "")
    context.close()
    return path


@pytest.fixture
def context(folder: Path) -> Iterator[Context]:
    """Open it."""
    context = open_centre(Chosen(folder=str(folder)), None)
    yield context
    context.close()


@pytest.fixture
def app(context: Context) -> Any:
    """Give its listener for people; a failed log-in takes no time."""
    return people_app(PeopleDesk(context, CASES, failed_seconds=0))


def bearer(app: Any, name: str, password: str = CHOSEN) -> dict[str, str]:
    """Log somebody in, and give what they show."""
    told = ask(app, "POST", "/v1/log-in", LogIn(name, password)).read(LoggedIn)
    return {"Authorization": f"Bearer {told.session}"}


def asked(app: Any, shown: dict[str, str], name: str, body: Any = b"[") -> Told:
    """Ask for a use case, with a body that is not well formed unless one is given."""
    return ask(app, "POST", f"/v1/cases/{name}", body, headers=shown)


@pytest.mark.parametrize("name", list(CASES))
def test_use_cases(app: Any, name: str) -> None:
    """An operator may ask for every one that is not the supervisor's; a supervisor for all; nobody for any."""
    supervisors = CASES[name].roles == frozenset({Role.SUPERVISOR})
    assert (CASES[name].roles is None) is not supervisors
    assert name not in SUPERVISORS or supervisors
    told = {who: asked(app, bearer(app, who), name).code for who in ("otto", "sue")}
    assert told == {"otto": "denied" if supervisors else "bad-input", "sue": "bad-input"}
    assert asked(app, {}, name).code == "not-logged-in"


def test_the_page_says_the_same() -> None:
    """The lists of the documentation are these."""
    page = PAGE.read_text("utf-8")
    for supervisors in (False, True):
        names = sorted(name for name, case in CASES.items() if (case.roles is not None) is supervisors)
        listed = ", ".join(f"`{name}`" for name in names)
        assert f"\n{listed}\n" in page, f"docs/authorization.md lacks:\n{listed}"


def test_the_supervisors_cases_are_there() -> None:
    """And their list names none that is gone."""
    assert set(SUPERVISORS) <= set(CASES)


def test_everyone_is_told_what_they_may_do(app: Any) -> None:
    """And as what they are in."""
    otto, sue = (ask(app, "GET", "/v1/me", headers=bearer(app, who)).read(Myself) for who in ("otto", "sue"))
    assert (otto.role, sue.role, sue.cases) == ("operator", "supervisor", tuple(CASES))
    assert set(sue.cases) - set(otto.cases) >= set(SUPERVISORS)
    assert "call-open" in otto.cases


def test_what_denies_changes_nothing(app: Any, context: Context) -> None:
    """Whatever an operator sends."""
    with context.journal.read() as reader:
        before = reader.head.position
    told = asked(app, bearer(app, "otto"), "person-add", AddPerson("mallory", "supervisor", PASSWORD))
    assert (told.status, told.code) == (403, "denied")
    with context.journal.read() as reader:
        assert reader.head.position == before


def test_a_supervisor_makes_accounts_of_the_centres_roles(app: Any, context: Context) -> None:
    """Not of a licence server's, and the last supervisor stays."""
    sue = bearer(app, "sue")
    assert asked(app, sue, "person-add", AddPerson("ada", "administrator", PASSWORD)).code == "bad-input"
    assert asked(app, sue, "person-add", AddPerson("olga", "operator", PASSWORD)).status == 200
    refused = asked(app, sue, "person-remove", {"name": "sue"})
    assert (refused.code, "last supervisor" in refused.body.decode()) == ("conflict", True)
    with context.journal.read() as reader:
        last = [reader.fact(entry) for entry in reader.entries()][-2]
    assert (getattr(last, "person", ""), getattr(last, "by", "")) == ("olga", "sue")


def test_links_are_made_by_nobody_over_the_network(app: Any) -> None:
    """They are the owner's; a supervisor cannot come in as somebody else."""
    for name in OWN_CASES:
        assert asked(app, bearer(app, "sue"), name, {"name": "otto"}).code == "not-found"


def test_the_sites_directory_lets_operators_in(context: Context) -> None:
    """Beside the accounts, and says so."""

    class Corp:
        def full_name(self, name: str) -> str:
            return f"{name}@corp.test"

        def find(self, name: str, password: str) -> DirectoryPerson | None:
            return DirectoryPerson(self.full_name(name), Role.OPERATOR) if password == PASSWORD else None

    app = people_app(PeopleDesk(context, CASES, Corp(), failed_seconds=0))
    told = ask(app, "POST", "/v1/log-in", LogIn("olga", PASSWORD)).read(LoggedIn)
    assert (told.name, told.role, told.change, told.directory) == ("olga@corp.test", "operator", False, True)
    shown = {"Authorization": f"Bearer {told.session}"}
    assert ask(app, "GET", "/v1/me", headers=shown).read(Myself).directory
    assert asked(app, shown, "blacklist").code == "denied"
    assert ask(app, "POST", "/v1/password", {"old": PASSWORD, "new": CHOSEN}, headers=shown).code == "conflict"


def test_what_the_directory_says_stands_at_the_door(context: Context) -> None:
    """Of the desk for a browser: that it is dark, or that nobody of these groups comes in."""

    class Corp:
        def full_name(self, name: str) -> str:
            return f"{name}@corp.test"

        def find(self, name: str, password: str) -> DirectoryPerson | None:
            raise Unreachable(t("The directory is dark")) if name == "olga" else Denied(t("In no group"))

    people = PeopleDesk(context, CASES, Corp(), failed_seconds=0)
    app = people_app(people, desk_routes(people))
    own = {"Host": "desk.example", "Origin": "http://desk.example"}
    for name, status, text in (("olga", 503, "The directory is dark"), ("nora", 403, "In no group")):
        told = ask(app, "POST", "/log-in", f"name={name}&password=x".encode(), headers=own)
        assert (told.status, text in told.body.decode(), "set-cookie" in told.headers) == (status, True, False)
        assert f'value="{name}"' in told.body.decode()


def test_an_older_register_gets_people(folder: Path) -> None:
    """One made before there were any is brought up when it is opened, and its owner makes the first account."""
    other = folder.parent / "older"
    found(other, msgspec.structs.replace(FOUNDING, supervisor=""), PASSPHRASE, SYSTEM, cost=COST)
    import apsw

    connection = apsw.Connection(str(other / "journal.db"))
    for table in ("person", "account", "log_in", "wrong_password", "link"):
        connection.execute(f"DROP TABLE {table}")
    connection.close()
    owner(Chosen(folder=str(other)), None).call("person-add", AddPerson("sue", "supervisor", PASSWORD))
    context = open_centre(Chosen(folder=str(other)), None)
    assert Door(context).log_in("sue", PASSWORD, "")[1].role is Role.SUPERVISOR
    assert context.journal.verify().position == 3
    context.close()


@pytest.mark.process
def test_the_process_serves_people_over_tls(folder: Path, tmp_path: Path) -> None:
    """Log-in, a use case, the owner's link, the page for browsers; with the certificate that was made at init."""
    (tmp_path / "passphrase").write_text(PASSPHRASE)
    words = ("--folder", str(folder), "--passphrase-file", str(tmp_path / "passphrase"), "--listen", "127.0.0.1:0")
    room = environment(CALVOX_CENTRE_PEOPLE_LISTEN="127.0.0.1:0")
    serving = [sys.executable, "-m", "calvox", "--json", "centre", "serve", *words]
    with subprocess.Popen(serving, stdout=subprocess.PIPE, env=room, text=True) as process:
        try:
            assert process.stdout is not None
            people = json.loads(process.stdout.readline())["people"]
            port = int(people.rpartition(":")[2])
            trust = ssl.create_default_context(cafile=str(folder / "tls/authority.pem"))
            body = msgspec.json.encode(LogIn("sue", CHOSEN))
            told = send(port, trust, "POST", "/v1/log-in", body).read(LoggedIn)
            shown = {"Authorization": f"Bearer {told.session}"}
            assert send(port, trust, "GET", "/v1/cases/servers", b"", shown).status == 200
            made = command("people", "link", "otto", "--of", "centre", "--folder", str(folder), cwd=tmp_path)
            link = json.loads(made.stdout)
            assert link["address"].startswith(f"{people}{PATH}")
            path = link["address"].removeprefix(people)
            assert b"otto" not in send(port, trust, "GET", path).body
            assert send(port, trust, "GET", "/log-in").status == 200
        finally:
            process.terminate()
