"""Structured logs: what a line looks like, where it goes, and what never gets into it."""

import ast
import json
import logging
import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from calvox.common import logs, syslog
from calvox.common.errors import BadSettings
from calvox.common.logs import PRIVATE, WITHHELD, configure
from calvox.common.settings import Interface
from calvox.common.syslog import Syslog

SOURCES = Path(logs.__file__).parents[1]
WHEN = "2026-11-24T10:59:00.123456Z"


@pytest.fixture(autouse=True)
def untouched() -> Iterator[None]:
    """Leave logging as it was."""
    root = logging.getLogger()
    before, level, kept = structlog.get_config(), root.level, root.handlers[:]
    yield
    structlog.configure(**before)
    root.handlers[:] = kept
    root.setLevel(level)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Read what was written as JSON lines."""
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_line_is_json_where_nobody_reads_along(capsys: pytest.CaptureFixture[str]) -> None:
    """With its level and the time, UTC; levels below the chosen one are not written."""
    configure(Interface(log_level="warning"))
    structlog.get_logger().info("not this one")
    structlog.get_logger().warning("alarm raised", alarm="rollback")
    (line,) = lines(capsys)
    assert (line["event"], line["level"], line["alarm"]) == ("alarm raised", "warning", "rollback")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", line["timestamp"])


def test_text_is_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    """Where the settings say so, without colours in a file."""
    configure(Interface(log_format="text"))
    structlog.get_logger().info("CALs went back to their pools", count=3)
    written = capsys.readouterr().err
    assert "CALs went back to their pools" in written
    assert "count=3" in written
    assert "{" not in written
    assert "\x1b" not in written


@pytest.mark.parametrize("field", sorted(PRIVATE))
def test_private_fields_are_withheld(field: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever wrote the line, and wherever the field was bound."""
    configure()
    structlog.get_logger().bind(**{field: "élise"}).info("something")
    (line,) = lines(capsys)
    assert line[field] == WITHHELD


def test_an_errors_words_are_kept_out(capsys: pytest.CaptureFixture[str]) -> None:
    """They may hold a name; its type and places are told. What the system says of a file is told whole."""
    configure()
    for error in (KeyError("élise"), OSError(28, "No space left on device")):
        try:
            raise error
        except (KeyError, OSError) as caught:
            structlog.get_logger().error("internal error", exc_info=caught)
    ours, system = lines(capsys)
    assert ours["error"] == "KeyError"
    assert "test_logs.py" in ours["places"][0]
    assert "lise" not in json.dumps(ours)
    assert system["error"] == "OSError: [Errno 28] No space left on device"


def test_libraries_log_the_same_way(capsys: pytest.CaptureFixture[str]) -> None:
    """An unforeseen error in a request is not spelt out by the HTTP server either."""
    configure()
    try:
        raise ValueError("élise")
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n")
    (line,) = lines(capsys)
    told = (line["event"], line["source"], line["error"], line["level"])
    assert told == ("Exception in ASGI application", "uvicorn.error", "ValueError", "error")


def logged_fields() -> Iterator[tuple[str, str]]:
    """Find the names of fields in every call of a logger in the sources."""
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id="log")), keywords=keywords):
                    yield from ((path.name, keyword.arg or "**") for keyword in keywords)


def test_no_call_names_a_private_field() -> None:
    """What is withheld should not be written in the first place."""
    found = list(logged_fields())
    assert ("upkeep.py", "count") in found
    assert [one for one in found if one[1] in PRIVATE | {"**"}] == []


class Receiver:
    """A syslog receiver on this machine."""

    def __init__(self, kind: socket.SocketKind) -> None:
        self.sock = socket.socket(socket.AF_INET, kind)
        self.sock.bind(("127.0.0.1", 0))
        self.sock.settimeout(10)
        if kind is socket.SOCK_STREAM:
            self.sock.listen()
        self.address = f"127.0.0.1:{self.sock.getsockname()[1]}"


PATTERN = rb"<(\d+)>1 2026-11-24T10:59:00\.123456Z (\S+) calvox (\d+) - - (.*)"


def test_over_udp_by_rfc_5424() -> None:
    """Priority of facility daemon, version, time, machine, name, process, and the line."""
    receiver = Receiver(socket.SOCK_DGRAM)
    sender = Syslog(receiver.address)
    sender.send("error", WHEN, '{"event": "é"}')
    data = receiver.sock.recv(10_000)
    sender.send("info", WHEN, "x" * 20_000)
    long = receiver.sock.recv(10_000)
    sender.close()
    receiver.sock.close()
    found = re.fullmatch(PATTERN, data)
    assert found is not None
    assert (int(found[1]), found[2], found[4].decode()) == (27, socket.gethostname().encode(), '{"event": "é"}')
    assert long.startswith(b"<30>1 ")
    assert len(long) == syslog.LARGEST


def test_over_tcp_with_counted_octets_and_again_after_a_break() -> None:
    """A receiver that goes away and comes back gets what follows."""
    receiver = Receiver(socket.SOCK_STREAM)
    sender = Syslog("tcp:" + receiver.address, retry=0.05)
    sender.send("warning", WHEN, "one")
    first, _ = receiver.sock.accept()
    data = first.recv(10_000)
    count, _, rest = data.partition(b" ")
    assert (int(count), rest[:7]) == (len(rest), b"<28>1 2")
    first.close()
    got: list[bytes] = []

    def accept() -> None:
        second, _ = receiver.sock.accept()
        got.append(second.recv(10_000))
        second.close()

    waiting = threading.Thread(target=accept)
    waiting.start()
    until = time.monotonic() + 10
    while waiting.is_alive() and time.monotonic() < until:
        sender.send("warning", WHEN, "again")
        time.sleep(0.02)
    waiting.join(1)
    sender.close()
    receiver.sock.close()
    assert b" calvox " in got[0]
    assert b" - - again" in got[0]


def test_the_machines_own_socket_gets_what_syslog_3_writes(tmp_path: Path) -> None:
    """Receivers expect that form there, and it may appear after us."""
    place = tmp_path / "log"
    sender = Syslog(str(place), retry=0.05)
    sender.send("critical", WHEN, "one")
    time.sleep(0.1)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    sock.bind(str(place))
    sock.settimeout(10)
    data = sock.recv(10_000)
    sender.close()
    sock.close()
    assert re.fullmatch(rb"<26>Nov 24 \d\d:59:00 calvox\[\d+\]: one", data)


def test_nobody_waits_for_syslog() -> None:
    """With no receiver, lines are dropped and counted, and ending does not hang."""
    receiver = Receiver(socket.SOCK_STREAM)
    address = receiver.address
    receiver.sock.close()
    sender = Syslog("tcp:" + address, retry=60)
    began = time.monotonic()
    for _ in range(syslog.WAITING + 50):
        sender.send("info", WHEN, "x")
    assert sender._lost >= 48
    sender.close()
    assert time.monotonic() - began < 4


@pytest.mark.parametrize("address", ["host", "host:", ":514", "host:0", "host:70000", "tcp:host", "host:abc"])
def test_an_address_that_is_none_is_told(address: str) -> None:
    """With the setting's name, and how to write it."""
    with pytest.raises(BadSettings, match=r"interface\.syslog"):
        configure(Interface(syslog=address))


def test_lines_reach_syslog_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    """The same line as here, without what is withheld."""
    receiver = Receiver(socket.SOCK_DGRAM)
    configure(Interface(syslog=receiver.address, log_format="text"))
    structlog.get_logger().warning("alarm raised", alarm="fork", holder="élise")
    data = receiver.sock.recv(10_000)
    receiver.sock.close()
    line = json.loads(data[data.index(b"{") :])
    assert (line["event"], line["alarm"], line["holder"]) == ("alarm raised", "fork", WITHHELD)
