"""What an action is: what it changes and where, what it is given, and how it shows that it has come about.

Rules:
- Parameters come as texts and are checked here, each by its own reader; a fault names the parameter and what is awaited.
- Codes are secret: of them a mark is kept, by which two are told apart, and which leads back to none.
- A state is a small table of JSON, with Windows' own names and values; `holds` and `reached` look at nothing else, so that
  both forms, script and WinRM, come to the same verdict.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from calvox.common.errors import BadInput
from calvox.common.i18n import Text, t
from calvox.windows.actions.hand import Remote
from calvox.windows.actions.values import State, Value, Values, mark


class Where(StrEnum):
    """On which machine an action is done."""

    LICENCE_SERVER = "licence-server"
    SESSION_HOST = "session-host"
    BROKER = "broker"

    @property
    def label(self) -> Text:
        """Name the machine."""
        return {
            Where.LICENCE_SERVER: t("licence server"),
            Where.SESSION_HOST: t("session host"),
            Where.BROKER: t("connection broker"),
        }[self]


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something that an action is given."""

    name: str
    """As on the command line, which has hyphens for underscores."""
    title: Text
    """What it is."""
    read: Callable[[str], Value]
    """Checks a text; raises BadInput that says what is awaited."""
    needed: bool = True
    secret: bool = False
    """A code: it stands in the script, and nowhere else."""


@dataclass(frozen=True, slots=True)
class Action:
    """One kind of change."""

    name: str
    title: Text
    """What it does, in a few words."""
    changes: Text
    """What is another on the machine afterwards."""
    where: Where
    uses: tuple[str, ...]
    """Class.Method of WMI, or cmdlets, that change something; documented ones alone."""
    undo: Text
    """How it is undone, or that it cannot be."""
    reached: Callable[[State, State, Values], bool]
    """Tells from the states before and after whether it has come about."""
    shows: Callable[[State, State], Text]
    """Says in a few words what was read afterwards."""
    parameters: tuple[Parameter, ...] = ()
    warnings: tuple[Text, ...] = ()
    """What should be known before."""
    holds: Callable[[State, Values], bool] = lambda state, values: False
    """Tells whether the machine is so already; then nothing is called."""
    obstacle: Callable[[State, Values], Text | None] = lambda state, values: None
    """Tells why Windows is not even asked in this state."""
    slot: str = ""
    """Which code of a call it enters: server-id, pack-id or confirmation-code."""
    rollback: bool = False
    """Whether a file is written that brings back the values before."""
    parts: tuple[str, ...] = ()
    """Parts of the script, files in data/actions."""
    remote: Remote | None = None
    """How it is done over WinRM; None: only by a script."""

    @property
    def code(self) -> Parameter | None:
        """Give the parameter that is the code of a call."""
        return next((one for one in self.parameters if one.name == "code"), None)


@dataclass(frozen=True, slots=True)
class Order:
    """An action that is to be done on one machine, once."""

    order: str
    """32 hexadecimal digits."""
    action: Action
    machine: str
    values: Values
    call: int = 0
    """The call it belongs to; 0 = none."""

    @property
    def given(self) -> str:
        """Write the parameters as JSON, with marks in place of codes."""
        return given_text(self.action, self.values)


def values_of(action: Action, given: Mapping[str, str]) -> Values:
    """Check what an action was given.

    Raises:
        BadInput: a parameter is unknown, missing or not well formed.
    """
    known = {one.name: one for one in action.parameters}
    for name in given:
        if name not in known:
            raise BadInput(
                t("{action} takes no “{name}”", action=action.name, name=name),
                hint=t("It takes: {names}", names=", ".join(known) or "–"),
            )
    values: dict[str, Value] = {}
    for name, one in known.items():
        if given.get(name, "").strip():
            values[name] = one.read(given[name])
        elif one.needed:
            raise BadInput(t("{action} needs “{name}”: {title}", action=action.name, name=name, title=one.title))
    if known and not values:
        raise BadInput(t("{action} needs at least one of: {names}", action=action.name, names=", ".join(known)))
    return values


def given_text(action: Action, values: Values) -> str:
    """Write parameters as JSON, with marks in place of codes."""
    secret = {one.name for one in action.parameters if one.secret}
    told = {name: mark(str(value)) if name in secret else value for name, value in values.items()}
    return json.dumps(told, ensure_ascii=False, sort_keys=True)
