"""The folder of a session host: what a crash at any moment leaves behind."""

import time
from pathlib import Path

import pytest

from calvox.common import files
from calvox.common.errors import BadInput, Conflict
from calvox.host import state
from calvox.host.clockfile import Clock, ClockFile
from calvox.host.state import AUTHORITY, MOST_SERVERS, NEXT_KEY, HostFolder, enrolments, folder_for
from calvox.trust.certificates import expires_at, make_authority, new_key
from tests.host.fakes import FakeServer

NOW = int(time.time())


@pytest.fixture
def host(tmp_path: Path) -> HostFolder:
    """Give an enrolled host."""
    return HostFolder(FakeServer(tmp_path / "fake", port=1).home(tmp_path / "host"))


def test_a_renewal_counts_whole_or_not_at_all(host: HostFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut off before each file: the pair belongs together, and the same key goes on."""
    key, old = host.next_key(new_key()), host.pair
    certificate = (host.path / "host.pem").read_text()
    for last in range(1, 3):
        written: list[Path] = []

        def crash(path: Path, data: bytes, *, mode: int = 0o600, done: list[Path] = written, at: int = last) -> None:
            if len(done) + 1 == at:
                raise KeyboardInterrupt
            done.append(path)
            files.write_whole(path, data, mode=mode)

        with monkeypatch.context() as patched:
            patched.setattr(state, "write_whole", crash)
            with pytest.raises(KeyboardInterrupt):
                host.renew(key, certificate, "both authorities")
        assert host.pair == old
        assert host.next_key(new_key()) == key
    host.renew(key, certificate, "both authorities")
    assert host.pair == (host.path / "renewed.pem",) * 2
    assert key in host.pair[0].read_bytes()
    assert expires_at(host.pair[0].read_bytes()) > NOW
    assert (host.path / AUTHORITY).read_text() == "both authorities"
    assert not (host.path / NEXT_KEY).exists()


def test_the_clock_outlives_a_renewal(host: HostFolder) -> None:
    """It is sealed by the first key, which stays."""
    ClockFile(host).save(Clock(1, 2))
    host.renew(host.next_key(new_key()), "certificate", "authority")
    assert ClockFile(host).load() == Clock(1, 2)


def test_each_server_has_a_folder_of_its_own(host: HostFolder, tmp_path: Path) -> None:
    """The same server is known by its address and by its authority; one that was begun and not finished goes on."""
    (own,) = enrolments(host.path)
    authority = (own.path / AUTHORITY).read_bytes()
    with pytest.raises(Conflict):
        folder_for(host.path, own.enrolled.server, make_authority(new_key(), "other", NOW))
    with pytest.raises(Conflict):
        folder_for(host.path, "https://another-name:1", authority)
    for number in range(2, MOST_SERVERS + 1):
        other = FakeServer(tmp_path / f"fake-{number}", port=number)
        place = folder_for(host.path, other.address, other.authority)
        place.begin(new_key())
        assert folder_for(host.path, other.address, other.authority).path == place.path
        other.home(place.path)
        assert len(enrolments(host.path)) == number
    servers = [one.enrolled.server.rpartition(":")[2] for one in enrolments(host.path)]
    assert servers == [str(number) for number in range(1, MOST_SERVERS + 1)]
    with pytest.raises(BadInput, match="16"):
        folder_for(host.path, "https://one-more:1", make_authority(new_key(), "one more", NOW))
