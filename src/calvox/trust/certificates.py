"""Certificates between a licence server and its session hosts.

Decides what the site's small authority issues: its own certificate, the licence server's, and one for each host.

Rules:
- Keys are ECDSA P-256. Certificates pass OpenSSL's strict checks (`VERIFY_X509_STRICT`).
- The authority may sign leaves only (path length 0); a server certificate serves servers only, a host's clients only.
- Of a signing request only the key is taken, once the request proves that its sender holds it; names and identifier
  come from the server. The host's identifier stands as `urn:calvox:host:<32 hex digits>`.
- Certificates begin an hour early, for clocks that differ a little.

Whom to enrol, where keys lie, and when to renew are left to the callers.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from ipaddress import ip_address
from re import fullmatch

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from calvox.common.clock import DAY
from calvox.common.errors import BadInput, BadSignature
from calvox.common.i18n import t

HOST_ID_SIZE = 16
AUTHORITY_DAYS = 20 * 365 + 5
HOST_DAYS = 90
"""Days for which a host's certificate is good."""
SKEW = 3600
"""Seconds by which a certificate begins early."""

_HOST_URN = "urn:calvox:host:"
_DNS_NAME = r"(?:[A-Za-z0-9_-]{1,63}\.)*[A-Za-z0-9_-]{1,63}"
_UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.ExtensionNotFound,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)


def new_key() -> bytes:
    """Make a private key (PEM, PKCS #8, not encrypted)."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def make_authority(key_pem: bytes, name: str, at: int) -> bytes:
    """Make the authority's own certificate (PEM), for twenty years."""
    key = _read_key(key_pem)
    builder = _builder(_name(name), _name(name), key.public_key(), at, AUTHORITY_DAYS)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(authority=True), critical=True)
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False
    )
    return _signed(builder, key)


def issue_server_certificate(
    ca_key: bytes, ca_cert: bytes, key_pem: bytes, names: list[str], at: int, days: int = 825
) -> bytes:
    """Issue the licence server's certificate (PEM) for its DNS names and IP addresses, the main one first."""
    if not names:
        raise BadInput(t("A server certificate needs a name"))
    public = _read_key(key_pem).public_key()
    alternatives = [_server_name(name) for name in names]
    return _issue_leaf(ca_key, ca_cert, public, names[0], alternatives, ExtendedKeyUsageOID.SERVER_AUTH, at, days)


def make_signing_request(key_pem: bytes, name: str) -> bytes:
    """Make a host's signing request (PEM): here is my key, and I hold it."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(_name(name))
    return builder.sign(_read_key(key_pem), SHA256()).public_bytes(Encoding.PEM)


def issue_host_certificate(
    ca_key: bytes, ca_cert: bytes, csr_pem: bytes, host_id: bytes, name: str, at: int, days: int = HOST_DAYS
) -> bytes:
    """Issue a host's certificate (PEM) from its signing request.

    Raises:
        BadInput: The request is malformed, or asks for another kind of key.
        BadSignature: The request does not prove that its sender holds the key.
    """
    if len(host_id) != HOST_ID_SIZE:
        raise BadInput(t("A host's identifier has {size} bytes", size=HOST_ID_SIZE))
    public = _requested_key(csr_pem)
    alternatives = [x509.UniformResourceIdentifier(_HOST_URN + host_id.hex())]
    return _issue_leaf(ca_key, ca_cert, public, name, alternatives, ExtendedKeyUsageOID.CLIENT_AUTH, at, days)


def host_id_of(der: bytes) -> bytes:
    """Read the host's identifier from a certificate (DER) whose chain has been verified.

    Raises:
        BadInput: It is not a host's certificate.
    """
    try:
        extension = x509.load_der_x509_certificate(der).extensions.get_extension_for_class(x509.SubjectAlternativeName)
        uris = extension.value.get_values_for_type(x509.UniformResourceIdentifier)
    except _UNREADABLE as error:
        raise BadInput(t("This is not a session host's certificate")) from error
    if len(uris) == 1 and len(extension.value) == 1 and uris[0].startswith(_HOST_URN):
        return _host_id(uris[0].removeprefix(_HOST_URN))
    raise BadInput(t("This is not a session host's certificate"))


def host_name_of(der: bytes) -> str:
    """Read the host's name, as far as the subject bears it, from a certificate (DER) whose chain has been verified.

    Raises:
        BadInput: It has none.
    """
    try:
        names = x509.load_der_x509_certificate(der).subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        (name,) = (str(one.value) for one in names)
    except _UNREADABLE as error:
        raise BadInput(t("This is not a session host's certificate")) from error
    return name


def _host_id(digits: str) -> bytes:
    if len(digits) != 2 * HOST_ID_SIZE or not set(digits) <= set("0123456789abcdef"):
        raise BadInput(t("This is not a session host's certificate"))
    return bytes.fromhex(digits)


def key_hash(cert_pem: bytes) -> bytes:
    """Hash the public key of a certificate: SHA-256 of its SubjectPublicKeyInfo."""
    try:
        public = _read_certificate(cert_pem).public_key()
    except _UNREADABLE as error:
        raise BadInput(t("This is not a certificate")) from error
    return sha256(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()


def requested_key_hash(csr_pem: bytes) -> bytes:
    """Hash the public key that a signing request is for: SHA-256 of its SubjectPublicKeyInfo."""
    public = _requested_key(csr_pem)
    return sha256(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()


def was_issued_by(der: bytes, authorities_pem: bytes) -> bool:
    """Tell whether one of these authorities issued a certificate (DER)."""
    certificate = x509.load_der_x509_certificate(der)
    for authority in x509.load_pem_x509_certificates(authorities_pem):
        try:
            certificate.verify_directly_issued_by(authority)
        except (ValueError, TypeError, InvalidSignature):
            continue
        return True
    return False


def expires_at(cert_pem: bytes) -> int:
    """Tell the last second at which a certificate is valid, UTC."""
    return int(_read_certificate(cert_pem).not_valid_after_utc.timestamp())


def validity_of(der: bytes) -> tuple[int, int]:
    """Tell the first and the last second at which a certificate (DER) whose chain has been verified is valid, UTC."""
    certificate = x509.load_der_x509_certificate(der)
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return int(begins.timestamp()), int(ends.timestamp())


def _issue_leaf(
    ca_key: bytes,
    ca_cert: bytes,
    public: ec.EllipticCurvePublicKey,
    name: str,
    alternatives: Sequence[x509.GeneralName],
    purpose: x509.ObjectIdentifier,
    at: int,
    days: int,
) -> bytes:
    key, authority = _read_key(ca_key), _read_certificate(ca_cert)
    if key.public_key() != authority.public_key():
        raise BadSignature(t("The authority's key and its certificate do not belong together"))
    builder = _builder(_name(name), authority.subject, public, at, days)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(authority=False), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False
    )
    builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    return _signed(builder, key)


def _builder(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, at: int, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.fromtimestamp(at - SKEW, UTC))
        .not_valid_after(datetime.fromtimestamp(at + days * DAY, UTC))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _signed(builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey) -> bytes:
    return builder.sign(key, SHA256()).public_bytes(Encoding.PEM)


def _name(name: str) -> x509.Name:
    """Make a subject; X.509 gives it at most 64 bytes, and a server's alternatives carry its name in full."""
    try:
        short = name.encode()[:64].decode(errors="ignore")
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, short)])
    except ValueError as error:
        raise BadInput(t("{name} cannot be a name in a certificate", name=name)) from error


def _server_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        if len(name) > 253 or not fullmatch(_DNS_NAME, name):
            raise BadInput(t("{name} is neither a DNS name nor an IP address", name=name)) from None
        return x509.DNSName(name)


def _read_key(pem: bytes) -> ec.EllipticCurvePrivateKey:
    try:
        key = load_pem_private_key(pem, password=None)
    except _UNREADABLE as error:
        raise BadInput(t("This is not a private key")) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise BadInput(t("A private key of another kind"))
    return key


def _requested_key(csr_pem: bytes) -> ec.EllipticCurvePublicKey:
    try:
        request = x509.load_pem_x509_csr(csr_pem)
        public, proven = request.public_key(), request.is_signature_valid
    except _UNREADABLE as error:
        raise BadInput(t("This is not a signing request")) from error
    if not isinstance(public, ec.EllipticCurvePublicKey) or not isinstance(public.curve, ec.SECP256R1):
        raise BadInput(t("A signing request for a key of another kind"))
    if not proven:
        raise BadSignature(t("The signing request is not signed by its own key"))
    return public


def _read_certificate(pem: bytes) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(pem)
    except _UNREADABLE as error:
        raise BadInput(t("This is not a certificate")) from error
