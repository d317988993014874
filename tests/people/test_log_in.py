"""Logging in: sessions and their ends, wrong passwords and what they bring."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import suppress
from hashlib import sha256

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calvox.common.errors import BadInput, CalvoxError, NotLoggedIn, Tampered, TooMany
from calvox.core.peopling import PersonLocked, Role
from calvox.people.accounts import set_password
from calvox.people.attempts import (
    EVERY_ADDRESS,
    EVERY_NAME,
    FIRST_LOCK,
    LONGEST_LOCK,
    LONGEST_NAME_LOCK,
    Attempts,
    lock_after,
)
from calvox.people.known import remember
from calvox.people.log_in import MOST_SESSIONS, Door, secret_of
from calvox.people.passwords import hash_password, password_fits
from calvox.people.sessions import IDLE, WHOLE
from tests.people.conftest import PASSWORD
from tests.world import NOON, Site


def let_in(door: Door, name: str = "eve", password: str = PASSWORD, address: str = "") -> str:
    """Log somebody in."""
    return door.log_in(name, password, address)[0]


def refused(door: Door, name: str = "eve", password: str = "wrong", address: str = "") -> type[CalvoxError]:
    """Log somebody in, which must fail."""
    with pytest.raises(CalvoxError) as caught:
        door.log_in(name, password, address)
    return caught.type


# Sessions


def test_a_session_is_shown_by_its_secret(site: Site, door: Door) -> None:
    """32 random bytes, of which the store holds the hash alone."""
    secret = let_in(door)
    who = door.who(secret)
    assert (who.name, who.role, who.change) == ("eve", Role.AUDITOR, True)
    raw = urlsafe_b64decode(secret + "=")
    (row,) = site.rows("log_in")
    assert (len(raw), row["session"], row["person"]) == (32, sha256(raw).digest(), "eve")
    assert let_in(door) != secret


def test_logging_in_enters_nothing(site: Site, door: Door) -> None:
    """It is working state; so is logging out."""
    before = site.entries()
    door.log_out(door.who(let_in(door)).session)
    assert site.entries() == before
    assert site.rows("log_in") == []


def test_who_logs_out_is_out(door: Door) -> None:
    """At once, and other sessions go on."""
    one, other = let_in(door), let_in(door)
    door.log_out(door.who(one).session)
    with pytest.raises(NotLoggedIn):
        door.who(one)
    assert door.who(other).name == "eve"


def test_half_an_hour_without_a_request_ends_a_session(site: Site, door: Door) -> None:
    """With requests it goes on, and what ended does not come back."""
    secret = let_in(door)
    for _ in range(3):
        site.clock.later(seconds=IDLE - 1)
        door.who(secret)
    site.clock.later(seconds=IDLE)
    for _ in range(2):
        with pytest.raises(NotLoggedIn):
            door.who(secret)
    assert site.rows("log_in") == []


def test_twelve_hours_end_a_session(site: Site, door: Door) -> None:
    """However busy."""
    secret, left = let_in(door), WHOLE
    while left > 1500:
        site.clock.later(seconds=1500)
        left -= 1500
        door.who(secret)
    site.clock.later(seconds=left)
    with pytest.raises(NotLoggedIn):
        door.who(secret)


def test_a_clock_set_back_makes_no_session_longer(site: Site, door: Door) -> None:
    """Its age is taken by a clock that nobody can set."""
    secret = let_in(door)
    door.who(secret)
    site.clock.set(NOON - 1_000_000)
    site.clock.later(seconds=IDLE)
    with pytest.raises(NotLoggedIn):
        door.who(secret)


def test_sessions_outlive_the_process_and_age_meanwhile(site: Site, door: Door) -> None:
    """One that was idle too long while nothing ran is over."""
    kept, idle = let_in(door), let_in(door)
    site.clock.later(seconds=IDLE - 60)
    door.who(kept)
    site.restart()
    again = Door(site.server)
    site.clock.later(seconds=120)
    assert again.who(kept).name == "eve"
    with pytest.raises(NotLoggedIn):
        again.who(idle)


def test_sessions_of_a_person_are_bounded(site: Site, door: Door) -> None:
    """A further one ends the one that was unheard for longest."""
    first = let_in(door)
    site.clock.later(seconds=5)
    second = let_in(door)
    for _ in range(MOST_SESSIONS - 1):
        let_in(door)
    assert len(site.rows("log_in")) == MOST_SESSIONS
    with pytest.raises(NotLoggedIn):
        door.who(first)
    assert door.who(second)


@given(st.one_of(st.text(max_size=60), st.binary(max_size=60).map(lambda b: b.decode("latin-1"))))
def test_whatever_is_shown_is_no_session(shown: str) -> None:
    """It raises our own error, before anything is read."""
    with suppress(NotLoggedIn):
        assert len(secret_of(shown)) == 32


# One's own password


def test_a_password_is_changed_by_who_knows_the_old_one(site: Site, door: Door) -> None:
    """This session goes on, others end; nothing must be changed any more."""
    here, there = let_in(door), let_in(door)
    door.change_password(door.who(here), PASSWORD, "of my own choice", "")
    assert not door.who(here).change
    with pytest.raises(NotLoggedIn):
        door.who(there)
    assert refused(door, "eve", PASSWORD) is NotLoggedIn
    assert let_in(door, "eve", "of my own choice")


def test_a_password_is_not_changed_otherwise(site: Site, door: Door) -> None:
    """Not without the old one, not to the same, not to a short one; guessing it so locks, too."""
    who, before = door.who(let_in(door)), site.entries()
    for old, new, wrong in (
        ("guess", "of my own choice", NotLoggedIn),
        (PASSWORD, PASSWORD, BadInput),
        (PASSWORD, "short", BadInput),
    ):
        with pytest.raises(wrong):
            door.change_password(who, old, new, "")
    assert site.entries() == before
    for _ in range(5):
        with pytest.raises(NotLoggedIn):
            door.change_password(who, "guess", "of my own choice", "")
    with pytest.raises(TooMany):
        door.change_password(who, PASSWORD, "of my own choice", "")


# Wrong passwords


def test_five_wrong_passwords_lock_for_a_quarter_of_an_hour(site: Site, door: Door) -> None:
    """Recorded; the right one is no use meanwhile; afterwards it is, and the count begins anew."""
    before = site.entries()
    assert [refused(door) for _ in range(5)] == [NotLoggedIn] * 5
    assert site.entries() == [*before, "PersonLocked"]
    assert site.read(lambda r: [r.fact(e) for e in r.entries()])[-1] == PersonLocked(
        person="eve", failures=5, seconds=FIRST_LOCK
    )
    assert refused(door, password=PASSWORD) is TooMany
    assert let_in(door, "ada")
    site.clock.later(seconds=FIRST_LOCK)
    assert let_in(door)
    assert site.rows("wrong_password") == []


def test_a_lock_grows(site: Site, door: Door) -> None:
    """Twice as long after five more."""
    for _ in range(5):
        refused(door)
    assert refused(door) is TooMany
    site.clock.later(seconds=FIRST_LOCK)
    assert [refused(door) for _ in range(5)] == [NotLoggedIn] * 5
    site.clock.later(seconds=2 * FIRST_LOCK - 1)
    assert refused(door, password=PASSWORD) is TooMany
    site.clock.later(seconds=1)
    assert let_in(door)


def test_five_wrong_passwords_lock_a_name_where_they_were_tried(door: Door) -> None:
    """So nobody keeps somebody else out; over a whole network of IPv6 they are one place."""
    for _ in range(5):
        refused(door, address="192.0.2.1")
    assert refused(door, password=PASSWORD, address="192.0.2.1") is TooMany
    assert let_in(door, address="192.0.2.2")
    for last in range(5):
        refused(door, address=f"2001:db8::{last}")
    assert refused(door, password=PASSWORD, address="2001:db8::ffff") is TooMany
    assert let_in(door, address="2001:db8:0:1::1")


def tried_everywhere(door: Door, name: str = "eve") -> list[type[CalvoxError]]:
    """Try wrong passwords from many addresses."""
    return [refused(door, name, address=f"192.0.2.{n}") for n in range(EVERY_NAME)]


def test_fifty_wrong_passwords_from_everywhere_lock_a_name(site: Site, door: Door) -> None:
    """For whoever is not known, over a restart, for an hour at the most; recorded."""
    before = site.entries()
    assert set(tried_everywhere(door)) == {NotLoggedIn}
    assert site.entries() == [*before, "PersonLocked"]
    assert refused(door, password=PASSWORD, address="198.51.100.1") is TooMany
    assert let_in(door, "ada")
    site.restart()
    door = Door(site.server)
    assert refused(door, password=PASSWORD, address="198.51.100.1") is TooMany
    site.clock.later(seconds=FIRST_LOCK)
    for _ in range(5):
        tried_everywhere(door)
        site.clock.later(seconds=LONGEST_NAME_LOCK)
    assert let_in(door, address="198.51.100.1")
    assert site.rows("wrong_password") == []


def test_a_browser_that_let_somebody_in_is_held_up_by_nobody_else(site: Site, door: Door) -> None:
    """Neither by guesses from everywhere nor by those at its own address; its own guesses lock it, and it alone."""
    known = remember(site.server, "eve", "")
    tried_everywhere(door)
    for number in range(EVERY_ADDRESS):
        with suppress(NotLoggedIn, TooMany):
            door.log_in(f"name-{number}", "wrong", "192.0.2.1")
    assert refused(door, password=PASSWORD, address="192.0.2.1") is TooMany
    assert door.log_in("eve", PASSWORD, "192.0.2.1", known)
    assert site.rows("wrong_password")
    for _ in range(5):
        with pytest.raises(NotLoggedIn):
            door.log_in("eve", "wrong", "192.0.2.1", known)
    with pytest.raises(TooMany):
        door.log_in("eve", PASSWORD, "192.0.2.1", known)
    assert door.log_in("eve", PASSWORD, "192.0.2.1", remember(site.server, "eve", ""))
    with pytest.raises(TooMany):
        door.log_in("eve", PASSWORD, "192.0.2.1", remember(site.server, "ada", ""))


def test_somebody_who_is_in_changes_the_password_whatever_others_try(door: Door) -> None:
    """A session is a place of its own."""
    who = door.who(let_in(door))
    tried_everywhere(door)
    door.change_password(who, PASSWORD, "of my own choice", "192.0.2.1")


def test_a_new_password_lets_a_lock_go(site: Site, door: Door) -> None:
    """The owner of the machine is never locked out."""
    for _ in range(5):
        refused(door, "ada")
    set_password(site.server, "ada", "another battery", "root")
    assert let_in(door, "ada", "another battery")


def test_an_unknown_name_looks_like_a_known_one(site: Site, door: Door) -> None:
    """Refused alike, locked alike, here and everywhere; and nothing is entered or written for it."""
    before = site.entries()
    told = []
    for name in ("eve", "nobody"):
        texts = []
        for _ in range(7):
            with pytest.raises(CalvoxError) as caught:
                door.log_in(name, "wrong", "")
            texts.append((caught.value.code, str(caught.value), str(caught.value.hint)))
        told.append(texts)
    assert told[0] == told[1]
    assert site.entries() == [*before, "PersonLocked"]
    for name in ("eve", "nobody"):
        tried_everywhere(door, name)
        assert refused(door, name, address="198.51.100.1") is TooMany
    assert [row["person"] for row in site.rows("wrong_password")] == ["eve"]


def test_an_address_is_locked_whatever_names_it_tries(door: Door) -> None:
    """After twenty; others go on."""
    assert [refused(door, f"name-{n}", address="192.0.2.1") for n in range(20)] == [NotLoggedIn] * 20
    assert refused(door, "eve", PASSWORD, "192.0.2.1") is TooMany
    assert let_in(door, address="192.0.2.2")


@pytest.mark.parametrize("swap", ["hash", "row"])
def test_a_password_put_in_by_hand_is_named(site: Site, door: Door, swap: str) -> None:
    """Whoever writes the database without the keys cannot log in so."""
    site.close()
    connection = apsw.Connection(str(site.folder / "journal.db"))
    if swap == "hash":
        connection.execute("UPDATE account SET password = ? WHERE person = 'ada'", (hash_password("of the intruder"),))
    else:
        connection.execute("DELETE FROM account WHERE person = 'ada'")
    connection.close()
    site.open()
    with pytest.raises(Tampered, match="not the one that was set"):
        Door(site.server).log_in("ada", "of the intruder", "")


def test_a_role_put_in_by_hand_is_found(site: Site) -> None:
    """It follows from the entries."""
    site.close()
    connection = apsw.Connection(str(site.folder / "journal.db"))
    connection.execute("UPDATE person SET role = 'administrator' WHERE person = 'eve'")
    connection.close()
    site.open()
    with pytest.raises(Tampered, match="person"):
        site.server.journal.verify()


# The rule


def test_locks_grow_to_a_day() -> None:
    """And never beyond."""
    locks = [lock_after(5 * n) for n in range(1, 12)]
    assert locks[:3] == [900, 1800, 3600]
    assert locks[-1] == LONGEST_LOCK == max(locks)
    assert not any(lock_after(n) for n in range(1, 100) if n % 5)
    assert lock_after(5 * 10**6) == LONGEST_LOCK


def test_what_is_remembered_of_strangers_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ones unheard for longest are forgotten; after an hour in peace, all is."""
    monkeypatch.setattr("calvox.people.attempts.MOST_KEPT", 3)
    attempts = Attempts()

    def fail(key: str, times: int, now: float) -> None:
        for _ in range(times):
            attempts.failed(key, now)

    fail("a", 5, 0)
    with pytest.raises(TooMany):
        attempts.check("a", 1)
    for key in "bcd":
        fail(key, 1, 0)
    attempts.check("a", 1)
    fail("d", 3, 0)
    fail("d", 1, 4000)
    attempts.check("d", 4001)
    fail("e", 6, 0)
    with pytest.raises(TooMany):
        attempts.check("e", 1)


def test_a_right_guess_is_no_use_in_a_lock_that_came_meanwhile(
    site: Site, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many guesses at once gain nothing beyond the fifth."""

    def slow(hashed: str, password: str) -> bool:
        monkeypatch.setattr("calvox.people.checking.password_fits", password_fits)
        for _ in range(5):
            refused(door)
        return True

    monkeypatch.setattr("calvox.people.checking.password_fits", slow)
    assert refused(door, password=PASSWORD) is TooMany
    assert site.rows("log_in") == []


def test_a_session_written_into_the_database_lets_nobody_in(site: Site, door: Door) -> None:
    """Neither one that was made up, nor one's own with another name."""
    own = let_in(door)
    made = bytes(range(32))
    row = site.rows("log_in")[0]
    site.run(lambda tx: tx.put("log_in", {**row, "session": sha256(made).digest(), "person": "ada"}))
    with pytest.raises(Tampered):
        door.who(urlsafe_b64encode(made).rstrip(b"=").decode())
    site.run(lambda tx: tx.put("log_in", {**row, "person": "ada"}))
    with pytest.raises(Tampered):
        door.who(own)
