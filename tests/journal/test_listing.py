"""Looking through a journal from its end: the newest first, by kind and by person, bounded."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from calvox.journal import listing
from calvox.journal.listing import Chosen, Looked, bounds, chosen_entries, latest_entries
from tests.world import Site, wish


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Give a site with a dozen entries."""
    site = Site.founded(tmp_path_factory.mktemp("listing"))
    site.clock.later(days=2)
    site.activate(wish("device", "2022", 5), wish("user", "2022", 9))
    site.clock.later(days=1)
    for name in ("rdsh-1", "rdsh-2"):
        site.enrol(name, "2022")
        site.clock.later(days=1)
    yield site
    site.close()


def look(site: Site, before: int = 0, limit: int = 50, **wanted: Any) -> Looked:
    """Look once."""
    return site.read(lambda reader: latest_entries(reader, before, Chosen(**wanted), limit))  # type: ignore[no-any-return]


def through(site: Site, limit: int = 50, **wanted: Any) -> list[int]:
    """Look until there is nothing more."""
    found, before = [], 0
    for _ in range(100):
        page = look(site, before, limit, **wanted)
        found += [entry.sequence for entry in page.entries]
        before = page.further
        if not before:
            return found
    raise AssertionError("it never ends")


@pytest.mark.parametrize("chunk", [1, 2, 3, 500])
@pytest.mark.parametrize("limit", [1, 2, 50])
@pytest.mark.parametrize("bound", [1, 4, 10_000])
def test_every_entry_is_found_once(
    site: Site, chunk: int, limit: int, bound: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However they are cut into chunks, pages and looks; the newest first."""
    monkeypatch.setattr(listing, "CHUNK", chunk)
    monkeypatch.setattr(listing, "LOOKED_THROUGH", bound)
    kinds = site.entries()
    assert through(site, limit=limit) == list(range(len(kinds), 0, -1))
    enrolled = [place for place, kind in enumerate(kinds, start=1) if kind == "HostEnrolled"]
    assert through(site, kind="HostEnrolled", limit=limit) == enrolled[::-1]


def test_who_did_it_is_asked_of_the_entry(site: Site) -> None:
    """An entry that names nobody is nobody's."""
    assert 0 < len(through(site, by="ada")) < len(site.entries())
    assert through(site, by="nobody") == []


def test_below_what_there_is_not_is_below_the_head(site: Site) -> None:
    """A number from an address is only a number."""
    assert look(site, before=1 << 40) == look(site)
    assert look(site, before=1) == Looked([], 0)


def test_a_time_is_found_by_its_first_entry(site: Site) -> None:
    """From a time on, before a time, between two: those entries alone, page by page, and the same oldest first."""
    times = [entry.time for entry in site.read(lambda reader: list(reader.entries()))]
    days = sorted({*times, times[0] - 1, times[-1] + 1})
    for since in days:
        for until in [0, *days]:
            wanted = [
                place for place, time in enumerate(times, start=1) if since <= time and (not until or time < until)
            ]
            assert through(site, 3, since=since, until=until) == wanted[::-1]
            chosen = Chosen(since=since, until=until)
            start, end = site.read(partial(bounds, chosen=chosen))
            assert list(range(start, end)) == wanted


def test_entries_are_given_oldest_first_for_a_file(site: Site) -> None:
    """By kind and by person, from one number to another."""
    kinds = site.entries()
    told = site.read(lambda reader: list(chosen_entries(reader, 1, len(kinds), Chosen(kind="HostEnrolled"))))
    assert [entry.sequence for entry in told] == [n for n, kind in enumerate(kinds, start=1) if kind == "HostEnrolled"]
    told = site.read(lambda reader: list(chosen_entries(reader, 2, len(kinds), Chosen(by="ada"))))
    assert told
    assert {entry.says["by"] for entry in told} == {"ada"}
