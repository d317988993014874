"""People in a ledger or a register: accounts with a role, when their passwords were set, when they were locked.

What is kept of a password lies beside the chain, as working state. The chain holds its digest, so that a hash put in its
place is noticed. Somebody whom the site's directory knows has no account: only their sessions stand here, with the role.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from calvox.common.commands import Command
from calvox.core.book import Change, Drop, Fact, Placed, Put, Set, Table


class Role(StrEnum):
    """What a person may do."""

    ADMINISTRATOR = "administrator"
    """Everything."""
    AUDITOR = "auditor"
    """Reads all, changes nothing."""
    OPERATOR = "operator"
    """Takes calls at the activation centre."""
    SUPERVISOR = "supervisor"
    """Everything at the activation centre."""


@dataclass(frozen=True, slots=True)
class Roles:
    """The roles that a store's people may have."""

    chief: Role
    """May do everything, and of whom one is always left."""
    other: Role
    of: str = ""
    """What `calvox people` is told so that these people are meant."""

    @property
    def both(self) -> tuple[Role, Role]:
        """The two, the chief's first."""
        return self.chief, self.other

    def command(self, verb: str, name: str = "") -> Command:
        """Name the command that does something with accounts of these people."""
        return Command(f"people {verb}", " ".join(part for part in (name, self.of) if part))


SERVER_ROLES = Roles(Role.ADMINISTRATOR, Role.AUDITOR)
CENTRE_ROLES = Roles(Role.SUPERVISOR, Role.OPERATOR, "--of centre")


@dataclass(frozen=True, slots=True)
class DirectoryPerson:
    """Somebody whom the site's directory knows, by a password that it took for theirs."""

    name: str
    """Name and domain, as eve@corp.example.test; always the same for the same person."""
    role: Role


class PersonAdded(Fact, frozen=True):
    """An account was made."""

    person: str
    role: str
    by: str


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


class LinkMade(Fact, frozen=True):
    """The machine's owner made a link by which somebody may log in once."""

    person: str
    by: str


PEOPLE_FACTS: tuple[type[Fact], ...] = (PersonAdded, PersonRemoved, PasswordSet, PersonLocked, LinkMade)
PERSON_TABLE = Table("person", ("person",), {"person": str, "role": str, "digest": bytes, "change": int})
"""`digest` is that of the password's hash, empty until one was set."""
ACCOUNT_TABLE = Table("account", ("person",), {"person": str, "password": str})
"""The password's argon2id hash."""
LOG_IN_TABLE = Table(
    "log_in",
    ("session",),
    {"session": bytes, "person": str, "begun": int, "heard": int, "proof": bytes, "role": str},
    index=(("person",), ("begun",)),
)
"""Who is logged in: SHA-256 of the session's secret, and the proof that this store let them in.

`role` is that of somebody whom the directory knows; empty for an account, whose own role counts.
"""
WRONG_TABLE = Table("wrong_password", ("person",), {"person": str, "failures": int, "until": int})
"""Wrong passwords since the last right one; locked until that second."""
LINK_TABLE = Table(
    "link", ("person",), {"person": str, "code": bytes, "until": int, "proof": bytes}, index=(("code",),)
)
"""The link by which somebody may log in once, until that second: SHA-256 of its code, and the proof that we made it."""
PEOPLE_WORKING = (ACCOUNT_TABLE, LOG_IN_TABLE, WRONG_TABLE, LINK_TABLE)


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
        case PersonLocked() | LinkMade():
            pass
        case _:
            raise AssertionError(fact)
