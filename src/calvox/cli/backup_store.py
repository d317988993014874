"""Which store a backup command is about, and the bar that shows how far the work is."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn

from calvox.apps.continuity.cases import Continuity, Nothing
from calvox.apps.continuity.kept import Kept
from calvox.apps.continuity.key_paper import Whose
from calvox.apps.continuity.making import Progress as Told
from calvox.apps.continuity.restoring import NextGeneration
from calvox.cli.session import session
from calvox.common.files import read_whole
from calvox.common.i18n import Text, t


class Store(StrEnum):
    """Whose backup."""

    SERVER = "server"
    CENTRE = "centre"


Of = Annotated[
    Store, typer.Option("--of", help=str(t("Whose backup: the licence server's or the activation centre's.")))
]
Folder = Annotated[Path | None, typer.Option(help=str(t("The data folder; default: the setting.")))]


@dataclass(frozen=True)
class Backed:
    """A store, and what a backup command needs of it."""

    kept: Kept
    next_generation: NextGeneration
    name: str
    """What it is called."""

    def whose(self) -> Whose:
        """Say whose recovery key it is."""
        return Whose(self.name, self.kept.owner_of(self.kept.folder))

    def stands(self) -> Continuity:
        """Ask how it stands."""
        told: Continuity = self.kept.owner.call("backups", Nothing())
        return told


def backed(of: Store, folder: Path | None) -> Backed:
    """Find the store; only the code of the one that was named is loaded."""
    if of is Store.SERVER:
        from calvox.apps.licence_server import backups as server_backups
        from calvox.cli.own_server import server_settings

        settings = server_settings(folder)
        return Backed(server_backups.kept(settings), server_backups.next_generation, settings.server.names[0])
    from calvox.apps.centre import backups as centre_backups
    from calvox.apps.centre.process import CARD
    from calvox.cli.centre_options import chosen
    from calvox.wire.card import read_card

    centre = chosen(folder)
    card = Path(centre.folder) / CARD
    name = read_card(read_whole(card)).name if card.exists() else ""
    return Backed(centre_backups.kept(centre), centre_backups.next_generation, name)


def _line(what: Text, done: float) -> None:
    sys.stderr.write(msgspec.json.encode({"stage": str(what), "done": done}).decode() + "\n")
    sys.stderr.flush()


@contextmanager
def stages(*, tell: bool = False) -> Iterator[Told]:
    """Show a bar for each stage of the work to a person; a script sees none, unless it wants lines of JSON.

    Args:
        tell: Whether each step is written on standard error, as {"stage": …, "done": 0 to 1}.
    """
    if tell:
        yield _line
        return
    if session().json or not sys.stderr.isatty():
        yield lambda what, done: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    tasks: dict[str, TaskID] = {}
    with Progress(*columns, console=Console(stderr=True, markup=False)) as bars:

        def told(what: Text, done: float) -> None:
            name = str(what)
            if name not in tasks:
                for task in tasks.values():
                    bars.update(task, completed=1.0)
                tasks[name] = bars.add_task(name, total=1.0)
            bars.update(tasks[name], completed=done)

        yield told
