"""Who may do what: every route of every listener of a licence server, for every kind of peer.

The tables here say what is expected; the routes come from the applications themselves, so one that is added and stands in
no table fails, and the page of the documentation is the same tables.
"""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from prometheus_client import CollectorRegistry
from starlette.routing import Route

from calvox.apps.host_api.app import ENDPOINTS
from calvox.apps.licence_server.process import CASES, owner
from calvox.apps.operations import operations_app
from calvox.apps.people_api import PeopleDesk, people_app
from calvox.apps.serving import control_app
from tests.apps.matrix import ALLOWED, Cast, assembled, bodies, outcome, person_outcome, send
from tests.apps.operating import ports
from tests.apps.processes import ServerProcess
from tests.world import Site, wish

pytestmark = pytest.mark.process
PAGE = Path(__file__).parents[2] / "docs/authorization.md"

HOSTS = (
    "no certificate",
    "wrong authority",
    "expired",
    "pending",
    "revoked",
    "group not allowed",
    "another host",
    "enrolled",
)
"""Session hosts, or who would be one. What a request is about (CALs, voucher) is always the enrolled host's."""
_OPEN = ("served", "cut off", "served", "served", "served", "served", "served", "served")
_SHUT = ("denied", "cut off", "denied", "denied", "denied")
HOST_ROUTES: dict[str, tuple[str, ...]] = {
    "GET /v1/authority": _OPEN,
    "POST /v1/enrol": _OPEN,
    "POST /v1/renew-certificate": (*_SHUT, "served", "served", "served"),
    "GET /v1/status": (*_SHUT, "served", "served", "served"),
    "POST /v1/acquire": (*_SHUT, "refused", "served", "served"),
    "POST /v1/acquire-many": (*_SHUT, "refused", "served", "served"),
    "POST /v1/release": (*_SHUT, "not found", "not found", "served"),
    "POST /v1/release-many": (*_SHUT, "left out", "left out", "served"),
    "POST /v1/statements": (*_SHUT, "served", "served", "served"),
    "POST /v1/settle": (*_SHUT, "not found", "not found", "served"),
    "POST /v1/heartbeat": (*_SHUT, "left out", "left out", "served"),
    "POST /v1/reenter": (*_SHUT, "left out", "left out", "left out"),
    "POST /v1/rejoin": (*_SHUT, "denied", "denied", "denied"),
}

PEOPLE = ("nobody", "wrong secret", "session over", "must change", "auditor", "administrator")
_LOGGED_IN = ("log in", "log in", "log in", "served", "served", "served")
PEOPLE_ROUTES: dict[str, tuple[str, ...]] = {
    "POST /v1/log-in": ("served",) * 6,
    "POST /v1/log-out": _LOGGED_IN,
    "POST /v1/password": _LOGGED_IN,
    "GET /v1/me": _LOGGED_IN,
    "GET /v1/cases/{name}": ("log in", "log in", "log in", "denied", "served", "served"),
    "POST /v1/cases/{name}": ("log in", "log in", "log in", "denied", "served", "served"),
}
"""Of the use cases, one that reads; those that change something are the administrator's."""
READING = [
    "alarms",
    "authority",
    "backup-running",
    "backups",
    "cal-authorised",
    "cal-list",
    "cal-show",
    "call-show",
    "calling",
    "clock",
    "hosts",
    "journal-list",
    "journal-verification",
    "journal-verify",
    "journal-verify-begin",
    "packs-to-move",
    "people",
    "policy",
    "reenrolment",
    "report-advice",
    "report-authorised",
    "report-cals",
    "report-export",
    "report-month",
    "report-packs",
    "report-refusals",
    "report-rows",
    "report-usage",
    "retirement",
    "status",
    "typed",
    "typing",
    "vouchers",
]
CHANGING = [
    "alert-test",
    "authority-finish",
    "authority-renew",
    "backup-begin",
    "cal-authorise",
    "cal-convert",
    "cal-leave",
    "cal-release",
    "cal-revoke",
    "cal-unauthorise",
    "call-give-up",
    "call-prepare",
    "call-prepare-reenrolment",
    "call-prepare-reissue",
    "call-prepare-thaw",
    "clock-confirm",
    "enrolment-code",
    "enter-file",
    "enter-group",
    "enter-lines",
    "finish",
    "freeze",
    "host-approve",
    "host-group",
    "host-revoke",
    "names-erase",
    "pack-policy",
    "person-add",
    "person-log-out",
    "person-password",
    "person-remove",
    "policy-set",
    "retire",
    "voucher-settle",
]
ELSEWHERE = {
    "GET /healthz": "whoever is on this machine",
    "GET /readyz": "whoever is on this machine",
    "GET /metrics": "whoever is on this machine",
    "POST /{name}": "the server's own user, and root",
}
"""The operations listener, and the owner's socket."""


@pytest.fixture(scope="module")
def cast(tmp_path_factory: pytest.TempPathFactory) -> Cast:
    """Let everybody come."""
    folder = tmp_path_factory.mktemp("matrix")
    site = Site.founded(folder, now=int(time.time()), parts=None)
    site.activate(wish("session", "2022", 50))
    return assembled(site, folder)


@pytest.fixture(scope="module")
def running(cast: Cast) -> Iterator[ServerProcess]:
    """Give the server of them all, running."""
    chosen = {"CALVOX_SERVER_PEOPLE_LISTEN": "127.0.0.1:0", "CALVOX_SERVER_ALLOWED_GROUPS": ALLOWED}
    with ServerProcess(cast.site.folder, limits=chosen) as process:
        yield process


def people_port(running: ServerProcess) -> int:
    """Tell where people log in."""
    return int(running.people.rpartition(":")[2])


def bearer(shown: str) -> dict[str, str]:
    """Show a session's secret."""
    return {"Authorization": f"Bearer {shown}"} if shown else {}


def routes(app: Any) -> list[str]:
    """List an application's routes."""
    assert all(isinstance(route, Route) for route in app.routes)
    return [f"{method} {route.path}" for route in app.routes for method in sorted(route.methods - {"HEAD"})]


def test_every_route_stands_in_a_table(tmp_path: Path) -> None:
    """Those of the four listeners, and every use case; nothing stands there that is gone."""
    site = Site.founded(tmp_path)
    assert [f"{one.method} {one.path}" for one in ENDPOINTS] == list(HOST_ROUTES)
    assert routes(people_app(PeopleDesk(site.server, CASES))) == list(PEOPLE_ROUTES)
    others = operations_app(CollectorRegistry(), list), control_app(owner(site.settings), site.server)
    assert [name for app in others for name in routes(app)] == list(ELSEWHERE)
    site.close()
    assert sorted(CASES) == sorted([*READING, *CHANGING])


@pytest.mark.parametrize("route", HOST_ROUTES)
def test_session_hosts(cast: Cast, running: ServerProcess, route: str) -> None:
    """Each kind of host is told what the table says, over TLS."""
    method, path = route.split(" ")
    asked = bodies(cast).get(path)
    body = b"" if asked is None else msgspec.json.encode(asked)
    told = [
        outcome(path, send(running.port, cast.hosts[name].context(cast.authority), method, path, body))
        for name in HOSTS
    ]
    assert dict(zip(HOSTS, told, strict=True)) == dict(zip(HOSTS, HOST_ROUTES[route], strict=True))


@pytest.mark.parametrize("route", PEOPLE_ROUTES)
def test_people(cast: Cast, running: ServerProcess, route: str) -> None:
    """Each kind of person is told what the table says; a host's certificate makes no difference, for none is asked for."""
    method, path = route.split(" ")
    bearers = {**cast.bearers, **(cast.leaving if path.endswith("log-out") else {})}
    body = b"[" if method == "POST" else b""
    for host in ("no certificate", "enrolled") if not path.endswith("log-out") else ("enrolled",):
        context = cast.hosts[host].context(cast.authority)
        told = [
            send(people_port(running), context, method, path.replace("{name}", "status"), body, bearer(bearers[name]))
            for name in PEOPLE
        ]
        assert [person_outcome(one) for one in told] == list(PEOPLE_ROUTES[route])


@pytest.mark.parametrize("name", [*READING, *CHANGING])
def test_use_cases(cast: Cast, running: ServerProcess, name: str) -> None:
    """An auditor may ask what reads, and nothing else; who must change the password, nothing at all."""
    context, told = cast.hosts["no certificate"].context(cast.authority), {}
    for person in PEOPLE:
        shown = bearer(cast.bearers[person])
        told[person] = person_outcome(send(people_port(running), context, "POST", f"/v1/cases/{name}", b"[", shown))
    out = dict.fromkeys(PEOPLE[:3], "log in")
    auditor = "served" if name in READING else "denied"
    assert told == {**out, "must change": "denied", "auditor": auditor, "administrator": "served"}


def test_nothing_but_reading_is_done_by_get(cast: Cast, running: ServerProcess) -> None:
    """So that no link changes anything."""
    context = cast.hosts["no certificate"].context(cast.authority)
    shown, before = bearer(cast.bearers["administrator"]), running.status().entries
    for name in CHANGING:
        told = send(people_port(running), context, "GET", f"/v1/cases/{name}", b"", shown)
        assert (told.status, told.read(dict)["code"]) == (422, "bad-input"), name
    assert running.status().entries == before


def test_what_denies_changes_nothing(cast: Cast, running: ServerProcess) -> None:
    """Neither an auditor's well-formed request, nor one of a host that is shut out."""
    before = running.status()
    context = cast.hosts["no certificate"].context(cast.authority)
    body = msgspec.json.encode({"name": "mallory", "role": "administrator", "password": "correct horse"})
    shown = bearer(cast.bearers["auditor"])
    assert send(people_port(running), context, "POST", "/v1/cases/person-add", body, shown).status == 403
    for host in ("pending", "revoked", "no certificate"):
        own, asked = cast.hosts[host].context(cast.authority), bodies(cast)["/v1/acquire"]
        assert send(running.port, own, "POST", "/v1/acquire", msgspec.json.encode(asked)).status == 403
    assert running.status() == before


def test_listeners_do_not_serve_each_others_routes(cast: Cast, running: ServerProcess) -> None:
    """People's routes are not the hosts', nor the other way round; an unknown one is not found."""
    admin, host = bearer(cast.bearers["administrator"]), cast.hosts["enrolled"].context(cast.authority)
    for path in ("/v1/me", "/v1/cases/status", "/v1/log-in", "/status", "/metrics"):
        assert send(running.port, host, "GET", path, b"", admin).status == 404
    for path in ("/v1/acquire", "/v1/authority", "/status", "/metrics", "/healthz", "/v1/cases/"):
        assert send(people_port(running), host, "POST", path, b"{}", admin).status == 404


def test_only_the_listeners_that_are_named_listen(running: ServerProcess) -> None:
    """Hosts, people, operations."""
    assert len(ports(running.process.pid)) == 3


def table(first: str, columns: tuple[str, ...], rows: Mapping[str, tuple[str, ...]]) -> str:
    """Draw a table as the page has it."""
    lines = [f"| {first} | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    return "\n".join([*lines, *(f"| `{name}` | {' | '.join(told)} |" for name, told in rows.items())])


def listed(names: list[str]) -> str:
    """List use cases as the page does."""
    return ", ".join(f"`{name}`" for name in names)


def test_the_page_says_the_same() -> None:
    """The tables of the documentation are these."""
    page = PAGE.read_text("utf-8")
    parts = (
        table("session hosts", HOSTS, HOST_ROUTES),
        table("people", PEOPLE, PEOPLE_ROUTES),
        table("elsewhere", ("served",), {name: (who,) for name, who in ELSEWHERE.items()}),
        listed(READING),
        listed(CHANGING),
    )
    for part in parts:
        assert part in page, f"docs/authorization.md lacks:\n{part}"
