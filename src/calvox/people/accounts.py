"""Accounts: who has one, with which role; adding, removing, setting a password. Whoever the directory knows is listed too.

Rules:
- None is built in; the first is made with the store. One with the chief role is always left: an administrator of a licence
  server, a supervisor of an activation centre.
- A password that somebody else chose must be changed before anything else. A new password, or the account's removal, ends
  every session of that person in the same transaction, and a lock and a link with it.
- A password's hash lies beside the chain, its digest in the chain.
"""

import unicodedata
from collections import Counter

import msgspec

from calvox.common.errors import BadInput, Conflict, NotFound
from calvox.common.i18n import t
from calvox.core.book import Row
from calvox.core.peopling import PasswordSet, PersonAdded, PersonRemoved, Role, Roles, password_digest
from calvox.journal.interface import Reader, Transaction
from calvox.people.passwords import hash_password
from calvox.people.sessions import going_on
from calvox.people.store import Peopled

LONGEST_NAME = 64
"""Characters."""


class PersonShown(msgspec.Struct, frozen=True):
    """An account, as a list shows it."""

    name: str
    role: str
    change: bool
    """Whether the password must be changed at the next log-in."""
    locked_until: int
    """Seconds UTC; 0: not locked."""
    sessions: int
    """How often this person is logged in."""
    directory: bool = False
    """Whether the site's directory knows them, and not an account here: they are listed while they are logged in."""


def plain_name(name: str) -> str:
    """Give the one form of a name.

    Raises:
        BadInput: it is empty, too long, or holds what is not printed.
    """
    plain = unicodedata.normalize("NFC", name[: 4 * LONGEST_NAME]).strip()
    if not plain or len(plain) > LONGEST_NAME or not plain.isprintable():
        raise BadInput(
            t("The field “{field}” has 1 to {longest} printable characters", field="name", longest=LONGEST_NAME)
        )
    return plain


def role_named(text: str, roles: Roles) -> Role:
    """Read a role.

    Raises:
        BadInput: these people may have none of that name.
    """
    for role in roles.both:
        if role == text:
            return role
    raise BadInput(
        t("“{text}” is no role here; write {chief} or {other}", text=text[:40], chief=roles.chief, other=roles.other)
    )


def people(reader: Reader, now: int) -> list[PersonShown]:
    """List the accounts by name, then the directory's people who are logged in."""
    locked = {row["person"]: row["until"] for row in reader.select("wrong_password") if row["until"] > now}
    sessions = Counter((str(row["person"]), str(row["role"])) for row in going_on(reader, now))
    own = [
        PersonShown(name, row["role"], bool(row["change"]), locked.get(name, 0), sessions.pop((name, ""), 0))
        for row in reader.select("person")
        for name in [str(row["person"])]
    ]
    others = [PersonShown(name, role, False, 0, count, True) for (name, role), count in sessions.items() if role]
    return [*sorted(own, key=lambda one: one.name), *sorted(others, key=lambda one: one.name)]


def the_person(reader: Reader, name: str, roles: Roles) -> Row:
    """Find an account.

    Raises:
        NotFound: there is none of that name.
    """
    row = reader.get("person", (plain_name(name),))
    if row is None:
        raise NotFound(
            t("There is no account {name}", name=name), hint=t("“{list}” shows them.", list=roles.command("list"))
        )
    return row


def add_person(store: Peopled, name: str, role: str, password: str, by: str) -> None:
    """Make an account; its password must be changed at the first log-in.

    Raises:
        BadInput: name, role or password is not well formed.
        Conflict: the name is taken.
    """
    plain, told, hashed = plain_name(name), role_named(role, store.roles), hash_password(password)

    def work(tx: Transaction) -> None:
        if tx.get("person", (plain,)) is not None:
            raise Conflict(t("There is an account {name} already", name=plain))
        tx.append(PersonAdded(person=plain, role=str(told), by=by))
        keep_password(tx, plain, hashed, change=True, by=by)

    store.journal.run(work)


def set_password(store: Peopled, name: str, password: str, by: str) -> None:
    """Set somebody's password; it must be changed at the next log-in.

    Raises:
        BadInput: it is not well formed.
        NotFound: there is no such account.
    """
    hashed = hash_password(password)
    store.journal.run(
        lambda tx: keep_password(tx, the_person(tx, name, store.roles)["person"], hashed, change=True, by=by)
    )


def remove_person(store: Peopled, name: str, by: str) -> None:
    """Take an account away.

    Raises:
        NotFound: there is no such account.
        Conflict: it is the last one with the chief role.
    """
    chief = store.roles.chief

    def work(tx: Transaction) -> None:
        row = the_person(tx, name, store.roles)
        if row["role"] == chief and tx.count("person", {"role": str(chief)}) == 1:
            raise _is_last(row["person"], chief)
        _forget(tx, row["person"])
        tx.drop("account", (row["person"],))
        tx.append(PersonRemoved(person=row["person"], by=by))

    store.journal.run(work)


def end_sessions(store: Peopled, name: str) -> None:
    """End every session of somebody; whoever still has the password may come in again.

    Raises:
        NotFound: nobody of that name is logged in.
    """
    plain = plain_name(name)

    def work(tx: Transaction) -> None:
        sessions = [row["session"] for row in tx.select("log_in", {"person": plain})]
        if not sessions:
            raise NotFound(
                t("{name} is not logged in", name=plain),
                hint=t("“{list}” shows who is.", list=store.roles.command("list")),
            )
        for session in sessions:
            tx.drop("log_in", (session,))

    store.journal.run(work)


def _is_last(name: str, chief: Role) -> Conflict:
    if chief is Role.SUPERVISOR:
        return Conflict(t("{name} is the last supervisor", name=name), hint=t("Add another supervisor first."))
    return Conflict(t("{name} is the last administrator", name=name), hint=t("Add another administrator first."))


def enter_first(tx: Transaction, name: str, role: Role, hashed: str, by: str) -> None:
    """Enter the account that is made with a store; whoever makes it chose the password, so it need not be changed."""
    tx.append(PersonAdded(person=name, role=str(role), by=by))
    keep_password(tx, name, hashed, change=False, by=by)


def keep_password(tx: Transaction, person: str, hashed: str, *, change: bool, by: str) -> None:
    """Write a password's hash, end the person's sessions, and let a lock go."""
    _forget(tx, person)
    tx.put("account", {"person": person, "password": hashed})
    tx.append(PasswordSet(person=person, digest=password_digest(hashed), change=change, by=by))


def _forget(tx: Transaction, person: str) -> None:
    for row in list(tx.select("log_in", {"person": person})):
        tx.drop("log_in", (row["session"],))
    for table in ("wrong_password", "link"):
        tx.drop(table, (person,))
