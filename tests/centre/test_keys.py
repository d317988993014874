"""The signing key's file, and the key that seals the register."""

import stat
from pathlib import Path

import msgspec
import pytest

from calvox.centre.keys import (
    REGISTER_KEY,
    SIGNING_KEY,
    KeyFile,
    new_key_file,
    public_key,
    register_sealer,
    unlock,
    write_keys,
)
from calvox.common.clock import World
from calvox.common.errors import BadInput, BadSignature, Conflict, Denied, NotFound, Tampered
from calvox.trust.confirmations import verify
from tests.centre.world import COST, PASSPHRASE

WORLD = World(now=lambda: 0, random=lambda size: bytes(range(1, size + 1)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with both keys."""
    write_keys(tmp_path, new_key_file(PASSPHRASE, WORLD, cost=COST), WORLD)
    return tmp_path


def change(folder: Path, **values: object) -> None:
    """Write the key file with other values."""
    file = msgspec.json.decode((folder / SIGNING_KEY).read_bytes(), type=KeyFile)
    (folder / SIGNING_KEY).write_bytes(msgspec.json.encode(msgspec.structs.replace(file, **values)))


def test_the_passphrase_opens_a_key_that_signs(folder: Path) -> None:
    """The unlocked key's signatures verify with the public key that lies in clear."""
    verify(public_key(folder), b"message", unlock(folder, PASSPHRASE).sign(b"message"))


def test_nobody_else_may_read_the_keys(folder: Path) -> None:
    """Both files are their owner's alone, and the secret is nowhere in them in clear."""
    for name in (SIGNING_KEY, REGISTER_KEY):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    assert len((folder / REGISTER_KEY).read_bytes()) == 32


def test_another_passphrase_is_denied(folder: Path) -> None:
    """One letter is enough."""
    with pytest.raises(Denied):
        unlock(folder, PASSPHRASE[:-1])
    with pytest.raises(Denied):
        unlock(folder, "")


def test_a_short_passphrase_is_refused() -> None:
    """Eleven characters are too few, twelve will do."""
    with pytest.raises(BadInput):
        new_key_file("x" * 11, WORLD, cost=COST)
    new_key_file("x" * 12, WORLD, cost=COST)


def test_a_second_key_never_replaces_the_first(folder: Path) -> None:
    """Losing a signing key would end every licence server's trust."""
    before = (folder / SIGNING_KEY).read_bytes()
    with pytest.raises(Conflict):
        write_keys(folder, new_key_file(PASSPHRASE, WORLD, cost=COST), WORLD)
    assert (folder / SIGNING_KEY).read_bytes() == before


def test_another_public_key_in_the_file_is_noticed(folder: Path) -> None:
    """The public key is covered by the seal."""
    other = new_key_file(PASSPHRASE, World(now=lambda: 0, random=lambda size: bytes([7]) * size), cost=COST)
    change(folder, public_key=other.public_key)
    with pytest.raises(Denied):
        unlock(folder, PASSPHRASE)


@pytest.mark.parametrize(
    "values",
    [{"cost": 1 << 30}, {"cost": 1000}, {"cost": 1 << 9}, {"format": "x"}, {"public_key": "zz"}],
)
def test_a_damaged_file_is_named(folder: Path, values: dict[str, object]) -> None:
    """Absurd costs are never computed."""
    change(folder, **values)
    with pytest.raises(Tampered):
        unlock(folder, PASSPHRASE)


def test_garbage_is_damage_and_absence_is_no_centre(folder: Path, tmp_path: Path) -> None:
    """The two are told apart."""
    (folder / SIGNING_KEY).write_bytes(b"{}")
    with pytest.raises(Tampered):
        public_key(folder)
    with pytest.raises(NotFound):
        public_key(tmp_path / "nothing")


def test_the_register_is_sealed_in_the_context_of_the_centre(folder: Path) -> None:
    """A seal holds under this label, context and key, and under no other."""
    sealer = register_sealer(folder)
    signature = sealer.sign(1, bytes(32), 0, bytes(32))
    sealer.check(sealer.context, 1, bytes(32), 0, bytes(32), signature)
    with pytest.raises(BadSignature):
        sealer.check(bytes(32), 1, bytes(32), 0, bytes(32), signature)
