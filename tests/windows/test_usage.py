"""Use over time: honest numbers, gaps that stay gaps, and pictures that nothing foreign gets into."""

import csv
from io import StringIO
from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from calvox.cli.windows.drawn import draw_usage, plain_usage
from calvox.doctor.facts import Fact, Pack, Site
from calvox.windows.usage import FALSE_ZERO, usage
from calvox.windows.usage_model import Series, Usage
from calvox.windows.usage_shown import BLOCKS, HEADER, line_chart, sparkline, to_csv
from tests.doctor.sites import (
    DAY,
    READ,
    V2019,
    V2022,
    bare,
    built_in_pack,
    changed,
    device_pack,
    healthy,
    temporary_pack,
    user_pack,
    with_another_server,
    with_machine,
    with_server,
    workgroup,
)

WEEK = 7 * DAY


def at(time: int, *packs: Pack, site: Site | None = None, server: int = 0) -> Site:
    """Make the state of a site in which the packs were read then."""
    changed_site = changed(site or healthy(), f"licence_servers.{server}.packs", Fact(packs, source="WMI", time=time))
    return msgspec.structs.replace(changed_site, collected=time)


def three_weeks() -> list[Site]:
    """Make three weeks in which use grows beyond what was bought, then more is bought."""
    return [
        at(READ - 2 * WEEK, built_in_pack(issued=1), user_pack(issued=40)),
        at(READ - WEEK, built_in_pack(issued=1), user_pack(issued=62)),
        at(READ, built_in_pack(issued=2), user_pack(issued=63), user_pack(9, total=20), device_pack(issued=4)),
    ]


def pools(report: Usage, read: int = -1) -> dict[tuple[str, str], tuple[int, int, int, int]]:
    """Give the pools of one reading: total, issued, free, over-use."""
    return {(p.cal_type, p.version): (p.total, p.issued, p.free, p.over_use) for p in report.packs[read].pools}


# Numbers


def test_over_use_is_issued_minus_total() -> None:
    """Free goes below zero; what Windows does not count stands apart."""
    report = usage(three_weeks())
    assert pools(report, 0) == {("user", "2022"): (50, 40, 10, 0)}
    assert pools(report, 1) == {("user", "2022"): (50, 62, -12, 12)}
    assert pools(report) == {("device", "2022"): (20, 4, 16, 0), ("user", "2022"): (70, 66, 4, 0)}
    assert [(one.kind, one.version, one.issued) for one in report.packs[2].apart] == [("built-in", "2008 R2", 2)]
    assert (usage(three_weeks()[:2]).over_use, report.over_use) == (12, 0)


def test_over_use_is_never_netted() -> None:
    """Neither against another type, nor another version, nor another server."""
    packs = (user_pack(issued=53), device_pack(issued=0), user_pack(8, version=V2019, total=5, issued=7))
    site = with_another_server(at(READ, *packs))
    report = usage([at(READ, user_pack(total=100, issued=0), site=site, server=1)])
    assert [p.over_use for p in report.packs[0].pools] == [0, 2, 3]
    assert report.over_use == 5


@pytest.mark.parametrize(
    ("pack", "kind", "issued"),
    [
        (built_in_pack(issued=3), "built-in", 3),
        (msgspec.structs.replace(built_in_pack(issued=3), total=0), "built-in", 3),
        (temporary_pack(issued=5), "temporary", 5),
        (msgspec.structs.replace(device_pack(issued=2), total=-1), "not-counted", 2),
        (msgspec.structs.replace(device_pack(issued=2), kind=0), "not-counted", 2),
        (msgspec.structs.replace(user_pack(issued=9), expires=READ), "ended", 9),
    ],
)
def test_what_stands_apart(pack: Pack, kind: str, issued: int) -> None:
    """It is in no pool, and so neither total nor over-use."""
    (read,) = usage([at(READ, pack)]).packs
    assert read.pools == ()
    assert [(one.kind, one.issued) for one in read.apart] == [(kind, issued)]


def test_the_row_of_over_used_user_cals_counts() -> None:
    """Windows keeps it as a row of its own with total 0 (type 7)."""
    over = Pack(number=7, kind=7, product=1, version=V2022, total=0, issued=12)
    report = usage([at(READ, user_pack(issued=50), over)])
    assert pools(report) == {("user", "2022"): (50, 62, -12, 12)}
    assert report.packs[0].apart == ()


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(4, 8), st.integers(0, 99), st.integers(0, 99)), max_size=8))
def test_every_issued_cal_is_counted_once(rows: list[tuple[int, int, int, int]]) -> None:
    """In a pool or apart; free and over-use follow from total and issued."""
    packs = [
        Pack(number=number, kind=2, product=product, version=version, total=total, issued=issued)
        for number, (product, version, total, issued) in enumerate(rows)
    ]
    (read,) = usage([at(READ, *packs, temporary_pack(issued=4))]).packs
    counted = sum(pool.issued for pool in read.pools) + sum(one.issued for one in read.apart)
    assert counted == 4 + sum(issued for *_, issued in rows)
    for pool in read.pools:
        assert pool.free == pool.total - pool.issued
        assert pool.over_use == max(0, -pool.free)


# Time


def test_changes_between_readings_and_overall() -> None:
    """A pool that was not there counts as 0."""
    report = usage(three_weeks())
    told = [(c.cal_type, c.since, c.total, c.issued, c.over_use) for c in report.changes]
    assert told == [
        ("user", READ - 2 * WEEK, 0, 22, 12),
        ("user", READ - WEEK, 20, 4, -12),
        ("device", READ - WEEK, 20, 4, 0),
    ]
    assert {(c.cal_type, c.since, c.until, c.total, c.issued) for c in report.overall} == {
        ("user", READ - 2 * WEEK, READ, 20, 26),
        ("device", READ - 2 * WEEK, READ, 20, 4),
    }


def test_a_pool_that_goes_is_a_change() -> None:
    """Packs were removed."""
    report = usage([at(READ - WEEK, user_pack(), device_pack()), at(READ, user_pack())])
    assert [(c.cal_type, c.total) for c in report.changes] == [("device", -20)]


def test_a_reading_counts_once_in_whatever_order() -> None:
    """Other machines' bundles came in between."""
    weeks = three_weeks()
    seen_again = msgspec.structs.replace(weeks[0], collected=READ - 10)
    report = usage([weeks[2], seen_again, weeks[0], weeks[1], weeks[1]])
    assert [read.time for read in report.packs] == [READ - 2 * WEEK, READ - WEEK, READ]
    assert report.packs == usage(weeks).packs


def test_what_is_not_known_is_told_of_the_newest_state() -> None:
    """Whatever came first in the list."""
    old = with_server(at(READ - WEEK, user_pack()), 0, issued=None)
    assert usage([at(READ, user_pack()), old]).unknown == ()


def test_a_server_keeps_its_line_when_its_name_grows() -> None:
    """It was read without its domain first."""
    short = with_server(at(READ - WEEK, user_pack()), 0)
    short = changed(short, "licence_servers.0.machine.name", "LS1")
    report = usage([short, at(READ, user_pack())])
    assert [read.server for read in report.packs] == ["ls1.corp.example"] * 2
    assert len({one.server for one in report.series}) == 1


def test_series_have_a_point_for_each_reading() -> None:
    """Total, issued, over-use; a pool that was not there is at 0."""
    series = {(s.cal_type, s.version, s.measure): s.values for s in usage(three_weeks()).series}
    assert series["user", "2022", "issued"] == (40, 62, 66)
    assert series["user", "2022", "total"] == (50, 50, 70)
    assert series["user", "2022", "over-use"] == (0, 12, 0)
    assert series["device", "2022", "issued"] == (0, 0, 4)
    assert series["user", "", "holders"] == (3,)


def test_holders_are_counted_in_their_own_time() -> None:
    """Rows of devices, entries of the report, and those that are temporary or ended."""
    rows = workgroup().licence_servers[0].issued.value or ()
    odd = (*rows, msgspec.structs.replace(rows[0], temporary=True, expires=READ - 1))
    site = changed(workgroup(), "licence_servers.0.issued", Fact(odd, source="WMI", time=READ))
    held = {one.cal_type: one for one in usage([site]).holders}
    assert (held["device"].rows, held["device"].temporary, held["device"].ended) == (3, 1, 1)
    assert (held["user"].rows, held["user"].source) == (0, "a test")


# What is not known


def test_nothing_collected_is_no_zero() -> None:
    """There are no numbers, and the reasons are told."""
    report = usage([bare()])
    assert (report.packs, report.holders, report.series) == ((), (), ())
    assert {(gap.server, gap.fact, gap.why) for gap in report.unknown} == {
        ("ls1", fact, "not collected") for fact in ("packs", "issued", "user_report")
    }
    assert usage([]) == Usage(site="", packs=(), holders=(), changes=(), overall=(), series=(), unknown=())


def test_a_gap_stays_a_gap() -> None:
    """A week without packs gives no point."""
    gap = with_server(at(READ - WEEK), 0, packs=None)
    report = usage([at(READ - 2 * WEEK, user_pack()), gap, at(READ, user_pack(issued=5))])
    assert [read.time for read in report.packs] == [READ - 2 * WEEK, READ]
    assert report.unknown == ()


def test_a_zero_that_no_administrator_read_is_no_reading() -> None:
    """It would look like packs that went (KB2546583)."""
    report = usage([with_machine(at(READ), "ls1", administrator=False)])
    assert report.packs == ()
    assert [(gap.fact, gap.why) for gap in report.unknown] == [("packs", FALSE_ZERO)]
    assert usage([at(READ)]).packs[0].pools == ()


# Shown


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ((), ""),
        ((0, 1, 2, 3, 4, 5, 6, 7), BLOCKS),
        ((0, 50, 100), "▁▄█"),
        ((5, 5), "▁▁"),
        ((None, 3, None, 9), " ▁ █"),
        ((None, None), "  "),
        ((-7, 0), "▁█"),
    ],
)
def test_a_sparkline(values: tuple[int | None, ...], line: str) -> None:
    """Lowest to highest; what is not known is blank."""
    assert sparkline(values) == line


def test_a_sparkline_is_bounded() -> None:
    """The newest values are kept."""
    assert sparkline(range(1000), 8) == BLOCKS


def hostile() -> list[Site]:
    """Make a site whose server has a hostile name."""
    name = '=HYPERLINK("http://x")</title><script>alert(1)</script>&"\x1b[31m[red]'
    return [changed(site, "licence_servers.0.machine.name", name) for site in three_weeks()]


def test_the_csv_is_read_back() -> None:
    """One row for each pool, for each row apart, and for each list of holders."""
    rows = list(csv.reader(StringIO(to_csv(usage(three_weeks())))))
    assert tuple(rows[0]) == HEADER
    assert {len(row) for row in rows} == {len(HEADER)}
    start = ["2026-10-26T11:00:00Z", "ls1.corp.example"]
    assert [*start, "pool", "user", "2022", "50", "62", "-12", "12", "WMI"] in rows
    assert [*start, "built-in", "", "2008 R2", "", "1", "", "", "WMI"] in rows
    assert sum(row[2] in ("user report", "device rows") for row in rows) == 2
    texts = [cell for row in csv.reader(StringIO(to_csv(usage(hostile())))) for cell in (*row[:5], row[9])]
    assert not [cell for cell in texts if cell[:1] in tuple("=+-@\t\r")]


SVG = "{http://www.w3.org/2000/svg}"


def chart(*series: Series, title: str = "Use") -> ElementTree.Element:
    """Draw a chart and read it as XML."""
    return ElementTree.fromstring(line_chart(title, series, name="use"))


def line(*values: int, label: str = "ls1") -> Series:
    """Make a series, a week between its points."""
    points = tuple((READ + WEEK * n, value) for n, value in enumerate(values))
    return Series(server=label, measure="issued", cal_type="user", version="2022", points=points)


def test_the_chart_names_itself() -> None:
    """Title and description are told to those who cannot see it."""
    root = chart(line(3, 7), line(1, 2, label="ls2"))
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "use-title use-desc"
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert description is not None
    assert (title.get("id"), title.text) == ("use-title", "Use")
    assert description.text == "ls1, CALs per user of 2022, issued: 3 → 7; ls2, CALs per user of 2022, issued: 1 → 2"


def test_the_chart_draws_each_series_to_scale() -> None:
    """From 0 upwards, from the first time to the last, inside the picture, each with other dashes."""
    root = chart(line(0, 50, 100), line(100, 100))
    lines = root.findall(f"{SVG}polyline")
    points = [[tuple(map(float, p.split(","))) for p in (one.get("points") or "").split()] for one in lines]
    assert points[0] == [(56.0, 228.0), (340.0, 128.0), (624.0, 28.0)]
    assert points[1] == [(56.0, 28.0), (340.0, 28.0)]
    assert len({one.get("stroke-dasharray") for one in lines}) == 2
    assert [text.text for text in root.findall(f"{SVG}text")][1:4] == ["0", "50", "100"]


@given(st.lists(st.lists(st.integers(0, 10**6), max_size=6), max_size=9))
def test_any_series_can_be_drawn(values: list[list[int]]) -> None:
    """None, one point, many; all stay inside."""
    root = chart(*(line(*one) for one in values))
    height = float(root.get("height") or 0)
    for circle in root.findall(f"{SVG}circle"):
        assert 56 <= float(circle.get("cx") or 0) <= 624
        assert 27.9 <= float(circle.get("cy") or 0) <= 228.1 < height


def test_nothing_foreign_gets_into_the_chart() -> None:
    """Names are escaped, and there is nothing that runs or is loaded."""
    report = usage(hostile())
    text = line_chart('</title><script>"', report.series, name='a"><script>')
    root = ElementTree.fromstring(text)
    assert {one.tag.removeprefix(SVG) for one in root.iter()} <= {
        "svg", "title", "desc", "text", "line", "polyline", "circle",
    }  # fmt: skip
    assert "\x1b" not in text
    named = {name for one in root.iter() for name in one.keys()}  # noqa: SIM118
    assert not {"style", "href", "onload"} & named


def drawn(report: Usage) -> str:
    """Draw it on a screen that is no terminal."""
    screen = Console(width=120, record=True, file=StringIO())
    draw_usage(screen, report)
    return screen.export_text()


def test_it_is_drawn() -> None:
    """Numbers, a bar, the growth since the first reading, the shape; over-use is told."""
    text = drawn(usage(three_weeks()[:2]))
    assert "CALs issued beyond what was bought: 12" in text
    for word in ("62", "-12", "+22", "▶", "▁█", "built-in"):
        assert word in text
    assert "Not known of ls1: packs (not collected)" in drawn(usage([bare()]))
    assert "No licence server was collected." in drawn(usage([]))


def test_hostile_names_are_drawn_as_text() -> None:
    """Neither markup nor what steers a screen."""
    text = drawn(usage(hostile()))
    assert "\x1b" not in text
    assert "[red]" in text


def test_scripts_are_told_the_same() -> None:
    """Plain values that JSON takes."""
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(plain_usage(usage(three_weeks()))))
    assert plain["over_use"] == 0
    assert plain["packs"][1]["pools"][0]["over_use"] == 12
    assert plain["series"][0]["points"][0] == [READ - 2 * WEEK, 50]
