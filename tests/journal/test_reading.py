"""Reading parts of a journal: rows between bounds, entries that hold some bytes; alike by a reader and by a transaction."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from calvox.core.hosting import HostState
from calvox.core.products import CalType
from calvox.journal.interface import Reader
from tests.world import Site, wish

Look = Callable[[Callable[[Reader], Any]], Any]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Give a site with hosts whose names differ in case, and users."""
    site = Site.founded(tmp_path)
    site.activate(wish("user", "2022", 20))
    host = site.enrol("RDSH-1", "2022")
    for name in ("rdsh-2", "rdsh-10", "other", "Élan"):
        site.enrol(name, "2022")
    for name in ("ADA", "ada.b", "adb", "bob"):
        host.cal(CalType.USER, name)
    yield site
    site.close()


@pytest.fixture(params=["reader", "transaction"])
def look(site: Site, request: pytest.FixtureRequest) -> Look:
    """Give a way to look: from outside, or within the writer, which keeps small tables in memory."""
    return site.read if request.param == "reader" else site.run


@pytest.mark.parametrize(
    ("table", "least", "end", "names"),
    [
        ("host", "RDSH", "rdsh\U0010ffff", {"RDSH-1", "rdsh-2", "rdsh-10"}),
        ("host", "é", "ÿ", set()),
        ("host", "É", "È\U0010ffff", set()),
        ("host", "É", "É\U0010ffff", {"Élan"}),
        ("holder", "Ada", "adA\U0010ffff", {"ADA", "ada.b"}),
        ("holder", "ada.b", "bob", {"ada.b", "adb"}),
    ],
)
def test_texts_lie_between_bounds_whatever_their_case(
    look: Look, table: str, least: str, end: str, names: set[str]
) -> None:
    """From A to Z the case does not matter; of other letters it does. The end is not within."""
    rows = look(lambda reader: list(reader.select(table, between={"name": (least, end)})))
    assert {row["name"] for row in rows} == names


def test_bounds_hold_together_with_everything_else(look: Look) -> None:
    """With equal columns, another number's bound, an order, and a limit."""
    enrolled = {"state": str(HostState.ENROLLED)}
    bounds = {"name": ("rdsh", "rdsh\U0010ffff")}
    order = look(lambda reader: list(reader.select("host", enrolled, between=bounds, order="-name", limit=2)))
    assert [row["name"] for row in order] == ["rdsh-2", "rdsh-10"]
    assert not look(lambda reader: list(reader.select("host", enrolled, below=("enrolled", 1), between=bounds)))
    half = {"reference": (b"", b"\x80" + bytes(31))}
    found = look(lambda reader: list(reader.select("holder", between=half)))
    every = look(lambda reader: list(reader.select("holder")))
    assert found == [row for row in every if row["reference"] < half["reference"][1]]


def test_entries_that_hold_some_bytes_are_found(site: Site, look: Look) -> None:
    """Those of one holder or the other, within bounds; none is left out and none is added."""
    ada, bob = (site.rows("holder", name=name)[0]["reference"] for name in ("ADA", "bob"))
    facts = look(lambda reader: [(one.sequence, reader.fact(one)) for one in reader.entries(holding=[ada, bob])])
    every = look(lambda reader: [(one.sequence, reader.fact(one)) for one in reader.entries()])
    assert facts == [(at, fact) for at, fact in every if getattr(fact, "holder", b"") in (ada, bob)]
    assert len(facts) == 2
    (first, _), (second, _) = facts
    assert [one.sequence for one in look(lambda reader: list(reader.entries(first + 1, holding=[ada, bob])))] == [
        second
    ]
