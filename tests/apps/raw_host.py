"""A session host in three files, enrolled by plain requests: for callers that must not depend on our own client."""

import http.client
import ssl
from pathlib import Path

import msgspec

from calvox.trust.certificates import make_signing_request, new_key
from calvox.trust.enrolment import EnrolmentCode
from calvox.wire import hostapi as api

KEY, CERTIFICATE, AUTHORITY = "key.pem", "certificate.pem", "authority.pem"


def enrol_raw(port: int, code_text: str, folder: Path) -> Path:
    """Enrol a host, and leave its key, certificate and authority in a folder."""
    folder.mkdir()
    code, key = EnrolmentCode.read(code_text), new_key()
    unverified = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    unverified.check_hostname, unverified.verify_mode = False, ssl.CERT_NONE
    authority = _ask(port, unverified, "GET", api.AUTHORITY, b"")
    code.check_authority(authority)
    asked = api.EnrolAsk(code.secret, make_signing_request(key, folder.name).decode())
    trusting = ssl.create_default_context(cadata=authority.decode())
    told = msgspec.json.decode(
        _ask(port, trusting, "POST", api.ENROL, msgspec.json.encode(asked)), type=api.EnrolAnswer
    )
    (folder / KEY).write_bytes(key)
    (folder / CERTIFICATE).write_text(told.certificate)
    (folder / AUTHORITY).write_text(told.authority)
    return folder


def context_of(folder: Path) -> ssl.SSLContext:
    """Trust the licence server and show who we are."""
    context = ssl.create_default_context(cafile=str(folder / AUTHORITY))
    context.load_cert_chain(folder / CERTIFICATE, folder / KEY)
    return context


def _ask(port: int, context: ssl.SSLContext, method: str, path: str, body: bytes) -> bytes:
    connection = http.client.HTTPSConnection("localhost", port, context=context, timeout=20)
    try:
        connection.request(method, path, body or None)
        answer = connection.getresponse()
        data = answer.read()
        assert answer.status == 200, data
        return data
    finally:
        connection.close()
