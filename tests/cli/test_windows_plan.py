"""`calvox windows migrate`, `recover`, `change`, `plans`: plans on the command line, for people and for scripts."""

import json
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from calvox.cli.main import main
from calvox.cli.windows.plan_drawn import Drawing, command_of, draw_plans
from calvox.common.clock import SYSTEM
from calvox.windows.plans.kinds import KINDS, view
from tests.doctor.sites import NOW, built_in_pack, healthy, with_another_host, with_packs, with_server
from tests.windows.plans.bundling import NEW, OLD, moving
from tests.windows.plans.playing import LS2, PLAN, STATES, case, newcomer, read_in_turn, vouching

HOUR = 3_600
Run = Callable[..., Any]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run commands of the kit on a new site folder, in this process, and read their JSON."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    site = str(tmp_path / "site")

    def command(*words: str, code: int = 0, text: bool = False, noun: str = "windows") -> Any:
        at = ["--site", site] if noun == "windows" else []
        monkeypatch.setattr(sys, "argv", ["calvox", *([] if text else ["--json"]), noun, *words, *at])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        assert ended.value.code == code, out + err
        return out + err if text or code else json.loads(out or "null")

    command("init", "Usine", "--folder", site, noun="site")
    return command


class Carrier:
    """Carries in what was read, time after time."""

    def __init__(self, run: Run, folder: Path) -> None:
        self.run, self.folder, self.carried = run, folder, moving(SYSTEM.now() - HOUR)

    def __call__(self, number: int) -> None:
        """Import the bundles of one time."""
        files = [self.folder / f"{number}-{at}.json" for at in range(len(self.carried[number]))]
        for file, data in zip(files, self.carried[number], strict=True):
            file.write_bytes(data)
        self.run("import", *map(str, files))


@pytest.fixture
def carry(run: Run, tmp_path: Path) -> Carrier:
    """Give somebody who carries bundles."""
    return Carrier(run, tmp_path)


MOVE = ("migrate", "--from", "lic01", "--to", NEW)


def test_a_migration_from_the_first_command_to_the_last(run: Run, carry: Carrier) -> None:
    """Opened, refused in the wrong order, gone on with, closed."""
    carry(0)
    told = run(*MOVE)
    assert (told["plan"], told["old"], told["new"], told["next"]) == (1, OLD, NEW, "inventory")
    assert "KB953918" in told["why"]
    refused = run(*MOVE, "--confirm", "deactivate", "--note", "phoned", code=5)
    assert "waits for: inventory" in refused
    assert "KB814593" in refused
    told = run(*MOVE, "--confirm", "inventory/backup", "--note", "on tape")
    assert (told["plan"], told["next"]) == (1, "fit")
    for number, step in (
        (1, "activate"),
        (2, "packs"),
        (3, "repoint"),
        (4, "verify"),
        (5, "remove"),
        (6, "deactivate"),
    ):
        carry(number)
        assert run(*MOVE)["next"] == step
    run(*MOVE, "--close", code=5)
    carry(7)
    told = run(*MOVE)
    assert told["complete"]
    states = {step["name"]: step["state"] for step in told["steps"]}
    assert states == dict.fromkeys(states, "proven") | {"inventory": "vouched"}
    told = run(*MOVE, "--close")
    assert told["outcome"] == "done"
    assert [(one["plan"], one["outcome"]) for one in run("plans")] == [(1, "done")]
    assert run("plans", "1")["complete"]


def test_a_server_of_which_nothing_was_read_is_warned_of(run: Run, carry: Carrier) -> None:
    """Once, when its plan is opened; it may be misspelt, or not be there yet."""
    carry(0)
    told = run("migrate", "--from", "lic01", "--to", "lic99.corp.example", text=True)
    warned = " ".join(told.split())
    assert "Nothing was read of lic99.corp.example yet" in warned
    assert "Nothing was read of lic01" not in warned
    assert "Nothing was read of" not in run("migrate", "--from", "lic01", "--to", "lic99.corp.example", text=True)


def test_a_word_is_taken_back(run: Run, carry: Carrier) -> None:
    """With the command that gave it."""
    carry(0)
    run(*MOVE, "--confirm", "inventory/backup", "--note", "on tape")
    told = run(*MOVE, "--take-back", "inventory/backup", "--note", "the tape is blank")
    assert told["next"] == "inventory"


def test_giving_up_needs_a_note(run: Run, carry: Carrier) -> None:
    """And a plan that is open; then the next command opens another."""
    carry(0)
    run(*MOVE, "--close", code=3)
    run(*MOVE)
    run(*MOVE, "--give-up", code=2)
    told = run(*MOVE, "--give-up", "--note", "no budget")
    assert (told["outcome"], told["note"]) == ("given-up", "no budget")
    run(*MOVE, "--give-up", "--note", "x", code=3)
    assert run(*MOVE)["plan"] == 2


@pytest.mark.parametrize(
    ("words", "kind", "step"),
    [
        (("recover", "lost"), "database-lost", "keep"),
        (("recover", "corrupt"), "database-corrupt", "look"),
        (("change", "hardware"), "hardware", "inventory"),
        (("change", "upgrade"), "upgrade", "inventory"),
        (("change", "reinstall"), "reinstall", "inventory"),
    ],
)
def test_the_other_plans(run: Run, carry: Carrier, words: tuple[str, ...], kind: str, step: str) -> None:
    """The one licence server need not be named."""
    carry(0)
    told = run(*words)
    assert (told["kind"], told["old"], told["new"], told["next"]) == (kind, OLD, OLD, step)
    assert bool(told["decision"]) == kind.startswith("database")
    assert run(*words, "--server", "lic01")["plan"] == 1


def test_a_server_that_was_never_read_must_be_named(run: Run) -> None:
    """Its plan begins all the same: it may be dead."""
    run("recover", "lost", code=3)
    assert run("recover", "lost", "--server", "dead.corp.example")["old"] == "dead.corp.example"
    assert run("plans", "9", code=3)


def test_what_a_person_sees(run: Run, carry: Carrier) -> None:
    """Marks, numbers, and commands in one piece that name the site folder."""
    carry(0)
    text = run(*MOVE, text=True)
    assert "Plan 1 is opened." in text
    assert "✗  1 inventory  Write down what lic01 holds" in text
    assert "⋯  8 deactivate Deactivate lic01, last of all (after 1)" in text
    command = next(line for line in text.splitlines() if "--confirm inventory/backup" in line)
    assert command.strip().startswith(f"calvox windows migrate --from {OLD} --to {NEW} --confirm")
    assert " --site " in command
    assert "next: inventory" in run("plans", text=True)


# Drawing


def drawn(
    states: Any, width: int = 80, plan: Any = PLAN, everything: bool = False, site: str = ".", **more: Any
) -> str:
    """Draw a plan on a screen that is no terminal."""
    screen = Console(width=width, file=StringIO(), record=True, highlight=False)
    Drawing(screen, Path(site), everything).plan(view(case(states, plan, **more)))
    return screen.export_text()


@pytest.mark.parametrize("width", [60, 80, 100, 160])
@pytest.mark.parametrize("count", range(1, 9))
def test_lines_fit_the_screen(width: int, count: int) -> None:
    """Only commands may be longer: they must stay whole to be copied."""
    for line in drawn(STATES[:count], width).splitlines():
        assert len(line) <= width or line.strip().startswith("calvox windows "), line


def test_the_step_to_go_on_with_is_shown_whole() -> None:
    """Those before it by one line, those after by what they wait for."""
    text = drawn(STATES[:3])
    assert "✓  2 fit" in text
    assert "✗  4 packs      Bring each pack to ls2, by telephone" in text
    assert "· ls2.corp.example, 2026-11-02 13:00 UTC: packs (a test)" in text
    assert "⋯  5 repoint    Name ls2 on every session host, and ls1 nowhere (after 4)" in text
    assert "3 of 8 steps are done." in text
    assert "is activated." not in text
    assert "ls2.corp.example is activated." in drawn(STATES[:3], everything=True)


def test_a_complete_plan_says_so() -> None:
    """And how it is closed."""
    text = drawn(STATES, site="/srv/my site")
    assert "8 of 8 steps are done." in text
    assert "calvox windows migrate --from ls1.corp.example --to ls2.corp.example --close --site '/srv/my site'" in text


def test_what_was_done_too_early_is_said() -> None:
    """It does not count."""
    states = read_in_turn([healthy(), newcomer(with_server(healthy(), 0, activated=False))])
    text = drawn(states)
    assert "done before its turn" in text
    assert "⋯  8 deactivate" in text


def test_a_word_is_shown_as_one() -> None:
    """With name, time and note; never with the mark of what is proven."""
    plan = vouching("remove/pack-2", "remove/pack-3", "deactivate/activated", time=NOW + 9 * HOUR)
    text = drawn(STATES[:6], plan=plan)
    assert "~  7 remove" in text
    assert "anne vouches for it" in text
    assert "8 of 8 steps are done, 2 on somebody’s word." in text


def test_many_proven_lines_are_summed_up() -> None:
    """Of twenty hosts a few."""
    site = STATES[3]
    for number in range(10, 30):
        site = with_another_host(site, f"rdsh{number}.corp.example")
    text = drawn([*STATES[:3], site])
    assert text.count("in force ls1.corp.example") >= 20
    text = drawn([*STATES[:3], with_packs(site, LS2, built_in_pack())], everything=True)
    assert "proven too, and not shown" in text


def test_names_are_shown_as_text() -> None:
    """Neither markup nor what steers a screen."""
    site = with_server(healthy(), 0, product_id="[bold]X\x1b[0m\u202e")
    plan = type(PLAN)(
        plan=1,
        kind="hardware",
        old="ls1.corp.example",
        new="ls1.corp.example",
        by="[b]",
        opened=NOW,
        outcome="",
        note="",
        closed=0,
    )
    text = drawn([site], plan=plan, everything=True)
    assert "[bold]X" in text
    assert "by [b]." in text
    assert not {"\x1b", "\u202e"} & set(text)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_its_command(kind: str) -> None:
    """What is shown can be typed."""
    plan = type(PLAN)(plan=1, kind=kind, old="a", new="b", by="anne", opened=NOW, outcome="", note="", closed=0)
    words = command_of(plan).split()
    assert words[:2] == ["calvox", "windows"]
    assert words[2] in ("migrate", "recover", "change")
    assert drawn(STATES[:2], plan=plan)


def test_no_plans_are_said_to_be_none() -> None:
    """With the commands that open one."""
    screen = Console(width=80, file=StringIO(), record=True)
    draw_plans(screen, ())
    assert "calvox windows migrate" in screen.export_text()
