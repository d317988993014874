"""What `people` needs of the store whose people they are: a licence server's ledger, or an activation centre's register."""

from typing import Protocol
from zoneinfo import ZoneInfo

from calvox.common.clock import World
from calvox.core.peopling import DirectoryPerson, Roles
from calvox.journal.interface import Journal


class Peopled(Protocol):
    """A store with accounts."""

    @property
    def journal(self) -> Journal:
        """Where they are entered."""

    @property
    def world(self) -> World:
        """Its clock and chance."""

    @property
    def zone(self) -> ZoneInfo:
        """The site's time zone."""

    @property
    def roles(self) -> Roles:
        """The roles that its people may have."""

    @property
    def people_at(self) -> str:
        """Where they log in with a browser, as https://localhost:7405; empty while no process serves them."""

    def proof(self, label: bytes, *parts: bytes) -> bytes:
        """Prove that a working row is this store's, 32 bytes: whoever can write the database alone cannot make it."""


class Directory(Protocol):
    """The site's directory, which the application brings."""

    def full_name(self, name: str) -> str:
        """Give the one name by which attempts of somebody are counted, however they write it."""

    def find(self, name: str, password: str) -> DirectoryPerson | None:
        """Find who this is; None: name or password is wrong.

        Raises:
            Denied: the directory knows them, and none of their groups has a role.
            Unreachable: no server of the directory answers.
        """
