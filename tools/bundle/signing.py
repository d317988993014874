"""The publisher's key: Ed25519 in the files that openssl reads and writes.

The private key stays with the publisher, in var/ unless another is named; sites get the public one, or its fingerprint, by
another way than the stick. The fingerprint is the SHA-256 of the public key in DER.
"""

import hashlib
from getpass import getpass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from calvox.common.clock import SYSTEM
from calvox.common.files import write_whole
from calvox.trust.keys import new_private_key
from tools.bundle.plan import BundleError


def make_key(path: Path, seed: bytes) -> Ed25519PrivateKey:
    """Make a new private key and keep it in a file that only its owner reads."""
    key = Ed25519PrivateKey.from_private_bytes(new_private_key(seed))
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return key


def key_at(path: Path) -> tuple[Ed25519PrivateKey, bool]:
    """Read the publisher's key, or make it; also tell whether it was made.

    Raises:
        BundleError: the file holds no Ed25519 key, or the passphrase does not open it.
    """
    if not path.exists():
        return make_key(path, SYSTEM.random(32)), True
    data = path.read_bytes()
    locked = b"ENCRYPTED" in data
    try:
        key = load_pem_private_key(data, getpass(f"Passphrase of {path}: ").encode() if locked else None)
    except (ValueError, TypeError) as error:
        raise BundleError(f"{path} cannot be read as a private key: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise BundleError(f"{path} holds no Ed25519 key; make one: openssl genpkey -algorithm ed25519 -out {path}")
    return key, False


def public_pem(key: Ed25519PrivateKey) -> bytes:
    """Give the public key as a file."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def fingerprint(key: Ed25519PrivateKey) -> str:
    """Give the fingerprint of the public key in groups of four, for reading aloud."""
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    digest = hashlib.sha256(der).hexdigest()
    return " ".join(digest[at : at + 4] for at in range(0, len(digest), 4))
