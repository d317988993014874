"""The socket for programs of this machine: who asks is asked of the kernel, what is asked is bounded.

Rules: a line is read within two seconds and has at most 16 KiB, or the connection ends; so many connections at once, no more.
Anybody may ask how this host stands; only root, the process's own user and those whom a setting names may ask for CALs.
"""

import asyncio
import os
import socket
from pathlib import Path
from typing import Any

import msgspec
import structlog

from calvox.apps.host_agent.agent import Agent, cal_told
from calvox.apps.host_agent.callers import Caller, caller_of
from calvox.common.errors import BadInput, CalvoxError, Denied
from calvox.common.files import user_name
from calvox.common.i18n import current_language, fitting_language, language_of, t
from calvox.core.products import cal_type_named
from calvox.host import Wish
from calvox.host.processes import identity
from calvox.wire import agentapi as api

log = structlog.get_logger()
CONNECTIONS = 256
"""Served at once."""


class Listening:
    """The agent's ear."""

    def __init__(self, agent: Agent) -> None:
        self._agent, self._open = agent, 0

    async def start(self, path: Path) -> asyncio.Server:
        """Listen; a socket that was left behind goes, for the folder is this process's own."""
        path.parent.mkdir(parents=True, exist_ok=True)
        return await asyncio.start_unix_server(self.serve, sock=bind(path), limit=api.LONGEST_LINE)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection, question by question."""
        self._open += 1
        try:
            caller = caller_of(writer.get_extra_info("socket"))
            while self._open <= CONNECTIONS and (line := await _line(reader)):
                writer.write(await self.answer(line, caller))
                async with asyncio.timeout(api.SECONDS):
                    await writer.drain()
        except (OSError, TimeoutError, asyncio.CancelledError):
            pass
        finally:
            self._open -= 1
            writer.transport.abort() if writer.transport.is_closing() else writer.close()

    async def answer(self, line: bytes, caller: Caller) -> bytes:
        """Answer one question, whatever its bytes."""
        try:
            asked = _read(line)
            with language_of(fitting_language(asked.language) if asked.language else current_language()):
                try:
                    return _written({"ok": await self._do(asked, caller)})
                except CalvoxError as error:
                    return _written({"error": _fault(error)})
        except CalvoxError as error:
            return _written({"error": _fault(error)})
        except Exception:
            log.exception("a question could not be answered")
            return _written({"error": api.Fault("internal", str(t("Internal error")))})

    async def _do(self, asked: api.Question, caller: Caller) -> Any:
        if isinstance(asked, api.Status):
            return self._agent.status()
        if not caller.may_ask_for_cals(self._agent.settings.socket_users):
            raise Denied(
                t("User {name} may not ask this session host for CALs", name=user_name(caller.uid)),
                hint=t("Setting host.socket_users names those who may."),
            )
        match asked:
            case api.Acquire():
                return await self._acquire(asked)
            case api.Release():
                return await self._agent.release(asked.name)
            case api.SessionOpen():
                return await self._agent.open_session(asked)
            case api.SessionClose():
                return await self._agent.close_session(asked)

    async def _acquire(self, asked: api.Acquire) -> api.Acquired:
        process = identity(asked.pid) if asked.pid > 0 else ""
        wish = Wish(cal_type_named(asked.cal_type), asked.name, asked.authenticated, process)
        got = await self._agent.obtain(wish)
        if got.cal is None:
            return api.Acquired(refused=got.reason, why=got.why or str(t("no licence server answers")))
        return api.Acquired(cal_told(got.cal))


def bind(path: Path) -> socket.socket:
    """Bind the socket, however deep its folder is; everybody may connect, and is looked at then."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        listener.bind(f"/proc/self/fd/{folder}/{path.name}")
        path.chmod(0o666)
    except OSError:
        listener.close()
        raise
    finally:
        os.close(folder)
    return listener


async def _line(reader: asyncio.StreamReader) -> bytes:
    """Read a line; empty: the other side has ended, was too slow, or said too much."""
    try:
        async with asyncio.timeout(api.SECONDS):
            return await reader.readline()
    except (TimeoutError, ValueError):
        return b""


def _read(line: bytes) -> api.Question:
    try:
        asked: api.Question = msgspec.json.decode(line, type=api.Question)
        return asked
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(t("The question is not understood: {why}", why=str(error))) from error


def _fault(error: CalvoxError) -> api.Fault:
    return api.Fault(error.code, str(error.message), str(error.hint or ""))


def _written(answer: dict[str, Any]) -> bytes:
    return msgspec.json.encode(answer) + b"\n"
