"""The clock file: what it holds comes back, and nobody changes it unseen."""

from contextlib import suppress
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calvox.common.errors import Tampered
from calvox.core.standing import State
from calvox.host.clockfile import CLOCK, Clock, ClockFile, clock_key, seal, unseal
from calvox.host.state import KEY, HostFolder
from calvox.wire.hostapi import OutageUse

USE = OutageUse("user", b"h" * 32, "Zoë", 5, 9)
CLOCK_NOW = Clock(1, 2, 3, State.OUTAGE, 7, 3, b"v" * 16, b"s" * 18, True, (USE,))
OWN = clock_key(b"a key")


@pytest.fixture
def file(tmp_path: Path) -> ClockFile:
    """Give the file of a host."""
    (tmp_path / KEY).write_bytes(b"a key")
    return ClockFile(HostFolder(tmp_path))


def test_what_was_written_comes_back(file: ClockFile) -> None:
    """Whole, with every field."""
    assert file.save(CLOCK_NOW) == CLOCK_NOW
    assert file.load() == CLOCK_NOW


def test_a_missing_file_is_told(file: ClockFile) -> None:
    """As is one that is no file."""
    with pytest.raises(Tampered):
        file.load()


def test_it_opens_with_the_hosts_own_key_only() -> None:
    """Another host's file is worth nothing here."""
    with pytest.raises(Tampered):
        unseal(seal(CLOCK_NOW, clock_key(b"another key")), OWN)


@pytest.mark.parametrize("field", ["enrolled", "last", "warned", "contact"])
def test_no_field_is_changed_unseen(file: ClockFile, tmp_path: Path, field: str) -> None:
    """The seal is over all of them."""
    file.save(CLOCK_NOW)
    outer = msgspec.json.decode((tmp_path / CLOCK).read_bytes())
    body = msgspec.json.encode(msgspec.structs.replace(CLOCK_NOW, **{field: 99}))
    (tmp_path / CLOCK).write_bytes(msgspec.json.encode({"body": body, "mac": outer["mac"]}))
    with pytest.raises(Tampered):
        file.load()


@given(st.binary(max_size=200))
def test_garbage_is_told(data: bytes) -> None:
    """By our own error, whatever it is."""
    with pytest.raises(Tampered):
        unseal(data, OWN)


@given(st.data())
def test_a_flipped_bit_is_told(data: st.DataObject) -> None:
    """Wherever it stands, unless the bytes still say the same."""
    sealed = bytearray(seal(CLOCK_NOW, OWN))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with suppress(Tampered):
        assert unseal(bytes(sealed), OWN) == CLOCK_NOW
