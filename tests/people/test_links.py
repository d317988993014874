"""Links by which somebody logs in once."""

from contextlib import suppress

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calvox.common.errors import CalvoxError, NotFound, NotLoggedIn, Tampered, TooMany
from calvox.core.peopling import LinkMade, Role
from calvox.people.accounts import remove_person, set_password
from calvox.people.attempts import EVERY, EVERY_ADDRESS, FIRST_LOCK
from calvox.people.links import LASTS, PATH, make_link
from calvox.people.log_in import Door
from calvox.people.secrets import read_shown, shown
from tests.people.conftest import PASSWORD
from tests.world import Site


def link(site: Site, name: str = "eve") -> str:
    """Make a link; give its code."""
    path = make_link(site.server, name, "root")
    assert path.startswith(PATH)
    return path.removeprefix(PATH)


def refused(door: Door, code: str, address: str = "") -> type[CalvoxError]:
    """Come in by a code, which must fail."""
    with pytest.raises(CalvoxError) as caught:
        door.come_in(code, address)
    return caught.type


def test_a_link_lets_in_once(site: Site, door: Door) -> None:
    """As the person that it was made for; the password must still be changed."""
    code = link(site)
    secret, who = door.come_in(code, "")
    assert (who.name, who.role, who.change, who.directory) == ("eve", Role.AUDITOR, True, False)
    assert door.who(secret) == who
    assert refused(door, code) is NotLoggedIn
    assert door.who(secret) == who


def test_that_it_was_made_is_entered_and_its_code_is_nowhere(site: Site) -> None:
    """The store holds the hash alone."""
    code = link(site)
    assert site.read(lambda reader: [reader.fact(entry) for entry in reader.entries()])[-1] == LinkMade(
        person="eve", by="root"
    )
    raw = read_shown(code)
    assert raw is not None
    assert len(raw) == 32
    (row,) = site.rows("link")
    assert raw not in row.values()
    assert raw not in (site.folder / "journal.db").read_bytes()


def test_a_link_lasts_ten_minutes(site: Site, door: Door) -> None:
    """To the second."""
    one = link(site)
    site.clock.later(seconds=LASTS - 1)
    assert door.come_in(one, "")[1].name == "eve"
    other = link(site)
    site.clock.later(seconds=LASTS)
    assert refused(door, other) is NotLoggedIn


def test_a_further_link_ends_the_one_before(site: Site, door: Door) -> None:
    """Of the same person; others' stay."""
    first, others, second = link(site), link(site, "ada"), link(site)
    assert refused(door, first) is NotLoggedIn
    assert [door.come_in(code, "")[1].name for code in (others, second)] == ["ada", "eve"]


def test_a_new_password_or_no_account_ends_a_link(site: Site, door: Door) -> None:
    """As they end sessions."""
    code = link(site)
    set_password(site.server, "eve", "another battery", "ada")
    assert refused(door, code) is NotLoggedIn
    code = link(site)
    remove_person(site.server, "eve", "ada")
    assert refused(door, code) is NotLoggedIn
    with pytest.raises(NotFound):
        link(site, "eve")


def test_a_lock_by_wrong_passwords_does_not_hold_a_link_back(site: Site, door: Door) -> None:
    """The machine's owner lets in whom they want."""
    for _ in range(EVERY):
        with suppress(NotLoggedIn):
            door.log_in("eve", "wrong", "")
    with pytest.raises(TooMany):
        door.log_in("eve", PASSWORD, "")
    assert door.come_in(link(site), "")[1].name == "eve"


def test_guessing_locks_the_address(site: Site, door: Door) -> None:
    """As wrong passwords from it do; then even a good link waits, and goes on being good."""
    code = link(site)
    for number in range(EVERY_ADDRESS):
        assert refused(door, shown(bytes([number]) * 32), "10.0.0.1") is NotLoggedIn
    assert refused(door, code, "10.0.0.1") is TooMany
    with pytest.raises(TooMany):
        door.log_in("ada", PASSWORD, "10.0.0.1")
    assert door.come_in(code, "10.0.0.2")[1].name == "eve"


def test_a_lock_of_an_address_ends(site: Site, door: Door) -> None:
    """By the even clock."""
    for _ in range(EVERY_ADDRESS):
        refused(door, "x", "10.0.0.1")
    site.clock.later(seconds=FIRST_LOCK)
    assert door.come_in(link(site), "10.0.0.1")[1].name == "eve"


@pytest.mark.parametrize(
    "edit",
    ["UPDATE link SET person = 'ada'", "UPDATE link SET until = until + 1000", "UPDATE link SET proof = zeroblob(32)"],
)
def test_a_link_that_the_database_was_given_is_none(site: Site, edit: str) -> None:
    """Whoever can write it alone lacks the server's secret."""
    code = link(site)
    site.close()
    connection = apsw.Connection(str(site.folder / "journal.db"))
    connection.execute(edit)
    connection.close()
    site.open()
    assert refused(Door(site.server), code) is Tampered


@given(st.text(max_size=60) | st.binary(min_size=31, max_size=33).map(shown))
def test_whatever_is_shown_as_a_code_is_read_or_none(text: str) -> None:
    """And what is read is written alike."""
    secret = read_shown(text)
    assert secret is None or len(secret) == 32
    if secret is not None and text == shown(secret):
        assert read_shown(shown(secret)) == secret


@pytest.mark.parametrize("code", ["", "x", "é" * 43, "A" * 42, "A" * 44, "=" * 43, "A" * 100_000])
def test_garbage_is_no_link(door: Door, code: str) -> None:
    """Told alike."""
    assert refused(door, code) is NotLoggedIn
