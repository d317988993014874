"""The activation centre as a real process: TLS for everyone, a Unix socket for its operators."""

import json
import os
import signal
import socket
import ssl
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.client import HTTPSConnection
from pathlib import Path

import apsw
import msgspec
import pytest

from calvox.apps.centre import tls
from calvox.apps.centre.process import CASES, Founding, found, open_centre, owner, passphrase_stored, run
from calvox.apps.journals import VerifyJournal
from calvox.centre.agreements import AddAgreement, NewCaller, NewLine
from calvox.centre.calls import CallsAsked, PrepareCall, Prepared
from calvox.centre.keys import public_key
from calvox.centre.signing import ReadAgain, SignCall, Signed
from calvox.common.clock import DAY, SYSTEM, World
from calvox.common.errors import BadInput, Busy, Conflict, Denied, KeyLocked, NotFound, StoreFailed, Tampered
from calvox.common.settings import Centre as Chosen
from calvox.common.settings import Settings
from calvox.wire.card import Telephone, fingerprint_words, read_card
from calvox.wire.phone.confirmation import Accepted, judge
from calvox.wire.phone.message import Kind
from tests.apps.operating import fetch_operations, value
from tests.apps.processes import environment
from tests.centre.world import (
    AGREEMENT,
    CALL_WORD,
    CALLER,
    COST,
    PASSPHRASE,
    SERVER,
    START,
    BrokenSigner,
    PowerCut,
    device,
)

MAIN = "from calvox.cli.main import main; main()"
NAME = "Centre <b>& essai</b>"
PHONES = [Telephone("FR", "+33 1 23 45 67 89", "lun-ven <9-18>")]


class Process:
    """A serving centre."""

    def __init__(self, folder: Path, passphrase: Path, **more: str) -> None:
        options = ["--folder", str(folder), "--passphrase-file", str(passphrase), "--listen", "127.0.0.1:0"]
        self.folder = folder
        self.popen = subprocess.Popen(
            [sys.executable, "-c", MAIN, "--json", "centre", "serve", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(**more),
        )
        assert self.popen.stdout is not None
        line = self.popen.stdout.readline()
        assert line, self.popen.communicate()[1]
        ready = json.loads(line)
        assert ready["ready"] is True
        self.port = int(ready["listen"].rpartition(":")[2])

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
        """Ask the page over TLS, trusting the centre's own authority alone."""
        tls = ssl.create_default_context(cafile=str(self.folder / "tls" / "authority.pem"))
        connection = HTTPSConnection("localhost", self.port, context=tls, timeout=20)
        try:
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            told = {name.lower(): value for name, value in response.getheaders()}
            return response.status, told, response.read().decode()
        finally:
            connection.close()

    def call(self, name: str, request: msgspec.Struct) -> object:
        """Run a use case through the socket; were nobody serving, the store would be opened here and be busy."""
        return owner(Chosen(folder=str(self.folder)), None).call(name, request)

    def end(self, number: int = signal.SIGTERM) -> int:
        """End it with a signal, and give its exit code."""
        self.popen.send_signal(number)
        self.popen.communicate(timeout=20)
        return self.popen.returncode


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a centre with one agreement."""
    path = tmp_path / "centre"
    found(path, Founding(NAME, PHONES), PASSPHRASE, SYSTEM, cost=COST)
    line, caller = NewLine(0, 7, 100), NewCaller(CALLER, CALL_WORD)
    request = AddAgreement("Mairie", 6, "S", "P", (line,), (caller,), AGREEMENT)
    owner(Chosen(folder=str(path)), None).call("agreement-add", request)
    return path


@pytest.fixture
def start(folder: Path, tmp_path: Path) -> Iterator[Callable[[], Process]]:
    """Start it, as often as need be; all are ended."""
    secret = tmp_path / "passphrase"
    secret.write_text(PASSPHRASE + "\n")
    started: list[Process] = []

    def begin() -> Process:
        started.append(Process(folder, secret))
        return started[-1]

    yield begin
    for process in started:
        if process.popen.poll() is None:
            process.popen.kill()
            process.popen.communicate()


def ask() -> PrepareCall:
    """Ask for twenty device CALs."""
    return PrepareCall(CALLER, CALL_WORD, SERVER.hex(), AGREEMENT, "", (device(20, 1),))


def test_everyone_is_shown_who_this_is(folder: Path, start: Callable[[], Process]) -> None:
    """A page in the reader's language, the card as JSON, and health, over TLS with the centre's certificate."""
    process = start()
    assert process.get("/healthz")[::2] == (200, "ok")
    status, headers, body = process.get("/card.json")
    card = read_card(body.encode())
    assert (status, card.name, card.key) == (200, NAME, public_key(folder))
    assert headers["content-type"] == "application/json"
    status, headers, page = process.get("/", **{"Accept-Language": "fr-FR,fr;q=0.9"})
    assert status == 200
    assert '<html lang="fr">' in page
    assert " ".join(fingerprint_words(card.key, "fr")) in page
    assert "Centre &lt;b&gt;&amp; essai&lt;/b&gt;" in page
    assert "lun-ven &lt;9-18&gt;" in page
    assert "<script" not in page
    assert "<b>" not in page
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert '<html lang="en">' in process.get("/")[2]
    assert process.get("/nothing")[0] == 404
    assert process.get("/agreement-list")[0] == 404
    assert process.end() == 0


def test_a_monitoring_agent_sees_calls_and_commits(start: Callable[[], Process]) -> None:
    """On this machine alone: ready, and with what happened since the start."""
    process = start()
    pid = process.popen.pid
    status, body = fetch_operations(pid, process.port, "/readyz")
    checks = {check["name"]: check["good"] for check in json.loads(body)["checks"]}
    assert (status, checks) == (200, dict.fromkeys(("register", "key", "signed", "certificate"), True))
    prepared = process.call("prepare", ask())
    assert isinstance(prepared, Prepared)
    process.call("sign", SignCall(prepared.call))
    text = fetch_operations(pid, process.port, "/metrics")[1]
    assert value(text, "calvox_calls_signed_total") == 1
    assert value(text, 'calvox_entries_total{kind="ConfirmationSigned"}') == 1
    assert value(text, "calvox_commit_seconds_count") >= 2
    assert value(text, "calvox_certificate_seconds") > 800 * DAY
    assert fetch_operations(pid, process.port, "/card.json")[0] == 404


def test_a_call_through_the_socket_survives_kills(folder: Path, start: Callable[[], Process]) -> None:
    """Prepared, killed, signed, killed, read again."""
    first = start()
    prepared = first.call("prepare", ask())
    assert isinstance(prepared, Prepared)
    first.end(signal.SIGKILL)
    second = start()
    assert second.call("calls", CallsAsked()) != []
    signed = second.call("sign", SignCall(prepared.call))
    assert isinstance(signed, Signed)
    second.end(signal.SIGKILL)
    third = start()
    assert third.call("read", ReadAgain(SERVER.hex())) == signed
    again = third.call("prepare", ask())
    assert isinstance(again, Prepared)
    assert (again.already_signed, again.call) == (True, signed.call)
    requests = [bytes.fromhex(text) for text in signed.requests]
    code = int(signed.confirmation, 16)
    verdict = judge(public_key(folder), Kind(signed.kind), SERVER, requests, signed.issue_day, code)
    assert isinstance(verdict, Accepted)
    assert third.end() == 0


def test_what_was_registered_is_signed_at_the_next_start(folder: Path, start: Callable[[], Process]) -> None:
    """A power cut between registering and signing costs nothing."""
    context = open_centre(Chosen(folder=str(folder)), None)
    prepared = CASES["prepare"].run(context, ask(), "op")
    context._unlock = BrokenSigner
    with pytest.raises(PowerCut):
        CASES["sign"].run(context, SignCall(prepared.call), "op")
    context.close()
    process = start()
    process.end()
    connection = apsw.Connection(str(folder / "journal.db"))
    assert next(connection.execute("SELECT length(signature) FROM confirmation")) == (48,)
    connection.close()


def test_one_process_owns_the_centre(folder: Path, start: Callable[[], Process]) -> None:
    """A second one is told so, and errors cross the socket as what they are."""
    process = start()
    with pytest.raises(Busy):
        open_centre(Chosen(folder=str(folder)), None)
    with pytest.raises(NotFound):
        process.call("sign", SignCall("00" * 8))
    assert stat.S_IMODE((folder / "control.sock").stat().st_mode) == 0o600


def test_garbage_on_the_tls_port_harms_nobody(start: Callable[[], Process]) -> None:
    """Neither what is no TLS nor TLS of old."""
    process = start()
    with socket.create_connection(("127.0.0.1", process.port), timeout=5) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\n\r\n" + bytes(2000))
    old = ssl.create_default_context(cafile=str(process.folder / "tls" / "authority.pem"))
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    with (
        socket.create_connection(("127.0.0.1", process.port), timeout=5) as sock,
        pytest.raises((ssl.SSLError, OSError)),
    ):
        old.wrap_socket(sock, server_hostname="localhost")
    assert process.get("/healthz")[2] == "ok"


def serving(folder: Path, listen: str = "127.0.0.1:0") -> Settings:
    """Give the settings of a centre that would serve."""
    return Settings(centre=Chosen(folder=str(folder), listen=listen, people_listen="127.0.0.1:0"))


def test_an_edited_register_keeps_it_from_starting(folder: Path) -> None:
    """In the last batch, or anywhere before."""
    connection = apsw.Connection(str(folder / "journal.db"))
    connection.set_busy_timeout(5_000)
    connection.execute("UPDATE line SET quantity = 100000")
    connection.close()
    with pytest.raises(Tampered, match="Table line"):
        run(serving(folder), lambda: PASSPHRASE, print)


def test_a_verification_that_somebody_asks_for_ends_it_when_the_register_was_edited(
    folder: Path, start: Callable[[], Process]
) -> None:
    """As it would not start: whoever asked has the answer, and the process ends with the exit code of a start."""
    process = start()
    connection = apsw.Connection(str(folder / "journal.db"))
    connection.set_busy_timeout(5_000)
    connection.execute("UPDATE line SET quantity = 100000")
    connection.close()
    with pytest.raises(Tampered, match="Table line"):
        process.call("journal-verify", VerifyJournal())
    process.popen.communicate(timeout=20)
    assert process.popen.returncode == 11


def test_it_starts_only_with_its_passphrase(folder: Path) -> None:
    """Not without one, not with another, and lets the register go each time."""
    chosen = serving(folder)
    with pytest.raises(KeyLocked):
        run(chosen, None, print)
    with pytest.raises(Denied):
        run(chosen, lambda: "another passphrase", print)
    with pytest.raises(BadInput):
        run(serving(folder, "nowhere"), lambda: PASSPHRASE, print)
    open_centre(chosen.centre, None).close()


def test_a_centre_is_made_once(folder: Path, tmp_path: Path) -> None:
    """And not at all from what is not well formed."""
    with pytest.raises(Conflict):
        found(folder, Founding(NAME, PHONES), PASSPHRASE, SYSTEM, cost=COST)
    other = tmp_path / "other"
    for founding, passphrase in ((Founding("", PHONES), PASSPHRASE), (Founding(NAME, []), PASSPHRASE)):
        with pytest.raises(BadInput):
            found(other, founding, passphrase, SYSTEM, cost=COST)
    with pytest.raises(BadInput):
        found(other, Founding(NAME, PHONES), "short", SYSTEM, cost=COST)
    assert not other.exists()
    with pytest.raises(NotFound):
        open_centre(Chosen(folder=str(other)), None)


def test_secrets_are_nobody_elses(folder: Path) -> None:
    """Folder and key files are their owner's alone; the card is for everyone."""
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in (*(folder / "tls").iterdir(), folder / "signing-key.json", folder / "register-key"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert stat.S_IMODE((folder / "centre-card.json").stat().st_mode) == 0o644


def test_the_certificate_is_made_anew_before_it_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the same authority, for the same names."""
    folder, clock = tmp_path / "centre", [START]
    world = World(now=lambda: clock[0], random=os.urandom)
    found(folder, Founding(NAME, PHONES), PASSPHRASE, world, cost=COST)
    place = folder / "tls"
    before, authority = (place / "tls.pem").read_bytes(), (place / "authority.pem").read_bytes()
    tls.renew(folder, world)
    assert (place / "tls.pem").read_bytes() == before
    clock[0] += (825 - 59) * DAY
    tls.renew(folder, world)
    assert tls.certificate_ends(folder) == clock[0] + 825 * DAY
    assert (place / "authority.pem").read_bytes() == authority


def test_the_passphrase_is_found(tmp_path: Path) -> None:
    """In the file named, else in systemd's credential, else nowhere."""
    (tmp_path / "calvox-passphrase").write_text("from systemd\n")
    (tmp_path / "file").write_text(" with spaces \r\n")
    credentials = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    named, stored = passphrase_stored(str(tmp_path / "file"), credentials), passphrase_stored("", credentials)
    assert named is not None
    assert stored is not None
    assert (named(), stored()) == (" with spaces ", "from systemd")
    assert passphrase_stored("", {}) is None
    assert passphrase_stored("", {"CREDENTIALS_DIRECTORY": str(tmp_path / "none")}) is None
    missing, huge = passphrase_stored(str(tmp_path / "missing"), {}), tmp_path / "huge"
    huge.write_text("x" * 5000)
    too_long = passphrase_stored(str(huge), {})
    assert missing is not None
    assert too_long is not None
    with pytest.raises(NotFound):
        missing()
    with pytest.raises(StoreFailed):
        too_long()
