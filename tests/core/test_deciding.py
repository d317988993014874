"""Each rule of deciding with its numbers, and what holds whatever is asked, against a small model."""

import itertools
from collections import Counter
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calvox.common.clock import DAY
from calvox.core.deciding import (
    Ask,
    Cal,
    Decision,
    Issue,
    Keep,
    Reason,
    Refused,
    Renew,
    Standing,
    beyond,
    decide,
)
from calvox.core.pools import OverUse, Pack, Policy, fitting
from calvox.core.products import CalType

NOW = 1_800_000_000
DEVICE, USER, SESSION = CalType.DEVICE, CalType.USER, CalType.SESSION
OPEN = Standing(NOW, activated=True)
ENFORCE = Policy(over_use=OverUse.ENFORCE)


def cal(version: int = 7, *, days: float = 80, temporary: bool = False, pack: int = 1, cal_id: bytes = b"held") -> Cal:
    """Give a CAL that ends in so many days."""
    return Cal(cal_id, version, temporary, NOW + int(days * DAY), 0 if temporary else pack)


def standing(*packs: Pack, held: Cal | None = None, had_temporary: bool = False, **more: object) -> Standing:
    """Say how things stand at an activated server."""
    known = replace(OPEN, packs=packs, held=(held,) if held else (), had_temporary=had_temporary)
    return replace(known, **more)  # type: ignore[arg-type]


ONE_FREE, ALL_OUT = Pack(1, 7, 5, 4), Pack(1, 7, 5, 5)


def test_a_new_device_gets_a_temporary_cal_of_90_days_from_no_pack() -> None:
    """First contact takes nothing from the pool, even of a device that is known to be authenticated."""
    for authenticated in (False, True):
        answer = decide(Ask(DEVICE, 7, authenticated), standing(ONE_FREE))
        assert answer == Issue(7, True, NOW + 90 * DAY, 0, b"")


def test_a_device_keeps_its_temporary_cal_until_somebody_has_logged_on() -> None:
    """Without an authenticated session nothing is taken from the pool."""
    held = cal(temporary=True)
    assert decide(Ask(DEVICE, 7), standing(ONE_FREE, held=held, had_temporary=True)) == Keep(held)


def test_after_a_session_the_device_gets_a_permanent_cal_in_place_of_the_temporary_one() -> None:
    """The permanent CAL comes from the pack and replaces the temporary one."""
    answer = decide(Ask(DEVICE, 7, True), standing(ONE_FREE, held=cal(temporary=True), had_temporary=True, lot=0))
    assert answer == Issue(7, False, NOW + 52 * DAY, 1, b"held")


@given(lot=st.integers(0, 2**32 - 1))
def test_a_permanent_cal_lasts_52_to_89_days(lot: int) -> None:
    """Whatever is drawn, the length is a whole number of days between 52 and 89."""
    answer = decide(Ask(DEVICE, 7, True), standing(ONE_FREE, had_temporary=True, lot=lot))
    assert isinstance(answer, Issue)
    assert answer.valid_until - NOW in {days * DAY for days in range(52, 90)}


def test_every_length_from_52_to_89_days_is_drawn() -> None:
    """38 lots give 38 lengths."""
    answers = [decide(Ask(DEVICE, 7, True), standing(ONE_FREE, had_temporary=True, lot=lot)) for lot in range(38)]
    assert {a.valid_until - NOW for a in answers if isinstance(a, Issue)} == {days * DAY for days in range(52, 90)}


def test_with_no_cal_free_the_temporary_one_runs_to_its_end() -> None:
    """A device is not refused while its temporary CAL is valid."""
    held = cal(temporary=True, days=1)
    assert decide(Ask(DEVICE, 7, True), standing(ALL_OUT, held=held, had_temporary=True)) == Keep(held)


@pytest.mark.parametrize(
    ("packs", "reason"), [((), Reason.NO_FITTING_PACK), ((ALL_OUT,), Reason.POOL_USED_UP)], ids=["none", "out"]
)
def test_then_the_device_is_refused(packs: tuple[Pack, ...], reason: Reason) -> None:
    """There is no second temporary CAL, and the reason is told."""
    assert decide(Ask(DEVICE, 7, True), standing(*packs, had_temporary=True)) == Refused(reason)


@pytest.mark.parametrize(("days", "renewed"), [(7.5, False), (7, True), (0.1, True)])
def test_a_permanent_cal_is_renewed_within_its_last_seven_days(days: float, renewed: bool) -> None:
    """Before that it is kept as it is."""
    held = cal(days=days)
    answer = decide(Ask(DEVICE, 7), standing(ALL_OUT, held=held, had_temporary=True, lot=3))
    assert answer == (Renew(held, NOW + 55 * DAY) if renewed else Keep(held))


@pytest.mark.parametrize("cal_type", CalType)
@pytest.mark.parametrize(("cal_version", "kept"), [(8, True), (7, True), (6, False)])
def test_a_cal_serves_its_own_version_and_older_hosts(cal_type: CalType, cal_version: int, kept: bool) -> None:
    """A CAL that is too old does not serve: a new one is issued in its place."""
    held = cal(cal_version)
    answer = decide(Ask(cal_type, 7, True), standing(ONE_FREE, held=held, had_temporary=True))
    assert answer == Keep(held) if kept else isinstance(answer, Issue) and answer.replaces == b"held"


def test_the_oldest_pack_that_serves_is_used_first() -> None:
    """Fittest first, and among equals the one bought first."""
    packs = [Pack(1, 8, 9, 0), Pack(4, 6, 9, 0), Pack(2, 7, 9, 0), Pack(3, 6, 9, 0), Pack(5, 5, 9, 0)]
    assert [pack.sequence for pack in fitting(packs, 6, Policy())] == [3, 4, 2, 1]


def test_a_newer_pack_is_used_when_the_fittest_is_used_up() -> None:
    """The CAL then has the newer version."""
    answer = decide(Ask(SESSION, 7), standing(ALL_OUT, Pack(2, 8, 1, 0)))
    assert isinstance(answer, Issue)
    assert (answer.version, answer.pack) == (8, 2)


def test_unless_the_site_prevents_upgrades() -> None:
    """Then a host has CALs of its own version or none."""
    prevented = Policy(prevent_upgrade=True)
    assert decide(Ask(SESSION, 7), standing(ALL_OUT, Pack(2, 8, 1, 0), policy=prevented)) == Refused(
        Reason.POOL_USED_UP
    )
    assert decide(Ask(SESSION, 6), standing(ONE_FREE, policy=prevented)) == Refused(Reason.NO_FITTING_PACK)


def test_a_user_gets_60_days() -> None:
    """From a pack with room."""
    assert decide(Ask(USER, 7), standing(ONE_FREE)) == Issue(7, False, NOW + 60 * DAY, 1, b"")


@pytest.mark.parametrize("over_use", [OverUse.ALLOW, OverUse.WARN])
def test_a_user_beyond_the_packs_is_served_and_counted_on_the_fittest_pack(over_use: OverUse) -> None:
    """Over-use is never refused; it stands against a pack where one fits, else against none."""
    policy = Policy(over_use=over_use)
    on_pack = decide(Ask(USER, 7), standing(ALL_OUT, Pack(2, 8, 3, 3), policy=policy))
    assert on_pack == Issue(7, False, NOW + 60 * DAY, 1, b"")
    on_none = decide(Ask(USER, 8), standing(ALL_OUT, policy=policy))
    assert on_none == Issue(8, False, NOW + 60 * DAY, 0, b"")


def test_a_user_beyond_the_packs_is_refused_where_the_site_enforces() -> None:
    """The reason tells a full pool from a missing one."""
    assert decide(Ask(USER, 7), standing(ALL_OUT, policy=ENFORCE)) == Refused(Reason.POOL_USED_UP)
    assert decide(Ask(USER, 8), standing(ALL_OUT, policy=ENFORCE)) == Refused(Reason.NO_FITTING_PACK)


@pytest.mark.parametrize(("days", "renewed"), [(8, False), (6, True)])
def test_a_users_cal_is_renewed_near_its_end(days: float, renewed: bool) -> None:
    """For another 60 days, even where the site enforces: the holder has it already."""
    held = cal(days=days)
    answer = decide(Ask(USER, 7), standing(ALL_OUT, held=held, policy=ENFORCE))
    assert answer == (Renew(held, NOW + 60 * DAY) if renewed else Keep(held))


def test_a_session_gets_a_day_from_the_pool_or_nothing() -> None:
    """There is neither a temporary CAL nor over-use."""
    assert decide(Ask(SESSION, 7), standing(ONE_FREE)) == Issue(7, False, NOW + DAY, 1, b"")
    assert decide(Ask(SESSION, 7), standing(ALL_OUT)) == Refused(Reason.POOL_USED_UP)


@pytest.mark.parametrize(("hours", "renewed"), [(13, False), (12, True), (1, True)])
def test_a_sessions_cal_is_renewed_in_its_second_half(hours: int, renewed: bool) -> None:
    """So that a session that goes on always has a token."""
    held = cal(days=hours / 24)
    answer = decide(Ask(SESSION, 7), standing(ALL_OUT, held=held))
    assert answer == (Renew(held, NOW + DAY) if renewed else Keep(held))


def test_a_server_that_is_not_activated_issues_temporary_and_user_cals_alone() -> None:
    """Nothing comes out of a pool before the activation centre has registered the server."""
    idle = Standing(NOW, activated=False)
    first, second = decide(Ask(DEVICE, 7), idle), decide(Ask(DEVICE, 7, True), replace(idle, had_temporary=True))
    assert isinstance(first, Issue)
    assert first.temporary
    assert second == Refused(Reason.NOT_ACTIVATED)
    held = cal(temporary=True)
    assert decide(Ask(DEVICE, 7, True), replace(idle, held=(held,), had_temporary=True)) == Keep(held)
    assert decide(Ask(USER, 7), idle) == Issue(7, False, NOW + 60 * DAY, 0, b"")
    assert decide(Ask(SESSION, 7), idle) == Refused(Reason.NOT_ACTIVATED)


@pytest.mark.parametrize("cal_type", [DEVICE, SESSION])
def test_a_cal_of_a_pack_that_has_ended_is_not_renewed(cal_type: CalType) -> None:
    """It runs to its end; another pack with room takes its place."""
    held = cal(days=0.4, pack=9)
    assert decide(Ask(cal_type, 7), standing(ALL_OUT, held=held, had_temporary=True)) == Keep(held)
    answer = decide(Ask(cal_type, 7), standing(ONE_FREE, held=held, had_temporary=True))
    assert isinstance(answer, Issue)
    assert (answer.pack, answer.replaces) == (1, b"held")


def test_a_users_cal_of_a_pack_that_has_ended_moves_to_another() -> None:
    """Over-use then stands where it is seen, or the site's refusal lets the old one run to its end."""
    held = cal(days=1, pack=9)
    assert decide(Ask(USER, 7), standing(held=held)) == Issue(7, False, NOW + 60 * DAY, 0, b"held")
    assert decide(Ask(USER, 7), standing(ONE_FREE, held=held)) == Issue(7, False, NOW + 60 * DAY, 1, b"held")
    assert decide(Ask(USER, 7), standing(ALL_OUT, held=held, policy=ENFORCE)) == Keep(held)


def dated(sequence: int, issued: int, days: int, *, version: int = 7, own: OverUse | None = None) -> Pack:
    """Give a pack of five that ends in so many days."""
    return Pack(sequence, version, 5, issued, NOW + days * DAY, own)


@pytest.mark.parametrize(("cal_type", "wished"), [(DEVICE, 52), (USER, 60), (SESSION, 1)])
@pytest.mark.parametrize("days", [0.5, 30, 58, 70])
def test_no_cal_outlives_its_pack(cal_type: CalType, wished: int, days: float) -> None:
    """It ends a second before the pack does, if it would be longer; so does one that is renewed."""
    ends = NOW + int(days * DAY)
    until, pack = min(NOW + wished * DAY, ends - 1), Pack(1, 7, 5, 4, ends)
    answer = decide(Ask(cal_type, 7, True), standing(pack, had_temporary=True, lot=0))
    assert answer == Issue(7, False, until, 1, b"")
    held = cal(days=0.1)
    assert decide(Ask(cal_type, 7), standing(pack, held=held, proven=True)) == Renew(held, until)


@pytest.mark.parametrize("cal_type", CalType)
def test_where_its_pack_gives_no_more_a_longer_one_takes_a_cal_over(cal_type: CalType) -> None:
    """Neither its own again, nor one that ends no later, nor one that is full; else it runs to its end."""
    held = Cal(b"held", 7, False, NOW + DAY // 4 - 1, 1)
    own, same = Pack(1, 7, 5, 1, NOW + DAY // 4), Pack(2, 7, 5, 0, NOW + DAY // 4)
    full, longer = Pack(3, 7, 5, 5), Pack(4, 8, 5, 0)
    assert decide(Ask(cal_type, 7), standing(own, same, full, held=held)) == Keep(held)
    answer = decide(Ask(cal_type, 7), standing(own, same, full, longer, held=held))
    assert isinstance(answer, Issue)
    assert (answer.pack, answer.version, answer.replaces) == (4, 8, b"held")


def test_over_use_begins_when_a_users_pack_has_ended_and_not_before() -> None:
    """The last days of the own pack are the holder's; then the CAL stands in over-use, if that is allowed."""
    held, all_out = Cal(b"held", 7, False, NOW + 2 * DAY - 1, 1), Pack(2, 7, 5, 5)
    assert decide(Ask(USER, 7), standing(dated(1, 1, 2), all_out, held=held)) == Keep(held)
    ended = decide(Ask(USER, 7), standing(all_out, held=held))
    assert ended == Issue(7, False, NOW + 60 * DAY, 2, b"held")
    assert decide(Ask(USER, 7), standing(dated(2, 5, 2), held=held)) == Keep(held)


@pytest.mark.parametrize(("issued", "renewed"), [(5, True), (6, False)])
def test_what_is_beyond_an_enforced_pack_is_not_renewed(issued: int, renewed: bool) -> None:
    """Until it fits again; the policy may be the pack's own or the site's."""
    held, site = cal(days=1), Pack(1, 7, 5, issued)
    for how in (
        standing(site, held=held, policy=ENFORCE),
        standing(replace(site, over_use=OverUse.ENFORCE), held=held),
    ):
        assert decide(Ask(USER, 7), how) == (Renew(held, NOW + 60 * DAY) if renewed else Keep(held))


def test_a_packs_own_policy_goes_before_the_sites() -> None:
    """Over-use stands on the fittest pack that allows it."""
    strict, lax = replace(ALL_OUT, over_use=OverUse.ENFORCE), Pack(2, 8, 3, 3, 0, OverUse.WARN)
    assert decide(Ask(USER, 7), standing(strict)) == Refused(Reason.POOL_USED_UP)
    answer = decide(Ask(USER, 7), standing(strict, lax, policy=ENFORCE))
    assert isinstance(answer, Issue)
    assert answer.pack == 2


def test_a_warning_comes_for_each_cal_beyond_the_pack() -> None:
    """From the first one too many; for those who hold one of them, too."""
    within, over = Pack(1, 7, 5, 4, 0, OverUse.WARN), Pack(1, 7, 5, 6, 0, OverUse.WARN)
    issue, keep = Issue(7, False, NOW, 1, b""), Keep(cal())
    for pack, answers in ((within, (False, False)), (replace(within, issued=5), (True, False)), (over, (True, True))):
        assert (beyond(issue, standing(pack)), beyond(keep, standing(pack))) == answers
        silent = standing(replace(pack, over_use=OverUse.ALLOW), policy=Policy(over_use=OverUse.WARN))
        assert not beyond(issue, silent)
    from_none = Issue(7, False, NOW, 0, b"")
    assert beyond(from_none, standing(policy=Policy(over_use=OverUse.WARN)))
    assert not beyond(from_none, standing())
    assert not beyond(Refused(Reason.POOL_USED_UP), standing(over))


def test_a_device_from_which_nobody_logged_on_takes_nothing_from_the_pool() -> None:
    """After its temporary CAL it is refused; one that had a permanent CAL is known."""
    assert decide(Ask(DEVICE, 7), standing(ONE_FREE, had_temporary=True)) == Refused(Reason.NOT_AUTHENTICATED)
    answer = decide(Ask(DEVICE, 7), standing(ONE_FREE, had_temporary=True, proven=True))
    assert isinstance(answer, Issue)
    assert answer.pack == 1


def test_with_no_cal_free_the_temporary_one_follows_even_who_has_logged_on() -> None:
    """It runs to its end on the newer host, too."""
    held = cal(6, temporary=True, days=20)
    answer = decide(Ask(DEVICE, 7, True), standing(ALL_OUT, held=held, had_temporary=True))
    assert answer == Issue(7, True, held.valid_until, 0, b"held")


def test_a_server_that_is_no_longer_activated_renews_nothing_of_a_pool() -> None:
    """What is out runs to its end; users go on."""
    held, idle = cal(days=0.1), standing(ONE_FREE, activated=False)
    for kind in (DEVICE, SESSION):
        assert decide(Ask(kind, 7), replace(idle, held=(held,), proven=True)) == Keep(held)
    assert isinstance(decide(Ask(USER, 7), replace(idle, held=(held,))), Renew)


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_can_be_said(reason: Reason) -> None:
    """Each refusal has words for a person, different from the others'."""
    assert [str(other.text) for other in Reason].count(str(reason.text)) == 1


# What holds whatever is asked: a model that knows no rule but counting.


@dataclass
class Pools:
    """Packs, who holds what, and how many are out: kept by hand from the decisions alone."""

    packs: dict[int, tuple[int, int]]
    """Sequence to version and quantity."""
    policy: Policy
    activated: bool
    now: int = NOW
    held: dict[tuple[CalType, int], list[Cal]] = field(default_factory=dict)
    devices: set[int] = field(default_factory=set)
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def out(self) -> Counter[int]:
        """Count the valid CALs of each pack."""
        return Counter(cal.pack for cals in self.held.values() for cal in cals if cal.pack)

    def ask(self, cal_type: CalType, holder: int, version: int, authenticated: bool) -> Decision:
        """Let the code under test decide, and note what follows."""
        mine = [cal for cal in self.held.get((cal_type, holder), []) if cal.valid_until >= self.now]
        self.held[cal_type, holder] = mine
        out = self.out()
        packs = [Pack(n, v, q, out[n]) for n, (v, q) in self.packs.items() if n % 3 == cal_type]
        had = cal_type is DEVICE and holder in self.devices
        asked = Ask(cal_type, version, authenticated)
        answer = decide(asked, Standing(self.now, self.activated, packs, mine, had, self.policy, lot=holder))
        self._note(cal_type, holder, answer)
        return answer

    def _note(self, cal_type: CalType, holder: int, answer: Decision) -> None:
        mine = self.held[cal_type, holder]
        match answer:
            case Issue(version, temporary, until, pack, replaces):
                follows = any(c.cal_id == replaces and c.temporary and c.valid_until == until for c in mine)
                assert not temporary or follows or holder not in self.devices, "a second temporary CAL"
                self.devices |= {holder} if temporary else set()
                mine[:] = [cal for cal in mine if cal.cal_id != replaces]
                mine.append(Cal(b"%d" % next(self.numbers), version, temporary, until, pack))
            case Renew(cal, until):
                mine[:] = [replace(c, valid_until=until) if c == cal else c for c in mine]
            case Keep(cal):
                assert cal in mine

    def expire(self) -> None:
        """Let everything that has ended go."""
        for cals in self.held.values():
            cals[:] = [cal for cal in cals if cal.valid_until >= self.now]


ASKS = st.tuples(
    st.sampled_from(CalType), st.integers(0, 4), st.integers(6, 8), st.booleans(), st.sampled_from([0, 0, 0, 1, 12, 60])
)
PACKS = st.lists(st.tuples(st.integers(6, 8), st.integers(1, 2)), min_size=3, max_size=6)
POLICIES = st.builds(Policy, over_use=st.sampled_from(OverUse), prevent_upgrade=st.booleans())


@settings(max_examples=200, deadline=None)
@given(packs=PACKS, policy=POLICIES, activated=st.booleans(), asks=st.lists(ASKS, min_size=15, max_size=50))
def test_no_ask_breaks_what_must_hold(
    packs: list[tuple[int, int]], policy: Policy, activated: bool, asks: list[tuple[CalType, int, int, bool, int]]
) -> None:
    """Pools are never exceeded, users never refused unless enforced, and every CAL given serves who asked."""
    pools = Pools(dict(enumerate(packs, start=1)), policy, activated)
    for cal_type, holder, version, authenticated, days in asks:
        pools.now += days * DAY
        pools.expire()
        answer = pools.ask(cal_type, holder, version, authenticated)
        out = pools.out()
        strict = [n for n in pools.packs if n % 3 != USER or policy.over_use is OverUse.ENFORCE]
        assert all(out[n] <= pools.packs[n][1] for n in strict)
        assert activated or not any(n % 3 != USER and out[n] for n in pools.packs)
        match answer:
            case Refused():
                assert cal_type is not USER or policy.over_use is OverUse.ENFORCE
            case Issue(version=given) | Keep(Cal(version=given)) | Renew(Cal(version=given)):
                assert given >= version
        if isinstance(answer, Issue) and policy.prevent_upgrade:
            assert answer.version == version
        if isinstance(answer, Issue) and answer.temporary:
            assert cal_type is DEVICE
            assert answer.pack == 0
        assert all(len(cals) <= 1 for cals in pools.held.values())


def test_the_temporary_cal_follows_its_device_to_a_newer_host() -> None:
    """Its end stays, the old one goes back, and no pool is touched by somebody who has not logged on."""
    held = Cal(b"t" * 16, 6, True, NOW + 50 * DAY, 0)
    standing = Standing(NOW, True, [Pack(1, 8, 10, 0)], [held], True)
    assert decide(Ask(DEVICE, 7), standing) == Issue(7, True, held.valid_until, 0, held.cal_id)
    assert decide(Ask(DEVICE, 7, authenticated=True), standing) == Issue(8, False, NOW + 52 * DAY, 1, held.cal_id)
