"""What the centre's use cases are given: the open register, the signing key if somebody can unlock it, the world."""

import threading
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from calvox.centre.keys import Signer
from calvox.centre.register import SLOT
from calvox.centre.tallies import Kept
from calvox.common.clock import World
from calvox.common.errors import KeyLocked, StoreFailed
from calvox.common.i18n import t
from calvox.common.settings import Settings
from calvox.core.book import Row
from calvox.core.peopling import CENTRE_ROLES, Roles
from calvox.journal.interface import Journal, Reader
from calvox.trust.proofs import proof

Unlock = Callable[[], Signer]


class Context:
    """An open activation centre."""

    def __init__(
        self,
        journal: Journal,
        world: World,
        *,
        call_seconds: int,
        secret: bytes,
        site: Settings,
        unlock: Unlock | None = None,
    ) -> None:
        self.journal = journal
        self.world = world
        self.call_seconds = call_seconds
        """How long a prepared call is kept."""
        self.site = site
        """What the site has chosen, of the centre and of all else."""
        self.people_at = ""
        """Where people log in with a browser while this process serves; empty: nowhere."""
        self._secret = secret
        self.call_words = threading.Lock()
        """Held while a call word is checked, so that guesses at the same time are counted one by one."""
        self.tallies: Kept = {}
        """Calls of days that are over, as they were counted."""
        self._unlock = unlock
        self._signer: Signer | None = None

    @property
    def folder(self) -> Path:
        """The data folder."""
        return Path(self.site.centre.folder)

    @property
    def zone(self) -> ZoneInfo:
        """The site's time zone."""
        return self.site.zone

    @property
    def roles(self) -> Roles:
        """The roles that its people may have."""
        return CENTRE_ROLES

    def proof(self, label: bytes, *parts: bytes) -> bytes:
        """Prove that a working row is this centre's, 32 bytes: whoever can write the database alone cannot make it."""
        return proof(self._secret, label, *parts)

    @property
    def locked(self) -> bool:
        """Tell whether the signing key was not unlocked yet."""
        return self._signer is None

    def signer(self) -> Signer:
        """Give the signing key, unlocking it the first time.

        Raises:
            KeyLocked: nobody can unlock it here.
        """
        if self._signer is None:
            if self._unlock is None:
                raise KeyLocked(
                    t("The signing key is locked"),
                    hint=t("Give --passphrase-file, or start the activation centre at a terminal."),
                )
            self._signer = self._unlock()
        return self._signer

    def close(self) -> None:
        """Let the register and the key go."""
        self._signer = None
        self.journal.close()


def centre_row(reader: Reader) -> Row:
    """Read who this centre is.

    Raises:
        StoreFailed: the register was made and never founded.
    """
    row = reader.get("centre", SLOT)
    if row is None:
        raise StoreFailed(t("This register has no first entry"), hint=t("Make the activation centre again."))
    return row
