"""Who may come in: whoever started the process, by a link that it prints; sessions end with it.

Rules:
- Of a link's code and of a session's secret (32 random bytes each) only the hashes are kept, and only in memory.
- A link is good for ten minutes and for one session; a further link ends the one before. Merely opening it uses nothing up.
- A session ends after 12 hours, after 30 minutes without a request, and with the process.
- Whoever comes in acts as the user that the process runs as: the site's journal names no other.
"""

import threading
from dataclasses import dataclass, field
from hashlib import sha256

from calvox.common.clock import World
from calvox.common.errors import NotLoggedIn
from calvox.common.files import user_name
from calvox.common.i18n import t
from calvox.core.peopling import Role
from calvox.people.links import LASTS, PATH
from calvox.people.log_in import MOST_SESSIONS, Who
from calvox.people.secrets import SIZE, read_shown, shown
from calvox.people.sessions import IDLE, WHOLE

_ANOTHER = t("Press Enter where “calvox manager serve” runs: it prints another link.")


@dataclass(slots=True)
class Sessions:
    """The links and sessions of one serving process."""

    world: World
    name: str = field(default_factory=user_name)
    """The user that the process runs as."""
    _link: tuple[bytes, float] | None = None
    """Hash of the link's code, and until when it is good, by an even clock."""
    _known: dict[bytes, tuple[float, float]] = field(default_factory=dict)
    """When each session began and was last heard; the one heard longest ago first."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def make_link(self) -> str:
        """Make a link; give its path, which is kept nowhere."""
        code = self.world.random(SIZE)
        with self._lock:
            self._link = sha256(code).digest(), self.world.steady() + LASTS
        return PATH + shown(code)

    def come_in(self, text: str) -> tuple[str, Who]:
        """Use the link up; give a session's secret.

        Raises:
            NotLoggedIn: it is not the link, was used, or is too old.
        """
        code, now = read_shown(text), self.world.steady()
        with self._lock:
            link = self._link
            if code is None or link is None or link[0] != sha256(code).digest() or now >= link[1]:
                raise NotLoggedIn(t("This link is not good any more"), hint=_ANOTHER)
            self._link = None
            secret = self.world.random(SIZE)
            while len(self._known) >= MOST_SESSIONS:
                self._known.pop(next(iter(self._known)))
            session = sha256(secret).digest()
            self._known[session] = now, now
        return shown(secret), self._who(session)

    def who(self, text: str) -> Who:
        """Find who shows a session's secret.

        Raises:
            NotLoggedIn: no such session, or it has ended.
        """
        secret, now = read_shown(text), self.world.steady()
        session = sha256(secret or b"").digest()
        with self._lock:
            known = self._known.pop(session, None)
            if known is None or now - known[0] >= WHOLE or now - known[1] >= IDLE:
                raise NotLoggedIn(t("This session has ended"), hint=_ANOTHER)
            self._known[session] = known[0], now
        return self._who(session)

    def leave(self, who: Who) -> None:
        """End a session."""
        with self._lock:
            self._known.pop(who.session, None)

    def _who(self, session: bytes) -> Who:
        return Who(self.name, Role.ADMINISTRATOR, False, session)
