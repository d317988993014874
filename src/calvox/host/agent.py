"""Ask the session-host process of this machine over its socket; for programs that are not enrolled themselves.

from calvox.host.agent import Agent

with Agent("/run/calvox/agent.sock") as agent:
    told = agent.ask(SessionOpen(user="alice", rhost="192.0.2.7", service="sshd"), SessionOpened)
"""

import os
import socket
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import msgspec

from calvox.common.errors import Unreachable
from calvox.common.i18n import current_language, t
from calvox.common.wire_errors import error_from
from calvox.wire import agentapi as api

A = TypeVar("A")
LARGEST_ANSWER = 64 << 20
"""Bytes of an answer, at most: a status lists every CAL."""


class Agent:
    """A conversation with the process; use it as a context manager."""

    def __init__(self, path: str | Path, *, timeout: float = 10) -> None:
        self._path, self._timeout = Path(path), timeout

    def __enter__(self) -> Self:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(self._timeout)
        try:
            _connect(self._socket, self._path)
        except OSError as error:
            self._socket.close()
            raise Unreachable(
                t("The session host's process does not answer at {path}", path=str(self._path)),
                hint=t("Start it: “calvox host serve”."),
            ) from error
        self._file = self._socket.makefile("rwb")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._socket.close()

    def ask(self, question: api.Question, kind: type[A]) -> A:
        """Ask one question.

        Raises:
            CalvoxError: what the process answered instead.
            Unreachable: it does not answer.
        """
        asked: Any = question
        if not question.language:
            asked = msgspec.structs.replace(question, language=current_language())
        try:
            self._file.write(msgspec.json.encode(asked) + b"\n")
            self._file.flush()
            line = self._file.readline(LARGEST_ANSWER)
        except OSError as error:
            raise Unreachable(t("The session host's process does not answer")) from error
        return _read(line, kind)


class _Line(msgspec.Struct, frozen=True):
    ok: msgspec.Raw = msgspec.Raw()
    error: msgspec.Raw = msgspec.Raw()


def _read(line: bytes, kind: type[A]) -> A:
    try:
        told = msgspec.json.decode(line, type=_Line)
        if not bytes(told.error):
            return msgspec.json.decode(told.ok, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreachable(t("The session host's process gave an answer that is not understood")) from error
    raise error_from(bytes(told.error))


def _connect(connection: socket.socket, path: Path) -> None:
    """Connect, however deep the folder is."""
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        connection.connect(f"/proc/self/fd/{folder}/{path.name}")
    finally:
        os.close(folder)
