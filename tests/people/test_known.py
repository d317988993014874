"""What a browser keeps of the people whom it let in: it opens nothing, tells nothing, and cannot be made elsewhere."""

from hypothesis import given
from hypothesis import strategies as st

from calvox.people.known import LONGEST, MOST_PEOPLE, known_browser, remember
from calvox.people.secrets import shown
from tests.world import Site


def test_a_browser_knows_whom_it_let_in(site: Site) -> None:
    """By one number, whoever they are; their names stand nowhere."""
    first = remember(site.server, "eve", "")
    both = remember(site.server, "ada", first)
    numbers = {known_browser(site.server, name, text) for name, text in (("eve", first), ("eve", both), ("ada", both))}
    assert len(numbers) == 1
    assert b"" not in numbers
    assert known_browser(site.server, "ada", first) == b""
    assert "eve" not in first
    assert remember(site.server, "eve", "") != first


def test_the_last_eight_people_are_kept(site: Site) -> None:
    """Each once, and what is kept stays short."""
    text = remember(site.server, "eve", "")
    for _ in range(2):
        text = remember(site.server, "eve", text)
    assert text.count(".") == 1
    for number in range(MOST_PEOPLE):
        text = remember(site.server, f"name-{number}", text)
    assert known_browser(site.server, "eve", text) == b""
    assert all(known_browser(site.server, f"name-{number}", text) for number in range(MOST_PEOPLE))
    assert len(text) <= LONGEST


def test_what_was_made_elsewhere_is_worth_nothing(site: Site) -> None:
    """Another number with the same proof, a proof of nobody's."""
    number, proof = remember(site.server, "eve", "").split(".")
    for text in (f"{shown(bytes(32))}.{proof}", f"{number}.{shown(bytes(32))}", number, f"{number}.{proof}.x", proof):
        assert known_browser(site.server, "eve", text) == b""


@given(st.text(max_size=700))
def test_garbage_is_nobody(text: str) -> None:
    """And is replaced when somebody comes in."""
    assert known_browser(Nothing(), "eve", text) == b""  # type: ignore[arg-type]


class Nothing:
    """A store of which nothing but a proof is asked."""

    def proof(self, label: bytes, *parts: bytes) -> bytes:
        """Prove nothing."""
        return label
