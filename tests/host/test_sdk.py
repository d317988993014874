"""The session host's side against a real licence server, over mutual TLS."""

import asyncio
import json
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from calvox.common.errors import BadCode, BadSignature, Conflict, Denied, NotFound, Unreachable
from calvox.common.i18n import language_of
from calvox.core.holders import holder_of
from calvox.host import AsyncHost, CalType, HeldCal, Host, Refusal, enrol
from calvox.host.state import AUTHORITY, CERTIFICATE, ENROLMENT, KEY
from calvox.trust.certificates import issue_host_certificate, make_authority, make_signing_request, new_key
from calvox.trust.enrolment import EnrolmentCode
from tests.apps.processes import ServerProcess
from tests.world import Site, wish

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Give a closed site of the real time."""
    site = Site.founded(tmp_path_factory.mktemp("template"), now=int(time.time()), parts=None)
    site.activate(wish("device", "2022", 20), wish("user", "2022", 2), wish("session", "2022", 2))
    site.close()
    return site


@pytest.fixture(scope="module")
def server(template: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """Give a licence server that serves."""
    with ServerProcess(template.copy(tmp_path_factory.mktemp("server")).folder) as process:
        yield process
        assert process.process.poll() is None


@pytest.fixture
def home(server: ServerProcess, tmp_path: Path) -> Path:
    """Give the folder of an enrolled host."""
    asyncio.run(enrol(tmp_path / "host", server.address, server.code("rdsh-1")))
    return tmp_path / "host"


def got(answer: HeldCal | Refusal) -> HeldCal:
    """Expect a CAL."""
    assert isinstance(answer, HeldCal), answer
    return answer


def test_enrolment_pins_the_server(server: ServerProcess, home: Path) -> None:
    """Name and version come from the administrator's code; the files are this user's alone."""
    enrolled = AsyncHost(home).enrolled
    assert (enrolled.name, enrolled.version, enrolled.server) == ("rdsh-1", 7, server.address)
    assert enrolled.server_id == server.status().server_id
    assert {file.stat().st_mode & 0o777 for file in home.iterdir() if file.is_file()} == {0o600}


def test_a_device_goes_from_temporary_to_permanent(home: Path) -> None:
    """And only the permanent CAL is held afterwards."""
    with Host(home) as host:
        first = got(host.acquire(CalType.DEVICE, "pc-1"))
        second = got(host.acquire(CalType.DEVICE, "pc-1", authenticated=True))
        assert (first.claims.temporary, second.claims.temporary) == (True, False)
        assert host.held() == [second]
        assert got(host.acquire(CalType.DEVICE, "PC-1")).token == second.token


def test_a_user_is_served_beyond_the_pack(home: Path) -> None:
    """Over-use is counted, not refused."""
    with Host(home) as host:
        names = [got(host.acquire(CalType.USER, f"user-{n}")).name for n in range(4)]
        assert sorted(cal.name for cal in host.held()) == sorted(names)


def test_sessions_are_acquired_refused_and_released(home: Path) -> None:
    """A refusal is a value with its reason, in the reader's language."""
    with Host(home) as host:
        cals = [got(host.acquire(CalType.SESSION, f"s-{n}")) for n in range(2)]
        answer = host.acquire(CalType.SESSION, "s-9")
        assert isinstance(answer, Refusal)
        assert (answer.reason, answer.why) == ("pool-used-up", "every CAL of this type is in use")
        assert sorted(cal.name for cal in host.held()) == ["s-0", "s-1"]
        host.release(cals[0])
        assert [cal.name for cal in host.held()] == ["s-1"]
        third = got(host.acquire(CalType.SESSION, "s-9"))
        for cal in (cals[1], third):
            host.release(cal)
        assert host.held() == []


def test_a_release_that_the_server_does_not_know_is_forgotten_here_too(home: Path) -> None:
    """A CAL whose lease ended went back by itself; the host does not go on holding it."""
    with Host(home) as host:
        cal = got(host.acquire(CalType.SESSION, "s-1"))
        saved = {file: file.read_bytes() for file in (home / "cals").iterdir()}
        host.release(cal)
        for file, data in saved.items():
            file.write_bytes(data)
        assert len(host.held()) == 1
        with pytest.raises(NotFound):
            host.release(cal)
        assert host.held() == []


def test_a_host_cannot_give_back_a_users_cal(home: Path) -> None:
    """It goes back at its end, and is still held."""
    with Host(home) as host:
        cal = got(host.acquire(CalType.USER, "user-0"))
        with pytest.raises(Denied):
            host.release(cal)
        assert cal in host.held()


def test_a_host_may_ask_how_the_server_stands(home: Path) -> None:
    """Whether it is activated, and what time it has."""
    with Host(home) as host:
        told = host.server_status()
    assert told.activated
    assert abs(told.now - time.time()) < 60


def test_many_may_ask_at_once(server: ServerProcess, home: Path) -> None:
    """Forty asks over one host's connection, each answered with its own holder's CAL."""

    async def ask() -> list[HeldCal]:
        async with AsyncHost(home) as host:
            return [got(a) for a in await asyncio.gather(*(host.acquire(CalType.USER, f"u-{n}") for n in range(40)))]

    cals = asyncio.run(ask())
    assert [cal.claims.holder for cal in cals] == [holder_of(CalType.USER, f"u-{n}") for n in range(40)]
    assert len({cal.claims.cal_id for cal in cals}) == 40


def test_cals_are_held_when_the_server_is_gone(template: Site, tmp_path: Path) -> None:
    """Tokens verify alone; asking tells that nobody answers; once the server is back the same CAL is given."""
    folder = template.copy(tmp_path).folder
    with ServerProcess(folder) as first:
        asyncio.run(enrol(tmp_path / "host", first.address, first.code("rdsh-1")))
        with Host(tmp_path / "host") as host:
            cal = got(host.acquire(CalType.USER, "alice"))
            assert first.terminate() == 0
            assert host.held() == [cal]
            with pytest.raises(Unreachable) as caught:
                host.acquire(CalType.USER, "alice")
            assert caught.value.hint is not None
            assert host.held() == [cal]
    assert AsyncHost(tmp_path / "host", now=lambda: cal.claims.valid_until).held() == [cal]
    assert AsyncHost(tmp_path / "host", now=lambda: cal.claims.valid_until + 1).held() == []


def flip_token(text: str) -> str:
    """Change one sign of the token."""
    told = json.loads(text)
    middle = len(told["token"]) // 2
    sign = "A" if told["token"][middle] != "A" else "B"
    return json.dumps({**told, "token": told["token"][:middle] + sign + told["token"][middle + 1 :]})


def other_holder(text: str) -> str:
    """Claim the token for somebody else."""
    told = json.loads(text)
    return json.dumps({**told, "name": "eve", "holder": "A" * 43 + "="})


@pytest.mark.parametrize(
    "edit",
    [
        flip_token,
        other_holder,
        lambda text: "",
        lambda text: "{",
        lambda text: "{}",
        lambda text: text[:-9],
        lambda _: "\x00\udcff",
    ],
    ids=["token", "holder", "empty", "half", "fields", "cut", "bytes"],
)
def test_an_edited_token_file_is_not_held(home: Path, edit: Callable[[str], str]) -> None:
    """The other CALs are, and the next ask brings the edited one again."""
    with Host(home) as host:
        kept, edited = (got(host.acquire(CalType.USER, name)) for name in ("kept", "edited"))
        file = home / "cals" / f"{edited.claims.holder.hex()}.json"
        file.write_bytes(edit(file.read_text()).encode("utf-8", "surrogateescape"))
        assert host.held() == [kept]
        assert got(host.acquire(CalType.USER, "edited")).token == edited.token
        assert len(host.held()) == 2


def test_a_host_that_is_not_enrolled_is_told_how(tmp_path: Path) -> None:
    """The hint names both commands."""
    with pytest.raises(NotFound, match="not enrolled") as caught:
        Host(tmp_path)
    assert "enrolment-code" in str(caught.value.hint)


def test_a_host_is_enrolled_once(server: ServerProcess, home: Path) -> None:
    """Another code changes nothing."""
    before = (home / ENROLMENT).read_bytes()
    with pytest.raises(Conflict, match="already"):
        asyncio.run(enrol(home, server.address, server.code("rdsh-2")))
    assert (home / ENROLMENT).read_bytes() == before


def test_an_enrolment_that_was_cut_off_goes_on(server: ServerProcess, home: Path, tmp_path: Path) -> None:
    """With the same code and the same key, as if the answer had not arrived."""
    code = server.code("rdsh-3")
    first = asyncio.run(enrol(tmp_path / "cut", server.address, code))
    for name in (ENROLMENT, CERTIFICATE, AUTHORITY):
        (tmp_path / "cut" / name).unlink()
    assert asyncio.run(enrol(tmp_path / "cut", server.address, code)) == first


def test_a_used_code_is_no_use_to_another_host(server: ServerProcess, tmp_path: Path) -> None:
    """It is told so, and may try again with a new one."""
    code = server.code("rdsh-4")
    asyncio.run(enrol(tmp_path / "one", server.address, code))
    with pytest.raises(Denied):
        asyncio.run(enrol(tmp_path / "two", server.address, code))
    assert asyncio.run(enrol(tmp_path / "two", server.address, server.code("rdsh-5"))).name == "rdsh-5"


def test_a_mistyped_code_reaches_nobody(tmp_path: Path) -> None:
    """It is refused before anything is sent: nobody listens at that address."""
    code = EnrolmentCode(bytes(16), bytes(16)).text()
    with pytest.raises(BadCode, match="Group 3"):
        asyncio.run(enrol(tmp_path / "h", "https://127.0.0.1:1", code[:10] + "Z" + code[11:]))


def test_a_code_of_another_server_enrols_nobody(server: ServerProcess, tmp_path: Path) -> None:
    """The authority is not the one in the code."""
    other = make_authority(new_key(), "other", int(time.time()))
    with pytest.raises(BadSignature):
        asyncio.run(enrol(tmp_path / "h", server.address, EnrolmentCode.for_authority(bytes(16), other).text()))
    assert not (tmp_path / "h" / ENROLMENT).exists()


# Certificates


def test_a_certificate_of_another_authority_is_refused(server: ServerProcess, home: Path) -> None:
    """Though it bears the identifier of an enrolled host."""
    own_key, authority_key, now = new_key(), new_key(), int(time.time())
    authority = make_authority(authority_key, "Calvox licence server authority", now)
    request = make_signing_request(own_key, "rdsh-1")
    host = AsyncHost(home).enrolled.host
    (home / KEY).write_bytes(own_key)
    (home / CERTIFICATE).write_bytes(issue_host_certificate(authority_key, authority, request, host, "rdsh-1", now))
    before = server.status().entries
    with Host(home) as session, pytest.raises(Unreachable):
        session.acquire(CalType.USER, "eve")
    assert server.status().entries == before


async def raw(
    server: ServerProcess, home: Path, method: str, path: str, body: object, certificate: tuple[Path, Path] | None
) -> tuple[int, Any]:
    """Ask without the SDK, with or without a certificate."""
    context = ssl.create_default_context(cafile=str(home / AUTHORITY))
    if certificate:
        context.load_cert_chain(*certificate)
    async with (
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context)) as session,
        session.request(method, server.address + path, json=body) as response,
    ):
        return response.status, json.loads(await response.read())


ASKED = {"cal_type": "user", "holder": "A" * 43 + "=", "name": "alice"}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("POST", "/v1/acquire", ASKED), ("POST", "/v1/release", {"cal_id": "AAAA"}), ("GET", "/v1/status", None)],
)
def test_without_a_certificate_a_host_is_denied(
    server: ServerProcess, home: Path, method: str, path: str, body: object
) -> None:
    """Everything but authority and enrolment wants one."""
    status, told = asyncio.run(raw(server, home, method, path, body, None))
    assert (status, told["code"]) == (403, "denied")


def test_the_servers_own_certificate_is_no_hosts(server: ServerProcess, home: Path) -> None:
    """Its authority issued it, but for another purpose."""
    keys = server.folder / "keys"
    with pytest.raises(aiohttp.ClientError):
        asyncio.run(raw(server, home, "POST", "/v1/acquire", ASKED, (keys / "tls.pem", keys / "tls.key")))


def test_unknown_fields_are_ignored(server: ServerProcess, home: Path) -> None:
    """A newer host may say more than this server knows."""
    own = (home / CERTIFICATE, home / KEY)
    body = {**ASKED, "colour": "blue", "authenticated": True, "more": {"deep": [1, 2]}}
    status, told = asyncio.run(raw(server, home, "POST", "/v1/acquire", body, own))
    assert (status, told["cal"]["cal_type"], told["refused"]) == (200, "user", "")


@pytest.mark.parametrize(
    "change",
    [
        {"cal_type": "desk"},
        {"holder": "AAAA"},
        {"name": ""},
        {"name": "x" * 256},
        {"name": "a\nb"},
        {"authenticated": "yes"},
    ],
)
def test_an_ask_that_is_not_well_formed_is_told(server: ServerProcess, home: Path, change: dict[str, object]) -> None:
    """The message names what is wrong, and nothing is entered."""
    own, before = (home / CERTIFICATE, home / KEY), server.status().entries
    status, told = asyncio.run(raw(server, home, "POST", "/v1/acquire", {**ASKED, **change}, own))
    assert (status, told["code"]) == (422, "bad-input")
    assert server.status().entries == before


def test_a_refusal_comes_in_the_hosts_language(home: Path) -> None:
    """The host says which it reads."""
    with Host(home) as host:
        full = [got(host.acquire(CalType.SESSION, f"s-{n}")) for n in range(2)]
        with language_of("fr"), Host(home) as french:
            answer = french.acquire(CalType.SESSION, "s-9")
        for cal in full:
            host.release(cal)
    assert isinstance(answer, Refusal)
    assert answer.why
