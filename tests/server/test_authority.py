"""The authority behind host certificates is exchanged without shutting a host out."""

import shutil
from pathlib import Path

import pytest
from cryptography import x509

from calvox.common.errors import Conflict, Denied
from calvox.server.authority import add_authority, authority_status, replace_authority, settle_exchange
from calvox.server.hosts import enrol, make_enrolment_code, renew_certificate
from calvox.server.keys import NEXT, load_keys
from calvox.trust.certificates import key_hash, make_signing_request, new_key
from calvox.trust.enrolment import EnrolmentCode
from tests.world import SessionHost, Site


def follow(host: SessionHost) -> str:
    """Let a host get its next certificate."""
    site = host.site
    row = site.rows("host", host=host.enrolled.host)[0]
    request = make_signing_request(new_key(), "h")
    answer = site.run(lambda tx: renew_certificate(tx, site.server, row, request))
    return str(answer.certificate)


def waiting(site: Site) -> tuple[str, ...]:
    """Tell who has yet to follow."""
    names: tuple[str, ...] = site.read(lambda reader: authority_status(site.server, reader).waiting)
    return names


def test_hosts_follow_one_by_one_and_then_the_new_one_takes_over(new: Site) -> None:
    """It takes over only when all have followed; its certificates are the new authority's."""
    hosts = [new.enrol(name, "2022") for name in ("a", "b")]
    old = new.server.keys.authority
    add_authority(new.server, "ada")
    following = new.server.keys.next_authority
    assert waiting(new) == ("a", "b")
    x509.load_pem_x509_certificate(follow(hosts[0]).encode()).verify_directly_issued_by(
        x509.load_pem_x509_certificate(following)
    )
    assert waiting(new) == ("b",)
    with pytest.raises(Conflict, match="b"):
        replace_authority(new.server, "ada")
    follow(hosts[1])
    replace_authority(new.server, "ada")
    keys = load_keys(new.folder)
    assert (keys.authority, keys.next_authority, new.server.keys.trusted) == (following, b"", following)
    assert old not in (keys.folder / "tls.pem").read_bytes()
    assert new.entries()[-1] == "AuthorityReplaced"


def test_codes_that_are_out_end_with_the_old_authority(new: Site) -> None:
    """For they carry its hash."""
    add_authority(new.server, "ada")
    code = EnrolmentCode.read(make_enrolment_code(new.server, "h", "2022", "ada").code)
    replace_authority(new.server, "ada")
    with pytest.raises(Denied):
        enrol(new.server, code.stored_hash(), make_signing_request(new_key(), "h"))
    fresh = EnrolmentCode.read(make_enrolment_code(new.server, "h", "2022", "ada").code)
    fresh.check_authority(new.server.keys.authority)


def test_a_second_exchange_waits_for_the_first(new: Site) -> None:
    """And none can be ended that was not begun."""
    with pytest.raises(Conflict):
        replace_authority(new.server, "ada")
    add_authority(new.server, "ada")
    with pytest.raises(Conflict):
        add_authority(new.server, "ada")


def test_with_anyway_the_new_one_takes_over_at_once(new: Site) -> None:
    """Though a host has not followed."""
    new.enrol("a", "2022")
    add_authority(new.server, "ada")
    replace_authority(new.server, "ada", anyway=True)
    assert not new.server.keys.next_authority


def test_an_exchange_that_was_cut_off_is_finished_at_the_next_start(new: Site, tmp_path: Path) -> None:
    """The ledger says that it is over, so the files follow."""
    add_authority(new.server, "ada")
    kept = tmp_path / "kept"
    shutil.copytree(new.server.keys.folder, kept)
    replace_authority(new.server, "ada")
    wanted = new.server.keys.authority
    shutil.rmtree(new.server.keys.folder)
    shutil.copytree(kept, new.server.keys.folder)
    new.restart()
    assert (new.server.keys.folder / NEXT).exists()
    settle_exchange(new.server)
    assert key_hash(load_keys(new.folder).authority) == key_hash(wanted)
    assert not (new.server.keys.folder / NEXT).exists()
