"""The session host's side against a server that lies, stammers or says nothing."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from calvox.common.errors import (
    BadInput,
    BadSignature,
    BadToken,
    CalvoxError,
    Conflict,
    Denied,
    StoreFailed,
    Unreachable,
)
from calvox.host import AsyncHost, CalType, Refusal, enrol
from calvox.host.state import ENROLMENT
from calvox.trust.certificates import make_authority, new_key
from calvox.trust.enrolment import EnrolmentCode
from tests.host.fakes import FakeServer

REFUSED = json.dumps({"refused": "pool-used-up", "why": "none is free", "colour": "blue"}).encode()


def told(
    tmp_path: Path, ask: Callable[[AsyncHost], Awaitable[object]], timeout: float = 5, **answers: object
) -> object:
    """Let a host ask a server that answers so."""

    async def talk() -> object:
        fake = FakeServer(tmp_path / "fake", **answers)  # type: ignore[arg-type]
        async with fake.serving(), AsyncHost(fake.home(tmp_path / "host"), timeout=timeout) as host:
            return await ask(host)

    return asyncio.run(talk())


async def for_a_user(host: AsyncHost) -> object:
    """Ask for a user's CAL."""
    return await host.acquire(CalType.USER, "alice")


def test_a_server_with_another_authority_than_the_codes_is_told_nothing(tmp_path: Path) -> None:
    """One request asks for its authority; the secret and the key's request are never sent."""

    async def talk() -> list[str]:
        fake = FakeServer(tmp_path / "fake")
        fake.pieces = [fake.authority]
        trusted = make_authority(new_key(), "the true one", int(time.time()))
        async with fake.serving():
            with pytest.raises(BadSignature):
                await enrol(tmp_path / "host", fake.address, EnrolmentCode.for_authority(b"s" * 16, trusted).text())
        return fake.asked

    assert asyncio.run(talk()) == ["GET /v1/authority HTTP/1.1"]
    assert not (tmp_path / "host" / ENROLMENT).exists()


def test_a_server_that_shows_the_true_authority_without_its_key_is_told_nothing(tmp_path: Path) -> None:
    """Whoever stands between can copy the certificate, but the second connection is verified."""

    async def talk() -> list[str]:
        fake, true = FakeServer(tmp_path / "fake"), FakeServer(tmp_path / "true")
        fake.pieces = [true.authority]
        async with fake.serving():
            with pytest.raises(Unreachable):
                await enrol(
                    tmp_path / "host", fake.address, EnrolmentCode.for_authority(b"s" * 16, true.authority).text()
                )
        return fake.asked

    assert asyncio.run(talk()) == ["GET /v1/authority HTTP/1.1"]


def test_an_answer_may_come_in_pieces(tmp_path: Path) -> None:
    """However the network cuts it; and fields that this host does not know are ignored."""
    answer = told(tmp_path, for_a_user, pieces=[REFUSED[:1], REFUSED[1:20], REFUSED[20:]])
    assert answer == Refusal("pool-used-up", "none is free")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"null", b"[1]", b"\xff\xfe", b'{"cal":7}', b'{"why":"\xff"}', b"[" * 9999, b"x" * (3 << 20)]
)
def test_an_answer_that_is_none_is_told(tmp_path: Path, body: bytes) -> None:
    """As a server that does not answer as it should, whatever the bytes."""
    with pytest.raises(Unreachable):
        told(tmp_path, for_a_user, pieces=[body])


@pytest.mark.parametrize(
    ("code", "error"), [("denied", Denied), ("conflict", Conflict), ("store-failed", StoreFailed), ("new", CalvoxError)]
)
def test_an_error_arrives_as_what_it_is(tmp_path: Path, code: str, error: type[CalvoxError]) -> None:
    """With its message and hint; a code that is not known here is a fault of the other side."""
    body = json.dumps({"code": code, "message": "no {luck}", "hint": "try", "more": 1}).encode()
    with pytest.raises(error, match=r"no \{luck\}") as caught:
        told(tmp_path, for_a_user, pieces=[body], status=503)
    assert type(caught.value) is error
    assert str(caught.value.hint) == "try"


@pytest.mark.parametrize("body", [b"<html>", b"\xff", b"", b'{"code":7}', b'{"code":"\xff"}'])
def test_an_error_that_is_none_of_ours_is_told_as_such(tmp_path: Path, body: bytes) -> None:
    """A gateway in between may answer anything."""
    with pytest.raises(CalvoxError):
        told(tmp_path, for_a_user, pieces=[body], status=502)


def a_cut_line(tmp_path: Path, cut: int, ask: Callable[[AsyncHost], Awaitable[object]]) -> FakeServer:
    """Let a host ask a server that hangs up so many times before it answers."""
    tmp_path.mkdir(exist_ok=True)

    async def talk() -> FakeServer:
        fake = FakeServer(tmp_path / "fake", pieces=[REFUSED], cut=cut)
        async with fake.serving(), AsyncHost(fake.home(tmp_path / "host")) as host:
            try:
                await ask(host)
            except Unreachable:
                fake.keys.append("gave up")
        return fake

    return asyncio.run(talk())


def test_after_a_lost_answer_the_same_request_goes_once_more(tmp_path: Path) -> None:
    """Under the same key, so that the server does it once; a second loss is told."""
    first, second = a_cut_line(tmp_path, 1, for_a_user).keys
    assert first == second != ""
    keys = a_cut_line(tmp_path / "more", 2, for_a_user).keys
    assert (len(keys), keys[0], keys[2]) == (3, keys[1], "gave up")
    assert keys[0] != first


def test_what_changes_nothing_is_not_sent_again(tmp_path: Path) -> None:
    """It bears no key."""
    assert a_cut_line(tmp_path, 1, lambda host: host.order[0].fetch_statements()).keys == ["", "gave up"]


CAL = {"cal_id": "A" * 21 + "A==", "cal_type": "user", "version": 7, "temporary": False, "valid_until": 1, "pack": 1}


@pytest.mark.parametrize("token", ["", "AAAA", "////" * 100])
def test_a_token_that_does_not_verify_is_not_kept(tmp_path: Path, token: str) -> None:
    """The server's word alone counts for nothing."""
    with pytest.raises(BadToken):
        told(tmp_path, for_a_user, pieces=[json.dumps({"cal": CAL, "token": token}).encode()])
    assert list((tmp_path / "host" / "cals").iterdir()) == []


def test_a_server_that_says_nothing_is_waited_for_so_long(tmp_path: Path) -> None:
    """And no longer than the host was told to."""
    begun = time.monotonic()
    with pytest.raises(Unreachable):
        told(tmp_path, for_a_user, silent=True, timeout=0.4)
    assert time.monotonic() - begun < 4


@pytest.mark.parametrize("address", ["https://127.0.0.1:1", "https://no-such-name.invalid:7402"])
def test_an_address_where_nobody_answers_is_told(tmp_path: Path, address: str) -> None:
    """With what to look at."""
    with pytest.raises(Unreachable) as caught:
        asyncio.run(enrol(tmp_path / "host", address, EnrolmentCode(bytes(16), bytes(16)).text()))
    assert caught.value.hint is not None


@pytest.mark.parametrize("address", ["", "nonsense", "ftp://x", "http://127.0.0.1:7402", "127.0.0.1:7402"])
def test_an_address_without_tls_is_refused(tmp_path: Path, address: str) -> None:
    """Before anything is made or sent."""
    with pytest.raises(BadInput, match="https://name:port"):
        asyncio.run(enrol(tmp_path / "host", address, EnrolmentCode(bytes(16), bytes(16)).text()))
    assert not (tmp_path / "host").exists()


@pytest.mark.parametrize("address", ["https://", "https://[", "https://x:port", "https://x:99999", "https://a b"])
def test_an_address_that_cannot_be_one_is_told(tmp_path: Path, address: str) -> None:
    """As one of our errors."""
    with pytest.raises((BadInput, Unreachable)):
        asyncio.run(enrol(tmp_path / "host", address, EnrolmentCode(bytes(16), bytes(16)).text()))


def test_no_secret_is_sent_without_tls(tmp_path: Path) -> None:
    """Not even to somebody who shows a copy of the true authority, which everybody can have."""
    true, sent = FakeServer(tmp_path / "true"), []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sent.append(await reader.read(4096))
        writer.write(b"HTTP/1.1 200 X\r\nContent-Length: %d\r\n\r\n" % len(true.authority) + true.authority)
        writer.close()

    async def talk() -> None:
        server = await asyncio.start_server(listen, "127.0.0.1", 0)
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with server:
            with pytest.raises(BadInput):
                await enrol(tmp_path / "host", address, EnrolmentCode.for_authority(b"s" * 16, true.authority).text())

    asyncio.run(talk())
    assert sent == []
