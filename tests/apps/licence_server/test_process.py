"""The licence server as a running process: its sockets, how it ends, and that nothing sent to it does it harm."""

import asyncio
import json
import os
import random
import signal
import socket
import ssl
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import apsw
import pytest

from calvox.apps.journals import VerifyJournal
from calvox.apps.licence_server.call_cases import EnterGroup, PrepareCall
from calvox.apps.licence_server.host_cases import MakeCode, Nothing
from calvox.apps.licence_server.process import Page
from calvox.apps.owner import SOCKET, connect
from calvox.common.errors import BadInput, Busy, CalvoxError, NotFound, Tampered
from calvox.core.products import CalType
from calvox.host import Host, Refusal, enrol
from calvox.server.confirm import Done, Misheard, Progress
from calvox.wire.phone.forms import Form
from calvox.wire.phone.message import Kind
from tests.apps.processes import PATIENCE, ServerProcess, command, environment
from tests.world import CENTRE, Site, wish

pytestmark = pytest.mark.process
AT_ONCE = 1.0
"""Seconds within which whatever is sent must be answered; the machine's own delays come on top."""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Give a closed site of the real time, with CALs enough."""
    site = Site.founded(tmp_path_factory.mktemp("template"), now=int(time.time()), parts=None)
    site.activate(wish("user", "2022", 50), wish("session", "2022", 20))
    site.close()
    return site


@pytest.fixture
def folder(template: Site, tmp_path: Path) -> Path:
    """Give a closed licence server of its own."""
    return template.copy(tmp_path).folder


@pytest.fixture(scope="module")
def running(template: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """Give a licence server that serves all tests that must not harm it."""
    with ServerProcess(template.copy(tmp_path_factory.mktemp("running")).folder) as process:
        yield process
        assert process.process.poll() is None, "something ended the server"
        assert process.status().activated
        assert process.terminate() == 0


def host_of(server: ServerProcess, folder: Path, name: str) -> Path:
    """Enrol a host, and give its folder."""
    asyncio.run(enrol(folder / name, server.address, server.code(name)))
    return folder / name


# One owner


def test_the_socket_is_its_users_alone(running: ServerProcess) -> None:
    """Nobody else of the machine may connect."""
    mode = (running.folder / SOCKET).stat().st_mode
    assert stat.S_ISSOCK(mode)
    assert stat.S_IMODE(mode) == 0o600


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_somebody_else_is_refused_though_the_socket_let_them_in(folder: Path) -> None:
    """The kernel says who is at the other end."""
    with ServerProcess(folder) as server:
        (folder / SOCKET).chmod(0o777)
        folder.chmod(0o711)
        asked = b"POST /status HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
        script = (
            "import os, socket; os.setuid(65534); c = socket.socket(socket.AF_UNIX); c.connect('control.sock')\n"
            f"c.sendall({asked!r}); print(c.makefile().read())"
        )
        own = [sys.executable, "-S", "-c", script]
        done = subprocess.run(own, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False)
        assert "403" in done.stdout.splitlines()[0], done
        assert "denied" in done.stdout
        assert server.status().activated


def test_a_second_owner_is_told_that_the_store_is_in_use(running: ServerProcess) -> None:
    """With the exit code of that error, and the first one goes on."""
    done = command("server", "serve", "--folder", str(running.folder), "--listen", "127.0.0.1:0", cwd=running.folder)
    assert (done.returncode, json.loads(done.stderr)["code"]) == (8, "busy")
    assert running.status().activated


def test_the_command_line_asks_the_owner_and_opens_the_store_when_there_is_none(folder: Path) -> None:
    """It gives the same answer; a socket left behind does not mislead it."""
    arguments = ("server", "status", "--folder", str(folder))
    with ServerProcess(folder) as server:
        served = command(*arguments, cwd=folder)
        server.kill()
        assert (folder / SOCKET).exists()
    alone = command(*arguments, cwd=folder)
    assert (served.returncode, alone.returncode) == (0, 0), alone.stderr
    told = [json.loads(done.stdout) for done in (served, alone)]
    assert [one.pop("serving") for one in told] == [True, False]
    assert [one.pop("clock")["state"] for one in told] == ["good", "good"]
    assert told[0] == told[1]


def test_a_port_that_is_taken_is_told(running: ServerProcess, folder: Path) -> None:
    """Before anything is served, and the store is let go."""
    taken = f"127.0.0.1:{running.port}"
    done = command("server", "serve", "--folder", str(folder), "--listen", taken, cwd=folder)
    assert (done.returncode, json.loads(done.stderr)["code"]) == (2, "bad-input")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(folder: Path, tmp_path: Path, number: int) -> None:
    """At once, with exit code 0, though a host is connected; the store can be opened again."""
    with ServerProcess(folder) as server, Host(host_of(server, tmp_path, "rdsh-1")) as host:
        host.acquire(CalType.USER, "alice")
        server.process.send_signal(number)
        begun = time.monotonic()
        assert server.process.wait(PATIENCE) == 0
        assert time.monotonic() - begun < 3
    with ServerProcess(folder) as again:
        assert again.status().cals == 1


def test_a_changed_ledger_is_not_served(folder: Path) -> None:
    """The command says what was changed, and nothing listens."""
    connection = apsw.Connection(str(folder / "journal.db"))
    connection.execute("UPDATE entry SET time = time + 1 WHERE sequence = 3")
    connection.close()
    done = command("server", "serve", "--folder", str(folder), "--listen", "127.0.0.1:0", cwd=folder)
    told = [json.loads(line) for line in done.stderr.splitlines()]
    assert (done.returncode, [one["code"] for one in told if "code" in one]) == (11, ["tampered"])
    assert "Entry 3" in done.stderr


def test_a_long_changed_ledger_ends_the_server_that_verifies_it_aside(folder: Path) -> None:
    """It is verified while it serves; what is found ends the process with its exit code."""
    connection = apsw.Connection(str(folder / "journal.db"))
    connection.execute("UPDATE entry SET time = time + 1 WHERE sequence = 3")
    connection.close()
    with ServerProcess(folder, limits={"CALVOX_SERVER_VERIFY_AT_START": "2"}) as server:
        assert server.process.wait(PATIENCE) == 11
        assert "Entry 3" in (folder / "process.log").read_text()


@pytest.mark.parametrize("asked", ["journal-verify-begin", "journal-verify"])
def test_a_verification_that_somebody_asks_for_ends_a_server_whose_ledger_was_changed(folder: Path, asked: str) -> None:
    """As a start does, with its exit code and in its log; whoever waits for the answer has it first."""
    with ServerProcess(folder) as server:
        connection = apsw.Connection(str(folder / "journal.db"))
        connection.set_busy_timeout(5_000)
        connection.execute("UPDATE pack SET issued = issued + 1 WHERE sequence = 1")
        connection.close()
        if asked == "journal-verify":
            with pytest.raises(Tampered, match="Table pack, row 1"):
                server.owner.call(asked, VerifyJournal())
        else:
            assert server.owner.call(asked, VerifyJournal()).state in ("running", "broken")
        assert server.process.wait(PATIENCE) == 11
        assert "Table pack, row 1" in (folder / "process.log").read_text()


# Kill


@pytest.mark.parametrize("round_", range(3))
def test_nothing_acknowledged_is_lost_when_it_is_killed(folder: Path, tmp_path: Path, round_: int) -> None:
    """Eight at once ask for sessions until the process dies; the ledger holds what they were told."""
    kill_round(folder, tmp_path, 10 + 12 * round_)


def kill_round(folder: Path, tmp_path: Path, wanted: int) -> None:
    """Kill a server once so many CALs were acknowledged, start it again, and compare."""
    told: list[bytes] = []
    with ServerProcess(folder) as server:
        home = host_of(server, tmp_path, "rdsh-1")
        with ThreadPoolExecutor(8) as pool:
            workers = [pool.submit(ask_until_it_dies, home, worker, told) for worker in range(8)]
            while len(told) < wanted:
                assert not any(worker.done() for worker in workers), workers
                time.sleep(0.002)
            server.kill()
    with ServerProcess(folder) as again:
        assert again.owner.call("journal-verify", VerifyJournal()).entries > len(told)
        out = {bytes.fromhex(cal.cal_id) for cal in again.owner.call("report-cals", Page())}
        assert set(told) <= out
        for pool_ in again.status().pools:
            assert pool_.cal_type == "user" or pool_.issued <= pool_.total
        assert again.status().cals == len(out)


def ask_until_it_dies(home: Path, worker: int, told: list[bytes]) -> None:
    """Acquire one CAL after the other, noting what was acknowledged."""
    with Host(home, timeout=5) as host:
        for n in range(1000):
            kind = CalType.SESSION if n < 4 else CalType.USER
            try:
                cal = host.acquire(kind, f"{worker}-{n}")
            except CalvoxError:
                return
            if not isinstance(cal, Refusal):
                told.append(cal.claims.cal_id)


# Garbage


def tls_socket(server: ServerProcess) -> ssl.SSLSocket:
    """Connect as anybody can who trusts nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    plain = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)
    return context.wrap_socket(plain)


def unix_socket(server: ServerProcess) -> socket.socket:
    """Connect as the owner's commands do."""
    connection = connect(server.folder)
    connection.settimeout(PATIENCE)
    return connection


def head(path: str, length: int, method: str = "POST", more: str = "") -> bytes:
    """Write the head of a request."""
    return f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n{more}\r\n".encode()


def request(path: str, body: bytes, method: str = "POST") -> bytes:
    """Write a request."""
    return head(path, len(body), method) + body


def first_line(connection: socket.socket, sent: bytes) -> bytes:
    """Send bytes; give the first line of what comes, or nothing when the connection was ended."""
    with connection:
        try:
            connection.sendall(sent)
            return connection.recv(4096).partition(b"\r\n")[0]
        except (ConnectionError, ssl.SSLError):
            return b""


def answered_at_once(connect_to: Callable[[], socket.socket], sent: bytes) -> bytes:
    """Send bytes and give the first line of the answer, which must come at once."""
    begun = time.monotonic()
    line = first_line(connect_to(), sent)
    assert time.monotonic() - begun < AT_ONCE + 1, line
    return line


CHANCE = random.Random(7)
DEEP = b"[" * 5000 + b"]" * 5000
BODIES: dict[str, bytes] = {
    "random": CHANCE.randbytes(3000),
    "empty": b"",
    "null": b"null",
    "array": b"[]",
    "deep array": DEEP,
    "deep object": b'{"a":' * 3000 + b"1" + b"}" * 3000,
    "number": b"1e999",
    "wrong types": b'{"cal_type":1,"holder":{},"name":[],"secret":7,"signing_request":null,"cal_id":-1,"activate":"x"}',
    "no base64": b'{"cal_type":"user","holder":"%%%","name":"x","secret":"%","signing_request":"x","cal_id":"%"}',
    "surrogate": b'{"cal_type":"user","holder":"","name":"\\ud800","secret":"","signing_request":"\\ud800","cal_id":""}',
    "not utf-8": b'{"cal_type":"user","name":"\xff\xfe","form":"words-fr","text":"\xff","number":1}',
    "huge number": b'{"form":"words-fr","text":"x","number":' + b"9" * 4000 + b"}",
    "nul": b'{"form":"words-fr","text":"\\u0000","number":1,"secret":"AAAA","signing_request":"\\u0000"}',
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_is_no_request_is_refused_at_once(running: ServerProcess, name: str) -> None:
    """On every path of both sockets; a use case that needs nothing of it may answer, but never with a fault of ours.

    Without a certificate nothing is read; what is longer than a request may be is refused as that.
    """
    body = BODIES[name]
    for path in ("/v1/enrol", "/v1/acquire", "/v1/release"):
        line = answered_at_once(lambda: tls_socket(running), request(path, body))
        wanted = b"403" if path != "/v1/enrol" else b"413" if name == "deep object" else b"422"
        assert line.split(b" ")[1] == wanted, (path, line)
    for case in ("status", "call-prepare", "enter-group", "enter-file", "enrolment-code", "report-cals", "finish"):
        line = answered_at_once(lambda: unix_socket(running), request(f"/{case}", body))
        assert line.split(b" ")[1] in (b"200", b"404", b"422"), (case, line)


@pytest.mark.parametrize(
    "sent",
    [
        CHANCE.randbytes(100),
        CHANCE.randbytes(50_000),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + CHANCE.randbytes(508),
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET " * 1000 + b"\r\n\r\n",
        b"\r\n" * 1000,
        b"POST /status HTTP/9.9\r\n\r\n",
        b"POST /status HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /status HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /status HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
        request("/no-such-case", b"{}"),
        request("/%00%ff/..//", b"{}"),
        request("/" + "x" * 8000, b"{}"),
        request("/status", b"{}", "DELETE"),
        request("/status", b"{}", "BREW"),
    ],
)
def test_bytes_that_are_no_conversation_end_it_at_once(running: ServerProcess, sent: bytes) -> None:
    """On the plain port, within TLS, and on the socket of the commands; nobody is answered with a fault of ours."""

    def plain() -> socket.socket:
        return socket.create_connection(("127.0.0.1", running.port), timeout=PATIENCE)

    for connect_to in (plain, lambda: tls_socket(running), lambda: unix_socket(running)):
        begun = time.monotonic()
        line = first_line_or_silence(connect_to(), sent)
        assert b" 500" not in line
        assert time.monotonic() - begun < AT_ONCE + 1
    assert running.status().activated


def first_line_or_silence(connection: socket.socket, sent: bytes) -> bytes:
    """Send bytes and close our half, so that a server waiting for more is told that there is none."""
    with connection:
        try:
            connection.sendall(sent)
            if not isinstance(connection, ssl.SSLSocket):
                connection.shutdown(socket.SHUT_WR)
            connection.settimeout(0.5)
            return connection.recv(4096).partition(b"\r\n")[0]
        except (OSError, ssl.SSLError):
            return b""


def pour(connection: socket.socket, begin: bytes, piece: bytes, times: int) -> bytes:
    """Send a beginning and then the same piece again and again; give what was answered."""
    with connection:
        try:
            connection.sendall(begin)
            for _ in range(times):
                connection.sendall(piece)
            return connection.recv(4096).partition(b"\r\n")[0]
        except (ConnectionError, ssl.SSLError):
            return b""


MEGABYTE = 1 << 20
FLOODS = {
    "a body with its length": (head("/v1/enrol", 100 * MEGABYTE), b" " * MEGABYTE),
    "a body in chunks": (
        b"POST /v1/enrol HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"100000\r\n" + b" " * MEGABYTE + b"\r\n",
    ),
    "a header that does not end": (b"POST /v1/enrol HTTP/1.1\r\nHost: x\r\nX: ", b"x" * MEGABYTE),
    "headers without end": (b"POST /v1/enrol HTTP/1.1\r\nHost: x\r\n", b"X: y\r\n" * (MEGABYTE // 6)),
    "an address that does not end": (b"POST /v1/enrol", b"x" * MEGABYTE),
}


@pytest.mark.parametrize("flood", FLOODS.values(), ids=list(FLOODS))
@pytest.mark.parametrize("way", [tls_socket, unix_socket], ids=["tls", "socket"])
def test_a_hundred_megabytes_take_no_memory(
    running: ServerProcess, flood: tuple[bytes, bytes], way: Callable[[ServerProcess], socket.socket]
) -> None:
    """Whatever is poured in, the process grows by less than 16 MB, and answers others at once."""
    begin, piece = flood
    before = running.peak()
    line = pour(way(running), begin.replace(b"/v1/enrol", b"/status") if way is unix_socket else begin, piece, 100)
    assert line == b"" or line.split(b" ")[1] in (b"400", b"413", b"431"), line
    assert running.peak() - before < 16 * MEGABYTE
    assert answered_at_once(lambda: tls_socket(running), request("/v1/authority", b"", "GET")).endswith(b"200 OK")


def test_a_long_body_is_no_long_head(running: ServerProcess) -> None:
    """Half a megabyte that is allowed is read, and the connection goes on."""
    body = b'{"text":"' + b"x" * 500_000 + b'"}'
    with unix_socket(running) as connection, connection.makefile("rb") as answers:
        for _ in range(3):
            connection.sendall(request("/enter-file", body))
            assert answers.readline().split(b" ")[1] == b"422"
            length = 0
            while line := answers.readline().strip():
                length = int(line.split()[1]) if line.lower().startswith(b"content-length") else length
            assert b"bad-code" in answers.read(length)


def test_many_silent_connections_keep_nobody_out(running: ServerProcess) -> None:
    """Fifty that never speak, within TLS and before it."""
    silent: list[socket.socket] = [tls_socket(running) for _ in range(25)]
    silent += [socket.create_connection(("127.0.0.1", running.port)) for _ in range(25)]
    line = answered_at_once(lambda: tls_socket(running), request("/v1/authority", b"", "GET"))
    for connection in silent:
        connection.close()
    assert line.endswith(b"200 OK")


def test_errors_come_in_the_readers_language(running: ServerProcess) -> None:
    """And without details of ours."""
    with tls_socket(running) as connection:
        more = "Accept-Language: fr-FR,en\r\nConnection: close\r\n"
        connection.sendall(head("/v1/acquire", 2, more=more) + b"{}")
        with connection.makefile("rb") as answer:
            body = answer.read().partition(b"\r\n\r\n")[2]
    told = json.loads(body)
    assert told["code"] == "denied"
    assert "Traceback" not in told["message"]


def test_use_cases_answer_over_the_socket(running: ServerProcess) -> None:
    """Errors arrive as what they are."""
    with pytest.raises(NotFound):
        running.owner.call("call-show", Nothing())
    with pytest.raises(BadInput):
        running.owner.call("enrolment-code", MakeCode("", "2022"))
    with pytest.raises(Busy):
        running.owner.open()


# What it has loaded

LISTING = """
import atexit, os, sys
def write():
    if "serve" in sys.argv:
        with open(os.environ["MODULES_FILE"], "w") as file:
            file.write("\\n".join(sorted(sys.modules)))
atexit.register(write)
"""


def path_with(folder: Path) -> str:
    """Let Python look into one more folder, first."""
    return os.pathsep.join(filter(None, (str(folder), os.environ.get("PYTHONPATH"))))


def test_the_process_never_holds_the_centres_code(tmp_path: Path) -> None:
    """From the first call over enrolment to the CALs, neither its modules nor the library that signs."""
    site = Site.founded(tmp_path, now=int(time.time()), parts=None)
    server_id = site.server_id
    site.close()
    (tmp_path / "hooks").mkdir()
    (tmp_path / "hooks/sitecustomize.py").write_text(LISTING)
    hooks = {"PYTHONPATH": path_with(tmp_path / "hooks"), "MODULES_FILE": str(tmp_path / "modules")}
    with ServerProcess(site.folder, limits=hooks) as server:
        live_through_everything(server, server_id, tmp_path)
        assert server.terminate() == 0
    modules = (tmp_path / "modules").read_text().split("\n")
    assert "calvox.apps.licence_server.process" in modules
    assert "calvox.server.confirm" in modules
    assert [
        m for m in modules if m.startswith(("calvox.centre", "calvox.web.desk", "calvox.apps.centre.process", "pyblst"))
    ] == []


def live_through_everything(server: ServerProcess, server_id: bytes, folder: Path) -> None:
    """Activate with a pack, mis-hearing one word; enrol; acquire, release; report."""
    call = server.owner.call("call-prepare", PrepareCall(True, (wish("session", "2022", 1),)))
    day = int(time.time()) // 86_400
    groups = CENTRE.reads(Kind(call.kind), server_id, call.requests, day)
    wrong = " ".join(reversed(groups[0].split()))
    assert isinstance(server.owner.call("enter-group", EnterGroup(Form.WORDS_FR, wrong, 1, "fr")), Misheard)
    for number, text in enumerate(groups, start=1):
        assert isinstance(server.owner.call("enter-group", EnterGroup(Form.WORDS_FR, text, number, "fr")), Progress)
    assert isinstance(server.owner.call("finish", Nothing()), Done)
    with Host(host_of(server, folder, "rdsh-1")) as host:
        for kind in CalType:
            host.acquire(kind, "x")
        host.acquire(CalType.SESSION, "y")
        host.release(next(cal for cal in host.held() if cal.cal_type is CalType.SESSION))
    for name in ("report-packs", "report-refusals", "status"):
        server.owner.call(name, Nothing())
    server.owner.call("report-cals", Page())
    server.owner.call("journal-verify", VerifyJournal())


def test_the_test_above_would_see_it(tmp_path: Path) -> None:
    """A process that does load the library is listed with it."""
    (tmp_path / "sitecustomize.py").write_text(LISTING)
    hooks = environment(PYTHONPATH=path_with(tmp_path), MODULES_FILE=str(tmp_path / "modules"))
    script = "import sys; sys.argv.append('serve'); import calvox.centre.bls"
    subprocess.run([sys.executable, "-c", script], env=hooks, timeout=PATIENCE, check=True)
    assert {"pyblst", "calvox.centre.bls"} <= set((tmp_path / "modules").read_text().split("\n"))


def test_it_tells_the_service_manager(folder: Path, tmp_path: Path) -> None:
    """When it is ready, and that it stops."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(PATIENCE)
        with ServerProcess(folder, limits={"NOTIFY_SOCKET": str(tmp_path / "notify")}) as server:
            assert manager.recv(100) == b"READY=1"
            server.terminate()
            assert manager.recv(100) == b"STOPPING=1"
