"""A plan's lines and steps: facts, words, and what waits for what."""

import shlex

import msgspec
import pytest

from calvox.common.i18n import t
from calvox.windows.checklist_facts import Seen
from calvox.windows.evidence import Evidence
from calvox.windows.plans.plan import Line, Step, StepState, Vouch, command, planned
from calvox.windows.record import Step as Word
from tests.windows.plans.playing import PLAN, vouching

PROVEN, OPEN, NOT_COLLECTED, VOUCHED = StepState.PROVEN, StepState.OPEN, StepState.NOT_COLLECTED, StepState.VOUCHED
BLOCKED = StepState.BLOCKED


def seen(good: bool | None, time: int = 100) -> Seen:
    """Make what facts of that time say."""
    return Seen(good, t("so it is"), (Evidence("ls1", "packs", "a test", time),))


def line(good: bool | None, vouch: Vouch = Vouch.NEVER, name: str = "one") -> Line:
    """Make a line."""
    return Line(name, seen(good), vouch)


def step(name: str, *lines: Line, after: tuple[str, ...] = ()) -> Step:
    """Make a step."""
    return Step(name, t("do it"), t("because"), lines, after=after)


def word(time: int = 200) -> Word:
    """Make somebody's word."""
    return Word(plan=1, step="a/one", done=True, note="seen", by="anne", time=time)


@pytest.mark.parametrize(
    ("good", "vouch", "time", "state"),
    [
        (True, Vouch.ALWAYS, 200, PROVEN),
        (None, Vouch.NEVER, 200, NOT_COLLECTED),
        (None, Vouch.IF_MISSING, 200, VOUCHED),
        (None, Vouch.ALWAYS, 50, VOUCHED),
        (False, Vouch.NEVER, 200, OPEN),
        (False, Vouch.IF_MISSING, 200, OPEN),
        (False, Vouch.ALWAYS, 200, VOUCHED),
        (False, Vouch.ALWAYS, 100, VOUCHED),
        (False, Vouch.ALWAYS, 99, OPEN),
    ],
)
def test_facts_outweigh_words(good: bool | None, vouch: Vouch, time: int, state: StepState) -> None:
    """A word counts where facts are missing, or against older ones where the machine may be gone."""
    assert Line("one", seen(good), vouch, word(time)).state is state


def test_without_a_word_facts_alone_tell() -> None:
    """Nothing is vouched for by itself."""
    assert [line(good, Vouch.ALWAYS).state for good in (True, False, None)] == [PROVEN, OPEN, NOT_COLLECTED]


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        ((), NOT_COLLECTED),
        ((line(True), line(True)), PROVEN),
        ((line(True), line(None)), NOT_COLLECTED),
        ((line(None), line(False)), OPEN),
        ((line(True), Line("two", seen(None), Vouch.ALWAYS, word())), VOUCHED),
        ((Line("two", seen(None), Vouch.ALWAYS, word()), line(None)), NOT_COLLECTED),
    ],
)
def test_a_step_is_as_good_as_its_worst_line(lines: tuple[Line, ...], state: StepState) -> None:
    """Nothing at all is not proven."""
    assert step("a", *lines).own is state


def test_a_step_waits_for_those_before_it() -> None:
    """And through them for what they wait for; done before its turn it does not count."""
    told = planned(
        PLAN, t("plan"), t("because"),
        (step("a", line(None)), step("b", line(True), after=("a",)), step("c", line(False), after=("b",)), step("d", line(True))),
    )  # fmt: skip
    assert [one.state for one in told.steps] == [NOT_COLLECTED, BLOCKED, BLOCKED, PROVEN]
    assert [one.blocked_by for one in told.steps] == [(), ("a",), ("a",), ()]
    assert [one.early for one in told.steps] == [False, True, False, False]
    assert told.next is told.steps[0]
    assert not told.complete


def test_a_word_is_found_by_step_and_line() -> None:
    """One that was taken back, or of another line, does not count."""
    steps = (step("a", line(None, Vouch.ALWAYS), line(None, Vouch.ALWAYS, "two")),)
    assert planned(vouching("a/one"), t("p"), t("w"), steps).steps[0].own is NOT_COLLECTED
    assert planned(vouching("a/one", "a/two"), t("p"), t("w"), steps).complete
    back = vouching("a/one", "a/two")
    taken = tuple(Word(plan=1, step=s.step, done=False, note="", by="anne", time=300) for s in back.steps)
    assert not planned(msgspec.structs.replace(back, steps=taken), t("p"), t("w"), steps).complete


def test_no_steps_are_no_complete_plan() -> None:
    """Nothing to do is not everything done."""
    assert not planned(PLAN, t("plan"), t("because"), ()).complete


def test_commands_can_be_copied() -> None:
    """Whatever a machine calls itself stays one word."""
    words = shlex.split(command("windows", "survey", "ls1; rm x", "a'b", 7))
    assert words == ["calvox", "windows", "survey", "ls1; rm x", "a'b", "7"]
