"""Long runs, by hand: `make soak`. What is short in `make test` is long here; note the result in docs/soak.md.

CALVOX_SOAK_KILLS (1000) and CALVOX_SOAK_SECONDS (60, for each reader) say how long.
"""

import os
import random
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from calvox.apps.people_api.app import LogIn
from calvox.apps.serving import parse
from calvox.common.errors import CalvoxError
from calvox.core.book import Fact
from calvox.core.ledger import LEDGER
from calvox.journal.bodies import fact_of
from calvox.people.accounts import plain_name
from calvox.people.log_in import secret_of
from calvox.trust.canonical import decode
from calvox.trust.enrolment import EnrolmentCode
from calvox.trust.policies import open_voucher
from calvox.trust.statements import open_statement
from calvox.trust.tokens import Pinned, Token
from calvox.windows.actions.result import read_result
from calvox.windows.artefacts.registry_pol import pull_policy
from calvox.windows.bundle import read_bundle
from calvox.windows.codes import Slot, read_code
from calvox.wire import hostapi
from calvox.wire.card import read_card
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.dictation import begin, resume
from calvox.wire.phone.filetext import read_file_text, read_request_file
from calvox.wire.phone.forms import Form
from tests.apps.processes import ServerProcess, stocked_folder
from tests.apps.test_fuzz import stand
from tests.flows.killing import hired, one_round, reckon
from tests.flows.test_kills import SESSIONS
from tests.world import wish

KILLS = int(os.environ.get("CALVOX_SOAK_KILLS", "1000"))
SECONDS = float(os.environ.get("CALVOX_SOAK_SECONDS", "60"))
SLOWEST = 2.0
"""Seconds that one refusal may take at the most."""


def dictated(data: bytes) -> None:
    """Type whatever it is, group by group."""
    state = begin(Form.WORDS_FR, CodeType.CONFIRMATION)
    for index, line in enumerate(data.decode("latin-1").splitlines()[:7]):
        state, _ = state.enter(index, line)


def read_entry(data: bytes) -> Fact:
    """Read an entry's body."""
    return fact_of(LEDGER, "CalIssued", 1, data)


READERS: dict[str, Callable[[bytes], object]] = {
    "canonical": lambda data: decode(data, limit=1 << 20),
    "token": Token.from_bytes,
    "statement": lambda data: open_statement("CALVOX-POLICY-1", data, bytes(32), at_least=0, limit=1 << 16),
    "enrolment": lambda data: EnrolmentCode.read(data.decode("latin-1")),
    "card": read_card,
    "file text": lambda data: read_file_text(data.decode("latin-1")),
    "request file": read_request_file,
    "dictation": dictated,
    "stored dictation": resume,
    "entry": read_entry,
    "bundle": read_bundle,
    "result": read_result,
    "policy file": pull_policy,
    "Windows code": lambda data: read_code(Slot.SERVER_ID, data.decode("latin-1")),
    "host request": lambda data: parse(data, hostapi.AcquireMany),
    "settlement": lambda data: parse(data, hostapi.Settle),
    "enrolment request": lambda data: parse(data, hostapi.EnrolAsk),
    "log-in": lambda data: parse(data, LogIn),
    "session": lambda data: secret_of(data.decode("latin-1")),
    "account name": lambda data: plain_name(data.decode("latin-1")),
    "voucher": lambda data: open_voucher(data, Pinned(bytes(18), 1, bytes(32)), bytes(16)),
}
SEEDS = (
    b"",
    b"{}",
    b"CVX1C:" + b"0" * 100,
    b"\x8d\x01",
    b'{"format":"calvox-windows-bundle-1","items":[]}',
    b"abaisser " * 6,
)


def mutated(chance: random.Random, seed: bytes) -> bytes:
    """Change, cut, double and splice a seed."""
    data = bytearray(seed)
    for _ in range(chance.randrange(1, 12)):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(4):
            case 0:
                data[at:at] = chance.randbytes(chance.randrange(1, 40))
            case 1:
                del data[at : at + chance.randrange(1, 20)]
            case 2:
                data[at:at] = data[: chance.randrange(1, 200)]
            case _:
                data[at : at + 1] = bytes([chance.randrange(256)])
    return bytes(data)


@pytest.mark.timeout(SECONDS + 60)
@pytest.mark.parametrize("name", READERS)
def test_garbage_is_refused_in_bounded_time(name: str) -> None:
    """Only our own errors, each in time, for as long as it runs."""
    chance, tried, slowest = random.Random(name), 0, 0.0
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        data = mutated(chance, chance.choice(SEEDS))
        begun = time.monotonic()
        with suppress(CalvoxError):
            READERS[name](data)
        slowest = max(slowest, time.monotonic() - begun)
        tried += 1
    print(f"{name}: {tried} inputs, slowest {slowest * 1000:.1f} ms")
    assert slowest < SLOWEST


@pytest.mark.timeout(10 * SECONDS + 120)
@pytest.mark.parametrize("people", [False, True], ids=["hosts", "people"])
def test_garbage_harms_no_listener(tmp_path: Path, people: bool) -> None:
    """On real sockets, before anybody is authenticated."""
    limits = {"CALVOX_SERVER_PEOPLE_LISTEN": "127.0.0.1:0"}
    with ServerProcess(stocked_folder(tmp_path), limits=limits) as server:
        stand(server, people=people, seconds=10 * SECONDS, seed=random.randrange(1 << 30))


@pytest.mark.timeout(KILLS * 60)
def test_kills_under_load(tmp_path: Path) -> None:
    """What the hosts were told is what the ledger holds, none exceeds its pack, and it verifies, kill after kill."""
    folder = stocked_folder(tmp_path, wish("session", "2022", SESSIONS), wish("user", "2022", 10))
    chance = random.Random(KILLS)
    with ServerProcess(folder) as server:
        workers = hired(server, tmp_path, hosts=3, each=3, seed=KILLS)
    for number in range(1, KILLS + 1):
        one_round(folder, workers, chance)
        if number % 25 == 0 or number == KILLS:
            status = reckon(folder, workers, SESSIONS)
            told = sum(worker.answered for worker in workers)
            print(f"{number} kills, {told} answers, {status.entries} entries, {status.cals} CALs out", flush=True)
