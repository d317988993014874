"""Use cases that only read: an auditor may run them, so they must not write."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from calvox.apps.journals import ListEntries, VerifyJournal
from calvox.apps.licence_server.cal_cases import AboutCal, ListCals, Month, Users
from calvox.apps.licence_server.call_cases import AskCalling, AskTyped
from calvox.apps.licence_server.host_cases import Nothing
from calvox.apps.licence_server.month_cases import AskMonth
from calvox.apps.licence_server.process import CASES, Page
from calvox.apps.licence_server.report_cases import AskAdvice, AskRows, Export
from calvox.common.clock import DAY
from calvox.core.products import CalType
from calvox.journal.head import Head
from calvox.journal.interface import Journal, Reader
from calvox.server.holders import Which
from tests.world import Site, wish

ASKED: dict[str, msgspec.Struct] = {
    "journal-list": ListEntries(),
    "journal-verify": VerifyJournal(),
    "journal-verify-begin": VerifyJournal(),
    "journal-verification": VerifyJournal(),
    "report-rows": AskRows("packs"),
    "report-export": Export("csv", ("users",)),
    "report-month": AskMonth("2027-01"),
    "report-advice": AskAdvice(),
    "cal-list": ListCals(),
    "cal-show": AboutCal(Which("anna", "user")),
    "cal-authorised": Users(),
    "report-authorised": Month("2027-01"),
    "report-cals": Page(),
    "calling": AskCalling(),
    "typed": AskTyped(),
}
"""What each is asked; the others are asked nothing."""
READING = [name for name, case in CASES.items() if case.reads]


class Untouched:
    """A journal that can be read and verified, and nothing else."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def read(self) -> AbstractContextManager[Reader]:
        """Look at it."""
        return self._journal.read()

    def verify(self, progress: Callable[[float], None] = lambda _: None) -> Head:
        """Check it."""
        return self._journal.verify(progress)


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Give a closed site with a CAL, an open call that is being typed, and a wrong clock."""
    site = Site.founded(tmp_path_factory.mktemp("busy"))
    site.activate(wish("user", "2022", 5))
    site.enrol("h", "2022").cal(CalType.USER, "anna")
    site.type(site.reads(site.prepare(wish("user", "2025", 1)))[:3])
    site.close()
    return site


@pytest.mark.parametrize("name", READING)
@pytest.mark.parametrize("clock", [0, -400 * DAY, 400 * DAY], ids=["good", "behind", "ahead"])
def test_what_reads_writes_nothing(busy: Site, tmp_path: Path, name: str, clock: int) -> None:
    """Neither an entry nor a row, even with a clock that is wrong; and it answers."""
    site = busy.copy(tmp_path)
    site.open()
    site.clock.set(site.clock() + clock)
    held: Any = site.server.journal
    site.server.journal = Untouched(held)  # type: ignore[assignment]
    told = CASES[name].run(site.server, ASKED.get(name, Nothing()), "eve")
    msgspec.convert(msgspec.to_builtins(told), CASES[name].answer)
    held.close()


def test_a_wrong_clock_is_told_before_it_is_entered(busy: Site, tmp_path: Path) -> None:
    """And is told no longer once the clock is right, though the entry is still to come."""
    site = busy.copy(tmp_path)
    site.open()
    good = site.clock()

    def told() -> list[str]:
        return [one.alarm for one in CASES["alarms"].run(site.server, Nothing(), "eve")]

    site.clock.set(good - 400 * DAY)
    assert told() == ["clock-behind"]
    site.sweep()
    assert told() == ["clock-behind"]
    site.clock.set(good)
    assert told() == []
    site.close()
