"""What is told of a serving store, and what the telling needs of it; the store's own folder in `apps` looks for what is wrong."""

from collections.abc import Callable, Container
from dataclasses import dataclass
from pathlib import Path

import msgspec

from calvox.common.clock import World
from calvox.common.settings import Settings


class Finding(msgspec.Struct, frozen=True):
    """Something that is wrong, in the language of whoever looked."""

    text: str
    hint: str = ""


Findings = dict[str, Finding]
"""What is wrong, each thing under a key that stays."""


@dataclass(frozen=True)
class Watched:
    """A store whose operators are told."""

    name: str
    """What it is called in a mail's subject."""
    folder: Path
    """Its data folder, where what was told is kept."""
    settings: Settings
    """What the site has chosen."""
    world: World
    """Its clock and chance."""
    shown: Callable[[], int]
    """Tells what the machine's clock shows, seconds UTC."""
    look: Callable[[Container[str]], Findings]
    """Looks for everything that is wrong, given the keys that were found before."""
    everything: str
    """The command that shows how it stands."""
    trial: str
    """The command that sends a mail to see that it arrives."""
    verify: str
    """The command that verifies its journal."""
