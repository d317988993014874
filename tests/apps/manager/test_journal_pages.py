"""The journal in the browser: by date, as a file, verified aside."""

import csv
import io
import json
import time
from typing import Any

import apsw
import pytest

from calvox.apps.journals import VerifyJournal, begin_verification, verification
from calvox.apps.licence_server.process import CASES
from calvox.apps.manager import manager_routes
from calvox.apps.people_api import PeopleDesk, people_app
from calvox.common.clock import DAY
from calvox.core.products import CalType
from tests.apps.browsing import Browser
from tests.apps.test_manager import logged_in
from tests.world import NOON, Site


def shown(page: str) -> list[str]:
    """List the kinds of the entries that a page shows."""
    return [part.split("</b>")[0] for part in page.split('<td data-label="Entry"><b>')[1:]]


def test_entries_are_found_by_date_in_the_sites_zone(stocked: Site, listener: Any) -> None:
    """Both days are included; a day without entries shows none."""
    stocked.clock.later(days=2)
    stocked.enrol("rdsh-3", "2022").cal(CalType.USER, "anna")
    eve = logged_in(listener, "eve")
    assert shown(eve.get("/journal?from=2027-01-17").body.decode())[-3:] == [
        "CalIssued",
        "HostApproved",
        "HostEnrolled",
    ]
    assert shown(eve.get("/journal?from=2027-01-17&to=2027-01-17&kind=CalIssued").body.decode()) == ["CalIssued"]
    assert shown(eve.get("/journal?from=2027-01-16&to=2027-01-16").body.decode()) == []
    assert "CalIssued" not in shown(eve.get("/journal?to=2027-01-16").body.decode())


@pytest.mark.parametrize("asked", ["from=%3Cb%3E", "to=2027-13-01", "from=9999-12-31&to=9999-12-31", "from=0001-01-01"])
def test_a_date_that_is_none_is_told(eve: Browser, asked: str) -> None:
    """On the page, with the form as it was."""
    told = eve.get(f"/journal?{asked}")
    assert told.status in (200, 422)
    assert "<h1>Journal</h1>" in eve.page
    assert "<b>\u201c" not in eve.page


def test_entries_are_taken_along(stocked: Site, eve: Browser) -> None:
    """As JSON lines and CSV, oldest first, as they were sought; a formula computes nothing."""
    with stocked.server.journal.read() as reader:
        count = reader.head.position
    lines = [json.loads(line) for line in eve.get("/journal/entries.jsonl").body.splitlines()]
    assert [line["sequence"] for line in lines][:count] == list(range(1, count + 1))
    sheet = list(csv.reader(io.StringIO(eve.get("/journal/entries.csv?kind=PersonAdded").body.decode())))
    assert sheet[0] == ["sequence", "time", "kind", "by", "says", "hash"]
    assert [row[2:4] for row in sheet[1:]] == [["PersonAdded", "ada"], ["PersonAdded", "ada"]]
    assert json.loads(sheet[2][4])["person"] == "eve"
    assert eve.get("/journal/entries.exe").status == 404
    assert eve.get("/journal/entries.csv?from=x").status == 422


def test_an_auditor_verifies_and_comes_back_to_it(stocked: Site, eve: Browser) -> None:
    """The page says that nothing was begun, then how far it is, then that all holds."""
    assert "Verify now" in eve.get("/journal/verification").body.decode()
    assert eve.post("/journal/verification").headers["location"] == "/journal/verification"
    for _ in range(100):
        page = eve.get("/journal/verification").body.decode()
        if "hx-get" not in page.split('id="verification"')[1]:
            break
        time.sleep(0.05)
    assert "The journal holds." in page
    with stocked.server.journal.read() as reader:
        assert verification(stocked.server, VerifyJournal(), "eve").head == reader.head.hash.hex()


def test_a_changed_journal_is_told(stocked: Site, eve: Browser) -> None:
    """By the first thing that does not hold, and what to do."""
    connection = apsw.Connection(str(stocked.folder / "journal.db"))
    connection.set_busy_timeout(5_000)
    connection.execute("UPDATE pack SET issued = issued + 1 WHERE sequence = 1")
    connection.close()
    begin_verification(stocked.server, VerifyJournal(), "ada")
    for _ in range(100):
        told = verification(stocked.server, VerifyJournal(), "eve")
        if told.state != "running":
            break
        time.sleep(0.05)
    assert (told.state, told.by) == ("broken", "ada")
    page = eve.get("/journal/verification").body.decode()
    assert "Table pack, row 1: not what the entries say" in page
    assert "Keep this database for the auditor" in page


def test_a_form_of_somebody_else_begins_nothing(eve: Browser, stocked: Site) -> None:
    """Nor one without the session's token."""
    eve.get("/journal/verification")
    assert eve.post("/journal/verification", origin="https://elsewhere.example").status == 403
    assert eve.post("/journal/verification", token="0" * 64).status == 403
    assert verification(stocked.server, VerifyJournal(), "eve").state == "none"


def test_days_are_counted_from_the_sites_midnight(stocked: Site) -> None:
    """In a zone an hour ahead of UTC, an entry at half past eleven UTC is of the next day."""
    stocked.restart(zone="Europe/Paris")
    stocked.clock.moment = NOON // DAY * DAY + DAY - 1800
    stocked.enrol("late", "2022")
    desk = PeopleDesk(stocked.server, CASES, failed_seconds=0)
    eve = logged_in(people_app(desk, manager_routes(desk)), "eve")
    told = shown(eve.get("/journal?from=2027-01-16&to=2027-01-16").body.decode())
    assert told[-2:] == ["HostApproved", "HostEnrolled"]
