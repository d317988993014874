"""The licence server's use cases about people: list accounts, add, set a password, remove."""

import msgspec

from calvox.apps.licence_server.host_cases import Nothing
from calvox.apps.owner import UseCase
from calvox.people.accounts import PersonShown, add_person, people, remove_person, set_password
from calvox.server.store import LicenceServer


class AddPerson(msgspec.Struct, frozen=True):
    """Make an account."""

    name: str
    role: str
    """administrator or auditor."""
    password: str


class SetPassword(msgspec.Struct, frozen=True):
    """Set somebody's password."""

    name: str
    password: str


class OnePerson(msgspec.Struct, frozen=True):
    """An account, by its name."""

    name: str


def _people(server: LicenceServer, asked: Nothing, by: str) -> list[PersonShown]:
    with server.journal.read() as reader:
        return people(reader, server.world.now())


PEOPLE_CASES: dict[str, UseCase[LicenceServer]] = {
    "people": UseCase(Nothing, list[PersonShown], _people, reads=True),
    "person-add": UseCase(
        AddPerson, None, lambda server, asked, by: add_person(server, asked.name, asked.role, asked.password, by)
    ),
    "person-password": UseCase(
        SetPassword, None, lambda server, asked, by: set_password(server, asked.name, asked.password, by)
    ),
    "person-remove": UseCase(OnePerson, None, lambda server, asked, by: remove_person(server, asked.name, by)),
}
