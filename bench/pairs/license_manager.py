"""A peer from PyPI, beside: license-manager-backend, which books seats for jobs over HTTP in a PostgreSQL of ours.

Its pins exclude ours, so it lives in an environment of its own, made once:

    python -m venv .cache/bench/license-manager
    .cache/bench/license-manager/bin/pip install license-manager-backend==3.0.12 greenlet

Without that it is skipped, by name. A pair is a booking made and deleted, each a request with a bearer token that the peer
checks; its identity provider is a thread of ours on loopback, asked once. It keeps no ledger, signs nothing, has no TLS here,
and its version of FastAPI commits after the answer was sent.
"""

import datetime
import json
import os
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from socket import create_connection, socket

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from bench.pairs.peers import as_postgres
from bench.pairs.serving import ROOT

PYTHON = ROOT / ".cache" / "bench" / "license-manager" / "bin" / "python"
JOBS = 200
TABLES = """
import asyncio, pkgutil, importlib
from lm_backend.api import models
from lm_backend.api.models.crud_base import CrudBase
from lm_backend.database import engine_factory
for found in pkgutil.iter_modules(models.__path__):
    importlib.import_module("lm_backend.api.models." + found.name)
async def make():
    async with engine_factory.get_engine().begin() as connection:
        await connection.run_sync(CrudBase.metadata.create_all)
asyncio.run(make())
"""
ROWS = f"""
INSERT INTO configs (name, cluster_client_id, grace_time, type) VALUES ('bench', 'bench', 60, 'flexlm');
INSERT INTO products (name) VALUES ('bench');
INSERT INTO features (name, product_id, config_id, total, used, reserved) VALUES ('bench', 1, 1, 1000, 0, 0);
INSERT INTO jobs (slurm_job_id, cluster_client_id, username, lead_host)
  SELECT n::text, 'bench', 'user', 'host' FROM generate_series(1, {JOBS}) n;
"""


def license_manager_there() -> bool:
    """Tell whether the peer is installed in its own environment."""
    return PYTHON.exists()


class Provider:
    """An identity provider on loopback: one key, one token, and the two documents by which the peer checks it."""

    def __init__(self, folder: Path) -> None:
        self._key = rsa.generate_private_key(65537, 2048)
        self.certificate = folder / "provider.pem"
        self._serve(folder / "provider.key")
        host, port = self._server.server_address[:2]
        self.domain = f"{host!s}:{port}"
        claims = {"sub": "bench", "azp": "bench", "exp": int(time.time()) + 86400}
        self.token = self._signed(claims | {"permissions": ["license-manager:booking:edit"]})

    def _serve(self, key: Path) -> None:
        key.write_bytes(
            self._key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        self.certificate.write_bytes(self._own_certificate().public_bytes(serialization.Encoding.PEM))
        provider = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(json.dumps(provider.document(self.path)).encode())

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def _own_certificate(self) -> x509.Certificate:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
        now = datetime.datetime.fromtimestamp(time.time(), datetime.UTC)
        made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(self._key.public_key())
        made = made.serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
        named = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
        return made.add_extension(named, critical=False).sign(self._key, hashes.SHA256())

    def document(self, path: str) -> dict[str, object]:
        """Give the provider's description, or its key."""
        if path.endswith("openid-configuration"):
            return {"issuer": f"https://{self.domain}", "jwks_uri": f"https://{self.domain}/keys"}
        numbers = self._key.public_key().public_numbers()
        size = (numbers.n.bit_length() + 7) // 8
        modulus, exponent = _base64(numbers.n.to_bytes(size)), _base64(numbers.e.to_bytes(3))
        return {"keys": [{"alg": "RS256", "kty": "RSA", "kid": "1", "use": "sig", "n": modulus, "e": exponent}]}

    def _signed(self, claims: dict[str, object]) -> str:
        head = {"alg": "RS256", "typ": "JWT", "kid": "1"}
        said = ".".join(_base64(json.dumps(part).encode()) for part in (head, claims))
        return f"{said}.{_base64(self._key.sign(said.encode(), padding.PKCS1v15(), hashes.SHA256()))}"

    def close(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _free_port() -> int:
    with socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextmanager
def license_manager(tools: Path, reach: list[str]) -> Iterator[tuple[int, str]]:
    """Run the peer, one worker, on a PostgreSQL that runs already; give its port and a token."""
    _, host, _, database_port, database = reach
    with tempfile.TemporaryDirectory() as place:
        provider, port = Provider(Path(place)), _free_port()
        told = {"ARMASEC_DOMAIN": provider.domain, "SSL_CERT_FILE": str(provider.certificate), "LOG_LEVEL": "ERROR"}
        told |= {"DATABASE_HOST": host, "DATABASE_PORT": database_port, "DATABASE_NAME": database}
        environment = os.environ | told | {"DATABASE_USER": "postgres", "DATABASE_PSWD": "none"}
        subprocess.run([str(PYTHON), "-c", TABLES], env=environment, cwd=place, check=True, capture_output=True)
        psql = as_postgres([str(tools / "psql"), "-q", "-c", ROWS, *reach])
        subprocess.run(psql, check=True, capture_output=True, cwd="/")
        command = [str(PYTHON), "-m", "uvicorn", "lm_backend.main:app", "--host", "127.0.0.1", "--port", str(port)]
        quiet = ["--no-access-log", "--log-level", "error"]
        process = subprocess.Popen(
            [*command, *quiet], env=environment, cwd=place, stderr=subprocess.DEVNULL, start_new_session=True
        )
        try:
            _wait_for(port)
            yield port, provider.token
        finally:
            process.terminate()
            process.wait(10)
            provider.close()


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("license-manager-backend did not start")


def license_manager_pairs(port: int, token: str, callers: int, seconds: float) -> float:
    """Measure pairs a second, closed loop, from a process of its own."""
    command = [sys.executable, "-m", "bench.pairs.bookings", str(port), str(callers), str(seconds)]
    done = subprocess.run(command, cwd=ROOT, check=True, input=token, capture_output=True, text=True)
    return float(done.stdout)
