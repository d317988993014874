"""What every journal must do, whatever store it is on."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from calvox.common.errors import BadInput, Conflict, NotFound
from calvox.common.i18n import t
from calvox.journal.interface import Journal, Transaction
from tests.journal.books import CoinAdded, PurseBurned, PurseMade, open_sqlite

Opener = Callable[[], Journal]


@pytest.fixture(params=["sqlite"])
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    """Open the same journal, again and again."""
    return {"sqlite": lambda: open_sqlite(tmp_path)}[request.param]


@pytest.fixture
def journal(opener: Opener) -> Iterator[Journal]:
    """Give an empty journal."""
    journal = opener()
    yield journal
    journal.close()


def make(name: str) -> Callable[[Transaction], int]:
    """Work that makes a purse."""
    return lambda tx: tx.append(PurseMade(purse=name)).sequence


def add(name: str, coins: int, leaf: bytes = b"") -> Callable[[Transaction], int]:
    """Work that adds coins, and tells how many there are now."""

    def work(tx: Transaction) -> int:
        tx.append(CoinAdded(purse=name, coins=coins), leaf)
        row = tx.get("purse", (name,))
        assert row is not None
        return int(row["coins"])

    return work


def test_an_answer_comes_with_the_batch_that_made_it_true(journal: Journal) -> None:
    """Work returns its value and its signed batch."""
    done = journal.run(make("red"))
    assert done.value == 1
    assert done.batch is not None
    assert (done.batch.first, done.batch.last) == (1, 1)


def test_work_sees_what_was_done_before_it(journal: Journal) -> None:
    """Projections are up to date within a transaction."""
    journal.run(make("red"))
    assert [journal.run(add("red", 2)).value, journal.run(add("red", 3)).value] == [2, 5]


def test_everything_is_there_after_reopening(opener: Opener) -> None:
    """Entries, projections, beside and working rows survive."""
    first = opener()
    first.run(make("red"))
    first.run(lambda tx: tx.put("nickname", {"purse": "red", "name": "R"}))
    first.run(lambda tx: tx.put("note", {"name": "n", "value": b"v"}))
    first.close()
    second = opener()
    with second.read() as reader:
        assert reader.get("purse", ("red",)) == {"purse": "red", "coins": 0, "made": 1}
        assert reader.get("nickname", ("red",)) == {"purse": "red", "name": "R"}
        assert reader.get("note", ("n",)) == {"name": "n", "value": b"v"}
        assert [reader.fact(entry) for entry in reader.entries()] == [PurseMade(purse="red")]
    assert second.verify().position == 1
    second.close()


def test_work_handed_over_at_once_shares_batches_and_loses_nothing(journal: Journal) -> None:
    """Many callers: every entry is there, in fewer batches than entries."""
    journal.run(make("red"))
    with ThreadPoolExecutor(32) as pool:
        done = list(pool.map(lambda _: journal.run(add("red", 1)), range(400)))
    assert sorted(d.value for d in done) == list(range(1, 401))
    assert len({d.batch.last for d in done if d.batch}) < 400
    assert journal.verify().position == 401


def test_a_faulty_piece_of_work_fails_alone(journal: Journal) -> None:
    """Its neighbours in the batch are carried out, and it leaves no trace."""
    journal.run(make("red"))

    def faulty(tx: Transaction) -> None:
        tx.append(CoinAdded(purse="red", coins=1_000))
        raise BadInput(t("no"))

    futures = [journal.submit(faulty if n % 5 == 0 else add("red", 1)) for n in range(50)]
    failed = [f for f in futures if f.exception() is not None]
    assert len(failed) == 10
    assert all(isinstance(f.exception(), BadInput) for f in failed)
    with journal.read() as reader:
        row = reader.get("purse", ("red",))
        assert row is not None
        assert row["coins"] == 40
    assert journal.verify().position == 41


def test_a_reader_sees_one_moment(journal: Journal) -> None:
    """What is written while somebody reads does not show in that reading."""
    journal.run(make("red"))
    with journal.read() as reader:
        assert reader.head.position == 1
        journal.run(make("blue"))
        assert reader.head.position == 1
        assert reader.count("purse") == 1
    with journal.read() as reader:
        assert reader.head.position == 2


def test_work_without_entries_makes_no_batch(journal: Journal) -> None:
    """Working state alone leaves the chain as it was."""
    done = journal.run(lambda tx: tx.put("note", {"name": "n", "value": b"v"}))
    assert done.batch is None
    assert journal.verify().position == 0


def test_projections_change_through_entries_alone(journal: Journal) -> None:
    """Nobody may put or drop a projected row."""
    with pytest.raises(AssertionError):
        journal.run(lambda tx: tx.put("purse", {"purse": "x", "coins": 1, "made": 1}))
    with pytest.raises(AssertionError):
        journal.run(lambda tx: tx.drop("purse", ("x",)))


def test_a_batch_is_found_by_any_of_its_entries_with_its_leaves(journal: Journal) -> None:
    """What is needed to make a token again is kept."""
    journal.run(make("red"))

    def three(tx: Transaction) -> None:
        for n in range(3):
            tx.append(CoinAdded(purse="red", coins=1), bytes([n]) * 32)

    done = journal.run(three)
    assert done.batch is not None
    assert done.batch.leaves == tuple(bytes([n]) * 32 for n in range(3))
    with journal.read() as reader:
        assert reader.batch_of(3) == done.batch
        with pytest.raises(NotFound):
            reader.batch_of(5)


def test_rows_are_selected_in_order(journal: Journal) -> None:
    """Selection filters, orders, limits and skips."""
    for name in ("b", "c", "a"):
        journal.run(make(name))
    journal.run(lambda tx: tx.append(PurseBurned(purse="c")))
    with journal.read() as reader:
        assert [row["purse"] for row in reader.select("purse")] == ["a", "b"]
        assert [row["purse"] for row in reader.select("purse", order="-made", limit=1)] == ["a"]
        assert [row["purse"] for row in reader.select("purse", order="made", offset=1)] == ["a"]
        assert reader.count("purse", {"coins": 0}) == 2


def test_a_closed_journal_takes_no_work(opener: Opener) -> None:
    """Work after closing is refused, work before it is finished."""
    journal = opener()
    future = journal.submit(make("red"))
    journal.close()
    assert future.result().value == 1
    with pytest.raises(Conflict):
        journal.submit(make("blue"))


def test_work_that_is_not_awaited_any_more_does_no_harm(journal: Journal) -> None:
    """Cancelled before it ran, it is dropped; the journal goes on for everyone else."""
    journal.run(make("red"))
    started, go_on = threading.Event(), threading.Event()

    def slow(tx: Transaction) -> None:
        started.set()
        go_on.wait(10)

    first = journal.submit(slow)
    assert started.wait(10)
    queued = [journal.submit(add("red", 1)) for _ in range(10)]
    assert all(future.cancel() for future in queued[::2])
    assert not first.cancel()
    go_on.set()
    assert [future.result(10).value for future in queued[1::2]] == [1, 2, 3, 4, 5]
    assert journal.run(add("red", 1)).value == 6
    assert journal.verify().position == 7
