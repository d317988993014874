"""People whom the site's directory knows: how they log in beside accounts, and what their sessions are."""

from dataclasses import dataclass, field

import apsw
import pytest

from calvox.common.errors import CalvoxError, Conflict, Denied, NotFound, NotLoggedIn, Tampered, TooMany, Unreachable
from calvox.common.i18n import t
from calvox.core.peopling import DirectoryPerson, Role
from calvox.people.accounts import end_sessions, people
from calvox.people.attempts import EVERY, FIRST_LOCK
from calvox.people.known import remember
from calvox.people.log_in import MOST_SESSIONS, Door
from calvox.people.sessions import IDLE
from tests.people.conftest import PASSWORD
from tests.world import Site

THEIRS = "the directory's own"


@dataclass
class Corp:
    """A directory with a few users; all have the same password."""

    people: dict[str, Role] = field(default_factory=lambda: {"dora": Role.AUDITOR, "eve": Role.ADMINISTRATOR})
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Names and passwords that it was asked about."""
    reachable: bool = True

    def full_name(self, name: str) -> str:
        """Give the one name of somebody."""
        return f"{name.partition('@')[0].casefold()}@corp.test"

    def find(self, name: str, password: str) -> DirectoryPerson | None:
        """Find who this is."""
        self.asked.append((name, password))
        if not self.reachable:
            raise Unreachable(t("No server of the directory can be reached: {why}", why="dark"))
        full = self.full_name(name)
        role = self.people.get(full.partition("@")[0])
        if password == THEIRS and full == "nora@corp.test":
            raise Denied(t("{name} is in none of the groups that may come in", name=full))
        return DirectoryPerson(full, role) if role and password == THEIRS else None


@pytest.fixture
def corp() -> Corp:
    """Give a directory."""
    return Corp()


@pytest.fixture
def door(site: Site, corp: Corp) -> Door:
    """Give a door that knows it."""
    return Door(site.server, corp)


def refused(door: Door, name: str, password: str = "wrong") -> type[CalvoxError]:
    """Log somebody in, which must fail."""
    with pytest.raises(CalvoxError) as caught:
        door.log_in(name, password, "")
    return caught.type


def test_somebody_of_the_directory_comes_in(site: Site, door: Door) -> None:
    """With the role that it told, under the full name, and with no account."""
    before = site.entries()
    secret, who = door.log_in("Dora", THEIRS, "")
    assert (who.name, who.role, who.change, who.directory) == ("dora@corp.test", Role.AUDITOR, False, True)
    assert door.who(secret) == who
    assert site.entries() == before
    told = site.read(lambda reader: people(reader, site.clock()))
    assert [(one.name, one.sessions, one.directory) for one in told] == [
        ("ada", 0, False),
        ("eve", 0, False),
        ("dora@corp.test", 1, True),
    ]
    site.clock.later(seconds=IDLE)
    assert [one.name for one in site.read(lambda reader: people(reader, site.clock()))] == ["ada", "eve"]


def test_a_session_of_the_directory_is_ended(site: Site, door: Door) -> None:
    """By an administrator, at once; nobody else's ends with it."""
    secrets = [door.log_in(name, THEIRS, "")[0] for name in ("dora", "dora")]
    with pytest.raises(NotFound, match="eve is not logged in"):
        end_sessions(site.server, "eve")
    end_sessions(site.server, "dora@corp.test")
    for secret in secrets:
        with pytest.raises(NotLoggedIn):
            door.who(secret)
    assert THEIRS.encode() not in (site.folder / "journal.db").read_bytes()


def test_an_account_here_wins(door: Door, corp: Corp) -> None:
    """The directory is not asked about its name, neither with its password nor with another one."""
    assert not door.log_in("eve", PASSWORD, "")[1].directory
    assert refused(door, "eve", THEIRS) is NotLoggedIn
    assert corp.asked == []


def test_without_a_password_nobody_is_asked(door: Door, corp: Corp) -> None:
    """For a directory would take that for a bind of nobody's, and let it succeed."""
    assert refused(door, "dora", "") is NotLoggedIn
    assert corp.asked == []


def test_guesses_lock_the_name_however_it_is_written(site: Site, door: Door, corp: Corp) -> None:
    """So the directory's own lock is not reached through us; a right password then waits, and others come in.

    From wherever they are made; but a browser that let this person in before is not held up.
    """
    for place, name in enumerate(("dora", "DORA", "dora@corp.test", "Dora@Corp.Test", "dora")):
        with pytest.raises(NotLoggedIn):
            door.log_in(name, "wrong", f"192.0.2.{place}")
    assert refused(door, "dora", THEIRS) is TooMany
    assert len(corp.asked) == EVERY
    known = remember(site.server, "dora@corp.test", "")
    assert door.log_in("Dora", THEIRS, "", known)[1].name == "dora@corp.test"
    assert refused(door, "dora", THEIRS) is TooMany
    corp.people["otto"] = Role.AUDITOR
    assert door.log_in("otto", THEIRS, "")[1].name == "otto@corp.test"
    site.clock.later(seconds=FIRST_LOCK)
    assert door.log_in("dora", THEIRS, "")[1].name == "dora@corp.test"


def test_a_right_password_lets_failures_go(door: Door) -> None:
    """They are counted in a row."""
    for _ in range(3):
        for _ in range(EVERY - 1):
            assert refused(door, "dora") is NotLoggedIn
        door.log_in("dora", THEIRS, "")


def test_a_directory_that_is_dark_is_no_wrong_password(door: Door, corp: Corp) -> None:
    """It is told, locks nobody, and keeps no account out."""
    corp.reachable = False
    for _ in range(EVERY + 1):
        assert refused(door, "dora", THEIRS) is Unreachable
    assert door.log_in("ada", PASSWORD, "")[1].name == "ada"
    corp.reachable = True
    assert door.log_in("dora", THEIRS, "")[1].name == "dora@corp.test"


def test_who_is_in_no_group_is_told(door: Door) -> None:
    """Only with the right password."""
    assert refused(door, "nora", THEIRS) is Denied
    assert refused(door, "nora") is NotLoggedIn


def test_without_the_directory_its_sessions_are_over(site: Site, door: Door) -> None:
    """The site has switched it off."""
    secret, _ = door.log_in("dora", THEIRS, "")
    with pytest.raises(NotLoggedIn):
        Door(site.server).who(secret)
    assert door.who(secret).name == "dora@corp.test"


def test_they_log_out_and_have_so_many_sessions_as_others(site: Site, door: Door) -> None:
    """The oldest goes."""
    secrets = [door.log_in("dora", THEIRS, "")[0] for _ in range(MOST_SESSIONS + 1)]
    assert len(site.rows("log_in")) == MOST_SESSIONS
    door.log_out(door.who(secrets[-1]).session)
    with pytest.raises(NotLoggedIn):
        door.who(secrets[-1])


def test_their_password_is_not_changed_here(door: Door, corp: Corp) -> None:
    """It is the directory's; it is not even asked."""
    _, who = door.log_in("dora", THEIRS, "")
    asked = len(corp.asked)
    with pytest.raises(Conflict, match="directory"):
        door.change_password(who, THEIRS, "another battery", "")
    assert len(corp.asked) == asked


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE log_in SET role = 'administrator' WHERE role = 'auditor'",
        "UPDATE log_in SET role = 'owner' WHERE role = 'auditor'",
        "UPDATE log_in SET role = '', person = 'ada' WHERE role = 'auditor'",
        "UPDATE log_in SET person = 'zoe@corp.test' WHERE role = 'auditor'",
        "UPDATE log_in SET role = 'administrator', person = 'eve' WHERE person = 'eve'",
    ],
)
def test_a_role_that_the_database_was_given_is_none(site: Site, door: Door, corp: Corp, edit: str) -> None:
    """A session's role is proven with it, and so is that it comes from the directory."""
    shown = {door.log_in("dora", THEIRS, "")[0], door.log_in("eve", PASSWORD, "")[0]}
    site.close()
    connection = apsw.Connection(str(site.folder / "journal.db"))
    connection.execute(edit)
    assert connection.changes() == 1
    connection.close()
    site.open()
    told = []
    for secret in shown:
        try:
            told.append(Door(site.server, corp).who(secret).name)
        except Tampered:
            told.append("tampered")
    assert sorted(told) in (["eve", "tampered"], ["dora@corp.test", "tampered"])
