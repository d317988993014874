"""`calvox server status`: one screen that a person takes in at a glance, and JSON for a script."""

import json
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from calvox.cli.server_status import OVER, draw_status
from calvox.common.i18n import language_of
from calvox.core.alarms import Alarm
from calvox.core.products import CalType
from calvox.core.reports import PoolReport
from calvox.core.standing import Stands
from calvox.server.alarms import AlarmShown, raise_alarm
from calvox.server.hosts import enrol, make_enrolment_code
from calvox.server.report import ClockAtAGlance, HostsAtAGlance, RecentRefusals, Status
from calvox.server.standing import GraceLeft
from calvox.trust.certificates import make_signing_request, new_key
from calvox.trust.enrolment import EnrolmentCode
from tests.apps.processes import ServerProcess, environment, stocked_folder
from tests.world import Site, wish

GOOD = Status(
    server_id=bytes(18),
    activated=True,
    centre="Centre d'essai",
    epoch=1,
    generation=1,
    hosts=2,
    cals=21,
    pools=[PoolReport("device", "2022", 20, 8, 12, 0), PoolReport("user", "2012 R2", 10, 13, -3, 3)],
    entries=1234,
    head=bytes(32),
    call_open=False,
    clock=ClockAtAGlance("good", 1_800_014_400, 1_800_014_400),
    hosts_by_state=HostsAtAGlance(enrolled=2),
    certificate_ends=1_800_014_400 + 100 * 86_400,
    operations="127.0.0.1:7404",
)
LARGE = 10_000_000
STANDINGS = {str(one): number + 10 for number, one in enumerate(Stands)}
GRACES = [
    GraceLeft(b"1" * 16, "RDSH-ends", 3, 1_800_014_400 + 3 * 86_400, 1_800_014_400, False),
    GraceLeft(b"2" * 16, "RDSH-goes-on", 90, 1_800_014_400 + 90 * 86_400, 1_800_014_400, False),
    GraceLeft(b"3" * 16, "RDSH-silent", 0, 1_800_014_400, 1_799_000_000, True),
    GraceLeft(b"4" * 16, "RDSH-fourth", 0, 1_800_014_400, 1_799_000_000, True),
]
WORST = Status(
    **{name: getattr(GOOD, name) for name in ("server_id", "epoch", "generation", "head", "certificate_ends")},
    activated=False,
    centre="A centre with a name that is far too long for the first line of a screen of eighty columns",
    hosts=90,
    cals=LARGE,
    pools=[
        PoolReport(kind, version, LARGE, 2 * LARGE, -LARGE, LARGE)
        for kind in ("device", "session", "user")
        for version in ("2012 R2", "2025")
    ],
    entries=LARGE,
    call_open=True,
    alarms=[AlarmShown(str(a), str(a.text), str(a.hint), "signed up to 812, here 640", 1_800_000_000) for a in Alarm],
    frozen="all",
    clock=ClockAtAGlance("clock-behind", 1_700_000_000, 1_800_014_400),
    hosts_by_state=HostsAtAGlance(80, 3, [f"RDSH-{n:02}" for n in range(7)], STANDINGS, GRACES),
    temporary=LARGE,
    without_pack=LARGE,
    mixed_modes=["device", "user"],
    refusals=[RecentRefusals("pool-used-up", "every CAL of this type is in use", LARGE)],
    vouchers_open=90,
    voucher_cals=LARGE,
)


def drawn(told: Status, *, serving: bool = True, width: int = 80) -> str:
    """Draw it without colours."""
    screen = Console(file=StringIO(), width=width, highlight=False)
    draw_status(screen, told, serving=serving)
    assert isinstance(screen.file, StringIO)
    return screen.file.getvalue()


def test_a_good_server_fits_on_one_screen() -> None:
    """24 lines of 80 columns."""
    lines = drawn(GOOD).splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    assert lines[0].split() == ["Licence", "server", "of", "Centre", "d'essai", "activated", "·", "serving"]
    text = " ".join(" ".join(lines).split())
    assert "nobody in the last 24 hours" in text
    assert "until 2027-04-25, 100 days left" in text
    assert "2027-01-15 12:00 UTC · believed" in text
    assert "http://127.0.0.1:7404/metrics" in text
    assert "✗" not in text
    assert "→" not in text


def test_pools_are_bars_and_over_use_stands_out() -> None:
    """In a shape and a colour that nothing else has; its length is true to scale."""
    text = drawn(GOOD)
    assert "per device 2022    ███████████░░░░░░░░░░░░░░░░░  8/20 12 free" in text
    assert "per user   2012 R2 ██████████████████████▒▒▒▒▒▒ 13/10 3 over" in text
    screen = Console(file=StringIO(), width=80, force_terminal=True, color_system="standard")
    with screen.capture() as caught:
        draw_status(screen, GOOD, serving=True)
    magenta = [part for part in caught.get().split("\x1b[") if part.startswith("1;35m")]
    assert OVER == "bold magenta"
    assert [part.removeprefix("1;35m") for part in magenta] == ["▒" * 6, "3 over"]


@pytest.mark.parametrize("width", [80, 100, 200])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_worst_is_still_readable(width: int, language: str) -> None:
    """No line is longer than the screen, every alarm has its way out, and names are not cut in two."""
    with language_of("fr" if language == "fr" else "en"):
        text = drawn(WORST, serving=False, width=width)
    lines = text.splitlines()
    assert max(map(len, lines)) <= min(width, 100)
    assert text.count("✗") == len(Alarm)
    assert sum(line.startswith("→ ") for line in lines) == len(Alarm)
    bars = [line for line in lines if f"▒ {2 * LARGE}/{LARGE} " in line]
    assert [line.count(str(LARGE)) for line in bars] == [2] * len(WORST.pools)
    assert "calvox server hosts approve RDSH-03" in text
    assert "RDSH-04" not in text
    assert "RDSH-silent" in text
    assert "RDSH-fourth" not in text
    for command in ("activate", "call"):
        assert f"→ calvox server {command}" in text


def test_each_fault_says_what_to_do() -> None:
    """And is told once."""
    text = " ".join(drawn(WORST, serving=False).split())
    for told in (
        "not activated · not serving",
        "nothing is given",
        "RDSH-00 waits for approval → calvox server hosts approve RDSH-00",
        "and 3 more wait",
        "10000000 × every CAL of this type is in use",
        "90 open: at most 10000000 CALs may be out unseen",
        "Licensing time is 2027-01-15 12:00 UTC",
        "10000000 per user from no pack at all",
        "per device and per user side by side",
    ):
        assert text.count(told) == 1, told


@pytest.mark.parametrize(("days", "told"), [(-1, "-1 days"), (0, "0 days"), (13, "13 days"), (14, "14 days")])
def test_a_certificate_that_ends_is_seen(days: int, told: str) -> None:
    """Red when it has ended or does today, yellow when it should have been made anew."""
    wrong = Status(
        **{**{n: getattr(GOOD, n) for n in GOOD.__struct_fields__}, "certificate_ends": 1_800_014_400 + days * 86_400}
    )
    screen = Console(file=StringIO(), width=80, force_terminal=True, color_system="standard")
    with screen.capture() as caught:
        draw_status(screen, wrong, serving=True)
    line = next(line for line in caught.get().splitlines() if told in line)
    assert ("31m" in line, "33m" in line, "32m" in line) == (days < 1, 0 < days < 14, days == 14)


def run(folder: Path, *words: str) -> str:
    """Run the command, and give what it printed."""
    arguments = [sys.executable, "-m", "calvox", *words, "server", "status", "--folder", str(folder)]
    own = environment(LC_ALL="C.UTF-8", COLUMNS="80")
    return subprocess.run(arguments, capture_output=True, text=True, env=own, timeout=60, check=True).stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a closed licence server on which much is going on."""
    site = Site.founded(tmp_path_factory.mktemp("status"), now=int(time.time()))
    site.activate(wish("user", "2022", 2), wish("session", "2022", 1))
    host = site.enrol("rdsh-1", "2022")
    for n in range(3):
        host.cal(CalType.USER, f"user-{n}")
        host.acquire(CalType.SESSION, f"session-{n}")
    host.acquire(CalType.DEVICE, "pc-1")
    code = EnrolmentCode.read(make_enrolment_code(site.server, "rdsh-2", "2022", "ada").code)
    enrol(site.server, code.stored_hash(), make_signing_request(new_key(), "rdsh-2"))
    site.run(lambda tx: raise_alarm(tx, Alarm.ROLLBACK, "signed up to 812, here 640"))
    site.close()
    return site.folder


def test_it_tells_how_hosts_stand_and_whose_grace_ends_first() -> None:
    """As they said: days for who was heard, the last sign of life for who was not."""
    text = " ".join(drawn(WORST, width=100).split())
    assert "10 in grace, 11 grace is over, 12 licensed, 13 comes out of an outage, 14 not heard for a day" in text
    assert "RDSH-ends: grace, 3 days left RDSH-goes-on: grace, 90 days left RDSH-silent: last heard 2027-01-03" in text
    assert "grace" not in drawn(GOOD)


def test_a_script_is_told_the_same(folder: Path) -> None:
    """By names that stay, numbers as numbers."""
    told: dict[str, Any] = json.loads(run(folder, "--json"))
    assert (told["activated"], told["serving"], told["frozen"], told["temporary"]) == (True, False, "new", 1)
    assert [alarm["alarm"] for alarm in told["alarms"]] == ["rollback"]
    hosts = {"enrolled": 1, "shut_out": 0, "pending": ["rdsh-2"], "standings": {"unheard": 1}, "graces": []}
    assert told["hosts_by_state"] == hosts
    assert [(one["reason"], one["count"]) for one in told["refusals"]] == [("pool-used-up", 2)]
    assert (told["hosts"], told["call_open"], len(told["head"])) == (2, False, 64)


def test_a_person_sees_it_from_the_command(folder: Path) -> None:
    """The same screen as above, from the real ledger."""
    text = " ".join(run(folder).split())
    assert "activated · not serving" in text
    assert "✗ The ledger is older than what it has signed" in text
    assert "renewals only, no new CALs" in text
    assert "3/2 1 over" in text
    assert "2 × every CAL of this type is in use" in text


@pytest.mark.process
def test_a_serving_server_says_so(tmp_path: Path) -> None:
    """Asked over its socket."""
    folder = stocked_folder(tmp_path, wish("user", "2022", 2))
    with ServerProcess(folder):
        assert json.loads(run(folder, "--json"))["serving"]
        assert "activated · serving" in run(folder)
