"""Scripts that somebody carries to a machine that is not there, and runs; those of actions are played here.

There is no PowerShell here. What a script does is done by hand, step by step as it stands in the script: it refuses another
machine, reads, tells what it would not do, changes, reads again, and writes its result beside itself. Every method, cmdlet and
key that is used here must stand in the script's text, so that this double cannot drift away from it.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from calvox.common.clock import utc
from tests.flows.collecting import collected
from tests.flows.machines import WindowsSite
from tests.windows.actions.acting import result_file
from tests.windows.surveying import USER
from tests.windows.wsman_answers import Machine
from tests.windows.wsman_state import HOST, PACK, REPORT, SERVER, SERVICE

State = dict[str, Any]
UNCOUNTED = 0xFFFFFFFF
SUBSTITUTES = {"ChangeStartMode": "Set-Service", "StartService": "Start-Service"}
"""Cmdlets by which a script does what over WinRM is a method."""


class NotDone(Exception):
    """The script stops with this message, and nothing is done."""


@dataclass
class Script:
    """A script on a machine."""

    text: str
    machine: Machine
    given: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read what it is given."""
        block = re.search(r"^\$Given = @\{\n(.*?)^\}", self.text, re.MULTILINE | re.DOTALL)
        assert block
        for name, value in re.findall(r"^    '(\w+)' = (.*)$", block[1], re.MULTILINE):
            texts = re.findall(r"'([^']*)'", value)
            self.given[name] = int(value) if value.isdecimal() else texts if value.startswith("@(") else texts[0]

    def named(self, name: str) -> str:
        """Give one of the texts in its head."""
        found = re.search(rf"^\${name} = '([^']*)'$", self.text, re.MULTILINE)
        assert found
        return found[1]

    def rows(self, name: str) -> list[Mapping[str, Any]]:
        """Read the instances of a class."""
        assert f"-ClassName '{name}'" in self.text
        return self.machine.classes[name]

    def call(self, name: str, method: str, given: Mapping[str, Any] | None = None, **keys: str) -> Mapping[str, Any]:
        """Call a method, of a class or of the instance with these keys."""
        written = SUBSTITUTES.get(method, f"-MethodName '{method}'")
        assert written in self.text, f"the script has no {written}"
        self.machine.selected = keys
        found = self.machine.methods[f"{name}.{method}"]
        return {"ReturnValue": 0, **(found(given or {}) if callable(found) else found)}

    def state(self, found: State) -> State:
        """Give a state of which every key stands in the script."""
        for key in found:
            assert re.search(rf"\b{key}\s+=", self.text), f"the script has no key {key}"
        return found


Change = tuple[int, State]
"""Code and answer."""


@dataclass(frozen=True)
class Doing:
    """What the script of one action does."""

    read: Callable[[Script], State]
    change: Callable[[Script, State], Change]
    wanted: Callable[[Script, State], bool] = lambda script, state: False
    obstacle: Callable[[Script, State], bool] = lambda script, state: False
    reached: Callable[[Script, State, State], bool] | None = None
    """None: if it is as wanted."""


def _service(script: Script) -> State:
    (row,) = script.rows(SERVICE)
    return script.state({"State": row["State"], "StartMode": row["StartMode"]})


def _start(script: Script, before: State) -> Change:
    script.call(SERVICE, "ChangeStartMode", {"StartMode": "Automatic"}, Name="TermServLicensing")
    if before["State"] != "Running":
        script.call(SERVICE, "StartService")
    return 0, {}


def _activation(script: Script) -> State:
    status, same = script.call(SERVER, "GetActivationStatus")["ActivationStatus"], None
    if status == 0:
        same = script.call(SERVER, "GetLicenseServerId")["sLicenseServerId"] == script.given["code"]
    return script.state({"ActivationStatus": status, "IdIsTheCode": same})


def _activate(script: Script, before: State) -> Change:
    told = script.call(SERVER, "ActivateServer", {"sLicenseServerId": script.given["code"]})
    return told["ReturnValue"], {"ActivationStatus": told["ActivationStatus"]}


def _packs(script: Script) -> State:
    keys = ("KeyPackId", "KeyPackType", "ProductType", "ProductVersionID", "TotalLicenses", "IssuedLicenses")
    rows = [script.state({key: int(row[key]) & UNCOUNTED for key in keys}) for row in script.rows(PACK)]
    return script.state({"Packs": rows})


def _install(script: Script, before: State) -> Change:
    told = script.call(PACK, "InstallLicenseKeyPack", {"sLicenseKeyPackId": script.given["code"]})
    return told["ReturnValue"], {"KeyPackId": told.get("KeyPackId")}


def _more_packs(script: Script, before: State, after: State) -> bool:
    return len(after["Packs"]) > len(before["Packs"])


def _reports(script: Script) -> State:
    return script.state({"Reports": [str(row["FileName"]) for row in script.rows(REPORT)]})


def _report(script: Script, before: State) -> Change:
    told = script.call(REPORT, "GenerateReportEx")
    return told["ReturnValue"], {"FileName": told["FileName"]}


def _setting(script: Script) -> State:
    (row,) = script.rows(HOST)
    keys = (
        "ServerName", "TerminalServerMode", "LicensingType", "PolicySourceLicensingType",
        "PolicySourceConfiguredLicenseServers",
    )  # fmt: skip
    listed = script.call(HOST, "GetSpecifiedLicenseServerList")["SpecifiedLSList"]
    return script.state({key: row[key] for key in keys} | {"SpecifiedLSList": list(listed)})


def _servers_hold(script: Script, state: State) -> bool:
    return script.given.get("servers") in (None, state["SpecifiedLSList"])


def _mode_holds(script: Script, state: State) -> bool:
    return "mode" not in script.given or state["LicensingType"] == {"device": 2, "user": 4}[script.given["mode"]]


def _set(script: Script, before: State) -> Change:
    code, key = 0, {"ServerName": before["ServerName"]}
    if not _servers_hold(script, before):
        given = {"SpecifiedLSList": script.given["servers"]}
        code = script.call(HOST, "SetSpecifiedLicenseServerList", given, **key)["ReturnValue"]
    if code == 0 and not _mode_holds(script, before):
        mode = {"device": "2", "user": "4"}[script.given["mode"]]
        code = script.call(HOST, "ChangeMode", {"LicensingType": mode}, **key)["ReturnValue"]
    return code, {}


def _asked(method: str, key: str) -> Callable[[Script], State]:
    return lambda script: script.state({key: bool(script.call(SERVER, method, {"Domain": ""})[key])})


def _done(method: str) -> Callable[[Script, State], Change]:
    return lambda script, before: (script.call(SERVER, method)["ReturnValue"], {})


DOINGS = {
    "start-service": Doing(_service, _start, lambda s, now: now == {"State": "Running", "StartMode": "Auto"}),
    "activate-server": Doing(
        _activation,
        _activate,
        lambda s, now: now == {"ActivationStatus": 0, "IdIsTheCode": True},
        lambda s, now: now["ActivationStatus"] == 0,
    ),
    "install-pack": Doing(_packs, _install, reached=_more_packs),
    "make-report": Doing(_reports, _report, reached=lambda s, one, other: len(other["Reports"]) > len(one["Reports"])),
    "set-licensing": Doing(_setting, _set, lambda s, now: _servers_hold(s, now) and _mode_holds(s, now)),
    "join-license-servers-group": Doing(
        _asked("IsLSinTSLSGroup", "IsMember"), _done("AddLStoTSLSGroup"), lambda s, now: bool(now["IsMember"])
    ),
    "publish": Doing(_asked("IsLSPublished", "Published"), _done("PublishLS"), lambda s, now: bool(now["Published"])),
}


def run_action(there: WindowsSite, machine: Machine, file: Path, *, rehearse: bool = False) -> Path:
    """Run the script of an action; give the file with its result.

    Raises:
        NotDone: it refuses.
    """
    script = Script(file.read_bytes().decode("utf-8-sig").replace("\r\n", "\n"), machine)
    if script.named("Machine") != machine.name:
        raise NotDone(f"This script is for {script.named('Machine')}. This is {machine.name}: nothing was done.")
    result = file.parent / f"calvox-result-{script.named('Order')}.json"
    if result.exists() and json.loads(result.read_bytes())["outcome"] in ("done", "unknown"):
        raise NotDone(f"{result} shows that this order was carried out; it is not done twice.")
    told = _played(DOINGS[script.named("Action")], script, rehearse=rehearse)
    head = {"order": script.named("Order"), "action": script.named("Action"), "machine": machine.name, "user": USER}
    result.write_bytes(result_file(**head, time=utc(there.clock.now), **told))
    return result


def _played(doing: Doing, script: Script, *, rehearse: bool) -> dict[str, Any]:
    """Read, do, read again: what the frame of every script does."""
    before = doing.read(script)
    told = {"outcome": "unchanged", "code": 0, "before": before, "after": before}
    if doing.wanted(script, before):
        return told
    if doing.obstacle(script, before):
        return told | {"outcome": "failed"}
    if rehearse:
        return told | {"outcome": "rehearsed"}
    code, answer_ = doing.change(script, before)
    after = doing.read(script)
    reached = doing.reached(script, before, after) if doing.reached else doing.wanted(script, after)
    outcome = "done" if code == 0 and reached else "failed"
    return told | {"outcome": outcome, "code": code, "after": after | ({"Answer": answer_} if answer_ else {})}


# What is typed at an elevated prompt


def type_powershell(there: WindowsSite, machine: str, folder: Path, line: str) -> Path:
    """Run a script as it is typed on a machine, in the folder of the stick; give the file that it wrote."""
    found = re.fullmatch(r"powershell\.exe -ExecutionPolicy RemoteSigned -File \.\\([\w.*-]+\.ps1)( -WhatIf)?", line)
    assert found, f"not understood: {line}"
    (file,) = folder.glob(found[1])
    there.clock.go_on()
    if file.name == "calvox-collector.ps1":
        short = machine.partition(".")[0].upper()
        path = folder / f"calvox-{short}-{re.sub('[-:]', '', utc(there.clock.now))}.json"
        path.write_bytes(collected(there, there.named(machine)))
        return path
    return run_action(there, there.named(machine), file, rehearse=bool(found[2]))
