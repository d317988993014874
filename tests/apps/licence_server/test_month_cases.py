"""A month's report on authorised users, which goes on aside once it takes long."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from calvox.apps.licence_server import month_cases
from calvox.apps.licence_server.month_cases import AskMonth, MonthTold, month_report
from calvox.apps.licence_server.report_cases import AskRows, rows
from calvox.apps.resting import sharing
from calvox.common.errors import BadInput, CalvoxError, TooMany
from calvox.common.i18n import t
from calvox.core.products import CalType
from calvox.server.authorise import authorise
from calvox.server.report_tables import authorised_rows
from tests.world import Site, wish

MONTH = "2027-01"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Give a site with sixty who are authorised, and one who is seen without being so."""
    site = Site.founded(tmp_path)
    site.activate(wish("user", "2022", 60))
    authorise(site.server, [f"user-{number:02}" for number in range(60)], "ada")
    site.enrol("rdsh-1", "2022").cal(CalType.USER, "stranger")
    yield site
    site.close()


def told(site: Site, month: str = MONTH, start: str = "") -> MonthTold:
    """Ask for a page."""
    return month_report(site.server, AskMonth(month, start), "eve")


def until_ready(site: Site) -> MonthTold:
    """Ask until it is there."""
    for _ in range(200):
        page = told(site)
        if page.state == "ready":
            return page
        time.sleep(0.02)
    raise AssertionError("the report was not made")


class Slow:
    """A ledger that takes as long as the test wants."""

    def __init__(self) -> None:
        self.begun, self.go = threading.Event(), threading.Event()
        self.times = 0

    def rows(self, server: Any, reader: Any, month: str, progress: Callable[[float], None]) -> Iterator[Any]:
        """Stop half way until the test goes on."""
        self.times += 1
        progress(0.5)
        self.begun.set()
        assert self.go.wait(20)
        yield from authorised_rows(server, reader, month, progress)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    """Make every report slow, and nobody patient."""
    slow = Slow()
    monkeypatch.setattr(month_cases, "authorised_rows", slow.rows)
    monkeypatch.setattr(month_cases, "PATIENCE", 0.02)
    return slow


def test_a_short_one_is_there_at_once_page_by_page(site: Site) -> None:
    """The same rows as at once, each on one page; no month and a place that is none are no fault of ours."""
    first, whole = told(site), [*rows(site.server, AskRows("authorised", MONTH), "eve").rows]
    second = told(site, start=first.further)
    assert (first.state, len(first.rows), second.further) == ("ready", 50, "")
    assert first.rows == whole
    assert second.rows[-1] == ["stranger", 0, None, None, 1]
    assert len(first.rows) + len(second.rows) == 61
    assert told(site, start="9999999").rows == told(site, start="x" * 99).rows[:0]
    assert told(site, "2026-01").rows == []
    with pytest.raises(BadInput, match="is no month"):
        told(site, "<b>")


def test_what_changed_is_seen_at_once_while_it_is_short(site: Site) -> None:
    """Nothing is kept of it."""
    told(site)
    authorise(site.server, ["aaron"], "ada")
    assert told(site).rows[0][0] == "aaron"


def test_a_long_one_can_be_left_and_is_kept(site: Site, slow: Slow) -> None:
    """It says how far it is, is made once however often it is asked for, and holds another month up meanwhile."""
    assert told(site).state == "running"
    assert slow.begun.wait(20)
    assert (told(site).part, slow.times) == (0.5, 1)
    with pytest.raises(TooMany, match=f"report of {MONTH} is being made"):
        told(site, "2026-12")
    slow.go.set()
    page = until_ready(site)
    authorise(site.server, ["aaron"], "ada")
    assert (len(page.rows), page.made, slow.times) == (50, site.clock(), 1)
    assert told(site).rows == page.rows


@pytest.mark.parametrize("failure", [CalvoxError(t("The disk is full")), ZeroDivisionError()])
def test_one_that_failed_says_so_and_is_begun_anew(
    site: Site, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    """Nothing goes on for ever."""

    def broken(*_: Any) -> Any:
        raise failure

    with monkeypatch.context() as patch:
        patch.setattr(month_cases, "authorised_rows", broken)
        with pytest.raises(CalvoxError, match=r"disk is full|was not made"):
            told(site)
    assert told(site).state == "ready"


def test_work_aside_rests_for_as_long_as_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not after each step, but after a moment of work; and it tells every step."""
    now, rests, parts = [0.0], list[float](), list[float]()
    monkeypatch.setattr("calvox.apps.resting.time.monotonic", lambda: now[0])
    monkeypatch.setattr("calvox.apps.resting.time.sleep", rests.append)
    progress = sharing(parts.append)
    for part in range(10):
        now[0] += 0.009
        progress(part / 10)
    assert parts == [part / 10 for part in range(10)]
    assert rests == pytest.approx([0.027] * 3)
