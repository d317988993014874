"""The centre's two private keys, in files that its own user alone may read.

`signing-key.json` holds the BLS key that confirmations are signed with: sealed by AES-256-GCM under a key that scrypt makes
of a passphrase, the public key beside it in clear. `register-key` is an Ed25519 key that seals the register's batches; the
centre needs it whenever it runs, so it lies there as it is. Where the passphrase comes from is left to the callers.
"""

import hashlib
from pathlib import Path
from typing import Protocol

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from calvox.centre import bls
from calvox.common.clock import World
from calvox.common.errors import BadInput, Conflict, Denied, Tampered
from calvox.common.files import read_whole, write_whole
from calvox.common.i18n import t
from calvox.journal.restored import no_store
from calvox.journal.sealing import LabelledSealer
from calvox.trust.keys import SigningKey, new_private_key
from calvox.trust.proofs import proof

SIGNING_KEY, REGISTER_KEY = "signing-key.json", "register-key"
FORMAT = "calvox-signing-key-1"
REGISTER_LABEL = b"CALVOX-REGISTER-1"
SHORTEST_PASSPHRASE = 12
SCRYPT_COST = 1 << 17
"""Takes 128 MiB and about half a second."""
_COSTS = range(1 << 10, (1 << 20) + 1)
_BLOCK, _LANES = 8, 1


class Signer(Protocol):
    """Whatever signs confirmations."""

    def sign(self, message: bytes) -> bytes:
        """Sign a message with 48 bytes."""


class BlsSigner:
    """The signing key, unlocked."""

    __slots__ = ("_secret",)

    def __init__(self, secret: int) -> None:
        self._secret = secret

    def sign(self, message: bytes) -> bytes:
        """Sign; the same message always gets the same signature."""
        return bls.sign(self._secret, message)


class KeyFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The signing key as it lies on disk; bytes in hexadecimal."""

    format: str
    public_key: str
    """96 bytes."""
    cost: int
    """scrypt's N; r is 8 and p is 1."""
    salt: str
    """16 bytes."""
    nonce: str
    """12 bytes."""
    sealed: str
    """The secret key's 32 bytes, sealed with the fields above as associated data."""


def new_key_file(passphrase: str, world: World, *, cost: int = SCRYPT_COST) -> KeyFile:
    """Make a signing key, sealed.

    Raises:
        BadInput: the passphrase is too short.
    """
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise BadInput(t("A passphrase has at least {least} characters", least=SHORTEST_PASSPHRASE))
    secret = bls.keygen(world.random(32))
    public, salt, nonce = bls.public_key(secret), world.random(16), world.random(12)
    head = KeyFile(FORMAT, public.hex(), cost, salt.hex(), nonce.hex(), "")
    sealed = AESGCM(_derive(passphrase, head)).encrypt(nonce, secret.to_bytes(32, "big"), _associated(head))
    return msgspec.structs.replace(head, sealed=sealed.hex())


def write_keys(folder: Path, file: KeyFile, world: World) -> None:
    """Write the signing key, and a new key that seals the register.

    Raises:
        Conflict: there is a signing key already.
    """
    path = folder / SIGNING_KEY
    if path.exists():
        raise Conflict(t("There is an activation centre already in {path}", path=str(folder)))
    write_whole(folder / REGISTER_KEY, new_private_key(world.random(32)))
    write_whole(path, msgspec.json.format(msgspec.json.encode(file)))


def unlock(folder: Path, passphrase: str) -> BlsSigner:
    """Open the key.

    Raises:
        Denied: it is another passphrase, or the file was changed.
        Tampered: the public key in the file is not this key's.
    """
    file = _read(folder)
    try:
        opened = AESGCM(_derive(passphrase, file)).decrypt(
            bytes.fromhex(file.nonce), bytes.fromhex(file.sealed), _associated(file)
        )
    except InvalidTag as error:
        raise Denied(t("This passphrase does not open the signing key")) from error
    except ValueError as error:
        raise _damaged(folder) from error
    secret = int.from_bytes(opened, "big")
    if bls.public_key(secret).hex() != file.public_key:
        raise _damaged(folder)
    return BlsSigner(secret)


def public_key(folder: Path) -> bytes:
    """Read the public key, for which no passphrase is needed."""
    return bytes.fromhex(_read(folder).public_key)


def register_sealer(folder: Path) -> LabelledSealer:
    """Read the key that seals the register, in the context of this centre's public key."""
    context = hashlib.sha256(public_key(folder)).digest()
    return LabelledSealer(REGISTER_LABEL, context, SigningKey(read_whole(folder / REGISTER_KEY)))


def proof_secret(folder: Path) -> bytes:
    """Give the secret under which working rows are proven: it follows from the key that seals the register."""
    return proof(read_whole(folder / REGISTER_KEY), b"CALVOX-CENTRE-ROWS-1")


def _read(folder: Path) -> KeyFile:
    path = folder / SIGNING_KEY
    if not path.exists():
        text = t("There is no activation centre in {path}", path=str(folder))
        raise no_store(folder, text, t("Make one: calvox centre init"))
    try:
        file = msgspec.json.decode(read_whole(path), type=KeyFile)
        bytes.fromhex(file.public_key)
    except (msgspec.DecodeError, ValueError) as error:
        raise _damaged(folder) from error
    if file.format != FORMAT or file.cost not in _COSTS or file.cost & (file.cost - 1):
        raise _damaged(folder)
    return file


def _derive(passphrase: str, file: KeyFile) -> bytes:
    kdf = Scrypt(salt=bytes.fromhex(file.salt), length=32, n=file.cost, r=_BLOCK, p=_LANES)
    return kdf.derive(passphrase.encode())


def _associated(file: KeyFile) -> bytes:
    return "|".join((file.format, file.public_key, str(file.cost), file.salt)).encode()


def _damaged(folder: Path) -> Tampered:
    return Tampered(t("The signing key in {path} is damaged", path=str(folder)), hint=t("Restore it from a backup."))
