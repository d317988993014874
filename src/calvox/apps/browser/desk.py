"""What an application for a browser is made of: its face, its store, who may come in, what they may do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import msgspec

from calvox.apps.people_api.app import PeopleDesk, demand
from calvox.common.errors import NotFound
from calvox.common.i18n import Text, t
from calvox.core.peopling import Role
from calvox.journal.interface import Journal
from calvox.people.log_in import Who
from calvox.people.store import Peopled
from calvox.web.common.pages import Link


@dataclass(frozen=True, slots=True)
class Face:
    """How an application shows itself."""

    name: Text
    """What its pages together are called."""
    cookie: str
    """The session's cookie; each application has its own, for a browser sends cookies to every port of a machine."""
    links: Sequence[Link]
    """Its menu."""
    roles: Mapping[Role, Text]
    """What each role is called."""
    changes: frozenset[Role]
    """The roles that are shown forms."""
    commands: Mapping[str, Link] = field(default_factory=dict)
    """The pages that do what commands do, by the command's name: hints lead to them."""

    @property
    def knows(self) -> str:
        """The cookie in which a browser remembers whom it let in."""
        return f"{self.cookie}-knows"


class Desk(Protocol):
    """An application's own things, one for a serving process."""

    @property
    def face(self) -> Face:
        """How it shows itself."""

    @property
    def zone(self) -> ZoneInfo:
        """Where its readers' clock stands."""

    def who(self, secret: str) -> Who:
        """Find who shows a session's secret.

        Raises:
            NotLoggedIn: no such session, or it has ended.
        """

    def leave(self, who: Who) -> None:
        """End a session."""

    def run(self, name: str, asked: msgspec.Struct, who: Who) -> Any:
        """Run a use case.

        Raises:
            Denied: this person may not.
        """


class WithPeople:
    """An application whose users have accounts: its use cases are those of the listener for people."""

    def __init__(self, face: Face, people: PeopleDesk[Any]) -> None:
        self.face, self.people = face, people
        self.store: Peopled = people.store

    @property
    def zone(self) -> ZoneInfo:
        """The site's."""
        return self.store.zone

    @property
    def journal(self) -> Journal:
        """The ledger or the register."""
        return self.store.journal

    def who(self, secret: str) -> Who:
        """Find who shows a session's secret."""
        return self.people.door.who(secret)

    def come_in(self, code: str, address: str) -> tuple[str, Who]:
        """Use a log-in link up; give the session's secret."""
        return self.people.door.come_in(code, address)

    def leave(self, who: Who) -> None:
        """End a session."""
        self.people.door.log_out(who.session)

    def run(self, name: str, asked: msgspec.Struct, who: Who) -> Any:
        """Run a use case."""
        case = self.people.cases.get(name)
        if case is None:
            raise NotFound(t("There is no use case {name}", name=name))
        demand(who, case)
        return case.run(self.store, asked, who.name)
