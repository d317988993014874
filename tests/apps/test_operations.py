"""Health, readiness and metrics of a running licence server, on this machine alone."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from calvox.apps.operations import bind_operations
from calvox.common.errors import BadSettings
from calvox.core.products import CalType
from calvox.host import Host, Refusal
from tests.apps.licence_server.test_process import host_of
from tests.apps.operating import fetch_operations, value
from tests.apps.processes import ServerProcess, stocked_folder
from tests.world import wish

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """Give a licence server with one CAL for sessions."""
    folder = stocked_folder(tmp_path_factory.mktemp("operations"), wish("session", "2022", 1))
    with ServerProcess(folder, limits={"CALVOX_SERVER_OPERATIONS": "127.0.0.1:0"}) as process:
        yield process


def fetch(process: ServerProcess, path: str) -> tuple[int, str]:
    """Ask the operations listener."""
    return fetch_operations(process.process.pid, process.port, path)


def test_it_is_alive_and_ready(running: ServerProcess) -> None:
    """An activated server without an alarm is; each check is named."""
    assert fetch(running, "/healthz") == (200, '{"status":"ok"}')
    status, body = fetch(running, "/readyz")
    checks = {check["name"]: check["good"] for check in json.loads(body)["checks"]}
    assert (status, checks) == (200, dict.fromkeys(("ledger", "activated", "alarms", "certificate"), True))


def test_it_measures_what_it_does(running: ServerProcess, tmp_path: Path) -> None:
    """Entries by kind, refusals by reason, commits, pools and hosts."""
    before = fetch(running, "/metrics")[1]
    with Host(host_of(running, tmp_path, "h")) as host:
        host.acquire(CalType.SESSION, "one")
        refused = [host.acquire(CalType.SESSION, f"more-{n}") for n in range(2)]
    assert all(isinstance(one, Refusal) for one in refused)
    after = fetch(running, "/metrics")[1]
    issued = 'calvox_entries_total{kind="CalIssued"}'
    assert issued not in before
    assert value(after, issued) == 1
    assert value(after, 'calvox_refused_total{reason="pool-used-up"}') == 2
    assert value(after, "calvox_commit_seconds_count") > 0
    assert value(after, 'calvox_pool_cals{type="session",version="2022"}') == 1
    assert value(after, 'calvox_pool_issued{type="session",version="2022"}') == 1
    assert value(after, 'calvox_hosts{state="enrolled"}') == 1
    assert value(after, "calvox_activated") == 1
    assert abs(value(after, "calvox_clock_offset_seconds")) < 5


def test_nothing_else_is_there(running: ServerProcess) -> None:
    """Neither the host API nor the owner's use cases."""
    for path in ("/", "/v1/status", "/status", "/metrics/x"):
        assert fetch(running, path)[0] == 404


@pytest.mark.parametrize("address", ["0.0.0.0:7404", "192.0.2.1:7404", "example.test:7404", ":7404", "nonsense"])
def test_it_listens_on_this_machine_alone(address: str) -> None:
    """Another address is a wrong setting, named."""
    with pytest.raises(BadSettings, match=r"server\.operations"):
        bind_operations(address, "server.operations")
