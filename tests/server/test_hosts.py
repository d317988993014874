"""Session hosts are enrolled by a code that is good once and for a day."""

import pytest
from cryptography import x509

from calvox.common.clock import DAY
from calvox.common.errors import BadInput, Denied, Tampered
from calvox.server.hosts import enrol, make_enrolment_code
from calvox.trust.certificates import key_hash, make_signing_request, new_key
from calvox.trust.enrolment import EnrolmentCode, secret_hash
from calvox.wire.hostapi import EnrolAnswer
from tests.world import Site


def code_of(site: Site, name: str = "rdsh-1", version: str = "2022") -> EnrolmentCode:
    """Make a code and read it as its administrator would carry it."""
    return EnrolmentCode.read(make_enrolment_code(site.server, name, version, "ada").code)


def present(site: Site, code: EnrolmentCode, key: bytes) -> EnrolAnswer:
    """Present a code with a key."""
    return enrol(site.server, code.stored_hash(), make_signing_request(key, "host"))


def test_a_code_enrols_a_host_as_the_administrator_declared_it(new: Site) -> None:
    """Name and version come from the code, whatever the host says of itself."""
    told = present(new, code_of(new, " rdsh-1 ", "2019"), new_key())
    assert (told.name, told.version, told.server_id) == ("rdsh-1", 6, new.server_id)
    assert told.public_key == new.server.keys.signing.public
    (row,) = new.rows("host")
    assert (row["host"], row["name"], row["version"]) == (told.host, "rdsh-1", 6)
    assert new.entries()[-1] == "HostEnrolled"


def test_the_certificate_is_the_authoritys(new: Site) -> None:
    """The host can tell, and it is for its own key."""
    key = new_key()
    told = present(new, code_of(new), key)
    authority = x509.load_pem_x509_certificate(told.authority.encode())
    certificate = x509.load_pem_x509_certificate(told.certificate.encode())
    certificate.verify_directly_issued_by(authority)
    request = x509.load_pem_x509_csr(make_signing_request(key, "host"))
    assert certificate.public_key() == request.public_key()


def test_a_code_carries_the_fingerprint_of_the_authority(new: Site) -> None:
    """So that the host knows the server before it sends anything."""
    code = code_of(new)
    code.check_authority(new.server.keys.authority)
    assert code.authority == key_hash(new.server.keys.authority)[:16]


def test_the_same_code_and_key_get_the_same_certificate(new: Site) -> None:
    """An answer that was lost can be asked for again, even after the code's day, and enters nothing."""
    code, key = code_of(new), new_key()
    first = present(new, code, key)
    new.restart()
    new.clock.later(days=30)
    assert present(new, code, key) == first
    assert new.entries().count("HostEnrolled") == 1


def test_a_code_is_good_for_one_key(new: Site) -> None:
    """Whoever comes second is refused."""
    code = code_of(new)
    present(new, code, new_key())
    with pytest.raises(Denied, match="used already"):
        present(new, code, new_key())
    assert len(new.rows("host")) == 1


@pytest.mark.parametrize(("late", "good"), [(DAY, True), (DAY + 1, False)])
def test_a_code_is_good_for_a_day(new: Site, late: int, good: bool) -> None:
    """To the second."""
    code = code_of(new)
    new.clock.later(seconds=late)
    if good:
        present(new, code, new_key())
        return
    with pytest.raises(Denied, match="expired"):
        present(new, code, new_key())
    assert not new.rows("host")


def test_the_site_chooses_for_how_long(new: Site) -> None:
    """In hours."""
    new.restart(enrolment_hours=1)
    assert make_enrolment_code(new.server, "h", "2022", "ada").expires == new.clock() + 3600


@pytest.mark.parametrize("secret", [b"", bytes(16), b"x" * 5000])
def test_an_unknown_secret_is_refused(new: Site, secret: bytes) -> None:
    """As an expired one is, so that nothing is learnt."""
    code_of(new)
    with pytest.raises(Denied, match="not known or has expired"):
        enrol(new.server, secret_hash(secret), make_signing_request(new_key(), "host"))


@pytest.mark.parametrize("request_pem", [b"", b"garbage", b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n"])
def test_a_request_that_is_none_uses_no_code_up(new: Site, request_pem: bytes) -> None:
    """The host may try again."""
    code = code_of(new)
    with pytest.raises(BadInput):
        enrol(new.server, code.stored_hash(), request_pem)
    present(new, code, new_key())


def test_the_store_holds_no_secret(new: Site) -> None:
    """Only its hash, so that a stolen database enrols nobody."""
    code = code_of(new)
    new.close()
    written = b"".join(file.read_bytes() for file in new.folder.glob("journal.db*"))
    assert code.stored_hash() in written
    assert code.secret not in written
    new.open()


@pytest.mark.parametrize(
    ("name", "version"), [("", "2022"), ("  ", "2022"), ("a\nb", "2022"), ("x" * 256, "2022"), ("h", "2023")]
)
def test_a_host_wants_a_name_and_a_version(new: Site, name: str, version: str) -> None:
    """That can be shown and are known."""
    with pytest.raises(BadInput):
        make_enrolment_code(new.server, name, version, "ada")


@pytest.mark.parametrize("change", [{"approved": 1}, {"group": "workshop"}, {"version": 8}, {"name": "other"}])
def test_a_code_that_was_changed_in_the_database_is_told(new: Site, change: dict[str, object]) -> None:
    """Whoever can write the database and read no key gains nothing."""
    code = code_of(new)
    row = new.rows("enrolment", code=code.stored_hash())[0]
    new.run(lambda tx: tx.put("enrolment", {**row, **change}))
    with pytest.raises(Tampered):
        present(new, code, new_key())


def test_a_code_that_was_written_into_the_database_is_told(new: Site) -> None:
    """Though its hash is right."""
    secret = bytes(16)
    code = EnrolmentCode.for_authority(secret, new.server.keys.authority)
    made = code_of(new)
    row = new.rows("enrolment", code=made.stored_hash())[0]
    new.run(lambda tx: tx.put("enrolment", {**row, "code": code.stored_hash()}))
    with pytest.raises(Tampered):
        present(new, code, new_key())
