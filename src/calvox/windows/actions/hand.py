"""How an action is done over WinRM: what reads its state, and what changes something."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from calvox.windows.actions.changing import ChangingWsman
from calvox.windows.actions.values import State, Values
from calvox.windows.line import Deadline
from calvox.windows.readings import number
from calvox.windows.visit import Visit
from calvox.windows.wsman import Given, Row

NO_NUMBER = -1
"""An answer without a number."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What Windows answered to a change."""

    code: int
    """0 = success."""
    told: State = field(default_factory=dict)
    """What it gave back besides."""


class Hand:
    """May change things on one machine; it knows whether it has tried.

    Before the first try it says so: whoever keeps a record can note it, and if that fails, nothing is sent.
    """

    def __init__(
        self, wsman: ChangingWsman, deadline: Deadline, seconds: float, beginning: Callable[[], None] = lambda: None
    ) -> None:
        self.tried = False
        """Whether a changing method was sent."""
        self._wsman, self._deadline, self._seconds, self._beginning = wsman, deadline, seconds, beginning

    def change(
        self,
        namespace: str,
        name: str,
        method: str,
        given: Mapping[str, Given] | None = None,
        keys: Mapping[str, str] | None = None,
    ) -> Row:
        """Call a method that changes something."""
        if not self.tried:
            self._beginning()
        self.tried = True
        return self._wsman.change(namespace, name, method, self._deadline.within(self._seconds), given, keys)


def answer_of(row: Row, **told: object) -> Answer:
    """Make an answer of a method's result."""
    code = number(row.get("ReturnValue"))
    return Answer(NO_NUMBER if code is None else code & 0xFFFFFFFF, {k: v for k, v in told.items() if v is not None})


@dataclass(frozen=True, slots=True)
class Remote:
    """An action's two halves over WinRM."""

    read: Callable[[Visit, Values], State]
    """Reads the state; it calls only what reads."""
    change: Callable[[Hand, Values, State], Answer]
    """Does it, knowing the state before."""
