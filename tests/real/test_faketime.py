"""Real processes moved through time by faketime: a clock that is wrong is named with the way out, and wins nothing.

The product has no clock of its own to switch: the library of Debian's `faketime` stands between the process and the kernel.
Its even clock (CLOCK_MONOTONIC) stays real, as it does when somebody sets a machine's clock.
"""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from calvox.apps.centre.process import Founding, found, owner
from calvox.apps.journals import VerifyJournal
from calvox.apps.licence_server.cal_cases import ListCals
from calvox.apps.licence_server.clock_cases import ClockShown
from calvox.apps.licence_server.host_cases import Nothing
from calvox.centre.agreements import AddAgreement, NewCaller, NewLine
from calvox.centre.calls import PrepareCall
from calvox.centre.signing import SignCall, Signed
from calvox.common.clock import DAY, SYSTEM
from calvox.common.errors import ClockWrong, Unreachable
from calvox.common.settings import Centre as Chosen
from calvox.core.products import CalType
from calvox.host import HeldCal, Host
from tests.apps.licence_server.test_process import host_of
from tests.apps.processes import COMMAND, PATIENCE, ServerProcess, command, environment, stocked_folder
from tests.centre.world import AGREEMENT, CALL_WORD, CALLER, COST, PASSPHRASE, PHONES, SERVER, device
from tests.world import wish

pytestmark = pytest.mark.process
LIBRARY = "faketime/libfaketimeMT.so.1"
Y2010, Y2099 = 1_262_304_000, 4_070_908_800
HINTS = {"clock-behind": "Set the clock right", "clock-ahead": "calvox server clock confirm"}


def library() -> Path:
    """Find the library; skip by name where it is missing, fail in CI."""
    found = next(iter(Path("/usr/lib").glob(f"*/{LIBRARY}")), None)
    if found is None and os.environ.get("CI") == "true":
        pytest.fail("CI needs the package faketime")
    if found is None:
        pytest.skip("a process is moved through time by faketime, which is not installed")
    return found


@dataclass
class Machine:
    """A machine whose clock somebody sets; one licence server runs on it."""

    folder: Path
    """The licence server's."""
    clock: Path
    """File that says by how much the clock is wrong."""
    server: ServerProcess

    @classmethod
    def limits(cls, clock: Path) -> dict[str, str]:
        """Give the environment of a process there."""
        return {
            "LD_PRELOAD": str(library()),
            "FAKETIME_TIMESTAMP_FILE": str(clock),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def set(self, wrong: int) -> None:
        """Set the clock wrong by so many seconds; 0: right."""
        beside = self.clock.with_suffix(".new")
        beside.write_text(f"{wrong:+d}\n")
        beside.replace(self.clock)

    def restart(self) -> None:
        """End the process and start it again."""
        assert self.server.terminate() == 0
        self.server = ServerProcess(self.folder, limits=self.limits(self.clock))

    def ask(self, *words: str, code: int = 0) -> Any:
        """Run a command on the machine, whose exit code must be this one."""
        done = command(*words, "--folder", str(self.folder), cwd=self.folder)
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout)

    def shows(self, alarm: str) -> None:
        """Check what the command line shows of the clock; `alarm` is empty where none stands."""
        assert self.ask("server", "clock", "show")["state"] == (alarm or "good")
        alarms = self.ask("server", "alarms", code=1 if alarm else 0)
        assert [(one["alarm"], HINTS[alarm] in one["hint"]) for one in alarms] == ([(alarm, True)] if alarm else [])

    def stands(self, alarm: str, wrong: int) -> ClockShown:
        """Check the same as the server tells it, and that it sees the wrong clock."""
        told: ClockShown = self.server.owner.call("clock", Nothing())
        assert abs(told.shown - wrong - time.time()) < 60
        assert told.state == (alarm or "good")
        assert [one.alarm for one in self.server.owner.call("alarms", Nothing())] == ([alarm] if alarm else [])
        return told

    def cals(self) -> list[str]:
        """Name the holders of the CALs that are out."""
        return sorted(cal.holder for cal in self.server.owner.call("cal-list", ListCals()))


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """Give a machine whose clock is right."""
    clock = tmp_path / "clock"
    clock.write_text("+0\n")
    limits = Machine.limits(clock)
    folder = stocked_folder(tmp_path, wish("user", "2022", 9))
    machine = Machine(folder, clock, ServerProcess(folder, limits=limits))
    yield machine
    machine.server.kill()


def held(answer: object) -> HeldCal:
    """Take an answer that must be a CAL, whose token the host has verified."""
    assert isinstance(answer, HeldCal), answer
    return answer


def reached(folder: Path) -> bool:
    """Tell whether a host that has yet to connect reaches the server, whose machine's clock is wrong: licensing time counts."""
    with Host(folder) as fresh:
        try:
            fresh.server_status()
        except Unreachable:
            return False
    return True


@pytest.mark.parametrize(
    ("moment", "alarm"),
    [
        (-3600, ""),
        (-366 * DAY, "clock-behind"),
        (Y2010, "clock-behind"),
        (Y2099, "clock-ahead"),
    ],
    ids=["an hour back", "a year back", "2010", "2099"],
)
def test_a_clock_that_is_set_wrong(machine: Machine, tmp_path: Path, moment: int, alarm: str) -> None:
    """While running and over a restart: named, nothing ends, tokens verify; set right, all is as before."""
    wrong = moment if moment < 0 else moment - int(time.time())
    with Host(host_of(machine.server, tmp_path, "h")) as host:
        first = held(host.acquire(CalType.USER, "anna"))
        machine.set(wrong)
        told = machine.stands(alarm, wrong)
        machine.shows(alarm)
        assert abs(told.licensing_time - time.time()) < 60
        second = held(host.acquire(CalType.USER, "bob"))
        assert abs(second.claims.valid_until - first.claims.valid_until) < 60
        assert {cal.name for cal in host.held()} == {"anna", "bob"}
        assert reached(tmp_path / "h")
    machine.restart()
    told = machine.stands(alarm, wrong)
    assert abs(told.licensing_time - time.time()) < 60
    assert machine.cals() == ["anna", "bob"]
    assert machine.server.owner.call("journal-verify", VerifyJournal()).entries > 0
    machine.set(0)
    machine.stands("", 0)
    machine.restart()
    machine.stands("", 0)
    with Host(host_of(machine.server, tmp_path, "h2")) as host:
        held(host.acquire(CalType.USER, "carl"))
    assert machine.cals() == ["anna", "bob", "carl"]


def test_whoever_answers_for_a_clock_that_jumped_ahead_mends_it(machine: Machine) -> None:
    """A machine that stood in a cupboard: from then on its time counts, over a restart, too."""
    machine.set(40 * DAY)
    machine.stands("clock-ahead", 40 * DAY)
    assert machine.ask("server", "clock", "confirm")["state"] == "good"
    for _ in range(2):
        told = machine.stands("", 40 * DAY)
        assert abs(told.licensing_time - told.shown) < 60
        machine.restart()


def test_a_clock_that_is_behind_cannot_be_confirmed(machine: Machine) -> None:
    """No word makes time go back."""
    machine.set(-40 * DAY)
    done = command("server", "clock", "confirm", "--folder", str(machine.folder), cwd=machine.folder)
    assert (done.returncode, json.loads(done.stderr)["code"]) == (5, "conflict")
    machine.stands("clock-behind", -40 * DAY)


@pytest.mark.parametrize("moment", [60, Y2010], ids=["1970", "2010"])
def test_a_centre_on_a_machine_that_lost_the_time(tmp_path: Path, moment: int) -> None:
    """It serves, says so, and signs nothing; once the clock is right the same process signs the call that waited."""
    library()
    folder, clock, log = tmp_path / "centre", tmp_path / "clock", tmp_path / "log"
    found(folder, Founding("Centre d'essai", PHONES), PASSPHRASE, SYSTEM, cost=COST)
    own = owner(Chosen(folder=str(folder)), None)
    agreed = AddAgreement("Mairie", 6, "S", "P", (NewLine(0, 7, 100),), (NewCaller(CALLER, CALL_WORD),), AGREEMENT)
    own.call("agreement-add", agreed)
    asked = PrepareCall(CALLER, CALL_WORD, SERVER.hex(), agreement=AGREEMENT, lines=(device(60, 1),))
    prepared = own.call("prepare", asked)
    (tmp_path / "passphrase").write_text(PASSPHRASE)
    clock.write_text(f"{moment - int(time.time()):+d}\n")
    options = ("--folder", str(folder), "--passphrase-file", str(tmp_path / "passphrase"), "--listen", "127.0.0.1:0")
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [*COMMAND, "centre", "serve", *options],
            stdout=subprocess.PIPE,
            stderr=errors,
            env=environment(**Machine.limits(clock)),
        )
    try:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["ready"]
        with pytest.raises(ClockWrong, match=r"shows (1970|2010)-"):
            own.call("sign", SignCall(prepared.call))
        assert b"nothing is entered or signed" in log.read_bytes()
        beside = clock.with_suffix(".new")
        beside.write_text("+0\n")
        beside.replace(clock)
        signed = own.call("sign", SignCall(prepared.call))
        assert isinstance(signed, Signed)
        assert abs(signed.issue_day - time.time() // DAY) <= 1
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)
