"""The people's listener in process: logging in, who may ask what, and its bounds; its certificate."""

import asyncio
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from calvox.apps.licence_server.process import CASES
from calvox.apps.licence_server.upkeep import keep_certificate
from calvox.apps.people_api import Certificates, PeopleDesk, open_people_socket, people_app, people_context
from calvox.apps.people_api.app import LOG_IN_LIMIT, MOST_CHECKED, ChangePassword, LoggedIn, LogIn, Myself
from calvox.apps.people_api.cases import AddPerson
from calvox.common.clock import DAY, World
from calvox.common.errors import BadSettings, StoreFailed
from calvox.common.i18n import t
from calvox.common.settings import Server
from calvox.people.accounts import PersonShown, set_password
from calvox.people.attempts import FIRST_LOCK
from calvox.server.report import Status
from calvox.trust.certificates import expires_at, issue_server_certificate, new_key
from tests.apps.asgi import Told, ask, ask_within
from tests.world import Site

PASSWORD, CHOSEN = "correct horse battery", "of my own choice"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Give a site whose administrator ada has a password of somebody else's choice."""
    site = Site.founded(tmp_path)
    set_password(site.server, "ada", PASSWORD, "root")
    yield site
    site.close()


@pytest.fixture
def app(site: Site) -> Any:
    """Give its people's listener; a failed log-in takes no time."""
    return people_app(PeopleDesk(site.server, CASES, failed_seconds=0))


def log_in(app: Any, name: str = "ada", password: str = PASSWORD) -> Told:
    """Log somebody in."""
    return ask(app, "POST", "/v1/log-in", LogIn(name, password))


class Person:
    """Somebody who is logged in."""

    def __init__(self, app: Any, name: str = "ada", password: str = PASSWORD) -> None:
        self._app = app
        self.told: LoggedIn = log_in(app, name, password).read(LoggedIn)

    def ask(self, method: str, path: str, asked: Any = None, **headers: str) -> Told:
        """Ask, showing the session's secret."""
        shown = {"Authorization": f"Bearer {self.told.session}", **headers}
        return ask(self._app, method, path, asked, headers=shown)


def settled(app: Any, name: str = "ada") -> Person:
    """Log somebody in who has chosen a password of their own."""
    person = Person(app, name)
    assert person.ask("POST", "/v1/password", ChangePassword(PASSWORD, CHOSEN)).status == 200
    return person


def test_first_comes_another_password(app: Any) -> None:
    """Until then nothing else is served; afterwards all is, by the same session."""
    person = Person(app)
    assert person.told.change
    refused = person.ask("GET", "/v1/cases/status")
    assert (refused.status, "changed first" in refused.body.decode()) == (403, True)
    assert person.ask("GET", "/v1/me").read(Myself).change
    assert person.ask("POST", "/v1/password", ChangePassword(PASSWORD, CHOSEN)).status == 200
    assert person.ask("GET", "/v1/cases/status").read(Status).centre
    assert log_in(app, password=CHOSEN).read(LoggedIn).change is False


def test_a_use_case_is_the_owners_own_and_bears_the_persons_name(site: Site, app: Any) -> None:
    """It is entered by who is logged in."""
    ada = settled(app)
    assert ada.ask("POST", "/v1/cases/person-add", AddPerson("eve", "auditor", PASSWORD)).status == 200
    last = site.read(lambda reader: [reader.fact(entry) for entry in reader.entries()])[-1]
    assert (last.person, last.by) == ("eve", "ada")
    listed = ada.ask("GET", "/v1/cases/people").read(list[PersonShown])
    assert [one.name for one in listed] == ["ada", "eve"]


def test_an_auditor_is_told_what_they_may_do(app: Any) -> None:
    """Exactly the use cases that read."""
    settled(app).ask("POST", "/v1/cases/person-add", AddPerson("eve", "auditor", PASSWORD))
    eve = settled(app, "eve")
    told = eve.ask("GET", "/v1/me").read(Myself)
    assert told == Myself("eve", "auditor", False, tuple(name for name, case in CASES.items() if case.reads))
    refused = eve.ask("POST", "/v1/cases/person-remove", {"name": "ada"})
    assert (refused.status, refused.code) == (403, "denied")


def test_a_removed_person_is_out_at_the_next_request(app: Any) -> None:
    """The session ends with the account."""
    ada = settled(app)
    ada.ask("POST", "/v1/cases/person-add", AddPerson("eve", "auditor", PASSWORD))
    eve = settled(app, "eve")
    ada.ask("POST", "/v1/cases/person-remove", {"name": "eve"})
    told = eve.ask("GET", "/v1/cases/status")
    assert (told.status, told.code) == (401, "not-logged-in")


def test_whoever_logs_out_is_out(app: Any) -> None:
    """The secret is good no longer."""
    ada = Person(app)
    assert ada.ask("POST", "/v1/log-out").status == 200
    assert ada.ask("GET", "/v1/me").status == 401


def test_errors_come_as_what_they_are_and_in_the_readers_language(app: Any) -> None:
    """Not found, not well formed, locked with the time to wait."""
    ada = settled(app)
    assert ada.ask("POST", "/v1/cases/nonsense", {}).code == "not-found"
    assert ada.ask("POST", "/v1/cases/cal-show", {"which": 3}).code == "bad-input"
    assert ada.ask("GET", "/v1/cases/cal-show").code == "bad-input"
    for _ in range(5):
        assert log_in(app, "ada", "wrong").code == "not-logged-in"
    locked = log_in(app, "ada", CHOSEN)
    assert (locked.status, locked.code) == (429, "too-many")
    assert 0 < int(locked.headers["retry-after"]) <= FIRST_LOCK
    assert ada.ask("GET", "/v1/me").status == 200


def test_no_answer_is_kept_by_a_browser(app: Any) -> None:
    """They hold secrets and names."""
    ada = settled(app)
    assert ada.ask("GET", "/v1/me").headers["cache-control"] == "no-store"
    assert log_in(app, password=CHOSEN).headers["cache-control"] == "no-store"


def test_a_long_log_in_is_not_read(app: Any) -> None:
    """Nor is any body of somebody who is not logged in."""
    long = b'{"name":"ada","password":"' + b"x" * LOG_IN_LIMIT + b'"}'
    assert ask(app, "POST", "/v1/log-in", long).code == "too-long"
    assert ask(app, "POST", "/v1/cases/status", b"x" * (1 << 22)).code == "not-logged-in"


def test_a_failed_log_in_takes_its_time_and_only_so_many_are_checked(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who comes when too many wait is told to come back; afterwards all is as before."""
    desk = PeopleDesk(site.server, CASES, failed_seconds=0.3)
    app, gate = people_app(desk), threading.Event()
    monkeypatch.setattr("calvox.people.checking.password_fits", lambda hashed, password: not gate.wait(20))

    async def crowd() -> int:
        waiting = [asyncio.create_task(_try(app)) for _ in range(MOST_CHECKED)]
        while desk.checked < MOST_CHECKED:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        refused = await _try(app)
        gate.set()
        await asyncio.gather(*waiting, return_exceptions=True)
        return refused

    assert (asyncio.run(crowd()), desk.checked) == (429, 0)
    monkeypatch.undo()
    begun = time.monotonic()
    assert asyncio.run(_try(app, "somebody else")) == 401
    assert time.monotonic() - begun >= 0.3
    assert asyncio.run(_try(app)) == 429, "failures that were counted while it was locked let nobody's lock go"


async def _try(app: Any, name: str = "nobody") -> int:
    """Log in within a loop, as nobody."""
    return (await ask_within(app, "POST", "/v1/log-in", msgspec.json.encode(LogIn(name, "x")))).status


# Garbage before anybody is logged in


@pytest.fixture(scope="module")
def any_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Give a listener that garbage may be sent to."""
    site = Site.founded(tmp_path_factory.mktemp("garbage"))
    yield people_app(PeopleDesk(site.server, CASES, failed_seconds=0))
    site.close()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "password", "x"]), inner),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.one_of(st.binary(max_size=300), JSON.map(msgspec.json.encode)))
def test_whatever_is_sent_as_a_log_in_is_refused(any_app: Any, body: bytes) -> None:
    """As one of our errors, never as a fault of ours."""
    told = ask(any_app, "POST", "/v1/log-in", body)
    assert told.code in ("bad-input", "not-logged-in", "too-many")


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=200), st.sampled_from(["", "Bearer", "Bearer ", "bearer  ", "Basic ", "Bearer Bearer "]))
def test_whatever_is_shown_is_no_session(any_app: Any, shown: bytes, scheme: str) -> None:
    """On every route that asks for one."""
    header = {"Authorization": scheme + shown.decode("latin-1").replace("\r", "").replace("\n", "")}
    for method, path in (("GET", "/v1/me"), ("POST", "/v1/cases/status"), ("POST", "/v1/password")):
        encoded = {name: value.encode("latin-1").decode("latin-1") for name, value in header.items()}
        told = ask(any_app, method, path, headers=encoded)
        assert (told.status, told.code) == (401, "not-logged-in")


# The certificate


def files(folder: Path, site: Site, name: str) -> tuple[str, str]:
    """Make a certificate and its key."""
    key, keys = new_key(), site.server.keys
    made = issue_server_certificate(keys.authority_key, keys.authority, key, [name], site.clock())
    paths = folder / f"{name}.pem", folder / f"{name}.key"
    for path, data in zip(paths, (made, key), strict=True):
        path.write_bytes(data)
    return str(paths[0]), str(paths[1])


def shown(site: Site, chosen: Server) -> Certificates:
    """Name what people are shown."""
    keys = site.server.keys.folder
    return Certificates((keys / "tls.pem", keys / "tls.key"), "server", chosen)


def test_nobody_is_asked_for_a_certificate(site: Site) -> None:
    """And TLS is new."""
    context = people_context(shown(site, Server()))
    assert (context.verify_mode, context.minimum_version) == (ssl.CERT_NONE, ssl.TLSVersion.TLSv1_3)


def test_the_site_may_bring_its_own_certificate(site: Site, tmp_path: Path) -> None:
    """With its key."""
    certificate, key = files(tmp_path, site, "licences.example")
    people_context(shown(site, Server(people_certificate=certificate, people_key=key)))


@pytest.mark.parametrize("wrong", ["no key", "no certificate", "missing", "another key", "garbage", "swapped"])
def test_files_that_do_not_fit_are_named(site: Site, tmp_path: Path, wrong: str) -> None:
    """Before anything is served."""
    certificate, key = files(tmp_path, site, "a.example")
    _, other = files(tmp_path, site, "b.example")
    (tmp_path / "garbage").write_bytes(b"garbage")
    chosen = {
        "no key": (certificate, ""),
        "no certificate": ("", key),
        "missing": (certificate, str(tmp_path / "nowhere")),
        "another key": (certificate, other),
        "garbage": (certificate, str(tmp_path / "garbage")),
        "swapped": (key, certificate),
    }[wrong]
    with pytest.raises(BadSettings) as caught:
        people_context(shown(site, Server(people_certificate=chosen[0], people_key=chosen[1])))
    assert "server.people_" in f"{caught.value} {caught.value.hint}"


def test_a_certificate_that_went_bad_ends_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one before goes on being shown, and the next try is made in its time."""
    monkeypatch.setattr("calvox.apps.licence_server.upkeep.CERTIFICATE_SECONDS", 0.01)
    tried: list[int] = []

    def bad() -> None:
        tried.append(1)
        raise BadSettings(t("no certificate"))

    async def some_time() -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(keep_certificate(site.server, [bad, lambda: tried.append(2)]), 1)

    asyncio.run(some_time())
    assert tried[:4] == [1, 2, 1, 2]


def test_a_full_disk_where_a_certificate_is_to_be_made_ends_nothing(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server's own is tried again, hour by hour."""
    monkeypatch.setattr("calvox.apps.licence_server.upkeep.CERTIFICATE_SECONDS", 0.01)
    tried: list[int] = []

    def full(*_: object) -> None:
        tried.append(1)
        raise StoreFailed(t("no room"))

    monkeypatch.setattr("calvox.apps.licence_server.upkeep.renew_tls", full)

    async def some_time() -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(keep_certificate(site.server, [lambda: tried.append(2)]), 1)

    asyncio.run(some_time())
    assert tried[:4] == [1, 2, 1, 2]


@pytest.mark.parametrize(("days", "told"), [(-1, True), (13, True), (15, False)])
def test_a_certificate_of_the_sites_own_that_ends_is_told(site: Site, tmp_path: Path, days: int, told: bool) -> None:
    """Nobody but the site can make it anew; the log says by when, before its end and after it, and it is shown all the same."""
    certificate, key = files(tmp_path, site, "licences.example")
    socket = open_people_socket(
        "127.0.0.1:0", shown(site, Server(people_certificate=certificate, people_key=key)), ["a"]
    )
    ends = expires_at(Path(certificate).read_bytes())
    with capture_logs() as lines:
        socket.watch(World(now=lambda: ends - days * DAY, random=bytes))
        socket.refresh()
    socket.sock.close()
    assert [line["path"] for line in lines] == ([certificate] if told else [])


def test_our_own_certificate_needs_nobody_to_watch_it(site: Site) -> None:
    """It is made anew by itself, long before."""
    socket = open_people_socket("127.0.0.1:0", shown(site, Server()), ["a"])
    with capture_logs() as lines:
        socket.watch(World(now=lambda: 1 << 40, random=bytes))
    socket.sock.close()
    assert lines == []
