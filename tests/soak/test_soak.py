"""Long runs, by hand: `make soak`. What is short in `make test` is long here; note the result in docs/soak.md.

CALVOX_SOAK_KILLS (200) and CALVOX_SOAK_SECONDS (60, for each reader) say how long.
"""

import os
import random
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from calvox.common.errors import CalvoxError
from calvox.core.book import Fact
from calvox.core.ledger import LEDGER
from calvox.journal.bodies import fact_of
from calvox.trust.canonical import decode
from calvox.trust.enrolment import EnrolmentCode
from calvox.trust.statements import open_statement
from calvox.trust.tokens import Token
from calvox.windows.bundle import read_bundle
from calvox.wire.card import read_card
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.dictation import begin, resume
from calvox.wire.phone.filetext import read_file_text, read_request_file
from calvox.wire.phone.forms import Form
from tests.apps.test_licence_server import kill_round
from tests.world import Site, wish

KILLS = int(os.environ.get("CALVOX_SOAK_KILLS", "200"))
SECONDS = float(os.environ.get("CALVOX_SOAK_SECONDS", "60"))
SLOWEST = 2.0
"""Seconds that one refusal may take at the most."""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Give a closed site of the real time, with CALs enough."""
    site = Site.founded(tmp_path_factory.mktemp("template"), now=int(time.time()), parts=None)
    site.activate(wish("user", "2022", 50), wish("session", "2022", 20))
    site.close()
    return site


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


@pytest.mark.timeout(KILLS * 60)
def test_kills_under_load(template: Site, tmp_path: Path) -> None:
    """Every acknowledged CAL is there, none exceeds its pack, and the ledger verifies, round after round."""
    for round_ in range(KILLS):
        place = tmp_path / str(round_)
        place.mkdir()
        kill_round(template.copy(place).folder, place, 10 + round_ % 150)
