"""Reports, the advice and the overview's charts in the browser, and the files that are taken along."""

import csv
import io
import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from calvox.apps.licence_server import exporting
from calvox.apps.licence_server.report_cases import Export, export
from calvox.common.clock import DAY
from calvox.common.errors import BadInput, Tampered
from calvox.common.i18n import Text
from calvox.core.forecast import Forecast, Outlook
from calvox.core.products import CalType
from calvox.core.usage import PoolUsage
from calvox.server.authorise import authorise
from calvox.server.report import HostsAtAGlance, Status
from calvox.server.report_tables import REPORTS
from calvox.server.standing import GraceLeft
from calvox.trust.signed_reports import read_signed
from calvox.web.common.pages import Frame, write
from calvox.web.manager.menu import NAME
from calvox.web.manager.overview import overview
from calvox.web.manager.use import use
from tests.apps.browsing import Browser
from tests.pdfs import text_of
from tests.web.report_pages import NEW
from tests.world import NOON, Site

MONTH = "2027-01"
"""When every story begins."""
FORMULA = "=cmd|' /C calc'!A0"


@pytest.fixture
def used(stocked: Site) -> Site:
    """Give the site with CALs of every type, somebody refused, and a holder whose name is a formula."""
    one = stocked.enrol("rdsh-3", "2022")
    for name in ("anna", FORMULA, "<b>bob</b>"):
        one.cal(CalType.USER, name)
    one.permanent("pc-1")
    for number in range(6):
        one.acquire(CalType.SESSION, f"s{number}")
    authorise(stocked.server, ["anna", "zoe"], "ada")
    return stocked


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_is_shown_to_an_auditor_and_is_taken_along(used: Site, eve: Browser, name: str) -> None:
    """On screen, as CSV with its columns, as JSON with as many rows, and signed."""
    asked = f"&month={MONTH}" if REPORTS[name].monthly else ""
    assert eve.get(f"/reports?report={name}{asked}").status == 200
    assert "/log-in" not in eve.told.headers.get("location", "")
    sheet = list(csv.reader(io.StringIO(eve.get(f"/reports/{name}.csv?x={asked}").body.decode())))
    assert sheet[0] == [column.name for column in REPORTS[name].columns]
    assert eve.told.headers["content-disposition"].startswith('attachment; filename="calvox-')
    told = json.loads(eve.get(f"/reports/{name}.json?x={asked}").body)
    assert (told["report"], len(told["rows"])) == (name, len(sheet) - 1)
    signed = read_signed(eve.get(f"/reports/{name}.signed?x={asked}").body, used.server.keys.signing.public)
    assert [len(table.rows) for table in signed.tables] == [len(sheet) - 1]
    assert signed.origin.by == "eve"


def test_a_formula_is_a_name_everywhere(used: Site, ada: Browser) -> None:
    """A spreadsheet computes nothing; JSON and the signed file have the name as it is; the page escapes it."""
    users = list(csv.reader(io.StringIO(ada.get("/reports/users.csv").body.decode())))
    assert {row[0] for row in users[1:]} == {"anna", f"'{FORMULA}", "<b>bob</b>"}
    assert FORMULA in {row["holder"] for row in json.loads(ada.get("/reports/users.json").body)["rows"]}
    page = ada.get("/reports?report=users").body.decode()
    assert "&lt;b&gt;bob&lt;/b&gt;" in page
    assert "<b>bob</b>" not in page


def test_a_report_is_typeset(used: Site, ada: Browser) -> None:
    """As PDF, in the reader's language, with the names in it."""
    told = ada.get("/reports/users.pdf")
    assert told.body.startswith(b"%PDF")
    assert "anna" in text_of(told.body)


def test_the_signed_file_holds_every_report_at_one_place_of_the_ledger(used: Site, eve: Browser) -> None:
    """All that need no month, or all; a changed byte is told."""
    data = eve.get("/reports/all.signed").body
    told = read_signed(data, used.server.keys.signing.public)
    assert [table.table for table in told.tables] == [one.name for one in REPORTS.values() if not one.monthly]
    with used.server.journal.read() as reader:
        assert (told.origin.position, told.origin.head) == (reader.head.position, reader.head.hash.hex())
    assert told.origin.server_id == used.server_id.hex()
    with pytest.raises(Tampered):
        read_signed(data.replace(b"anna", b"anne"))
    every = read_signed(eve.get(f"/reports/all.signed?month={MONTH}").body)
    assert [table.table for table in every.tables] == list(REPORTS)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/reports?report=nothing", 422),
        ("/reports/nothing.csv", 422),
        ("/reports/users.exe", 404),
        ("/reports/all.csv", 422),
        ("/reports/authorised.csv", 422),
        ("/reports/authorised.csv?month=%3Cb%3E", 422),
        ("/reports?report=authorised&month=%3Cb%3E", 200),
        ("/reports?report=users&start=99999999999999999999", 200),
        ("/reports?report=users&start=-5", 200),
        ("/advice?users=%3Cb%3E", 422),
        ("/advice?users=99999999", 422),
    ],
)
def test_what_is_not_there_is_told_as_a_page(ada: Browser, path: str, status: int) -> None:
    """With nothing of it unescaped."""
    assert ada.get(path).status == status
    assert "<h1>" in ada.page
    assert "“<b>”" not in ada.page
    assert 'value="<b>"' not in ada.page


def test_long_reports_are_shown_by_pages(used: Site, ada: Browser) -> None:
    """Fifty a page, and each row once."""
    host = used.enrol("rdsh-9", "2022")
    for number in range(60):
        host.cal(CalType.USER, f"user-{number}")
    first = ada.get("/reports?report=users").body.decode()
    further = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    second = ada.get(further).body.decode()
    named = [{f"user-{n}" for n in range(60) if f">user-{n}<" in page} for page in (first, second)]
    assert len(named[0]) == 50
    assert named[0] | named[1] == {f"user-{n}" for n in range(60)}
    assert not named[0] & named[1]


def test_the_advice_counts_what_was_said(used: Site, eve: Browser) -> None:
    """Three users against forty devices, which the auditor knows of."""
    page = eve.get("/advice?devices=40").body.decode()
    assert "Per user needs fewer CALs here." in page
    assert 'value="40"' in page


def test_the_charts_are_given_their_figures(used: Site, eve: Browser, listener: Any) -> None:
    """Every pool's peaks and totals for whoever is logged in, and nobody else."""
    told = json.loads(eve.get("/usage.json").body)
    assert sorted((pool["peaks"][-1], pool["totals"][-1]) for pool in told["pools"]) == [(1, 10), (3, 60), (5, 5)]
    page = eve.get("/").body.decode()
    assert "data-chart" not in page
    assert "uplot.min" in page
    assert "Used up: every CAL was in use today." in page
    assert "s5" in page
    assert Browser(listener).get("/usage.json").headers["location"].startswith("/log-in?")


def test_a_chart_is_drawn_once_there_are_days_for_it() -> None:
    """A day or two would make an axis that means nothing; the figures by week are there from the first day on."""
    short = Forecast(Outlook.SHORT, 0)
    pools = [PoolUsage("user", "2022", 20_000, [1] * days, [5] * days, short) for days in (1, 2, 3)]
    assert [use(number, pool).charted for number, pool in enumerate(pools)] == [False, False, True]
    page = write(overview(NEW, pools), Frame(NAME, "en", ZoneInfo("UTC"))).decode()
    assert (page.count('data-chart="/usage.json"'), page.count('data-pool="2"'), page.count("</details>")) == (1, 1, 3)


def test_grace_counts_down_as_the_hosts_said() -> None:
    """The soonest first; of one that is silent, when it was last heard, and no days."""
    graces = [GraceLeft(bytes([n] * 16), f"h-{n}", n, NOON + n * DAY, NOON - n, n == 40) for n in (2, 20, 60, 40)]
    hosts = HostsAtAGlance(5, standings={"grace": 3, "grace-over": 1, "silent": 1}, graces=graces)
    page = overview(Status(b"", True, "", 1, 1, 0, 0, [], 1, b"", False, hosts_by_state=hosts))
    told = [(one.name, one.left and one.left.into("en"), one.colour, one.seen) for one in page.graces]
    assert told[:2] == [("h-2", "2 days left", "bad", NOON - 2), ("h-20", "20 days left", "warn", NOON - 20)]
    assert told[2:] == [("h-60", "60 days left", "", NOON - 60), ("h-40", None, "warn", NOON - 40)]
    assert [(one.count, one.path) for one in page.standings][1:] == [
        (1, "/hosts?stands=grace-over"),
        (1, "/hosts?stands=silent"),
    ]
    needs = [need.text.into("en") for need in page.needs if isinstance(need.text, Text)]
    assert needs == [
        "Session hosts that refuse people, for their grace is over: 1",
        "Grace ends on the session host h-2: 2 days left",
    ]


def test_a_signed_file_has_an_end(used: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """More rows than it may have are refused with what to do."""
    monkeypatch.setattr(exporting, "SIGNED_ROWS", 2)
    with pytest.raises(BadInput, match="at most 2 rows"):
        export(used.server, Export("signed", ("users",)), "ada")
