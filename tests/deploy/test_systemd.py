"""The units of systemd: they parse, shut a service in well, and the processes tell systemd what it waits for."""

import os
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from calvox.common.errors import RENDERINGS
from calvox.common.supervision import notify, watchdog_seconds
from tests.apps.processes import ServerProcess, stocked_folder
from tests.world import wish

UNITS = Path(__file__).parents[2] / "deploy" / "systemd"
SERVICES = sorted(UNITS.glob("*.service"))
MOST_EXPOSED = 1.5
"""`systemd-analyze security` goes from 0 (shut in) to 10 (not at all)."""


def analyze(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Ask systemd's own checker."""
    program = shutil.which("systemd-analyze")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("systemd-analyze is not installed")
        pytest.skip("systemd-analyze is not installed: apt-get install systemd")
    return subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("unit", SERVICES, ids=lambda path: path.name)
def test_a_service_is_shut_in(unit: Path) -> None:
    """As systemd itself scores it."""
    told = analyze("security", "--offline=true", "--no-pager", str(unit)).stdout
    (score,) = re.findall(r"Overall exposure level for \S+: ([\d.]+)", told)
    assert float(score) <= MOST_EXPOSED, told


def test_every_unit_is_well_formed(tmp_path: Path) -> None:
    """No unknown section, option or value; the program is put in the place of the one that is installed later."""
    for unit in (*SERVICES, *UNITS.glob("*.timer")):
        text = unit.read_text("utf-8").replace("/usr/local/bin/calvox", "/bin/true")
        name = unit.name.replace("@.", "@server.")
        (tmp_path / name).write_text(re.sub(r"file:/\S+", "man:systemd(1)", text), "utf-8")
    for unit in sorted(tmp_path.iterdir()):
        told = analyze("verify", "--man=no", str(unit))
        assert (told.stderr, told.returncode) == ("", 0), unit.name


@pytest.mark.parametrize("unit", SERVICES, ids=lambda path: path.name)
def test_no_service_runs_as_root_or_starts_again_in_vain(unit: Path) -> None:
    """A user of its own; and an error that starting again does not mend ends it for good."""
    text = unit.read_text("utf-8")
    assert re.search(r"^User=calvox-", text, re.MULTILINE)
    if "Restart=on-failure" in text:
        (codes,) = re.findall(r"^RestartPreventExitStatus=(.*)$", text, re.MULTILINE)
        for code in ("bad-settings", "not-found", "tampered", "key-locked"):
            assert str(RENDERINGS[code].exit) in codes.split(), code


def test_a_process_says_that_it_is_ready_alive_and_stopping(tmp_path: Path) -> None:
    """And gives signs of life for as long as its loop turns: at least three in the time that systemd waits."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(tmp_path / "notify"))
        heard.settimeout(20)
        told: list[str] = []
        limits = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "300000"}
        with ServerProcess(stocked_folder(tmp_path, wish("user", "2022", 1)), limits=limits) as process:
            while told.count("WATCHDOG=1") < 5:
                told.append(heard.recv(100).decode())
            began = time.perf_counter()
            while told.count("WATCHDOG=1") < 8:
                told.append(heard.recv(100).decode())
            assert time.perf_counter() - began < 5
            assert process.terminate() == 0
        while told[-1] != "STOPPING=1":
            told.append(heard.recv(100).decode())
    assert told.count("READY=1") == 1


def test_who_was_not_started_by_systemd_tells_nobody() -> None:
    """Nor does a child whose parent is the one that is watched."""
    notify("READY=1", {})
    assert watchdog_seconds({}) == 0
    assert watchdog_seconds({"WATCHDOG_USEC": "soon"}) == 0
    assert watchdog_seconds({"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "1"}) == 0
    assert watchdog_seconds({"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": str(os.getpid())}) == 3


def test_an_abstract_socket_is_reached_too() -> None:
    """Its name begins with @."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        name = f"calvox-{os.getpid()}"
        heard.bind(f"\0{name}")
        notify("READY=1", {"NOTIFY_SOCKET": f"@{name}"})
        assert heard.recv(100) == b"READY=1"
