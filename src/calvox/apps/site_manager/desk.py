"""The site manager's desk: the site folder, opened for one action at a time, and who is in.

Rules:
- The folder is held for as long as an action takes, and let go: commands work beside the browser, and find the same state.
- Requests of one process take turns; a folder that a command holds is waited for a moment, and then told of.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from calvox.apps.browser import Face
from calvox.apps.journals import JOURNAL_CASES
from calvox.apps.site_manager.sessions import Sessions
from calvox.common.clock import SYSTEM, World
from calvox.common.errors import NotFound
from calvox.common.i18n import t
from calvox.core.peopling import Role
from calvox.people.log_in import Who
from calvox.site.folder import SiteFolder, open_site
from calvox.web.windows.commands import COMMANDS
from calvox.web.windows.menu import LINKS, NAME, ROLES

FACE = Face(NAME, "__Host-calvox-site", LINKS, ROLES, frozenset({Role.ADMINISTRATOR}), COMMANDS)
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(slots=True)
class SiteDesk:
    """What the site manager's pages are served from."""

    folder: Path
    """The site folder."""
    zone: ZoneInfo
    world: World = SYSTEM
    face: Face = FACE
    sessions: Sessions = field(init=False)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.sessions = Sessions(self.world)

    def at(self, work: Callable[Concatenate[SiteFolder, P], T], *arguments: P.args, **named: P.kwargs) -> T:
        """Work in the site folder, which is open meanwhile.

        Raises:
            Busy: a command goes on holding it.
        """
        with self._turn:
            site = open_site(self.folder, self.world)
            try:
                return work(site, *arguments, **named)
            finally:
                site.close()

    def who(self, secret: str) -> Who:
        """Find who shows a session's secret."""
        return self.sessions.who(secret)

    def leave(self, who: Who) -> None:
        """End a session."""
        self.sessions.leave(who)

    def come_in(self, code: str, address: str) -> tuple[str, Who]:
        """Let somebody in by the link that the process printed."""
        return self.sessions.come_in(code)

    def run(self, name: str, asked: msgspec.Struct, who: Who) -> Any:
        """Run a use case that every journal has."""
        case = JOURNAL_CASES.get(name)
        if case is None:
            raise NotFound(t("There is no use case {name}", name=name))
        return self.at(lambda site: case.run(site, asked, who.name))
