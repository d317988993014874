"""People in the ledger: accounts with a role, when their passwords were set, when they were locked.

What is kept of a password lies beside the chain, as working state. The chain holds its digest, so that a hash put in its
place is noticed.
"""

from collections.abc import Iterable
from enum import StrEnum
from hashlib import sha256

from calvox.core.book import Change, Drop, Fact, Placed, Put, Set, Table
from calvox.core.entries import PersonAdded


class Role(StrEnum):
    """What a person may do."""

    ADMINISTRATOR = "administrator"
    """Everything."""
    AUDITOR = "auditor"
    """Reads all, changes nothing."""


class PersonRemoved(Fact, frozen=True):
    """An account was taken away."""

    person: str
    by: str


class PasswordSet(Fact, frozen=True):
    """A password was set."""

    person: str
    digest: bytes
    """SHA-256 of its argon2id hash, 32 bytes."""
    change: bool
    """Whether it must be changed before anything else, for somebody else knows it."""
    by: str


class PersonLocked(Fact, frozen=True):
    """Wrong passwords locked an account for a while."""

    person: str
    failures: int
    """Wrong passwords since the last right one."""
    seconds: int
    """For how long."""


PEOPLE_FACTS: tuple[type[Fact], ...] = (PersonRemoved, PasswordSet, PersonLocked)
PERSON_TABLE = Table("person", ("person",), {"person": str, "role": str, "digest": bytes, "change": int})
"""`digest` is that of the password's hash, empty until one was set."""
ACCOUNT_TABLE = Table("account", ("person",), {"person": str, "password": str})
"""The password's argon2id hash."""
LOG_IN_TABLE = Table(
    "log_in",
    ("session",),
    {"session": bytes, "person": str, "begun": int, "heard": int, "proof": bytes},
    index=(("person",), ("begun",)),
)
"""Who is logged in: SHA-256 of the session's secret, and the proof that this server let them in."""
WRONG_TABLE = Table("wrong_password", ("person",), {"person": str, "failures": int, "until": int})
"""Wrong passwords since the last right one; locked until that second."""
PEOPLE_WORKING = (ACCOUNT_TABLE, LOG_IN_TABLE, WRONG_TABLE)


def password_digest(hashed: str) -> bytes:
    """Give what the chain holds of a password's hash."""
    return sha256(hashed.encode()).digest()


def people_changes(fact: Fact, placed: Placed) -> Iterable[Change]:
    """Tell what an entry about people changes."""
    match fact:
        case PersonAdded():
            yield Put("person", {"person": fact.person, "role": fact.role, "digest": b"", "change": 0})
        case PersonRemoved():
            yield Drop("person", (fact.person,))
        case PasswordSet():
            yield Set("person", (fact.person,), {"digest": fact.digest, "change": int(fact.change)})
        case PersonLocked():
            pass
        case _:
            raise AssertionError(fact)
