"""Acting on doubles: every action with something to be given, and one order of it."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from calvox.common.clock import World
from calvox.windows.actions.action import Order, values_of
from calvox.windows.actions.catalogue import ACTIONS
from calvox.windows.actions.outcome import Outcome
from calvox.windows.actions.remote import Reached, perform
from calvox.windows.credentials import Credentials
from calvox.windows.line import Target
from calvox.windows.survey import Options
from tests.windows.surveying import LS, NTLM, RDSH, doubles
from tests.windows.wsman_answers import Machine
from tests.windows.wsman_state import (
    CONFIRMATION,
    NEW_SERVER_ID,
    PACK_ID,
    SERVER_ID,
    SOURCE,
    SOURCE_ID,
    LicenceServer,
    SessionHost,
)

ORDER = "0123456789abcdef" * 2
NOW = 1_795_517_940
GIVEN: dict[str, dict[str, str]] = {
    "install-role": {},
    "start-service": {},
    "activate-server": {"code": SERVER_ID},
    "reactivate-server": {"code": NEW_SERVER_ID},
    "deactivate-server": {"code": CONFIRMATION},
    "install-pack": {"code": PACK_ID},
    "reinstall-pack": {"code": PACK_ID},
    "import-pack": {"code": PACK_ID, "source_name": SOURCE, "source_id": SOURCE_ID},
    "convert-cals": {"pack": "21", "count": "10"},
    "remove-pack": {"pack": "21"},
    "revoke-cal": {"device": "PC-0003"},
    "make-report": {},
    "join-license-servers-group": {},
    "publish": {},
    "set-licensing": {"mode": "user", "servers": "ls1.corp.example.test,ls2.corp.example.test"},
    "set-deployment-licensing": {"mode": "user", "servers": "ls1.corp.example.test", "broker": "cb1.corp.example.test"},
}
"""What each action is given here."""
OVER_WINRM = [name for name, action in ACTIONS.items() if action.remote is not None]
ONLY_BY_SCRIPT = sorted(set(ACTIONS) - set(OVER_WINRM))
ACTIVATED_BEFORE = {"reactivate-server", "deactivate-server", "install-pack", "reinstall-pack", "import-pack"}


def order_of(name: str, given: Mapping[str, str] | None = None, machine: str = "") -> Order:
    """Make an order of an action."""
    action = ACTIONS[name]
    meant = machine or (RDSH if action.where != "licence-server" else LS)
    return Order(ORDER, action, meant, values_of(action, GIVEN[name] if given is None else given))


def machine_for(name: str) -> LicenceServer | SessionHost:
    """Make the machine on which an action can be done."""
    if ACTIONS[name].where == "session-host":
        return SessionHost(RDSH)
    server = LicenceServer(LS, activated=name in ACTIVATED_BEFORE)
    if name == "start-service":
        server.state, server.start = "Stopped", "Disabled"
        server._refresh()
    return server


@contextmanager
def reaching(
    machine: Machine, folder: Path, patch: pytest.MonkeyPatch, credentials: Credentials = NTLM
) -> Iterator[Reached]:
    """Serve a machine, and say how it is reached."""
    world = World(now=lambda: NOW, random=lambda count: bytes(range(count)))
    with doubles({"127.0.9.1": machine}, folder, patch) as double:
        target = Target(host=machine.name, port=double.port, address="127.0.9.1")
        yield Reached(target, credentials, Options(seconds=20, request_seconds=4), world, pause=lambda seconds: None)


def acted(
    machine: Machine, order: Order, folder: Path, patch: pytest.MonkeyPatch, *, rehearse: bool = False
) -> Outcome:
    """Do an order on a double."""
    with reaching(machine, folder, patch) as to:
        return perform(order, to, rehearse=rehearse)


def result_file(**changes: Any) -> bytes:
    """Write a result as a script does on Windows: ASCII, in the order of a hash table, its own hash at the end."""
    table = {
        "code": 0, "machine": LS, "format": "calvox-windows-result-1", "outcome": "done", "order": ORDER,
        "user": "CORP\\Zoé", "action": "publish", "time": "2026-11-24T11:00:00Z", "before": {"Published": False},
        "after": {"Published": True},
    } | changes  # fmt: skip
    head = json.dumps(table, separators=(",", ":"))
    return f'{head[:-1]},"sha256":"{hashlib.sha256(head.encode()).hexdigest()}"}}\r\n'.encode("ascii")
