"""The fingerprint record: what this machine is recognised by.

Each part is stored as HMAC-SHA-256(root, name ‖ 00 ‖ value), never raw, with its weight; a part that cannot be read does
not count. The record is opaque to the server ID that is computed from it.
"""

import hashlib
import hmac
from collections.abc import Mapping
from pathlib import Path

from calvox.common.errors import BadInput
from calvox.common.i18n import t
from calvox.trust.canonical import decode, encode

RECORD_LIMIT = 4096
"""Bytes of a record, at most."""
WEIGHTS: Mapping[str, int] = {
    "smbios-uuid": 3,
    "machine-id": 2,
    "disk-serial": 2,
    "mac": 2,
    "board-serial": 1,
    "cpu-model": 1,
}


def read_parts(system: Path = Path("/")) -> dict[str, str]:
    """Read the parts that this process may read on Linux; `system` is the root of the file system."""
    dmi = system / "sys/class/dmi/id"
    parts = {
        "smbios-uuid": _read(dmi / "product_uuid"),
        "machine-id": _read(system / "etc/machine-id"),
        "disk-serial": _first(system / "sys/block", "device/serial"),
        "mac": _macs(system / "sys/class/net"),
        "board-serial": _read(dmi / "board_serial"),
        "cpu-model": _cpu(system / "proc/cpuinfo"),
    }
    return {name: value for name, value in parts.items() if value}


def fingerprint_record(root: bytes, parts: Mapping[str, str]) -> bytes:
    """Write the parts as {name: [weight, mac]} in deterministic CBOR."""
    return encode({name: [WEIGHTS[name], _mac(root, name, value)] for name, value in parts.items()})


def likeness(root: bytes, record: bytes, parts: Mapping[str, str]) -> tuple[int, int]:
    """Compare a machine with a record; give the weight of the parts that are alike, and the whole record's.

    Raises:
        BadInput: these bytes are no record.
    """
    alike = whole = 0
    known = decode(record, limit=RECORD_LIMIT)
    if not isinstance(known, dict):
        raise BadInput(t("This is no fingerprint record"))
    for name, (weight, mac) in known.items():
        whole += weight
        if name in parts and hmac.compare_digest(_mac(root, name, parts[name]), mac):
            alike += weight
    return alike, whole


def _mac(root: bytes, name: str, value: str) -> bytes:
    return hmac.new(root, name.encode() + b"\0" + value.encode(), hashlib.sha256).digest()


def _read(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(4096).strip()
    except OSError:
        return ""


def _first(folder: Path, below: str) -> str:
    names = sorted(folder.glob("*")) if folder.is_dir() else []
    return next((value for value in (_read(name / below) for name in names) if value), "")


def _macs(folder: Path) -> str:
    """Join the permanent addresses of real network cards."""
    cards = sorted(folder.glob("*/device")) if folder.is_dir() else []
    return ",".join(sorted(_read(card.parent / "address") for card in cards if _read(card.parent / "address")))


def _cpu(path: Path) -> str:
    lines = _read(path).splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
