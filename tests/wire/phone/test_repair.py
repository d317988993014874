"""What is proposed for a mis-heard group, and what a whole code is repaired by."""

from itertools import islice, product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calvox.common.errors import BadCode
from calvox.wire.phone.cheapest import cheapest
from calvox.wire.phone.codec import CodeType, encode, group_holds
from calvox.wire.phone.forms import Form, Heard
from calvox.wire.phone.identity import server_id
from calvox.wire.phone.message import Kind
from calvox.wire.phone.oracles import confirmation_fits, request_fits, retirement_fits, server_id_fits
from calvox.wire.phone.repair import MOST_CHOICES, MOST_TRIES, Choices, Unclear, Whole, repair
from calvox.wire.phone.sounds import sounds
from calvox.wire.phone.suggest import MOST, suggestions
from tests.wire.phone.vectors import CASES, call_of, code_of, server_id_of

steady = settings(derandomize=True, max_examples=40, deadline=None)
CONFIRMATION = CodeType.CONFIRMATION


def heard_of(form: Form, code_type: CodeType, number: int) -> list[list[int | None]]:
    """Give a code's groups, ready to be spoilt."""
    return [list(group) for group in encode(form.encoding, code_type, number)]


def tuples(groups: list[list[int | None]]) -> list[Heard]:
    """Give groups as they are repaired."""
    return [tuple(group) for group in groups]


@steady
@given(st.lists(st.lists(st.integers(0, 30), min_size=1, max_size=5).map(sorted), max_size=4))
def test_cheapest_first_gives_every_choice_once(costs: list[list[int]]) -> None:
    """The lazy order has just the combinations that forming all of them has, never a cheaper one later."""
    found = list(cheapest(costs))
    assert [total for total, _ in found] == sorted(sum(pick) for pick in product(*costs))
    assert len({choice for _, choice in found}) == len(found)
    for total, choice in found:
        assert total == sum(cost[index] for cost, index in zip(costs, choice, strict=True))


def test_cheapest_first_begins_at_once_on_many_long_lists() -> None:
    """Twenty-four lists of two thousand are far too many combinations to form; the first 20,000 come in order."""
    totals = [total for total, _ in islice(cheapest([list(range(2000))] * 24), MOST_TRIES)]
    assert len(totals) == MOST_TRIES
    assert totals == sorted(totals)


def test_an_empty_list_leaves_no_choice() -> None:
    """Where one group has no suggestion, nothing can be combined."""
    assert list(cheapest([[1, 2], []])) == []
    assert list(cheapest([])) == [(0, ())]


@steady
@given(st.sampled_from(Form), st.sampled_from(CodeType), st.data())
def test_one_wrong_symbol_is_among_the_suggestions(form: Form, code_type: CodeType, data: st.DataObject) -> None:
    """Whatever one symbol was taken for, the right group is proposed, and every proposal holds."""
    number = data.draw(st.integers(0, (1 << code_type.bits) - 1))
    groups = heard_of(form, code_type, number)
    index = data.draw(st.integers(0, len(groups) - 1))
    place = data.draw(st.integers(0, form.encoding.symbols - 1))
    meant = tuple(groups[index])
    groups[index][place] = data.draw(
        st.integers(0, form.encoding.base - 1).filter(lambda s: (s - (meant[place] or 0)) % form.encoding.check)
    )
    found = suggestions(form, code_type, index, tuple(groups[index]))
    assert meant in [s.symbols for s in found]
    assert all(group_holds(form.encoding, code_type, index, s.symbols) for s in found)
    assert [s.cost for s in found] == sorted(s.cost for s in found)


@steady
@given(
    st.sampled_from(Form), st.sampled_from(["skip", "swap", "one", "two", "near"]), st.randoms(use_true_random=False)
)
def test_other_mishearings_are_among_the_suggestions(form: Form, fault: str, random: Random) -> None:
    """A symbol skipped, two swapped, one or two unheard, two taken for near ones: the right group is proposed."""
    number = random.getrandbits(385)
    meant = encode(form.encoding, CONFIRMATION, number)[1]
    group: list[int | None] = list(meant)
    first, second = sorted(random.sample(range(len(group)), 2))
    if fault == "skip":
        del group[first]
    elif fault == "swap":
        first = random.randrange(len(group) - 1)
        group[first], group[first + 1] = group[first + 1], group[first]
    elif fault == "near":
        for place in (first, second):
            # Near-sounding is not mutual: take something that would itself be mistaken for what was meant.
            near = sounds(form)
            takers = [s for s in range(form.encoding.base) if meant[place] in near.near(s)]
            group[place] = random.choice(takers or [meant[place]])
    else:
        group[first] = None
        if fault == "two":
            group[second] = None
    if not group_holds(form.encoding, CONFIRMATION, 1, group):
        found = suggestions(form, CONFIRMATION, 1, tuple(group))
        assert meant in [s.symbols for s in found]
        assert len(found) <= MOST


def test_the_nearest_by_sound_comes_first() -> None:
    """Of the words that would do, the one that sounds like what was heard leads."""
    form, near, checked = Form.WORDS_FR, sounds(Form.WORDS_FR), 0
    for number in range(1 << 100, (1 << 100) + 300):
        meant = encode(form.encoding, CodeType.RETIREMENT, number)[0]
        taken = near.near(meant[5])[:1]
        if taken and near.cost(taken[0], meant[5]) < 70:
            found = suggestions(form, CodeType.RETIREMENT, 0, (*meant[:5], *taken))
            assert found[0].symbols == meant
            checked += 1
    assert checked > 20


@pytest.mark.parametrize("heard", [(), (None, None, None, 1, 2), (1,), (1, 2, 3, 4, 5, 6), (1, 2, 3, None)])
def test_too_little_heard_gives_no_suggestion(heard: Heard) -> None:
    """Nothing is proposed where anything might have been said."""
    assert suggestions(Form.CHARACTERS, CONFIRMATION, 0, heard) == []


@pytest.mark.parametrize("form", Form)
def test_one_wrong_symbol_is_always_repaired(form: Form) -> None:
    """In every form, one wrong symbol anywhere in a confirmation is put right."""
    random = Random(1)
    for case in CASES:
        groups = heard_of(form, CONFIRMATION, code_of(case))
        group = random.choice(groups)
        place = random.randrange(len(group))
        right = group[place] or 0
        group[place] = random.choice([s for s in range(form.encoding.base) if (s - right) % form.encoding.check])
        outcome = repair(form, CONFIRMATION, tuples(groups), confirmation_fits(Kind(case["kind"])))
        assert isinstance(outcome, Whole)
        assert outcome.number == code_of(case)
        assert [list(g) for g in outcome.groups] == heard_of(form, CONFIRMATION, code_of(case))


@pytest.mark.parametrize("form", Form)
def test_two_wrong_symbols_are_nearly_always_repaired(form: Form) -> None:
    """Two mis-hearings in different groups are put right; never is a wrong code accepted."""
    random, near, repaired = Random(2), sounds(form), 0
    for _ in range(40):
        case = random.choice(CASES)
        groups = heard_of(form, CONFIRMATION, code_of(case))
        for index in random.sample(range(len(groups)), 2):
            place = random.randrange(form.encoding.symbols)
            heard = groups[index][place] or 0
            groups[index][place] = random.choice(near.near(heard)[:6] or [(heard + 1) % form.encoding.base])
        outcome = repair(form, CONFIRMATION, tuples(groups), confirmation_fits())
        if isinstance(outcome, Whole):
            assert outcome.number == code_of(case)
            repaired += 1
    assert repaired >= 38


@pytest.mark.parametrize("form", Form)
def test_requests_and_proofs_are_repaired_by_what_they_belong_to(form: Form) -> None:
    """A request is put right by its check bits, a proof by the server ID."""
    for case in CASES[2:8]:
        wanted = [(CodeType.REQUEST, r["hex"], request_fits(server_id_of(case))) for r in case["requests"]]
        proof = (CodeType.RETIREMENT, case["retirement"]["hex"], retirement_fits(server_id_of(case)))
        for code_type, code, oracle in (*wanted, proof):
            groups = heard_of(form, code_type, int(code, 16))
            groups[0][1], groups[1][0] = None, ((groups[1][0] or 0) + 1) % form.encoding.base
            outcome = repair(form, code_type, tuples(groups), oracle)
            assert isinstance(outcome, Whole)
            assert outcome.number == int(code, 16)
            assert outcome.changed == (0, 1)


@pytest.mark.parametrize("form", Form)
def test_a_server_id_is_never_repaired_silently(form: Form) -> None:
    """Its likely readings are shown, the right one among them, and each looks like a server ID."""
    for case in CASES[:8]:
        number = int(case["server_id"]["hex"], 16)
        groups = heard_of(form, CodeType.SERVER_ID, number)
        groups[0][0] = sounds(form).near(groups[0][0] or 0)[0] if sounds(form).near(groups[0][0] or 0) else None
        outcome = repair(form, CodeType.SERVER_ID, tuples(groups), server_id_fits)
        assert isinstance(outcome, Choices)
        assert number in [reading.number for reading in outcome.readings]
        assert len(outcome.readings) <= MOST_CHOICES


def test_a_server_id_heard_whole_is_taken() -> None:
    """Nothing is asked where nothing was mis-heard."""
    number = int(CASES[0]["server_id"]["hex"], 16)
    groups = tuples(heard_of(Form.DIGITS, CodeType.SERVER_ID, number))
    outcome = repair(Form.DIGITS, CodeType.SERVER_ID, groups, server_id_fits)
    assert isinstance(outcome, Whole)
    assert outcome.changed == ()


@pytest.mark.parametrize("form", Form)
def test_garbage_is_given_up_in_bounded_time(form: Form) -> None:
    """Nonsense in every group, heard or half heard, ends after 20,000 tries at most."""
    random = Random(3)
    wanted = len(encode(form.encoding, CONFIRMATION, 0))
    for holes in (0, 2):
        some = [random.randrange(form.encoding.base) for _ in range(form.encoding.symbols - holes)]
        outcome = repair(form, CONFIRMATION, [(*([None] * holes), *some)] * wanted, lambda _: False)
        assert isinstance(outcome, Unclear)
        assert outcome.tries <= MOST_TRIES
        assert outcome.groups


def test_a_code_that_holds_and_is_no_signature_is_unclear() -> None:
    """All groups hold and the point does not: there is no group to name."""
    outcome = repair(Form.DIGITS, CONFIRMATION, tuples(heard_of(Form.DIGITS, CONFIRMATION, 5)), confirmation_fits())
    assert outcome == Unclear((), 1)


def test_the_awaited_kind_is_insisted_on() -> None:
    """A confirmation of another kind is not taken for a repair."""
    kind, _, _ = call_of(CASES[0])
    accepts = confirmation_fits(Kind.THAW)
    assert kind is not Kind.THAW
    assert not accepts(code_of(CASES[0]))
    assert confirmation_fits()(code_of(CASES[0]))
    assert not confirmation_fits()(code_of(CASES[0]) | 15 << 381)


def test_oracles_refuse_another_servers_codes() -> None:
    """What belongs to one server is refused for another."""
    other = server_id(12345, epoch=1)
    request = int(CASES[2]["requests"][0]["hex"], 16)
    assert request_fits(server_id_of(CASES[2]))(request)
    assert not request_fits(other)(request)
    assert not retirement_fits(other)(int(CASES[2]["retirement"]["hex"], 16))


def test_a_wrong_number_of_groups_is_refused() -> None:
    """A repair needs all groups, heard or not."""
    with pytest.raises(BadCode):
        repair(Form.DIGITS, CONFIRMATION, [()] * 3, confirmation_fits())
