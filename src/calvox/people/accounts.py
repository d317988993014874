"""Accounts: who has one, with which role; adding, removing, setting a password.

Rules:
- None is built in; the first is made with the server. An administrator is always left.
- A password that somebody else chose must be changed before anything else. A new password, or the account's removal, ends
  every session of that person in the same transaction, and a lock with it.
- A password's hash lies beside the chain, its digest in the chain.
"""

import unicodedata

import msgspec

from calvox.common.errors import BadInput, Conflict, NotFound
from calvox.common.i18n import t
from calvox.core.book import Row
from calvox.core.entries import PersonAdded
from calvox.core.peopling import PasswordSet, PersonRemoved, Role, password_digest
from calvox.journal.interface import Reader, Transaction
from calvox.people.passwords import hash_password
from calvox.server.store import LicenceServer

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


def role_named(text: str) -> Role:
    """Read a role.

    Raises:
        BadInput: there is none of that name.
    """
    try:
        return Role(text)
    except ValueError as error:
        raise BadInput(t("“{text}” is no role; write administrator or auditor", text=text)) from error


def people(reader: Reader, now: int) -> list[PersonShown]:
    """List the accounts by name."""
    locked = {row["person"]: row["until"] for row in reader.select("wrong_password") if row["until"] > now}
    return [
        PersonShown(
            row["person"],
            row["role"],
            bool(row["change"]),
            locked.get(row["person"], 0),
            reader.count("log_in", {"person": row["person"]}),
        )
        for row in sorted(reader.select("person"), key=lambda row: str(row["person"]))
    ]


def the_person(reader: Reader, name: str) -> Row:
    """Find an account.

    Raises:
        NotFound: there is none of that name.
    """
    row = reader.get("person", (plain_name(name),))
    if row is None:
        raise NotFound(t("There is no account {name}", name=name), hint=t("“calvox people list” shows them."))
    return row


def add_person(server: LicenceServer, name: str, role: str, password: str, by: str) -> None:
    """Make an account; its password must be changed at the first log-in.

    Raises:
        BadInput: name, role or password is not well formed.
        Conflict: the name is taken.
    """
    plain, told, hashed = plain_name(name), role_named(role), hash_password(password)

    def work(tx: Transaction) -> None:
        if tx.get("person", (plain,)) is not None:
            raise Conflict(t("There is an account {name} already", name=plain))
        tx.append(PersonAdded(person=plain, role=str(told), by=by))
        keep_password(tx, plain, hashed, change=True, by=by)

    server.journal.run(work)


def set_password(server: LicenceServer, name: str, password: str, by: str) -> None:
    """Set somebody's password; it must be changed at the next log-in.

    Raises:
        BadInput: it is not well formed.
        NotFound: there is no such account.
    """
    hashed = hash_password(password)
    server.journal.run(lambda tx: keep_password(tx, the_person(tx, name)["person"], hashed, change=True, by=by))


def remove_person(server: LicenceServer, name: str, by: str) -> None:
    """Take an account away.

    Raises:
        NotFound: there is no such account.
        Conflict: it is the last administrator's.
    """

    def work(tx: Transaction) -> None:
        row = the_person(tx, name)
        if row["role"] == Role.ADMINISTRATOR and tx.count("person", {"role": str(Role.ADMINISTRATOR)}) == 1:
            raise Conflict(
                t("{name} is the last administrator", name=row["person"]), hint=t("Add another administrator first.")
            )
        _forget(tx, row["person"])
        tx.drop("account", (row["person"],))
        tx.append(PersonRemoved(person=row["person"], by=by))

    server.journal.run(work)


def keep_password(tx: Transaction, person: str, hashed: str, *, change: bool, by: str) -> None:
    """Write a password's hash, end the person's sessions, and let a lock go."""
    _forget(tx, person)
    tx.put("account", {"person": person, "password": hashed})
    tx.append(PasswordSet(person=person, digest=password_digest(hashed), change=change, by=by))


def _forget(tx: Transaction, person: str) -> None:
    for row in list(tx.select("log_in", {"person": person})):
        tx.drop("log_in", (row["session"],))
    tx.drop("wrong_password", (person,))
