"""In which order licence servers are asked."""

from hypothesis import given
from hypothesis import strategies as st

from calvox.host.failover import Ring, missing, ordered

A, B, C = "https://a:1", "https://b:1", "https://c:1"


def test_the_strongest_order_counts() -> None:
    """The policy's, else the settings', else that of enrolment; however the address is written."""
    assert ordered([A, B], [], []) == [A, B]
    assert ordered([A, B], [], [B, A]) == [B, A]
    assert ordered([A, B], ["HTTPS://B:1/"], [A]) == [B]
    assert ordered([A, B], [C, B, B], [A]) == [B]


def test_a_host_never_loses_all_its_servers() -> None:
    """An order of which none is enrolled says nothing; it is told which enrolments are missing."""
    assert ordered([A, B], [C]) == [A, B]
    assert ordered([A, B], [C], [B]) == [B]
    assert missing([A, B], [C, A], [B]) == [C]
    assert missing([A, B], [], [C]) == [C]


def test_a_silent_server_is_left_alone_and_then_preferred_again() -> None:
    """For the pause and no longer; an answer ends it at once."""
    ring = Ring(pause=60)
    ring.failed(A, 100.0)
    assert ring.due([A, B], 159.0) == [B]
    assert ring.all([A, B], 159.0) == [B, A]
    assert ring.due([A, B], 160.0) == [A, B]
    ring.failed(A, 160.0)
    ring.answered(A)
    assert ring.due([A, B], 161.0) == [A, B]


@given(st.lists(st.tuples(st.sampled_from([A, B, C]), st.booleans(), st.floats(0, 100)), max_size=20))
def test_every_server_is_always_asked_in_the_end(history: list[tuple[str, bool, float]]) -> None:
    """Whatever happened, all of them stand in the list once, and after a pause in their order."""
    ring, ran = Ring(pause=60), 0.0
    for server, answered, passed in history:
        ran += passed
        if answered:
            ring.answered(server)
        else:
            ring.failed(server, ran)
        assert sorted(ring.all([A, B, C], ran)) == [A, B, C]
    assert ring.due([C, A, B], ran + 61) == [C, A, B]
