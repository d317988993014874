"""Make tests/vectors/tokens.json, the proof that the tokens are what their specification says.

Written from the specification alone: its own tree by the RFC's recursive definition, its own canonical bytes by hand,
nothing of the product imported. Every salt and key is derived from a text, so that the file never changes by itself.
"""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

OUT = Path(__file__).parent.parent / "tests" / "vectors" / "tokens.json"
FROM, UNTIL = 1_790_000_000, 1_795_184_000
AT = FROM + 86_400
VERSION = 7


def made(text: str, size: int = 32) -> bytes:
    """Derive bytes from a text."""
    return sha256(text.encode()).digest()[:size]


KEY = Ed25519PrivateKey.from_private_bytes(made("key"))
PUBLIC = KEY.public_key().public_bytes_raw()
SERVER = b"\x00" + made("server", 17)
HOST, EPOCH, GENERATION = made("host", 16), 3, 2


def cbor(value: Any) -> bytes:
    """Write what tokens need as deterministic CBOR."""
    if isinstance(value, bool):
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return cbor_head(0, value)
    if isinstance(value, bytes):
        return cbor_head(2, len(value)) + value
    if isinstance(value, list):
        return cbor_head(4, len(value)) + b"".join(map(cbor, value))
    pairs = sorted((cbor(k), cbor(v)) for k, v in value.items())
    return cbor_head(5, len(value)) + b"".join(k + v for k, v in pairs)


def cbor_head(major: int, number: int) -> bytes:
    """Write a major type and its argument, as short as can be."""
    if number < 24:
        return bytes([major << 5 | number])
    exponent = next(e for e in range(4) if number < 1 << (8 << e))
    return bytes([major << 5 | 24 + exponent]) + number.to_bytes(1 << exponent, "big")


def tree(leaves: list[bytes]) -> bytes:
    """Compute a root: split at the largest power of two below the size."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return sha256(b"\x01" + tree(leaves[:k]) + tree(leaves[k:])).digest()


def proof(index: int, leaves: list[bytes]) -> list[bytes]:
    """Compute a path, from the leaf upwards."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if index < k:
        return [*proof(index, leaves[:k]), tree(leaves[k:])]
    return [*proof(index - k, leaves[k:]), tree(leaves[:k])]


def split(size: int) -> int:
    """Find the largest power of two below a size."""
    return int(1 << (size - 1).bit_length() - 1)


def claims_of(size: int, index: int) -> dict[int, Any]:
    """Invent a CAL, another for every leaf."""
    name = f"{size}/{index}"
    kind, temporary = index % 3, index == 0
    holder, pack = made(f"holder {name}"), 0 if temporary else 1 + index * 146
    return dict(
        enumerate(
            [made(f"cal {name}", 16), kind, VERSION + index % 2, holder, HOST, FROM + index, UNTIL, temporary, pack], 1
        )
    )


def batch(size: int, **changes: Any) -> dict[str, Any]:
    """Make one signed batch with all its tokens."""
    claims = [cbor(changes.get("claims") or claims_of(size, i)) for i in range(size)]
    salts = [made(f"salt {size}/{i}", changes.get("salt_size", 16)) for i in range(size)]
    leaves = [sha256(b"\x00" + s + c).digest() for s, c in zip(salts, claims, strict=True)]
    server, epoch = changes.get("server", SERVER), changes.get("epoch", EPOCH)
    position, head, root = 1000 * size, made(f"head {size}"), tree(leaves)
    numbers = GENERATION.to_bytes(4, "big") + position.to_bytes(8, "big")
    message = b"CALVOX-TOKEN-1" + server + bytes([epoch]) + numbers + head + size.to_bytes(4, "big") + root
    signature = KEY.sign(changes.get("label", b"") + message)
    sealed = [server, epoch, GENERATION, position, head, size, root, signature]
    tokens = [[1, claims[i], salts[i], i, proof(i, leaves), *sealed] for i in range(size)]
    return {"size": size, "position": position, "head": head, "claims": claims, "salts": salts, "leaves": leaves,
            "root": root, "message": message, "signature": signature, "fields": tokens,
            "tokens": [cbor(token) for token in tokens]}  # fmt: skip


def other(index: int, field: int, value: Any) -> bytes:
    """Take a good token of the batch of five, with one field changed."""
    fields = list(batch(5)["fields"][index])
    fields[field] = value
    return cbor(fields)


def with_claims(changes: dict[Any, Any]) -> bytes:
    """Make a well-signed token with some claims changed; None takes one away."""
    claims = claims_of(1, 0) | changes
    return bytes(batch(1, claims={k: v for k, v in claims.items() if v is not None})["tokens"][0])


def refused() -> list[dict[str, Any]]:
    """List tokens that no host may accept, each with its reason."""
    good = batch(5)
    token, fields = good["tokens"][4], good["fields"]
    long_number = b"\x8d\x18\x01" + token[2:]
    cases: list[tuple[str, str, bytes]] = [
        ("form", "empty", b""),
        ("form", "cut short", token[:-1]),
        ("form", "something follows", token + b"\x00"),
        ("form", "version written in two bytes", long_number),
        ("form", "indefinite length", b"\x9f" + token[1:] + b"\xff"),
        ("form", "a list of 2^60 items", b"\x9b\x10" + bytes(7)),
        ("form", "above 2048 bytes", other(4, 4, [bytes(32)] * 60)),
        ("form", "twelve fields", cbor(fields[4][:12])),
        ("form", "fourteen fields", cbor([*fields[4], 0])),
        ("form", "true in place of version 1", other(4, 0, True)),
        ("form", "salt of 15 bytes", batch(1, salt_size=15)["tokens"][0]),
        ("form", "salt of 17 bytes", batch(1, salt_size=17)["tokens"][0]),
        ("form", "a hash of 31 bytes", other(4, 4, [bytes(31)])),
        ("form", "head of 33 bytes", other(4, 9, bytes(33))),
        ("form", "index = size", other(4, 3, 5)),
        ("form", "bytes in place of the index", other(4, 3, b"\x04")),
        ("form", "false in place of index 0", other(0, 3, False)),
        ("form", "bytes in place of the path", other(4, 4, bytes(32))),
        ("form", "a list in place of the claims", other(4, 1, [])),
        ("form", "size 0", other(0, 10, 0)),
        ("form", "size of 2^32", other(0, 10, 1 << 32)),
        ("form", "generation of 2^32", other(0, 7, 1 << 32)),
        ("version", "version 2", other(4, 0, 2)),
        ("server", "another server", batch(1, server=b"\x00" + made("elsewhere", 17))["tokens"][0]),
        ("epoch", "another epoch", batch(1, epoch=EPOCH + 1)["tokens"][0]),
        ("signature", "one bit of the signature", token[:-1] + bytes([token[-1] ^ 1])),
        ("signature", "another generation", other(4, 7, GENERATION + 1)),
        ("signature", "another position", other(4, 8, 1)),
        ("signature", "another head", other(4, 9, bytes(32))),
        ("signature", "another root", other(4, 11, bytes(32))),
        ("signature", "another size", other(4, 10, 6)),
        ("signature", "signed under another label", batch(1, label=b"x")["tokens"][0]),
        ("batch", "claims of a neighbour", other(1, 1, fields[2][1])),
        ("batch", "another salt", other(1, 2, bytes(16))),
        ("batch", "index of a neighbour", other(1, 3, 0)),
        ("path", "path too short", other(1, 4, fields[1][4][:-1])),
        ("path", "path too long", other(1, 4, [*fields[1][4], bytes(32)])),
        ("path", "path of the last leaf too long", other(4, 4, [*fields[4][4], bytes(32)])),
        ("batch", "path in another order", other(1, 4, fields[1][4][::-1])),
        ("claims", "no pack", with_claims({9: None})),
        ("claims", "another key in place of one", with_claims({9: None, 10: 0})),
        ("claims", "an unknown key", with_claims({10: 0})),
        ("claims", "a type that is none", with_claims({2: 3})),
        ("claims", "a number in place of true", with_claims({8: 1})),
        ("claims", "a CAL id of 15 bytes", with_claims({1: bytes(15)})),
        ("claims", "a holder of 31 bytes", with_claims({4: bytes(31)})),
        ("claims", "a sequence of 1024", with_claims({9: 1024})),
        ("claims", "a version of 64", with_claims({3: 64})),
    ]  # fmt: skip
    return [{"reason": reason, "case": case, "token": token} for reason, case, token in cases]


def shown(value: Any) -> Any:
    """Turn bytes into hex, all the way down."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {k: shown(v) for k, v in value.items() if k != "fields"}
    return [shown(v) for v in value] if isinstance(value, list) else value


def main() -> None:
    """Write the file."""
    pinned = {"server_id": SERVER, "epoch": EPOCH, "generation": GENERATION, "private_key": made("key"),
              "public_key": PUBLIC, "host": HOST, "at": AT, "host_version": VERSION}  # fmt: skip
    vectors = {
        "format": "CALVOX-TOKEN-1",
        **pinned,
        "batches": [batch(s) for s in (1, 2, 3, 5, 8)],
        "refused": refused(),
    }
    OUT.write_text(json.dumps(shown(vectors), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
