"""Surveying doubles: accounts, targets, and a server process of its own for many machines."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from calvox.windows.bundle import Bundle
from calvox.windows.credentials import Credentials, Secret
from calvox.windows.line import Target
from calvox.windows.survey import Options, survey
from tests.windows.wsman_answers import Machine
from tests.windows.wsman_machines import licence_server, session_host
from tests.windows.wsman_server import Double, served

USER, PASSWORD = "CORP\\auditor", "Correct-horse-7"
WRONG = "Wrong-battery-8"
LS, RDSH = "ls1.corp.example.test", "rdsh1.corp.example.test"
NTLM = Credentials(method="ntlm", user=USER, password=Secret(PASSWORD))
QUICK = Options(seconds=8, request_seconds=4)


def accounts(folder: Path) -> Path:
    """Write the accounts that doubles know, as pyspnego reads them."""
    path = folder / "accounts"
    path.write_text(f"CORP:auditor:{PASSWORD}\n")
    return path


@contextmanager
def doubles(
    machines: Mapping[str, Machine], folder: Path, monkeypatch: pytest.MonkeyPatch, **how: Any
) -> Iterator[Double]:
    """Serve machines in this process."""
    monkeypatch.setenv("NTLM_USER_FILE", str(accounts(folder)))
    with served(Double(machines, **how)) as double:
        yield double


def targets(double: Double, *, tls: bool = False) -> list[Target]:
    """Give the machines as targets, each by its name."""
    return [
        Target(host=machine.name, port=double.port, tls=tls, address=address)
        for address, machine in double.machines.items()
    ]


def one(machine: Machine, folder: Path, patch: pytest.MonkeyPatch, options: Options = QUICK, **how: Any) -> Bundle:
    """Survey one machine."""
    with doubles({"127.0.9.1": machine}, folder, patch) as double:
        (bundle,) = survey(targets(double), how.pop("credentials", NTLM), options, **how)
    return bundle


def read(double: Double, credentials: Credentials = NTLM, options: Options = QUICK) -> dict[str, Bundle]:
    """Survey all machines."""
    return {bundle.machine: bundle for bundle in survey(targets(double), credentials, options)}


def values(bundle: Bundle) -> dict[str, Any]:
    """Give what was read."""
    return {name: item.value for name, item in bundle.items.items() if item.value is not None}


def errors(bundle: Bundle) -> dict[str, str]:
    """Give what was not."""
    return {name: item.error for name, item in bundle.items.items() if item.value is None}


def issued(name: str, *, days: int = 2) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """Make a certificate that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begin = datetime.now(UTC) - timedelta(days=1)
    serial, end = x509.random_serial_number(), begin + timedelta(days=days)
    builder = x509.CertificateBuilder(who, who, key.public_key(), serial, begin, end)
    names = x509.SubjectAlternativeName([x509.DNSName(name)])
    constraints = x509.BasicConstraints(ca=True, path_length=None)
    builder = builder.add_extension(names, critical=False).add_extension(constraints, critical=True)
    return builder.sign(key, hashes.SHA256()), key


def certified(folder: Path, name: str) -> tuple[Path, Path]:
    """Write a certificate and its key."""
    certificate, key = issued(name)
    chain, private = folder / f"{name}.pem", folder / f"{name}.key"
    chain.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return chain, private


def fleet(count: int) -> dict[str, Machine]:
    """Make many session hosts, every twentieth a licence server."""
    return {
        f"127.0.{n // 200 + 1}.{n % 200 + 1}": (
            licence_server(f"ls{n}.corp.example.test") if n % 20 == 0 else session_host(f"rdsh{n}.corp.example.test")
        )
        for n in range(count)
    }


@contextmanager
def process_of(count: int, folder: Path) -> Iterator[int]:
    """Serve a fleet in one other process; give the port."""
    environment = {**os.environ, "NTLM_USER_FILE": str(accounts(folder))}
    command = [sys.executable, "-m", "tests.windows.surveying", "serve", str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) as server:
        try:
            assert server.stdout
            yield int(server.stdout.readline())
        finally:
            server.kill()


def main(what: str, count: int, port: int = 0) -> None:
    """Serve a fleet, or survey one and tell what it took."""
    if what == "serve":
        with served(Double(fleet(count))) as double:
            print(double.port, flush=True)
            time.sleep(3600)
    before, began = peak(), time.monotonic()
    every = [Target(host=machine.name, port=port, address=address) for address, machine in fleet(count).items()]
    bundles = list(survey(every, NTLM))
    told = {
        "seconds": round(time.monotonic() - began, 1),
        "before": before,
        "after": peak(),
        "machines": len({bundle.machine for bundle in bundles}),
        "complete": sum(complete(bundle) for bundle in bundles),
    }
    print(json.dumps(told))


def complete(bundle: Bundle) -> bool:
    """Tell whether all was read that the machine has."""
    kind = "win32_tslicensekeypack" if bundle.machine.startswith("ls") else "registry_rcm_certificates"
    return bundle.administrator is True and kind in values(bundle) and "win32_computersystem" in values(bundle)


def peak() -> int:
    """Give the most memory this process ever held, in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) // 1024


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
