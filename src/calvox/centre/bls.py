"""The centre's BLS key and signatures, by blst: the other library than the one licence servers verify with.

Rules: keys come from KeyGen of draft-irtf-cfrg-bls-signature (version 4 and later); every signature is verified by the
receivers' own library before anyone sees it, so that a fault of either library is never read out. Where the key is
kept, and when it may sign, is left to the rest of the centre.
"""

import hashlib

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pyblst import BlstP1Element, BlstP2Element

from calvox.common.errors import BadInput
from calvox.common.i18n import t
from calvox.trust.confirmations import DST, verify

ORDER = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001
"""The order of the groups; secret keys lie between 1 and this."""
SHORTEST_SEED = 32
_G2 = BlstP2Element.uncompress(
    bytes.fromhex(
        "93e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e"
        "024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8"
    )
)


def keygen(seed: bytes, info: bytes = b"") -> int:
    """Derive a secret key from at least 32 bytes that nobody else knows."""
    if len(seed) < SHORTEST_SEED:
        raise BadInput(t("A seed has at least {bytes} bytes", bytes=SHORTEST_SEED))
    salt, secret = b"BLS-SIG-KEYGEN-SALT-", 0
    while secret == 0:
        salt = hashlib.sha256(salt).digest()
        kdf = HKDF(SHA256(), length=48, salt=salt, info=info + (48).to_bytes(2, "big"))
        secret = int.from_bytes(kdf.derive(seed + b"\0"), "big") % ORDER
    return secret


def _check(secret: int) -> None:
    if not 0 < secret < ORDER:
        raise BadInput(t("This is no secret key"))


def public_key(secret: int) -> bytes:
    """Give the 96 bytes that licence servers pin."""
    _check(secret)
    return bytes(_G2.scalar_mul(secret).compress())


def sign(secret: int, message: bytes) -> bytes:
    """Sign a message with 48 bytes, and verify them with the receivers' library.

    Raises:
        BadSignature: The two libraries disagree; nothing may be read out.
    """
    _check(secret)
    signature = bytes(BlstP1Element.hash_to_group(message, DST).scalar_mul(secret).compress())
    verify(public_key(secret), message, signature)
    return signature
