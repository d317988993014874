"""Whose turn it is to ask with a password: a wrong one must lock no account.

Rules:
- Until one machine has accepted the account, no more than so many are asked at once, refusals included.
- After so many refusals, and no acceptance, nobody else is asked.
- Acceptance is an answer that opened under the session's key, not a mere status: a machine that only pretends cannot.
"""

import threading

from calvox.common.errors import Denied, Unreachable
from calvox.common.i18n import t

GLANCE = 0.25
"""Seconds after which somebody who waits looks whether the survey was stopped."""


class Turns:
    """Gives turns to the machines' threads."""

    def __init__(self, refusals: int, stopped: threading.Event) -> None:
        self._most, self._stopped = refusals, stopped
        self._changed = threading.Condition()
        self._asking = self._refused = 0
        self._accepted = False

    def take(self) -> None:
        """Wait for a turn.

        Raises:
            Denied: the account was refused too often.
            Unreachable: the survey was stopped.
        """
        with self._changed:
            while not self._accepted and self._asking + self._refused >= self._most:
                if self._refused >= self._most:
                    raise Denied(t("Not asked: {count} machines refused the account", count=self._refused))
                if self._stopped.is_set():
                    raise Unreachable(t("The survey was stopped"))
                self._changed.wait(GLANCE)
            self._asking += 1

    def accepted(self) -> None:
        """Say that a machine accepted the account."""
        with self._changed:
            self._accepted = True
            self._changed.notify_all()

    def give_back(self, *, refused: bool) -> None:
        """End a turn."""
        with self._changed:
            self._asking -= 1
            self._refused += refused
            self._changed.notify_all()
