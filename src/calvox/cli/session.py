"""What every command shares: the settings, the language, how to show an answer and how to ask a question.

`--json`, `--lang` and `--settings` may stand anywhere on the command line; `main` takes them out before the command sees
its own arguments.
"""

import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import rich._wrap
from rich.console import Console
from rich.table import Table

from calvox.common.errors import BadInput
from calvox.common.i18n import Text, t
from calvox.common.settings import Loaded, Settings

# Rich takes a no-break space for a place to break a line at, and French has one before “:”, “;”, “!”, “?” and inside «…».
rich._wrap.re_word = re.compile(r"[^\S\xa0]*[\S\xa0]+[^\S\xa0]*")


NOT_DONE_EXIT = 1
"""Exit code where a person, asked, would not have it done."""


@dataclass(slots=True)
class Session:
    """One run of the command line."""

    loaded: Loaded
    """The settings, and where each came from."""
    json: bool = False
    """Whether a script reads the answer."""


_session: list[Session] = [Session(Loaded(Settings(), {}))]


def begin(session: Session) -> None:
    """Make this the session of the run."""
    _session[0] = session


def session() -> Session:
    """Give the session of the run."""
    return _session[0]


def settings() -> Settings:
    """Give the settings of the run."""
    return _session[0].loaded.settings


def console() -> Console:
    """Give a console on standard output; where it is no terminal, as wide as COLUMNS says, else 100.

    It takes every text as it stands: names come from elsewhere, and Rich's markup in one must neither hide a part of it
    nor end the command.
    """
    told = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(highlight=False, markup=False, emoji=False, width=None if told else 100)


def show(value: Any, render: Callable[[Console], None]) -> None:
    """Show an answer: as JSON to a script, else as `render` draws it."""
    if session().json:
        encoded = msgspec.json.format(msgspec.json.encode(value, enc_hook=_hook), indent=2)
        sys.stdout.write(encoded.decode() + "\n")
    else:
        render(console())


def _hook(value: Any) -> Any:
    return str(value)


def say(text: Text | str) -> None:
    """Say a line to a person; a script that asked for JSON does not see it."""
    if not session().json:
        console().print(str(text), markup=False)


def warn(text: Text) -> None:
    """Warn on standard error, so that an answer in JSON stays whole."""
    screen = Console(stderr=True, highlight=False, markup=False, emoji=False)
    screen.print(str(text), style="yellow")


def grid(title: Text | None, *columns: Text) -> Table:
    """Begin a table; what is too long for its column goes on below, for a cut date or name would mislead."""
    table = Table(title=str(title) if title else None, title_justify="left", header_style="bold")
    for column in columns:
        table.add_column(str(column), overflow="fold")
    return table


def agreed(question: Text) -> bool:
    """Ask a question until it is answered with yes or no."""
    while True:
        answer = ask(t("{question} (yes/no)", question=question)).lower()
        if answer in ("y", "yes", "o", "oui"):
            return True
        if answer in ("n", "no", "non"):
            return False


def confirmed(question: Text, *, yes: bool) -> bool:
    """Ask before something is done that has no way back; `yes` says that it was confirmed beforehand.

    Raises:
        BadInput: a script reads the answer, and cannot be asked.
    """
    if not yes and session().json:
        raise BadInput(t("Confirm with --yes when a script reads the answer"))
    if yes or agreed(question):
        return True
    say(t("Nothing was done."))
    return False


def ask(question: Text) -> str:
    """Ask a person, or read the next line of a pipe.

    Raises:
        BadInput: the input ended before the answer.
    """
    sys.stderr.write(f"{question} " if sys.stdin.isatty() else f"{question}\n")
    sys.stderr.flush()
    line = sys.stdin.readline(4096)
    if not line:
        raise BadInput(t("The input ended before “{question}” was answered", question=question))
    return line.strip()
