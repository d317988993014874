"""A copy of a journal: whole, of one moment, and good on its own, whatever is written meanwhile."""

import threading
import time
from pathlib import Path

import pytest

from calvox.common.errors import NotFound, Tampered
from calvox.core.ledger import LEDGER
from calvox.core.products import CalType
from calvox.journal.copying import copy_journal
from calvox.journal.sqlite import DATABASE, HEAD, SqliteJournal
from calvox.server.store import ledger_sealer
from tests.world import Site, wish


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Give a licence server with CALs."""
    site = Site.founded(tmp_path / "site")
    site.activate(wish("user", "2022", 100))
    host = site.enrol("rdsh-1", "2022")
    for number in range(20):
        host.cal(CalType.USER, f"user-{number}")
    return site


def copied(site: Site, folder: Path) -> SqliteJournal:
    """Open a copy."""
    return SqliteJournal(folder, LEDGER, ledger_sealer(site.server.keys), site.world)


def test_a_copy_verifies_and_ends_where_the_journal_did(site: Site, tmp_path: Path) -> None:
    """Chain, batches, projections and the head outside."""
    target = tmp_path / "copy"
    target.mkdir()
    told: list[float] = []
    head = copy_journal(site.folder, target, LEDGER, time.perf_counter, told.append, rest=0)
    with site.server.journal.read() as reader:
        assert reader.head == head
    journal = copied(site, target)
    assert journal.verify() == head
    journal.close()
    site.close()
    assert told[-1] == 1
    assert oct((target / DATABASE).stat().st_mode)[-3:] == "600"


def test_what_is_written_meanwhile_neither_enters_nor_starts_it_again(site: Site, tmp_path: Path) -> None:
    """A server that never pauses is copied all the same, as of the moment when the copy began."""
    target = tmp_path / "copy"
    target.mkdir()
    host = site.enrol("rdsh-2", "2022")
    with site.server.journal.read() as reader:
        before = reader.head
    written = threading.Event()

    def write(done: float) -> None:
        if not written.is_set():
            written.set()
            host.cal(CalType.USER, "latecomer")

    head = copy_journal(site.folder, target, LEDGER, time.perf_counter, write, rest=0, pages=4)
    assert written.is_set()
    assert head == before
    journal = copied(site, target)
    assert journal.verify() == before
    journal.close()
    site.close()


def test_a_copy_without_its_tail_is_found_out(site: Site, tmp_path: Path) -> None:
    """Its head says where it ended."""
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    copy_journal(site.folder, first, LEDGER, time.perf_counter, rest=0)
    site.enrol("rdsh-3", "2022")
    copy_journal(site.folder, second, LEDGER, time.perf_counter, rest=0)
    (second / DATABASE).write_bytes((first / DATABASE).read_bytes())
    with pytest.raises(Tampered, match="was committed"):
        copied(site, second)
    assert (second / HEAD).stat().st_size == 128
    site.close()


def test_a_folder_without_a_journal_is_told(tmp_path: Path) -> None:
    """By its path."""
    with pytest.raises(NotFound, match=str(tmp_path)):
        copy_journal(tmp_path, tmp_path, LEDGER, time.perf_counter)
