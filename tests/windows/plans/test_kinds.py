"""What holds for plans of every kind."""

from collections.abc import Sequence

import msgspec
import pytest

from calvox.common.errors import BadInput
from calvox.common.i18n import language_of
from calvox.doctor.facts import Backup, Site
from calvox.windows.plans.kinds import KINDS, view
from calvox.windows.record import Plan
from tests.doctor.sites import (
    READ,
    V2025,
    built_in_pack,
    cal,
    facts_in,
    healthy,
    not_collected,
    user_pack,
    with_machine,
    with_packs,
    with_server,
    with_server_event,
)
from tests.windows.plans.playing import HOUR, NEW, OLD, PLAN, STATES, case, read_in_turn, states_of, vouching

OPENED = READ + HOUR + 60
SAID = ("look/rights", "keep/copy", "decide/same-windows", "mend/restore", "change/done")


def plan_of(kind: str) -> Plan:
    """Make a plan of a kind, opened after the second reading, for which everything is vouched for that must be."""
    plan = msgspec.structs.replace(PLAN, kind=kind, new=NEW if kind == "migrate" else OLD, opened=OPENED)
    return vouching(*SAID, plan=plan, time=OPENED + 60)


def mended() -> tuple[Site, ...]:
    """Play a mending: well, ill, and two readings after it, the last with a new backup."""
    newer = with_machine(healthy(), "ls1", version=V2025)
    backup = Backup(time=OPENED + 5 * HOUR, folder=True, system_state=True, tested=True)
    rows = tuple(cal(f"CORP\\user{n}", per_user=True) for n in range(4))
    told = [healthy(), with_server_event(with_packs(healthy(), 0, built_in_pack()), 0, 4100), newer]
    return read_in_turn([*told, with_server(newer, 0, user_report=rows, backup=backup)])


def proven(states: Sequence[Site], plan: Plan) -> set[str]:
    """Name the steps that are proven, or that a word settles."""
    return {
        name for name, state in states_of(view(case(states, plan, begun=1))).items() if state in ("proven", "vouched")
    }


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "migrate"])
def test_a_whole_plan_and_what_each_fact_is_for(kind: str) -> None:
    """It is complete with every fact, and no fact less settles more; without some of them it is not complete."""
    states, plan = mended(), plan_of(kind)
    before = proven(states, plan)
    assert view(case(states, plan, begun=1)).complete, states_of(view(case(states, plan, begun=1)))
    matter = set()
    for path, _ in facts_in(states[-1]):
        fewer = [*states[:-1], not_collected(states[-1], path)]
        after = proven(fewer, plan)
        assert after <= before, path
        if after < before:
            matter.add(path)
    for fact in (
        "licence_servers.0.packs",
        "licence_servers.0.activated",
        "session_hosts.0.mode",
        "licence_servers.0.backup",
    ):
        assert fact in matter


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("states", [(Site(name="corp"),), STATES[:1], STATES], ids=["nothing", "one", "all"])
def test_a_plan_is_told_whatever_is_known(kind: str, states: tuple[Site, ...]) -> None:
    """Every step has a title, a reason, lines with their names, and something to do as long as it is open; in either language."""
    for language in ("en", "fr"):
        with language_of(language):
            told = view(case(states, plan_of(kind)))
            assert len({step.name for step in told.steps}) == len(told.steps)
            for step in told.steps:
                assert str(step.title)
                assert str(step.why)
                assert len({line.name for line in step.lines}) == len(step.lines)
                assert step.settled or step.todo
                assert all(str(line.seen.text) for line in step.lines)
                assert all(str(do.text) for do in step.todo)
                assert set(step.after) <= {one.name for one in told.steps}


@pytest.mark.parametrize("kind", KINDS)
def test_odd_packs_break_nothing(kind: str) -> None:
    """Versions and kinds that nobody knows."""
    for pack in (user_pack(version=0), user_pack(version=99), user_pack(total=0), user_pack(number=0)):
        assert view(case([with_packs(healthy(), 0, pack)], plan_of(kind))).steps


def test_a_kind_that_is_none() -> None:
    """A journal may come from a newer Calvox."""
    with pytest.raises(BadInput, match="teleport"):
        view(case(STATES, msgspec.structs.replace(PLAN, kind="teleport")))
