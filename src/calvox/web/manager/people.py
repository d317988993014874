"""The people who may log in: their roles, whether they are locked or logged in, and what an administrator does with accounts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from calvox.common.errors import CalvoxError
from calvox.common.i18n import Text, t
from calvox.core.peopling import Role
from calvox.people.accounts import PersonShown
from calvox.web.common.pages import Page
from calvox.web.manager.menu import ROLES


@dataclass(frozen=True)
class PersonRow:
    """One account."""

    person: PersonShown
    own: bool
    """Whether it is the reader's."""

    @property
    def role(self) -> Text | str:
        """The role in words."""
        return next((text for role, text in ROLES.items() if role == self.person.role), self.person.role)


@dataclass(frozen=True)
class PeoplePage(Page):
    """Lists the accounts."""

    template: ClassVar[str] = "manager/people.html"
    title: ClassVar[Text] = t("People")
    words: ClassVar[Mapping[str, Text]] = {
        "name": t("Name"),
        "role": t("Role"),
        "state": t("State"),
        "sessions": t("Logged in"),
        "acts": t("Actions"),
        "you": t("you"),
        "locked": t("locked until"),
        "change": t("must change the password"),
        "good": t("may log in"),
        "theirs": t("the directory’s"),
        "log_out": t("End the sessions"),
        "log_out_what": t("Every session of this person ends. Whoever has the password may log in again."),
        "none": t("There is no account."),
        "set_password": t("Set a password"),
        "set_password_what": t(
            "Every session of this person ends, and a lock with it. The password must be changed at the next log-in."
        ),
        "password": t("Password"),
        "remove": t("Remove"),
        "remove_what": t("The account and all its sessions end at once. What this person did stands in the journal."),
        "sure": t("Yes, this is what I want"),
        "own_password": t("Change your own password"),
        "add": t("Add somebody"),
        "add_what": t(
            "They must change this password at the first log-in. An administrator may do everything, an auditor reads all and changes nothing."
        ),
        "go": t("Add"),
    }

    people: tuple[PersonRow, ...]
    trouble: CalvoxError | None = None
    """Why something was not done."""
    name: str = ""
    """A name that was typed and not taken."""
    role: str = str(Role.AUDITOR)
    """The role that was chosen with it."""
    roles: tuple[tuple[Role, Text], ...] = tuple(ROLES.items())


def people(
    listed: Sequence[PersonShown], reader: str, trouble: CalvoxError | None = None, name: str = "", role: str = ""
) -> PeoplePage:
    """Make the page.

    Args:
        listed: The accounts by name, and whom of the directory is logged in.
        reader: Who reads it.
        trouble: Why something was not done.
        name: A name that was typed and not taken.
        role: The role that was chosen with it.
    """
    rows = tuple(PersonRow(one, one.name == reader) for one in listed)
    return PeoplePage(rows, trouble, name, role or str(Role.AUDITOR))
