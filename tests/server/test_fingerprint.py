"""What a machine is recognised by: parts from a system tree, stored as keyed hashes."""

import hmac
from pathlib import Path
from typing import Any

import pytest

from calvox.server.fingerprint import WEIGHTS, fingerprint_record, read_parts
from calvox.trust.canonical import decode

ROOT = bytes(range(32))


def write(system: Path, name: str, text: str) -> None:
    """Put a file into the tree."""
    (system / name).parent.mkdir(parents=True, exist_ok=True)
    (system / name).write_text(text)


@pytest.fixture
def system(tmp_path: Path) -> Path:
    """Give the tree of a machine with two network cards, one of them virtual, and two disks, one without a number."""
    write(tmp_path, "sys/class/dmi/id/product_uuid", "4c4c4544-0000\n")
    write(tmp_path, "sys/class/dmi/id/board_serial", " BS-1 \n")
    write(tmp_path, "etc/machine-id", "0123456789abcdef\n")
    write(tmp_path, "sys/block/loop0/size", "0\n")
    write(tmp_path, "sys/block/sda/device/serial", "DISK-7\n")
    write(tmp_path, "sys/class/net/eth1/device/vendor", "x")
    write(tmp_path, "sys/class/net/eth1/address", "52:54:00:00:00:02\n")
    write(tmp_path, "sys/class/net/eth0/device/vendor", "x")
    write(tmp_path, "sys/class/net/eth0/address", "52:54:00:00:00:01\n")
    write(tmp_path, "sys/class/net/docker0/address", "02:42:00:00:00:03\n")
    write(tmp_path, "proc/cpuinfo", "processor\t: 0\nmodel name\t: CPU Model 9\nmodel name\t: second\n")
    return tmp_path


def test_every_part_is_read(system: Path) -> None:
    """Of real cards the addresses, in order; of several disks the first that has a number."""
    assert read_parts(system) == {
        "smbios-uuid": "4c4c4544-0000",
        "machine-id": "0123456789abcdef",
        "disk-serial": "DISK-7",
        "mac": "52:54:00:00:00:01,52:54:00:00:00:02",
        "board-serial": "BS-1",
        "cpu-model": "CPU Model 9",
    }


def test_what_cannot_be_read_does_not_count(system: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A missing or empty file leaves its part out; an empty machine has none."""
    (system / "sys/class/dmi/id/product_uuid").unlink()
    write(system, "etc/machine-id", "\n")
    assert read_parts(system).keys() == {"disk-serial", "mac", "board-serial", "cpu-model"}
    assert read_parts(tmp_path_factory.mktemp("empty")) == {}


def test_the_record_holds_weights_and_no_value(system: Path) -> None:
    """Each part as a keyed hash of its own."""
    parts = read_parts(system)
    record = fingerprint_record(ROOT, parts)
    told: Any = decode(record, limit=4096)
    assert {name: weight for name, (weight, _) in told.items()} == WEIGHTS
    assert len({mac for _, mac in told.values()}) == len(parts)
    assert not any(value.encode() in record for value in parts.values())


def test_the_record_depends_on_the_root_and_the_values(system: Path) -> None:
    """And on nothing else."""
    parts = read_parts(system)
    record = fingerprint_record(ROOT, parts)
    assert fingerprint_record(ROOT, dict(reversed(parts.items()))) == record
    assert fingerprint_record(bytes(32), parts) != record
    assert fingerprint_record(ROOT, {**parts, "mac": "00"}) != record


def test_a_record_never_changes_its_bytes() -> None:
    """Server IDs are computed from it for ever."""
    record = fingerprint_record(ROOT, {"machine-id": "m"})
    mac = hmac.digest(ROOT, b"machine-id\0m", "sha256")
    assert record.hex() == "a16a6d616368696e652d69648202" + "5820" + mac.hex()
