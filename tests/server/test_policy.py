"""A per-user pack's own policy for over-use."""

import pytest

from calvox.common.errors import BadInput, NotFound
from calvox.core.deciding import Reason, Refused
from calvox.core.products import CalType
from calvox.server.issue import acquire
from calvox.server.policy import PolicySet, set_policy
from tests.world import Site

USER = CalType.USER


def test_a_pack_says_what_happens_beyond_it(stocked: Site) -> None:
    """Two are in the pack; the third is given, given with a warning, or refused."""
    host = stocked.enrol("rdsh-1", "2022")
    for n in range(2):
        host.cal(USER, f"user-{n}")
    assert set_policy(stocked.server, 2, "enforce", "ada") == PolicySet(2, "enforce", True)
    assert host.acquire(USER, "user-2") == Refused(Reason.POOL_USED_UP)
    assert set_policy(stocked.server, 2, "warn", "ada") == PolicySet(2, "warn", True)
    for n, warned in ((2, True), (0, True)):
        assert stocked.run(acquire(stocked.server, host.ask(USER, f"user-{n}"))).beyond is warned
    assert set_policy(stocked.server, 2, "site", "ada") == PolicySet(2, "allow", False)
    assert stocked.run(acquire(stocked.server, host.ask(USER, "user-3"))).beyond is False
    assert stocked.issued()[2] == 4


def test_no_warning_comes_within_the_pack(stocked: Site) -> None:
    """The last of it is not one too many."""
    stocked.restart(over_use="warn")
    host = stocked.enrol("rdsh-1", "2022")
    answers = [stocked.run(acquire(stocked.server, host.ask(USER, f"user-{n}"))).beyond for n in range(3)]
    assert answers == [False, False, True]


def test_where_over_use_is_enforced_later_it_is_not_renewed(stocked: Site) -> None:
    """Three on a pack of two run to their end until they fit, and then go on."""
    host = stocked.enrol("rdsh-1", "2022")
    ends = [host.cal(USER, f"user-{n}").claims.valid_until for n in range(3)]
    set_policy(stocked.server, 2, "enforce", "ada")
    stocked.clock.moment = ends[0] - 60
    assert [host.cal(USER, f"user-{n}").claims.valid_until for n in range(3)] == ends
    stocked.clock.later(seconds=61)
    assert host.cal(USER, "user-0").claims.valid_until > ends[0]
    assert host.cal(USER, "user-1").claims.valid_until > ends[0]
    assert host.acquire(USER, "user-2") == Refused(Reason.POOL_USED_UP)


def test_the_same_policy_is_not_entered_again(stocked: Site) -> None:
    """Only a change is an entry."""
    set_policy(stocked.server, 2, "warn", "ada")
    before = stocked.entries()
    set_policy(stocked.server, 2, "warn", "ada")
    assert stocked.entries() == before


@pytest.mark.parametrize(
    ("pack", "policy", "error"),
    [(2, "never", BadInput), (1, "enforce", BadInput), (3, "allow", BadInput), (9, "warn", NotFound)],
)
def test_only_users_packs_have_one_of_the_policies(
    stocked: Site, pack: int, policy: str, error: type[Exception]
) -> None:
    """Devices and sessions never go beyond theirs."""
    with pytest.raises(error):
        set_policy(stocked.server, pack, policy, "ada")
