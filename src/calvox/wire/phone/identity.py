"""The server ID and the retirement proof that undoes it.

The proof D is a secret that only the licence server can compute, from its root, its key, its fingerprint as stored at
enrolment and the epoch; the server ID carries a digest of D. So a reboot never changes the ID, a rebuild always does,
and whoever says D aloud proves that they could read the root. Keeping the root, and refusing a retired ID for ever, is
left to the server and the centre.
"""

import hashlib
import hmac
from dataclasses import dataclass

from calvox.common.errors import BadCode, BadInput
from calvox.common.i18n import t
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.forms import bytes_of, number_of

FORMAT = 0
"""The only format there is."""
PRODUCT = 1
"""RDS CALs, the only product there is."""
LAST_EPOCH = 255
"""After this epoch a new root is made."""
_MAXMEM = 64 << 20


@dataclass(frozen=True, slots=True)
class ServerIdFields:
    """What a server ID says in the clear."""

    format: int
    """Layout of the ID."""
    product: int
    """What is licensed."""
    epoch: int
    """The low four bits of the enrolment's count."""
    digest: bytes
    """16 bytes that a retirement proof must match."""


def retirement_secret(root: bytes, server_public_key: bytes, fingerprint_record: bytes, epoch: int) -> int:
    """Derive D, the 110 bits of the retirement proof; takes about 50 ms and 32 MiB.

    Args:
        root: The 32 random bytes of the installation.
        server_public_key: The 32 raw Ed25519 bytes.
        fingerprint_record: The stored bytes, opaque here.
        epoch: The full epoch, 1 to 255.
    """
    for name, data in (("root", root), ("server public key", server_public_key)):
        if len(data) != 32:
            raise BadInput(t("The {name} has 32 bytes, not {found}", name=name, found=len(data)))
    if not 1 <= epoch <= LAST_EPOCH:
        raise BadInput(t("The epoch lies between 1 and {last}, not {found}", last=LAST_EPOCH, found=epoch))
    secret = root + hashlib.sha256(server_public_key + fingerprint_record).digest() + bytes([epoch])
    derived = hashlib.scrypt(secret, salt=b"CALVOX-PHONE-1 retire", n=1 << 15, r=8, p=1, maxmem=_MAXMEM, dklen=14)
    return int.from_bytes(derived, "big") >> 2


def server_id(secret: int, *, product: int = PRODUCT, epoch: int) -> bytes:
    """Make the 18 bytes of the server ID that this secret retires."""
    head = FORMAT << 8 | product << 4 | epoch % 16
    data = bytes_of(CodeType.SERVER_ID, head << 128 | int.from_bytes(_digest(secret), "big"))
    server_id_fields(data)
    return data


def _digest(secret: int) -> bytes:
    return hashlib.sha256(b"CALVOX-PHONE-1 server-id" + bytes_of(CodeType.RETIREMENT, secret)).digest()[:16]


def server_id_fields(data: bytes) -> ServerIdFields:
    """Take a server ID apart.

    Raises:
        BadCode: Its format or product is unknown.
        BadInput: It has not the right length.
    """
    head = number_of(CodeType.SERVER_ID, data) >> 128
    fields = ServerIdFields(head >> 8, head >> 4 & 15, head & 15, data[2:])
    if fields.format != FORMAT:
        raise BadCode(t("A server ID of format {found} is not known here", found=fields.format))
    if fields.product != PRODUCT:
        raise BadCode(t("A server ID of product {found} is not known here", found=fields.product))
    return fields


def retirement_matches(server_id: bytes, secret: int) -> None:
    """Check that a retirement proof is that of a server ID.

    Raises:
        BadCode: It is not.
    """
    if not hmac.compare_digest(server_id_fields(server_id).digest, _digest(secret)):
        raise BadCode(t("This retirement proof does not belong to that server ID"))
