"""A whole Windows site: bundles, *do not call yet*, remedies, *call*, two calls, acceptance, papers; by WinRM and by hand.

Every step is a command as a person types it. The machines are doubles that change as they are told to; the clearing house is
the person who reads codes aloud.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.flows.carried import NotDone, type_powershell
from tests.flows.commanding import Commands, text_on
from tests.flows.machines import DEVICE_PACK, PACK_ID, SERVER_ID, WindowsSite
from tests.pdfs import ink_of, poppler, squeezed, text_of

DOMAIN = "usine.example"
SERVER, HOSTS = f"licsrv01.{DOMAIN}", (f"rdsh01.{DOMAIN}", f"rdsh02.{DOMAIN}")
DESCRIPTION = f"""
name = "Usine"

[contact]
company = "Usine Exemple"
country = "France"
first_name = "Anne"
last_name = "Exemple"

[licensing]
mode = "MODE"
servers = ["{SERVER}"]
hosts = ["{HOSTS[0]}", "{HOSTS[1]}"]
domain = "{DOMAIN}"

[backup]
folder = 'D:\\Sauvegarde'

[[purchases]]
programme = "open"
cal_type = "MODE"
version = "2022"
quantity = QUANTITY
licence_number = "1234 5678"
authorisation_number = "ABCDE12345ABCDE"
papers = true
"""
WHO = ("--credentials-file", "who.toml")
SCRIPT = "powershell.exe -ExecutionPolicy RemoteSigned -File ."


class Story:
    """A site folder, its machines, and who sits before it."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, there: WindowsSite, mode: str) -> None:
        self.folder, self.there, self.mode = folder, there, mode
        self.commands = Commands(folder, there, patch)
        self.commands.write_credentials()
        self.commands.run("site", "init", "Usine", "--folder", "site")
        quantity = {"user": "50", "device": "20"}[mode]
        text = DESCRIPTION.replace("MODE", mode).replace("QUANTITY", quantity)
        (folder / "site" / "site.toml").write_text(text, "utf-8")
        self.stick = folder / "stick"
        self.stick.mkdir()
        self.commands.run("windows", "collector", "--out", "stick/calvox-collector.ps1")

    def windows(self, *words: str, code: int = 0, typed: str | Callable[[str], str] = "") -> str:
        """Run a command of the kit, and give what it shows, on one line."""
        return text_on(self.commands.run("windows", *words, "--site", "site", code=code, typed=typed))

    def told(self, *words: str, code: int = 0) -> Any:
        """Run a command of the kit as a script does, and read its answer."""
        return json.loads(self.commands.run("--json", "windows", *words, "--site", "site", code=code))

    def survey(self) -> None:
        """Read all machines over WinRM."""
        self.windows("survey", SERVER, *HOSTS, *WHO)

    def collect(self) -> None:
        """Carry the collector to all machines, and the bundles back."""
        files = [self.there_types(name, f"{SCRIPT}\\calvox-collector.ps1") for name in (SERVER, *HOSTS)]
        assert "entered" in self.windows("import", *map(str, files))

    def there_types(self, machine: str, line: str) -> Path:
        """Type something on a machine, where the stick is."""
        return type_powershell(self.there, machine, self.stick, line)

    def carry(self, machine: str, *words: str, code: str = "") -> str:
        """Have the script of an action written, run it there, rehearsed first, and import its results."""
        self.windows(*words, "--script", "stick", "--yes", typed=code)
        (script,) = [path for path in self.stick.glob("calvox-*-*.ps1") if not path.with_suffix(".done").exists()]
        before = self.state()
        rehearsed = self.there_types(machine, f"{SCRIPT}\\{script.name} -WhatIf")
        assert json.loads(rehearsed.read_bytes())["outcome"] == "rehearsed"
        assert self.state() == before
        result = self.there_types(machine, f"{SCRIPT}\\{script.name}")
        script.with_suffix(".done").touch()
        return self.windows("import", str(result))

    def state(self) -> tuple[object, ...]:
        """Give what a rehearsal must not change."""
        server = self.there.server
        hosts = [(host.mode, tuple(host.servers)) for host in self.there.hosts]
        return server.state, server.start, server.server_id, server.member, len(server.packs), len(server.made), *hosts


@pytest.fixture
def by_winrm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Story]:
    """Give a site in a domain, per user, whose machines answer over WinRM."""
    story = Story(tmp_path, monkeypatch, WindowsSite(), "user")
    with story.commands.connected():
        yield story


@pytest.fixture
def by_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Story:
    """Give a site, per device, to which nothing connects."""
    return Story(tmp_path, monkeypatch, WindowsSite(DEVICE_PACK), "device")


# What both stories have in common


def refuse_to_call(story: Story) -> None:
    """The precheck says not yet, with every reason and what to do about it; a call is not opened either."""
    shown = story.windows("precheck", code=1)
    assert "DO NOT CALL YET" in shown
    assert f"✗ The service TermServLicensing runs on {SERVER}" in shown
    assert f"calvox windows act start-service --machine {SERVER}" in shown
    assert "calvox windows backup-tested" in shown
    assert f"set-licensing --machine {HOSTS[0]} --mode {story.mode} --servers {SERVER}" in shown
    failed = {one["name"] for one in story.told("precheck", code=1)["conditions"] if one["state"] != "holds"}
    assert failed == {"service-running", "service-automatic", "backup", "hosts"}
    assert "Do not call yet" in story.windows("call", "open", "activate", code=5)
    found = json.loads(story.commands.run("--json", "doctor", "site", code=2))
    rules = {one["rule"] for one in found["findings"] if one["outcome"] == "error"}
    assert {"server-service-stopped", "server-not-activated", "host-mode-not-set", "host-no-server"} <= rules


def back_up(story: Story) -> None:
    """A backup is made and tested, and somebody vouches for it."""
    story.there.backups.append(story.there.clock.now)
    assert "was tested" in story.windows("backup-tested", "--made", "2026-11-24")


def may_call(story: Story) -> None:
    """The precheck says call, and which call comes first."""
    shown = story.windows("precheck")
    assert f"CALL: everything holds for {SERVER}." in shown
    assert "Next: “calvox windows call open activate”." in shown


def hear(story: Story, number: int, code: str) -> None:
    """A code is typed as it is read out: a group too short, a group misheard, the line cut off; then it is right."""
    groups = [code[at : at + 5] for at in range(0, 35, 5)]
    first = [*groups[:2], groups[2][:4], ""]
    shown = story.windows("call", "type", str(number), code=2, typed=lambda question: first.pop(0))
    assert "✗ Group 3 has 4 signs, not 5" in shown
    assert "half typed" in story.windows("call", "list")
    misheard = f"X{groups[3][1:]}"
    rest = [*groups[2:], *groups[:3], misheard, groups[3], *groups[4:]]
    shown = story.windows("call", "type", str(number), typed=lambda question: rest.pop(0))
    assert rest == []
    assert "Going on where you stopped." in shown
    assert f"✗ Group 4 differs: first “{groups[3]}”, now “{misheard}”" in shown
    assert f"Heard: {'Licence server ID' if number == 1 else 'Licence key pack ID'} {'-'.join(groups)}" in shown
    assert f"calvox windows call enter {number}" in shown


def accept(story: Story) -> None:
    """The session is accepted, the checklist complete, the doctor content, and the report shows the pack."""
    accepted = story.told("verify")
    assert accepted["accepted"], accepted
    assert {one["verdict"] for one in accepted["conditions"]} == {"proven"}
    assert "Accepted: everything is proven." in story.windows("verify", "--mode", story.mode)
    assert "10 of 10 items are proven." in story.windows("checklist")
    assert story.told("checklist")["complete"]
    found = json.loads(story.commands.run("--json", "doctor", "site", code=3))
    assert [one for one in found["findings"] if one["outcome"] != "unknown"] == []
    report = json.loads(story.commands.run("--json", "report", "windows", "--site", "site"))
    quantity = {"user": 50, "device": 20}[story.mode]
    pools = report["packs"][-1]["pools"]
    (pool,) = [(pool["cal_type"], pool["version"], pool["total"], pool["issued"]) for pool in pools]
    assert pool == (story.mode, "2022", quantity, 1)
    assert report["over_use"] == 0


def look_at_the_tracking_sheet(story: Story, *shown: str) -> None:
    """It has ink, and its text names server, IDs, quantity, mode, hosts and backup."""
    story.windows("paper", "tracking", "--out", "tracking.pdf")
    pdf = (story.folder / "tracking.pdf").read_bytes()
    picture = poppler("pdftoppm", pdf, "-png", "-r", "60", "-singlefile")
    assert picture.startswith(b"\x89PNG\r\n")
    assert all(0.005 < share < 0.5 for share in ink_of(pdf))
    text = squeezed(text_of(pdf))
    mode = {"user": "Per User", "device": "Per Device"}[story.mode]
    quantity = {"user": "50", "device": "20"}[story.mode]
    ids = (SERVER_ID, PACK_ID, "00455-00000-00001-AA000")
    for wanted in (SERVER, *ids, quantity, mode, *HOSTS, "2022", "2026-11-24", r"D:\Sauvegarde", *shown):
        assert squeezed(wanted) in text, wanted
    assert text.count(SERVER_ID) == 2  # as Windows has it, and as it was heard


# The stories


def test_a_site_is_licensed_over_winrm(by_winrm: Story) -> None:
    """Surveyed, mended, called for, accepted; what was misheard or too short was caught at its group."""
    story, there = by_winrm, by_winrm.there
    story.survey()
    refuse_to_call(story)

    over = ("--winrm", *WHO)
    assert "Rehearsed" in story.windows("act", "start-service", "--machine", SERVER, "--dry-run", *over)
    assert there.server.state == "Stopped"
    shown = story.windows("act", "start-service", "--machine", SERVER, *over, typed=lambda question: "yes")
    assert "Done: service Running, start Auto." in shown
    story.windows("act", "join-license-servers-group", "--machine", SERVER, "--yes", *over)
    for host in HOSTS:
        given = ("--machine", host, "--mode", "user", "--servers", SERVER)
        assert "Done: mode per user" in story.windows("act", "set-licensing", *given, "--yes", *over)
    back_up(story)
    assert story.windows("precheck", code=1)  # nothing was read again, so nothing has changed
    story.survey()
    may_call(story)

    assert "Product ID" in story.windows("call", "open", "activate")
    assert "0 0 4 5 5 zero zero four five five" in story.windows("call", "show", "1")
    hear(story, 1, SERVER_ID)
    shown = story.windows("call", "enter", "1", "--winrm", SERVER, *WHO, typed=lambda question: "yes")
    assert "Done: activated." in shown
    assert "Next: “calvox windows call end 1”." in shown
    assert there.server.server_id == SERVER_ID
    assert "calvox windows call open install" in story.windows("call", "end", "1")

    assert "activate” comes first" in story.windows("call", "open", "install", code=5)  # not read since
    story.survey()
    assert "A A A A A Alfa" in story.windows("call", "open", "install")
    hear(story, 2, PACK_ID)
    shown = story.windows("call", "enter", "2", "--winrm", SERVER, "--yes", *WHO)
    assert "Done: pack 3: 50 CALs per user, 2022." in shown
    assert there.server.packs[-1]["TotalLicenses"] == 50
    story.windows("call", "end", "2")
    story.survey()
    assert not story.told("verify", code=1)["accepted"]
    assert not story.told("checklist")["complete"]

    there.hosts[0].session("USINE\\paul")
    story.windows("act", "make-report", "--machine", SERVER, "--yes", *over)
    story.survey()
    accept(story)
    look_at_the_tracking_sheet(story, "50 bought", "50 CALs per user 2022 (pack 3, 1 issued)", "over WinRM")


def test_the_same_with_scripts_carried_by_hand(by_hand: Story) -> None:
    """No connection anywhere: bundles, scripts and results go by stick; a wrong code is refused by Windows and mended."""
    story, there = by_hand, by_hand.there
    story.collect()
    refuse_to_call(story)

    shown = story.carry(SERVER, "act", "start-service", "--machine", SERVER)
    assert f"{SERVER}, start-service: Done: service Running, start Auto." in shown
    for host in HOSTS:
        given = ("--machine", host, "--mode", "device", "--servers", SERVER)
        assert "mode per device" in story.carry(host, "act", "set-licensing", *given)
    story.carry(SERVER, "act", "join-license-servers-group", "--machine", SERVER)
    back_up(story)
    story.collect()
    may_call(story)

    story.windows("call", "open", "activate")
    wrong = f"Z{SERVER_ID[1:]}"
    story.windows("call", "type", "1", typed=f"{wrong}\n{wrong}\n")
    story.windows("call", "enter", "1", "--script", "stick", "--yes")
    (script,) = story.stick.glob("calvox-activate-server-*.ps1")
    with pytest.raises(NotDone, match="nothing was done"):
        story.there_types(HOSTS[0], f"{SCRIPT}\\{script.name}")
    refused = story.there_types(SERVER, f"{SCRIPT}\\{script.name}")
    assert "Windows does not take the code" in story.windows("import", str(refused))
    script.with_suffix(".done").touch()
    hear(story, 1, SERVER_ID)
    shown = story.carry(SERVER, "call", "enter", "1")
    assert "activate-server: Done: activated." in shown
    assert "Next: “calvox windows call end 1”." in shown
    assert there.server.server_id == SERVER_ID
    story.windows("call", "end", "1")
    back_up(story)
    story.collect()

    story.windows("call", "open", "install")
    hear(story, 2, PACK_ID)
    assert "20 CALs per device" in story.carry(SERVER, "call", "enter", "2")
    story.windows("call", "end", "2")
    back_up(story)
    story.collect()
    assert not story.told("verify", code=1)["accepted"]

    there.hosts[1].session("PC-ATELIER-7")
    story.collect()
    assert "temporary" in story.windows("verify", code=1)
    there.hosts[1].session("PC-ATELIER-7")
    story.collect()
    accept(story)
    look_at_the_tracking_sheet(story, "20 bought", "20 CALs per device 2022 (pack 3, 1 issued)", "by a script")


def test_a_result_that_was_changed_on_the_way_is_refused(by_hand: Story) -> None:
    """Nothing is entered for it, and the true one still counts."""
    story = by_hand
    story.collect()
    story.windows("act", "start-service", "--machine", SERVER, "--script", "stick", "--yes")
    (script,) = story.stick.glob("calvox-start-service-*.ps1")
    result = story.there_types(SERVER, f"{SCRIPT}\\{script.name}")
    true = result.read_bytes()
    result.write_bytes(true.replace(b'"Running"', b'"Stopped"'))
    assert "the hash does not fit" in story.windows("import", str(result), code=2)
    result.write_bytes(true)
    assert f"{SERVER}, start-service: Done" in story.windows("import", str(result))
    with pytest.raises(NotDone, match="not done twice"):
        story.there_types(SERVER, f"{SCRIPT}\\{script.name}")
