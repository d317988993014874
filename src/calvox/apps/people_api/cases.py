"""The use cases about people, of any store that has some: list accounts, add, set a password, log out, remove; make a link.

A link is made by the machine's owner alone: `OWN_CASES` are served on the owner's socket and on no listener, or whoever may
run use cases over the network could come in as somebody else.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from calvox.apps.owner import UseCase
from calvox.people.accounts import PersonShown, add_person, end_sessions, people, remove_person, set_password
from calvox.people.links import make_link
from calvox.people.store import Peopled


class ListPeople(msgspec.Struct, frozen=True):
    """List the accounts."""


class AddPerson(msgspec.Struct, frozen=True):
    """Make an account."""

    name: str
    role: str
    """administrator or auditor; at an activation centre supervisor or operator."""
    password: str


class SetPassword(msgspec.Struct, frozen=True):
    """Set somebody's password."""

    name: str
    password: str


class OnePerson(msgspec.Struct, frozen=True):
    """An account, by its name."""

    name: str


class LogInLink(msgspec.Struct, frozen=True):
    """A link by which somebody may log in once."""

    person: str
    path: str
    """Its path, with the code."""
    at: str
    """Where people log in now, as https://localhost:7405; empty: nobody serves them."""


def _people(store: Peopled, asked: Any, by: str) -> list[PersonShown]:
    with store.journal.read() as reader:
        return people(reader, store.world.now())


def _link(store: Peopled, asked: OnePerson, by: str) -> LogInLink:
    return LogInLink(asked.name, make_link(store, asked.name, by), store.people_at)


PEOPLE_CASES: Mapping[str, UseCase[Any]] = {
    "people": UseCase(ListPeople, list[PersonShown], _people, reads=True),
    "person-add": UseCase(
        AddPerson, None, lambda store, asked, by: add_person(store, asked.name, asked.role, asked.password, by)
    ),
    "person-password": UseCase(
        SetPassword, None, lambda store, asked, by: set_password(store, asked.name, asked.password, by)
    ),
    "person-log-out": UseCase(OnePerson, None, lambda store, asked, by: end_sessions(store, asked.name)),
    "person-remove": UseCase(OnePerson, None, lambda store, asked, by: remove_person(store, asked.name, by)),
}
OWN_CASES: Mapping[str, UseCase[Any]] = {"log-in-link": UseCase(OnePerson, LogInLink, _link)}
