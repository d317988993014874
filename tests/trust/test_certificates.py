"""Certificates: real TLS handshakes in memory under OpenSSL's strict checks, and refusals."""

import datetime
import ssl
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from calvox.common.clock import DAY, SYSTEM
from calvox.common.errors import BadInput, BadSignature
from calvox.trust import certificates
from calvox.trust.certificates import (
    expires_at,
    host_id_of,
    issue_host_certificate,
    issue_server_certificate,
    key_hash,
    make_authority,
    make_signing_request,
    new_key,
    requested_key_hash,
)

AT = SYSTEM.now()  # OpenSSL reads the machine's clock in a handshake.
HOST_ID = bytes(range(16))
CA_KEY, OTHER_KEY, SERVER_KEY, HOST_KEY = (new_key() for _ in range(4))
CA = make_authority(CA_KEY, "Calvox, site of Lyon", AT)
OTHER_CA = make_authority(OTHER_KEY, "Calvox, site of Lyon", AT)
SERVER = issue_server_certificate(CA_KEY, CA, SERVER_KEY, ["licences.example", "192.0.2.7", "2001:db8::7"], AT)
REQUEST = make_signing_request(HOST_KEY, "rds-1")
HOST = issue_host_certificate(CA_KEY, CA, REQUEST, HOST_ID, "rds-1", AT)


class Meeting:
    """A client and a server that talk TLS through two buffers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def context(self, *, server: bool, chain: tuple[bytes, bytes] | None, trusted: bytes) -> ssl.SSLContext:
        """Make one side, strict, and asking the other for its certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server else ssl.PROTOCOL_TLS_CLIENT)
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=trusted.decode())
        if chain:
            (self.folder / "chain.pem").write_bytes(b"".join(chain))
            context.load_cert_chain(self.folder / "chain.pem")
        return context

    def shake(
        self,
        *,
        server: tuple[bytes, bytes] = (SERVER_KEY, SERVER),
        client: tuple[bytes, bytes] | None = (HOST_KEY, HOST),
        trusted_by_server: bytes = CA,
        trusted_by_client: bytes = CA,
        name: str = "licences.example",
    ) -> bytes:
        """Carry the handshake through, and tell what the server sees of the client."""
        to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
        left = self.context(server=True, chain=server, trusted=trusted_by_server)
        right = self.context(server=False, chain=client, trusted=trusted_by_client)
        serving = left.wrap_bio(to_server, to_client, server_side=True)
        calling = right.wrap_bio(to_client, to_server, server_hostname=name)
        waiting = [calling, serving, calling, serving]  # TLS 1.3 has no more flights than these.
        for side in waiting:
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
        seen = serving.getpeercert(binary_form=True)
        assert seen is not None
        assert serving.version() == "TLSv1.3"
        return seen


@pytest.fixture
def meeting(tmp_path: Path) -> Meeting:
    """Prepare a meeting."""
    return Meeting(tmp_path)


@pytest.mark.parametrize("name", ["licences.example", "192.0.2.7", "2001:db8::7"])
def test_host_and_licence_server_know_each_other(meeting: Meeting, name: str) -> None:
    """A strict handshake with mutual authentication succeeds under each name, and yields the host's identifier."""
    assert host_id_of(meeting.shake(name=name)) == HOST_ID


def test_a_host_of_another_authority_is_refused(meeting: Meeting) -> None:
    """The same names from another authority are worth nothing."""
    stranger = issue_host_certificate(OTHER_KEY, OTHER_CA, REQUEST, HOST_ID, "rds-1", AT)
    with pytest.raises(ssl.SSLCertVerificationError):
        meeting.shake(client=(HOST_KEY, stranger))


def test_a_server_of_another_authority_is_refused(meeting: Meeting) -> None:
    """A host does not speak to a stranger."""
    stranger = issue_server_certificate(OTHER_KEY, OTHER_CA, SERVER_KEY, ["licences.example"], AT)
    with pytest.raises(ssl.SSLCertVerificationError):
        meeting.shake(server=(SERVER_KEY, stranger))


def test_a_server_under_another_name_is_refused(meeting: Meeting) -> None:
    """The name that the host dials must stand in the certificate."""
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        meeting.shake(name="elsewhere.example")


def test_a_host_cannot_pose_as_server_nor_a_server_as_host(meeting: Meeting) -> None:
    """Each certificate serves one purpose."""
    with pytest.raises(ssl.SSLCertVerificationError, match="purpose"):
        meeting.shake(server=(HOST_KEY, HOST))
    with pytest.raises(ssl.SSLCertVerificationError, match="purpose"):
        meeting.shake(client=(SERVER_KEY, SERVER))


def test_a_host_without_certificate_is_refused(meeting: Meeting) -> None:
    """Nobody stays unnamed."""
    with pytest.raises(ssl.SSLError):
        meeting.shake(client=None)


def test_a_host_cannot_sign_certificates(meeting: Meeting) -> None:
    """What a host's key signs is not under the authority."""
    sub = (
        x509.CertificateBuilder()
        .subject_name(x509.load_pem_x509_certificate(HOST).subject)
        .issuer_name(x509.load_pem_x509_certificate(HOST).subject)
        .public_key(load_pem_private_key(HOST_KEY, None).public_key())  # type: ignore[arg-type]
        .serial_number(1)
        .not_valid_before(datetime.datetime.fromtimestamp(AT - 60, datetime.UTC))
        .not_valid_after(datetime.datetime.fromtimestamp(AT + DAY, datetime.UTC))
        .sign(load_pem_private_key(HOST_KEY, None), SHA256())  # type: ignore[arg-type]
    )
    with pytest.raises(ssl.SSLCertVerificationError):
        meeting.shake(client=(HOST_KEY, sub.public_bytes(Encoding.PEM) + HOST))


@pytest.mark.parametrize("at", [AT - 91 * DAY, AT + 2 * DAY], ids=["expired", "future"])
def test_an_expired_or_future_certificate_is_refused(meeting: Meeting, at: int) -> None:
    """Dates count."""
    with pytest.raises(ssl.SSLCertVerificationError):
        meeting.shake(client=(HOST_KEY, issue_host_certificate(CA_KEY, CA, REQUEST, HOST_ID, "rds-1", at)))


def test_a_clock_half_an_hour_behind_is_borne(meeting: Meeting) -> None:
    """Certificates begin an hour early."""
    early = issue_host_certificate(CA_KEY, CA, REQUEST, HOST_ID, "rds-1", AT + 1800)
    assert host_id_of(meeting.shake(client=(HOST_KEY, early))) == HOST_ID


def test_certificates_end_when_they_say() -> None:
    """Twenty years, 825 days, 90 days."""
    assert expires_at(CA) == AT + certificates.AUTHORITY_DAYS * DAY
    assert expires_at(SERVER) == AT + 825 * DAY
    assert expires_at(HOST) == AT + 90 * DAY


def test_the_authority_signs_leaves_only() -> None:
    """Path length 0, and key usage is critical."""
    extensions = x509.load_pem_x509_certificate(CA).extensions
    basic = extensions.get_extension_for_class(x509.BasicConstraints)
    usage = extensions.get_extension_for_class(x509.KeyUsage)
    assert (basic.critical, basic.value.ca, basic.value.path_length) == (True, True, 0)
    assert (usage.critical, usage.value.key_cert_sign, usage.value.digital_signature) == (True, True, False)


def test_the_key_hash_covers_the_public_key_alone() -> None:
    """A renewed certificate of the same key keeps its hash."""
    public = load_pem_private_key(CA_KEY, None).public_key()
    expected = sha256(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
    assert key_hash(CA) == key_hash(make_authority(CA_KEY, "renamed", AT + DAY)) == expected
    assert key_hash(CA) != key_hash(OTHER_CA)


def test_a_request_and_its_certificate_have_one_key_hash() -> None:
    """A host that asks again with the same key is known by it."""
    assert requested_key_hash(REQUEST) == key_hash(HOST) != key_hash(SERVER)


def test_nothing_of_the_request_but_the_key_is_taken() -> None:
    """A host cannot ask for names, or to be an authority."""
    key = load_pem_private_key(HOST_KEY, None)
    wish = x509.SubjectAlternativeName([x509.DNSName("licences.example")])
    request = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name([]))
        .add_extension(wish, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())  # type: ignore[arg-type]
    )
    issued = issue_host_certificate(CA_KEY, CA, request.public_bytes(Encoding.PEM), HOST_ID, "rds-1", AT)
    extensions = x509.load_pem_x509_certificate(issued).extensions
    assert not extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    names = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [name.value for name in names] == [f"urn:calvox:host:{HOST_ID.hex()}"]


def test_a_request_signed_by_another_key_is_refused() -> None:
    """Whoever asks proves that the key is theirs."""
    request = bytearray(x509.load_pem_x509_csr(REQUEST).public_bytes(Encoding.DER))
    mine = (
        load_pem_private_key(HOST_KEY, None).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    )
    theirs = (
        load_pem_private_key(OTHER_KEY, None).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    )
    forged = x509.load_der_x509_csr(bytes(request).replace(mine, theirs)).public_bytes(Encoding.PEM)
    with pytest.raises(BadSignature):
        issue_host_certificate(CA_KEY, CA, forged, HOST_ID, "rds-1", AT)


def request_of(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    """Ask with any kind of key."""
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else SHA256()
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    return builder.sign(key, algorithm).public_bytes(Encoding.PEM)


@pytest.mark.parametrize(
    "key",
    [
        ec.generate_private_key(ec.SECP384R1()),
        rsa.generate_private_key(65537, 2048),
        ed25519.Ed25519PrivateKey.generate(),
    ],
    ids=["P-384", "RSA", "Ed25519"],
)
def test_keys_of_another_kind_are_refused(
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey,
) -> None:
    """P-256 only, in requests and in key files."""
    with pytest.raises(BadInput):
        issue_host_certificate(CA_KEY, CA, request_of(key), HOST_ID, "rds-1", AT)
    with pytest.raises(BadInput):
        make_authority(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), "x", AT)


def test_a_key_of_another_authority_does_not_sign() -> None:
    """Key and certificate of the authority must belong together."""
    with pytest.raises(BadSignature):
        issue_host_certificate(OTHER_KEY, CA, REQUEST, HOST_ID, "rds-1", AT)


@pytest.mark.parametrize(
    "names", [[], [""], ["a b"], ["*.example"], ["é.example"], ["a..b"], ["x" * 64], ["a." * 127 + "b"]]
)
def test_names_that_are_none_are_refused(names: list[str]) -> None:
    """A server certificate names hosts and addresses, nothing else."""
    with pytest.raises(BadInput):
        issue_server_certificate(CA_KEY, CA, SERVER_KEY, names, AT)


def test_long_names_are_cut_in_the_subject_and_full_beside_it(meeting: Meeting) -> None:
    """X.509 allows 64 bytes in a subject; the handshake looks at the alternatives."""
    name = "licences." + "long." * 20 + "example"
    issued = issue_server_certificate(CA_KEY, CA, SERVER_KEY, [name], AT)
    assert host_id_of(meeting.shake(server=(SERVER_KEY, issued), name=name)) == HOST_ID
    assert make_authority(CA_KEY, "é" * 64, AT)


def test_a_host_identifier_of_another_length_is_refused() -> None:
    """Sixteen bytes."""
    with pytest.raises(BadInput):
        issue_host_certificate(CA_KEY, CA, REQUEST, bytes(15), "rds-1", AT)


def der_with(*alternatives: x509.GeneralName) -> bytes:
    """Make a certificate with any alternatives."""
    public = load_pem_public_key(
        load_pem_private_key(HOST_KEY, None).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    builder = certificates._builder(x509.Name([]), x509.Name([]), public, AT, 1)  # type: ignore[arg-type]
    if alternatives:
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    return x509.load_pem_x509_certificate(
        certificates._signed(builder, load_pem_private_key(CA_KEY, None))  # type: ignore[arg-type]
    ).public_bytes(Encoding.DER)


URN = "urn:calvox:host:"


@pytest.mark.parametrize(
    "alternatives",
    [
        [],
        [x509.DNSName("rds-1")],
        [x509.UniformResourceIdentifier("urn:else:host:" + "0" * 32)],
        [x509.UniformResourceIdentifier(URN + "0" * 31)],
        [x509.UniformResourceIdentifier(URN + "0" * 33)],
        [x509.UniformResourceIdentifier(URN + "A" * 32)],
        [x509.UniformResourceIdentifier(URN + "g" * 32)],
        [x509.UniformResourceIdentifier(URN + "0" * 32), x509.UniformResourceIdentifier(URN + "1" * 32)],
        [x509.UniformResourceIdentifier(URN + "0" * 32), x509.DNSName("rds-1")],
    ],
)
def test_certificates_that_name_no_single_host_are_refused(alternatives: list[x509.GeneralName]) -> None:
    """One identifier, written in one way, alone."""
    with pytest.raises(BadInput):
        host_id_of(der_with(*alternatives))


HOST_DER = ssl.PEM_cert_to_DER_cert(HOST.decode())


@pytest.mark.filterwarnings("ignore:Parsed a")  # A serial number of zero, which no authority of ours gives.
@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(HOST_DER) * 8 - 1), st.integers(0, len(HOST_DER)))
def test_damaged_certificates_raise_only_bad_input(place: int, end: int) -> None:
    """Flipped bits and cut ends give an identifier of sixteen bytes or a BadInput."""
    changed = bytearray(HOST_DER)
    changed[place // 8] ^= 1 << place % 8
    for data in (bytes(changed), HOST_DER[:end]):
        pem = ssl.DER_cert_to_PEM_cert(data).encode()
        for read, certificate in ((host_id_of, data), (key_hash, pem), (expires_at, pem)):
            with suppress(BadInput):
                assert read(certificate)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=100), st.integers(0, len(REQUEST) * 8 - 1))
def test_damaged_pem_raises_only_our_errors(garbage: bytes, place: int) -> None:
    """Requests arrive from machines that nobody has authenticated yet."""
    changed = bytearray(REQUEST)
    changed[place // 8] ^= 1 << place % 8
    for pem in (garbage, bytes(changed)):
        with suppress(BadInput, BadSignature):
            assert issue_host_certificate(CA_KEY, CA, pem, HOST_ID, "rds-1", AT)
    for read in (key_hash, expires_at, host_id_of):
        with pytest.raises(BadInput):
            read(garbage)
