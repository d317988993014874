"""One owner a store: use cases run in the process that holds it, or here."""

import os
import pwd
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from calvox.apps.owner import SOCKET, Owner, UseCase, connect, listen, peer_name
from calvox.common.errors import BadInput, CalvoxError, Conflict, Denied, Unreachable
from calvox.common.files import user_name
from calvox.common.i18n import language_of, t
from calvox.common.wire_errors import error_body


class Word(msgspec.Struct, frozen=True):
    """A request, and an answer."""

    word: str


class Store:
    """A store that remembers whether it was closed."""

    def __init__(self) -> None:
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


def fail(store: Store, asked: Word, by: str) -> Word:
    """Refuse."""
    raise Conflict(t("no {word}", word=asked.word), hint=t("wait"))


CASES: dict[str, UseCase[Store]] = {
    "shout": UseCase(Word, Word, lambda store, asked, by: Word(f"{asked.word.upper()} {by}")),
    "nothing": UseCase(Word, None, lambda store, asked, by: None),
    "fail": UseCase(Word, Word, fail),
}
ME = user_name(os.getuid())


def owner(folder: Path, store: Store) -> Owner[Store]:
    """Give the owner of a folder."""
    return Owner(folder, CASES, lambda: store)


@contextmanager
def answering(folder: Path, answer: Callable[[bytes], bytes]) -> Iterator[list[bytes]]:
    """Hold a folder: answer each request by these bytes, and note what was asked."""
    asked: list[bytes] = []
    listener = listen(folder)
    listener.settimeout(10)

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            data = b""
            while b"\r\n\r\n" not in data or not data.endswith(b"}"):
                data += connection.recv(65536)
            asked.append(data)
            connection.sendall(answer(data))

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield asked
    finally:
        thread.join(10)
        listener.close()


def http(body: bytes, status: int = 200) -> bytes:
    """Write an answer."""
    return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n" % (status, len(body)) + body


def test_with_nobody_running_the_use_case_runs_here(tmp_path: Path) -> None:
    """By this user, and the store is closed afterwards."""
    store = Store()
    assert owner(tmp_path, store).call("shout", Word("hey")) == Word(f"HEY {ME}")
    assert store.closed == 1


def test_the_store_is_closed_when_the_use_case_fails(tmp_path: Path) -> None:
    """So that the next one can open it."""
    store = Store()
    with pytest.raises(Conflict):
        owner(tmp_path, store).call("fail", Word("x"))
    assert store.closed == 1


def test_with_somebody_running_the_use_case_is_sent_there(tmp_path: Path) -> None:
    """By its name, with the reader's language; the store is not opened here."""
    store = Store()
    with answering(tmp_path, lambda _: http(b'{"word":"there"}')) as asked, language_of("fr"):
        assert owner(tmp_path, store).call("shout", Word("hey")) == Word("there")
    assert asked[0].startswith(b"POST /shout HTTP/1.1\r\n")
    assert b"Accept-Language: fr\r\n" in asked[0]
    assert asked[0].endswith(b'{"word":"hey"}')
    assert store.closed == 0


def test_a_use_case_may_answer_nothing(tmp_path: Path) -> None:
    """Which arrives as nothing."""
    with answering(tmp_path, lambda _: http(b"null")):
        assert owner(tmp_path, Store()).call("nothing", Word("x")) is None


def test_an_error_arrives_as_what_it_is(tmp_path: Path) -> None:
    """With message and hint."""
    body = error_body(Conflict(t("not now"), hint=t("wait")))
    with answering(tmp_path, lambda _: http(body, 409)), pytest.raises(Conflict, match="not now") as caught:
        owner(tmp_path, Store()).call("shout", Word("x"))
    assert str(caught.value.hint) == "wait"


@pytest.mark.parametrize("answer", [b"", b"garbage\r\n\r\n", b"HTTP/1.1 200 X\r\nContent-Length: 99\r\n\r\n{"])
def test_an_owner_that_dies_while_it_is_asked_is_told(tmp_path: Path, answer: bytes) -> None:
    """What it had acknowledged is kept, so asking again is right."""
    with answering(tmp_path, lambda _: answer), pytest.raises(Unreachable) as caught:
        owner(tmp_path, Store()).call("shout", Word("x"))
    assert caught.value.hint is not None


@pytest.mark.parametrize("body", [b"", b"{", b'{"word":1}', b'{"word":"\xff"}', b"null"])
def test_an_answer_that_is_none_is_told(tmp_path: Path, body: bytes) -> None:
    """As one of our errors: the process may be of another version."""
    with answering(tmp_path, lambda _: http(body)), pytest.raises(CalvoxError):
        owner(tmp_path, Store()).call("shout", Word("x"))


def test_a_socket_that_was_left_behind_misleads_nobody(tmp_path: Path) -> None:
    """Its owner died: the use case runs here, and a new owner takes its place."""
    listen(tmp_path).close()
    assert (tmp_path / SOCKET).exists()
    store = Store()
    assert owner(tmp_path, store).call("shout", Word("x")) == Word(f"X {ME}")
    listen(tmp_path).close()


def test_a_folder_may_lie_deep(tmp_path: Path) -> None:
    """A socket's own path is short, whatever the folder's is."""
    deep = tmp_path.joinpath(*["a" * 50] * 5)
    deep.mkdir(parents=True)
    listener = listen(deep)
    connect(deep).close()
    listener.close()


def test_a_folder_that_is_not_there_has_no_owner(tmp_path: Path) -> None:
    """The use case runs here, and opening tells what is missing."""

    def none() -> Store:
        raise BadInput(t("no store"))

    with pytest.raises(BadInput, match="no store"):
        Owner(tmp_path / "none", CASES, none).call("shout", Word("x"))


class FakeConnection:
    """A connection whose other end is a user of the test's choice."""

    def __init__(self, uid: int) -> None:
        self._uid = uid

    def getsockopt(self, level: int, option: int, size: int) -> bytes:
        """Answer as the kernel does."""
        assert (level, option, size) == (socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        return struct.pack("3i", 1, self._uid, 1)


def test_the_kernel_says_who_is_there() -> None:
    """At the other end of a real pair: this user."""
    one, other = socket.socketpair()
    with one, other:
        assert peer_name(one) == ME


@pytest.mark.parametrize(("uid", "let_in"), [(os.getuid(), True), (0, True), (65534, False), (4_000_000, False)])
def test_the_own_user_and_root_are_let_in(uid: int, let_in: bool) -> None:
    """Nobody else, with a name or without."""
    connection: object = FakeConnection(uid)
    if let_in:
        assert peer_name(connection) == user_name(uid)  # type: ignore[arg-type]
        return
    with pytest.raises(Denied):
        peer_name(connection)  # type: ignore[arg-type]


def test_a_user_without_a_name_is_called_by_number() -> None:
    """As in a container."""
    assert user_name(4_000_000) == "uid 4000000"
    assert user_name(0) == pwd.getpwuid(0).pw_name
