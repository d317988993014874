"""Licence servers, found by what a caller can tell."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from calvox.centre.finding import ServerFound, ServersFound
from calvox.common.errors import CalvoxError
from calvox.common.i18n import Text, current_language, t
from calvox.web.common.pages import Page
from calvox.web.desk.menu import STATES, words_of
from calvox.wire.phone.request import show_agreement


@dataclass(frozen=True)
class ServerRow:
    """A licence server."""

    found: ServerFound

    @property
    def lines(self) -> tuple[str, ...]:
        """Its ID in words."""
        return words_of(self.found.server.server_id, current_language())

    @property
    def customers(self) -> str:
        """Whose it seems to be."""
        return ", ".join(self.found.customers)

    @property
    def agreements(self) -> str:
        """The agreements that it called for."""
        return ", ".join(show_agreement(number) for number in self.found.agreements)

    @property
    def state(self) -> tuple[Text, str]:
        """How it stands, and the colour."""
        return STATES[self.found.server.state]


@dataclass(frozen=True)
class ServersPage(Page):
    """Finds licence servers."""

    template: ClassVar[str] = "desk/servers.html"
    title: ClassVar[Text] = t("Licence servers")
    words: ClassVar[Mapping[str, Text]] = {
        "find": t("Server ID in any form, customer, agreement or caller"),
        "state": t("State"),
        "any": t("any"),
        "seek": t("Find"),
        "id": t("Server ID"),
        "customer": t("Customer"),
        "agreement": t("Agreement"),
        "seen": t("First heard of"),
        "activated": t("Activated"),
        "never": t("never"),
        "none": t("No licence server was found."),
        "more": t("There are more; tell more of the one that you look for."),
    }

    text: str
    state: str
    rows: tuple[ServerRow, ...]
    further: bool
    trouble: CalvoxError | None
    states: ClassVar[Mapping[str, tuple[Text, str]]] = STATES


def servers(text: str, state: str, found: ServersFound | CalvoxError) -> ServersPage:
    """Make the page.

    Args:
        text: What is sought, as it was typed.
        state: The state that is sought; empty: any.
        found: What was found, or why nothing can be.
    """
    if isinstance(found, CalvoxError):
        return ServersPage(text, state, (), False, found)
    return ServersPage(text, state, tuple(ServerRow(one) for one in found.servers), found.more, None)
