"""Sessions that a program holds for a block, and the example that does so."""

import asyncio
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from calvox.apps.licence_server.host_cases import Nothing
from calvox.core.products import CalType
from calvox.host import AsyncHost, HeldCal, Host, Refused, Unreachable, enrol
from calvox.host.processes import has_ended, identity
from calvox.host.state import HostFolder
from tests.apps.processes import ServerProcess, environment, stocked_folder
from tests.world import wish

pytestmark = pytest.mark.process
ROOT = Path(__file__).parents[2]
LEASE = 10


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    """Give a licence server with two CALs for sessions and the shortest lease."""
    folder = stocked_folder(tmp_path / "server", wish("session", "2022", 2))
    with ServerProcess(folder, limits={"CALVOX_SERVER_LEASE_SECONDS": str(LEASE)}) as process:
        yield process


@pytest.fixture
def home(server: ServerProcess, tmp_path: Path) -> Path:
    """Give the folder of an enrolled host."""
    asyncio.run(enrol(tmp_path / "host", server.address, server.code("rdsh-1")))
    return tmp_path / "host"


def issued(server: ServerProcess) -> int:
    """Count the CALs that are out."""
    return sum(pack.issued for pack in server.owner.call("report-packs", Nothing()).packs)


def test_a_block_holds_a_cal_and_gives_it_back(server: ServerProcess, home: Path) -> None:
    """When it ends well and when it does not; a block for which there is none is not entered."""
    with Host(home) as host:
        with host.session("a") as first, host.session("b"):
            assert (first.name, first.cal_type, issued(server)) == ("a", CalType.SESSION, 2)
            with pytest.raises(Refused) as caught, host.session("c"):
                raise AssertionError
            assert (caught.value.reason, str(caught.value)) == (
                "pool-used-up",
                "every CAL of this type is in use",
            )
        assert (issued(server), host.held()) == (0, [])
        with pytest.raises(ZeroDivisionError), host.session("d"):
            raise ZeroDivisionError
        assert (issued(server), host.held()) == (0, [])


def test_signs_of_life_go_on_while_the_block_works(server: ServerProcess, home: Path) -> None:
    """A program that only computes keeps its CAL beyond the lease; one that gives no sign loses it."""
    with Host(home) as host, host.session("kept", beat=1) as cal:
        silent = host.acquire(CalType.SESSION, "silent")
        assert isinstance(silent, HeldCal)
        end = time.monotonic() + LEASE + 25
        while issued(server) == 2 and time.monotonic() < end:
            time.sleep(0.5)
        assert issued(server) == 1
        assert cal in host.held()


def test_a_session_is_kept_and_renewed_with_asyncio(server: ServerProcess, home: Path) -> None:
    """A CAL that the licence server lost sight of is asked for anew in the background."""

    async def tell() -> None:
        async with AsyncHost(home) as host, host.session("a", beat=0.2) as cal:
            await host.order[0].release(cal.claims.cal_id)
            await asyncio.to_thread(_wait_for_another, host, cal)
            assert host.held()[0].claims.cal_id != cal.claims.cal_id
            assert issued(server) == 1
        assert issued(server) == 0

    asyncio.run(tell())


def _wait_for_another(host: AsyncHost, cal: HeldCal) -> None:
    end = time.monotonic() + 10
    while host.held()[0].claims.cal_id == cal.claims.cal_id and time.monotonic() < end:
        time.sleep(0.1)


def test_a_licence_server_that_is_gone_does_not_hold_up_the_end(server: ServerProcess, home: Path) -> None:
    """The block goes on and ends; a new one cannot begin."""
    with Host(home, timeout=2) as host:
        with host.session("a", beat=0.2):
            server.kill()
            time.sleep(0.5)
        with pytest.raises(Unreachable), host.session("b"):
            raise AssertionError


def test_a_session_is_bound_to_its_process(home: Path) -> None:
    """So that whoever keeps it alive sees its end."""
    with Host(home) as host, host.session("a"):
        (stored,) = HostFolder(home).cals()
        assert stored.process == identity(os.getpid())
        assert not has_ended(stored.process)
    gone = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    name = identity(gone.pid)
    assert not has_ended(name)
    gone.kill()
    gone.communicate()
    assert has_ended(name)
    assert not has_ended("")


# The example


def test_the_example_serves_as_many_as_there_are_cals(server: ServerProcess, home: Path) -> None:
    """Two are served, a third reads why not; one that leaves makes room."""
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "examples/server_product/product.py"), str(home), "0"],
        stdout=subprocess.PIPE,
        env=environment(),
    )
    try:
        port = _port(process)
        first, second = visit(port), visit(port)
        assert (said(first), said(second)) == ("Welcome", "Welcome")
        first.sendall(b"hello\n")
        assert said(first) == "hello"
        third = visit(port)
        assert said(third) == "No room now: every CAL of this type is in use"
        first.close()
        _wait_until(server, 1)
        fourth = visit(port)
        assert said(fourth) == "Welcome"
        for connection in (second, third, fourth):
            connection.close()
        _wait_until(server, 0)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)


def _port(process: subprocess.Popen[bytes]) -> int:
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], 30)
    assert ready
    return int(process.stdout.readline())


def visit(port: int) -> socket.socket:
    """Come in."""
    return socket.create_connection(("127.0.0.1", port), timeout=20)


def said(connection: socket.socket) -> str:
    """Hear one line."""
    line = bytearray()
    while not line.endswith(b"\n"):
        line += connection.recv(1) or b"\n"
    return line.decode().strip()


def _wait_until(server: ServerProcess, count: int) -> None:
    end = time.monotonic() + 20
    while issued(server) != count:
        assert time.monotonic() < end
        time.sleep(0.1)
