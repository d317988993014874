"""A command as a text names it, for faces on which there are no commands.

A hint says what to do by the command that does it: `t("Begin one with “{activate}”.", activate=Command("server activate"))`.
On a terminal, in a mail and over a wire the command stands there. A page that has another page for it names and links that
one instead; what only the command line does is left as it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from calvox.common.i18n import Text


@dataclass(frozen=True, slots=True)
class Command:
    """A command of `calvox`."""

    name: str
    """Its noun and verb, as in "server activate": what a face knows its page by."""
    rest: object = ""
    """What follows on the command line."""

    def __str__(self) -> str:
        return f"calvox {self.name} {self.rest}".rstrip()


def commands_in(text: Text) -> Iterator[Command]:
    """List the commands that a text names."""
    for value in text.values.values():
        if isinstance(value, Command):
            yield value
        elif isinstance(value, Text):
            yield from commands_in(value)
