"""Killed or without power before each step, a work is done or not done; and what was told as done outlasts both.

`tests/faults/disk.py` says what is kept of each step, `works.py` what the next start must find. A long run (`make soak`) looks at
every state, a short one at those at each end and a part of those between.
"""

import os
from pathlib import Path

import pytest

from tests.faults.disk import State, watched
from tests.faults.works import WORKS, Work

EVERY = bool(os.environ.get("CALVOX_SOAK"))
LOOKED_AT = 12
"""States of each kind that a short run judges."""


def states_of(work: Work, folder: Path) -> list[State]:
    """Do a work on a watched disk, and give what a start would find before each step."""
    folder.mkdir()
    work.make(folder)
    with watched(folder) as disk:
        work.run(folder)
    return disk.states()


def some(states: list[State]) -> list[State]:
    """Choose the first, the last and some between, unless every one is wanted."""
    if EVERY or len(states) <= LOOKED_AT:
        return states
    apart = (len(states) - 1) / (LOOKED_AT - 1)
    return [states[round(apart * number)] for number in range(LOOKED_AT)]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", WORKS)
def test_a_work_is_done_or_not_done(name: str, tmp_path: Path) -> None:
    """At each step; once it is done it stays so; and when it was told as done, no power cut takes it back."""
    work = WORKS[name]
    found = states_of(work, tmp_path / "disk")
    for kind in ("killed", "forgotten", "names only"):
        told = dict[str, bool]()
        for number, state in enumerate(some([one for one in found if one.kind == kind])):
            place = state.lay_out(tmp_path / f"{kind}-{number}")
            try:
                told[state.steps[0]] = work.judge(place)
            except Exception as error:
                error.add_note(f"{kind} before step {state.steps}")
                raise
            if state.steps[-1].endswith("the end"):
                assert told[state.steps[0]], f"it was told as done, and is not after: {kind}"
        assert list(told.values()) == sorted(told.values()), (kind, told)
        assert set(told.values()) == {False, True}, (kind, told)
