"""A signed-in, protected conversation over a line: SPNEGO, then sealed messages, or TLS with the sign-in bound to it.

Rules:
- Over HTTP every message is sealed with the session's key. An answer that is not sealed is refused, whatever it says.
- A sign-in that would not give sealing is refused. Over HTTPS it is bound to the machine's certificate (RFC 5929).
- Denied means that the account was refused, and nothing else here is Denied: refusals are counted.
- Nobody signs in twice: when the connection ends, the conversation ends.
- What a library says in its log or its errors (tokens, users) goes nowhere: errors here carry none of it.
"""

import base64
import binascii
import logging
import os
import re

import spnego
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from pypsrp.encryption import WinRMEncryption
from spnego.channel_bindings import GssChannelBindings

from calvox.common.errors import BadInput, BadSettings, CalvoxError, Denied, Unreachable
from calvox.common.i18n import t
from calvox.windows.credentials import Credentials
from calvox.windows.line import Answer, Deadline, Line

ROUNDS = 6
"""Messages of a sign-in at most."""
SERVICE = "HTTP"
"""Service class of the machine's Kerberos name."""
KERBEROS = -1765328384
"""What MIT Kerberos adds to the numbers of RFC 4120."""
_NOT_ACCEPTED = {6, 12, 18, 23, 24, 37}
"""Client unknown, policy, revoked, password expired, wrong password, clock skew."""
_NO_KDC = {-1765328228, -1765328230, -1765328164}
"""No KDC answers, none is known for the realm, its name is not known."""
_TOKEN = re.compile(r"(?:Negotiate|Kerberos) +([A-Za-z0-9+/=]{1,65536})", re.IGNORECASE)
_SEALED = re.compile(r'multipart/encrypted *;.*\bboundary="?([A-Za-z0-9 _=-]{1,70})"?', re.IGNORECASE)
_PLAIN = ("Content-Type", "application/soap+xml;charset=UTF-8")

for _library in ("spnego", "pypsrp"):
    logging.getLogger(_library).setLevel(logging.CRITICAL)


class Channel:
    """A conversation with a machine that has accepted the account, as soon as one answer was opened."""

    def __init__(self, line: Line, credentials: Credentials, deadline: Deadline) -> None:
        self.opened = False
        """Whether an answer was opened with the session's key, or came over TLS."""
        self._line = line
        self._sealing: WinRMEncryption | None = None
        if credentials.method == "ntlm" and os.environ.get("LM_COMPAT_LEVEL", "3") not in ("3", "4", "5"):
            raise BadSettings(t("LM_COMPAT_LEVEL in the environment asks for a broken kind of NTLM"))
        try:
            context = self._sign_in(_context(line, credentials), deadline)
        except CalvoxError:
            raise
        except Exception as error:
            raise _refusal(error, credentials) from None
        if not line.target.tls:
            self._sealing = WinRMEncryption(context, WinRMEncryption.SPNEGO)

    def _sign_in(self, context: spnego.ContextProxy, deadline: Deadline) -> spnego.ContextProxy:
        token = context.step()
        for _ in range(ROUNDS):
            headers = [("Authorization", f"Negotiate {base64.b64encode(token or b'').decode()}")]
            answer = self._line.post(headers, b"", deadline)
            back = _token_of(answer)
            if answer.status not in (200, 401) or (answer.status == 401 and back is None):
                raise _not_accepted(answer)
            token = context.step(back) if back is not None else None
            if answer.status == 200 and context.complete and not token:
                needed = spnego.ContextReq.confidentiality | spnego.ContextReq.integrity
                if not self._line.target.tls and context.context_attr & needed != needed:
                    raise BadInput(t("The machine would not seal the conversation"))
                return context
            if answer.status == 200 or not token:
                break
        raise Denied(t("The machine does not accept the account"))

    def ask(self, message: bytes, deadline: Deadline) -> tuple[int, bytes]:
        """Send one SOAP message; give the status and the message that answers it.

        Raises:
            Unreachable, BadInput: as `Line.post`; BadInput also where the answer is not sealed, or does not open.
            Denied: the sign-in counts no longer.
        """
        if self._sealing is None:
            answer = _checked(self._line.post([_PLAIN], message, deadline))
            self.opened = True
            return answer.status, answer.body
        kind, body = self._sealing.wrap_message(message)
        sealed = f'{kind};protocol="{self._sealing.protocol}";boundary="Encrypted Boundary"'
        answer = _checked(self._line.post([("Content-Type", sealed)], body, deadline))
        match = _SEALED.search(answer.one("content-type"))
        if match is None:
            raise BadInput(t("The answer is not sealed (HTTP status {status})", status=answer.status))
        try:
            opened: bytes = self._sealing.unwrap_message(answer.body, match[1])
        except Exception:
            raise BadInput(t("The answer's seal does not open")) from None
        self.opened = True
        return answer.status, opened

    def close(self) -> None:
        """Hang up."""
        self._line.close()


def _context(line: Line, credentials: Credentials) -> spnego.ContextProxy:
    options = spnego.NegotiateOptions.none if line.target.tls else spnego.NegotiateOptions.wrapping_winrm
    return spnego.client(
        credentials.for_spnego(),
        hostname=line.target.host,
        service=SERVICE,
        protocol=credentials.method,
        channel_bindings=_binding(line.certificate),
        options=options,
    )


def _binding(certificate: bytes | None) -> GssChannelBindings | None:
    if certificate is None:
        return None
    try:
        chosen = x509.load_der_x509_certificate(certificate).signature_hash_algorithm
    except UnsupportedAlgorithm:
        chosen = None
    digest = hashes.Hash(hashes.SHA256() if chosen is None or chosen.name in ("md5", "sha1") else chosen)
    digest.update(certificate)
    return GssChannelBindings(application_data=b"tls-server-end-point:" + digest.finalize())


def _token_of(answer: Answer) -> bytes | None:
    for value in answer.all("www-authenticate"):
        match = _TOKEN.fullmatch(value.strip())
        if match:
            try:
                return base64.b64decode(match[1], validate=True)
            except binascii.Error:
                return None
    return None


def _not_accepted(answer: Answer) -> CalvoxError:
    if answer.status == 401:
        return Denied(t("The machine does not accept the account"))
    if answer.status == 403:
        return Denied(t("The account may not use WinRM there"))
    return Unreachable(t("WinRM does not answer here (HTTP status {status})", status=answer.status))


def _checked(answer: Answer) -> Answer:
    if answer.status in (401, 403):
        raise Denied(t("The machine does not accept the account"))
    if answer.status not in (200, 500):
        raise Unreachable(t("WinRM does not answer here (HTTP status {status})", status=answer.status))
    return answer


def _refusal(error: Exception, credentials: Credentials) -> CalvoxError:
    """Tell from a library's error, by its kind and number alone, whether the account was refused.

    The libraries' errors come from several modules, some of them built only where Kerberos is, so none is named here.
    """
    if credentials.method == "ntlm":
        return Denied(t("The sign-in failed ({why})", why=type(error).__name__))
    number = _number(error)
    if number in _NO_KDC:
        return Unreachable(t("No Kerberos server answers"))
    code = number - KERBEROS
    text = t("Kerberos gave no ticket ({why})", why=code if 0 <= code < 256 else type(error).__name__)
    return Denied(text) if code in _NOT_ACCEPTED else Unreachable(text)


def _number(error: BaseException) -> int:
    """Give the number that MIT Kerberos put into an error, or into its cause's."""
    for one in (error, error.__cause__):
        code = getattr(one, "err_code", getattr(one, "min_code", None))
        if isinstance(code, int):
            return (code & 0xFFFFFFFF) - (1 << 32)
    return 0
