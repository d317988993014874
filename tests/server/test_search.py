"""Searching the CALs that are out: by everything that is known of them, a page at a time."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from calvox.common.errors import BadInput, NotFound
from calvox.core.products import CalType
from calvox.core.reports import CalReport
from calvox.server import search
from calvox.server.holders import Which
from calvox.server.release import release_by_hand
from calvox.server.search import Found, Wanted, find_cals
from tests.world import Site, wish


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Give a site with seven CALs, from two hosts."""
    site = Site.founded(tmp_path_factory.mktemp("search"))
    site.activate(wish("device", "2022", 5), wish("user", "2022", 9))
    first, second = site.enrol("rdsh-1", "2022"), site.enrol("rdsh-2", "2022")
    first.permanent("pc-1")
    first.cal(CalType.DEVICE, "pc-2")
    for name in ("ann", "bob", "pc-1"):
        first.cal(CalType.USER, name)
    for name in ("cid", "dot"):
        second.cal(CalType.USER, name)
    yield site
    site.close()


def find(site: Site, wanted: Wanted) -> Found:
    """Find a page."""
    return site.read(lambda reader: find_cals(reader, wanted))  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (Wanted(), ["dot", "cid", "pc-1", "bob", "ann", "pc-2", "pc-1"]),
        (Wanted(cal_type="device"), ["pc-2", "pc-1"]),
        (Wanted(lasting="temporary"), ["pc-2"]),
        (Wanted(host="rdsh-2"), ["dot", "cid"]),
        (Wanted(version="2019"), []),
        (Wanted(holder=" PC-1 "), ["pc-1", "pc-1"]),
        (Wanted(holder="pc-1", cal_type="user"), ["pc-1"]),
        (Wanted(holder="pc-2", lasting="permanent"), []),
        (Wanted(holder="nobody"), []),
        (Wanted(lasting="no-pack"), []),
        (Wanted(lasting="permanent", host="rdsh-1"), ["pc-1", "bob", "ann", "pc-1"]),
    ],
)
def test_all_that_is_known_can_be_sought(site: Site, wanted: Wanted, names: list[str]) -> None:
    """Alone and together, the newest first."""
    assert [cal.holder.lower() for cal in find(site, wanted).cals] == names


def test_a_cal_is_found_by_its_identifier(site: Site) -> None:
    """As a list shows it."""
    (cal,) = find(site, Wanted(holder="bob")).cals
    assert find(site, Wanted(holder=cal.cal_id.upper())).cals == [cal]


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("P", ["pc-1", "pc-1", "pc-2"]),
        ("pc-", ["pc-1", "pc-1", "pc-2"]),
        ("an", ["ann"]),
        ("ANN", ["ann"]),
        ("nn", []),
        ("%", []),
        ("_nn", []),
    ],
)
def test_holders_are_sought_by_the_beginning_of_the_name(site: Site, typed: str, names: list[str]) -> None:
    """Whatever its case; no sign stands for others."""
    assert sorted(cal.holder.lower() for cal in find(site, Wanted(holder=typed)).cals) == names


def test_whoever_is_called_exactly_so_comes_first(tmp_path: Path) -> None:
    """Before those whose names only begin so; without a CAL, too, they are named."""
    site = Site.founded(tmp_path)
    site.activate(wish("user", "2022", 50))
    host = site.enrol("rdsh-1", "2022")
    for number in range(30):
        host.cal(CalType.USER, f"ann{number}")
    host.cal(CalType.USER, "ANN")
    assert find(site, Wanted(holder="ann")).cals[0].holder == "ANN"
    release_by_hand(site.server, Which("ann"), "left", "ada")
    found = find(site, Wanted(holder="Ann"))
    assert (len(found.cals), [one.name for one in found.without]) == (30, ["ANN"])
    site.close()


def test_letters_beyond_z_are_sought_in_either_case(tmp_path: Path) -> None:
    """As a name is written, in small letters, in capitals; each holder once."""
    site = Site.founded(tmp_path)
    site.activate(wish("user", "2022", 50))
    host = site.enrol("rdsh-1", "2022")
    for name in ("Élan", "élan.b", "ÉLAN C", "elan"):
        host.cal(CalType.USER, name)
    for typed in ("élan", "Élan", "ÉLAN"):
        assert {cal.holder for cal in find(site, Wanted(holder=typed)).cals} == {"Élan", "ÉLAN C", "élan.b"}
    site.close()


@pytest.mark.parametrize("wanted", [Wanted(), Wanted(holder="pc-1"), Wanted(holder="p"), Wanted(lasting="permanent")])
@pytest.mark.parametrize("tight", [True, False], ids=["small parts", "one part"])
def test_pages_follow_each_other_without_gap_or_repetition(
    site: Site, wanted: Wanted, tight: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until there is nothing further, however little is looked through at a time; an empty page may stand between."""
    whole = find(site, wanted).cals
    monkeypatch.setattr(search, "PAGE", 1)
    if tight:
        monkeypatch.setattr(search, "PART", 3)
        monkeypatch.setattr(search, "LOOKED_THROUGH", 2)
        monkeypatch.setattr(search, "HOLDERS", 1)
    paged: list[CalReport] = []
    page = Found([])
    for _ in range(50):
        page = find(site, msgspec.structs.replace(wanted, after=page.after))
        paged += page.cals
        if not page.after:
            break
    assert sorted(cal.cal_id for cal in paged) == sorted(cal.cal_id for cal in whole)
    assert page.after == ""


def test_what_is_not_there_is_named(site: Site) -> None:
    """A type, a version, a host, a name that cannot be one."""
    for wrong in (Wanted(cal_type="floating"), Wanted(version="1999"), Wanted(holder="a\x00b"), Wanted(lasting="x")):
        with pytest.raises(BadInput):
            find(site, wrong)
    for after in ("zz", "\u00e9", "0"):
        for wanted in (Wanted(holder="pc", after=after), Wanted(after=after), Wanted(host="rdsh-1", after=after)):
            with pytest.raises(BadInput):
                find(site, wanted)
    assert find(site, Wanted(holder="pc", after="ff" * 500)).cals == []
    with pytest.raises(NotFound):
        find(site, Wanted(host="nowhere"))


def test_the_end_of_a_long_list_is_as_near_as_its_beginning(site: Site) -> None:
    """A page begins at a CAL by the table's own order; no row before it is read."""
    text = "EXPLAIN QUERY PLAN SELECT * FROM cal WHERE cal_id >= x'' AND cal_id < x'01' ORDER BY cal_id DESC LIMIT 51"

    def ask(reader: Any) -> list[tuple[Any, ...]]:
        return list(reader._connection.execute(text))

    plan = site.read(ask)
    assert len(plan) == 1
    assert "USING PRIMARY KEY" in plan[0][3]
    assert "cal_id<?" in plan[0][3]
