"""Accounts: adding, removing, setting passwords; what it ends, and what stays."""

import pytest

from calvox.common.errors import BadInput, Conflict, NotFound, NotLoggedIn
from calvox.core.peopling import PasswordSet, PersonRemoved, password_digest
from calvox.people.accounts import add_person, people, plain_name, remove_person, set_password
from calvox.people.log_in import Door
from tests.people.conftest import PASSWORD
from tests.world import Site


def shown(site: Site) -> list[tuple[str, str, bool, int]]:
    """List name, role, change, sessions."""
    told = site.read(lambda reader: people(reader, site.clock()))
    return [(one.name, one.role, one.change, one.sessions) for one in told]


def test_accounts_are_listed_by_name(site: Site) -> None:
    """With their role, and whether the password must be changed."""
    assert shown(site) == [("ada", "administrator", True, 0), ("eve", "auditor", True, 0)]


def test_the_chain_holds_no_secret(site: Site) -> None:
    """The entry knows the hash's digest alone; the hash lies beside it."""
    fact = site.read(lambda reader: [reader.fact(entry) for entry in reader.entries()])[-1]
    (account,) = site.rows("account", person="eve")
    assert fact == PasswordSet(person="eve", digest=password_digest(account["password"]), change=True, by="ada")
    assert account["password"].startswith("$argon2id$")


def test_a_name_is_taken_once(site: Site) -> None:
    """However it is written."""
    add_person(site.server, " zoe\u0301 ", "auditor", PASSWORD, "ada")
    before = site.entries()
    with pytest.raises(Conflict):
        add_person(site.server, "zo\u00e9", "administrator", PASSWORD, "ada")
    assert site.entries() == before
    assert shown(site)[-1][0] == "zo\u00e9"


@pytest.mark.parametrize("name", ["", "  ", "x" * 65, "a\nb", "a\u202eb", "\x00"])
def test_a_name_is_printed(name: str) -> None:
    """Or it is none."""
    with pytest.raises(BadInput, match="name"):
        plain_name(name)


def test_what_is_not_well_formed_makes_no_account(site: Site) -> None:
    """Role and password."""
    for role, password in (("owner", PASSWORD), ("auditor", "short")):
        with pytest.raises(BadInput):
            add_person(site.server, "zoe", role, password, "ada")
    assert len(shown(site)) == 2


def test_the_last_administrator_stays(site: Site) -> None:
    """With another one there, either may go."""
    with pytest.raises(Conflict, match="last administrator"):
        remove_person(site.server, "ada", "ada")
    add_person(site.server, "zoe", "administrator", PASSWORD, "ada")
    remove_person(site.server, "ada", "zoe")
    assert [one[0] for one in shown(site)] == ["eve", "zoe"]


def test_who_is_removed_is_out_at_once(site: Site, door: Door) -> None:
    """Sessions, password and lock go; the name is free again, and a new account has nothing of the old."""
    secret, _ = door.log_in("eve", PASSWORD, "")
    remove_person(site.server, "eve", "ada")
    with pytest.raises(NotLoggedIn):
        door.who(secret)
    with pytest.raises(NotLoggedIn):
        door.log_in("eve", PASSWORD, "")
    assert [site.rows(name, person="eve") for name in ("person", "account", "log_in", "wrong_password")] == [[]] * 4
    assert site.read(lambda r: [r.fact(e) for e in r.entries()])[-1] == PersonRemoved(person="eve", by="ada")
    with pytest.raises(NotFound):
        remove_person(site.server, "eve", "ada")
    add_person(site.server, "eve", "auditor", PASSWORD + "2", "ada")
    with pytest.raises(NotLoggedIn):
        door.log_in("eve", PASSWORD, "")


def test_a_new_password_ends_every_session(site: Site, door: Door) -> None:
    """The old one is good no longer, and the new one must be changed, whoever set it."""
    secret, _ = door.log_in("ada", PASSWORD, "")
    set_password(site.server, "ada", "another battery", "root")
    with pytest.raises(NotLoggedIn):
        door.who(secret)
    with pytest.raises(NotLoggedIn):
        door.log_in("ada", PASSWORD, "")
    assert door.log_in("ada", "another battery", "")[1].change
