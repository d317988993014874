"""What the collector brings from a machine that is not there: what the survey reads, and what only the machine itself can tell.

The questions are the survey's own, answered without any network.
"""

from typing import Any, cast

from calvox.common.clock import World, utc
from calvox.windows.bundle import Bundle, Item, write_bundle
from calvox.windows.channel import Channel
from calvox.windows.line import Deadline
from calvox.windows.queries import read_machine
from calvox.windows.visit import Visit, all_items
from calvox.windows.wsman import Wsman
from tests.flows.machines import TheHost, WindowsSite
from tests.windows.surveying import USER
from tests.windows.wsman_answers import Machine, answer


def collected(there: WindowsSite, machine: Machine) -> bytes:
    """Give the bundle that the collector would write on a machine."""
    there.set_clocks()
    world = World(now=lambda: there.clock.now, random=bytes)
    visit = Visit(Wsman(cast(Channel, _Here(machine)), "here", world, 1 << 20), world, cast(Deadline, _NoHaste()), 60)
    read_machine(visit, 14, ())
    items = all_items(visit, "", there.clock.now) | _only_here(there, machine)
    bundle = Bundle(
        machine=machine.name,
        collected=there.clock.now,
        user=USER,
        administrator=machine.administrator,
        language_mode="FullLanguage",
        version="collector 1",
        hashed=True,
        items=items,
    )
    return write_bundle(bundle)


class _Here:
    """Asks a machine without any network."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.left: dict[str, list[str]] = {}

    def ask(self, message: bytes, deadline: Deadline) -> tuple[int, bytes]:
        return answer(self.machine, message, self.left)


class _NoHaste:
    def within(self, seconds: float) -> "_NoHaste":
        return self

    def left(self) -> float:
        return 60


def _only_here(there: WindowsSite, machine: Machine) -> dict[str, Item]:
    """Read what only the machine itself can: its backups, its way to the licence server, its clock and proxy."""
    found: dict[str, Any] = {
        "network": {"DefaultRoutes": [], "Proxy": False},
        "clock": {"Against": machine.name.partition(".")[2], "Offset": 0},
        "stored_credentials": {"NetworkService": False, "Stored": False},
    }
    if machine is there.server.machine:
        rows = [{"Name": utc(b), "Time": utc(b), "Folder": True, "SystemState": True} for b in there.backups]
        found |= {"backup": {"Place": "D:\\CalvoxBackup", "rows": rows}, "vss_writer": {"rows": []}}
    else:
        (host,) = [one for one in there.hosts if one.machine is machine]
        found["reach"] = {"rows": [_reach(host, name) for name in host.servers]}
    now = there.clock.now
    return {name: Item(name, "the machine itself", now, value) for name, value in found.items()}


def _reach(host: TheHost, server: str) -> dict[str, Any]:
    known = server == host.server.machine.name
    return {"Server": server, "Name": known, "Port135": known, "Port445": known, "Dynamic": known}
