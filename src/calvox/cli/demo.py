"""`calvox demo`: play the story of one call with real processes, then go on serving."""

import signal
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from calvox.apps.demo.story import play
from calvox.cli.session import console
from calvox.common.i18n import t

app = typer.Typer(
    invoke_without_command=True, help=str(t("Play the story of one call with real processes, then serve."))
)


@app.callback()
def demo(
    leave: Annotated[bool, typer.Option("--exit", help=str(t("End after the story.")))] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help=str(t("Take away what earlier runs left, and start anew.")))
    ] = False,
    folder: Annotated[Path, typer.Option(help=str(t("Where all data lies.")))] = Path("var"),
) -> None:
    """Play."""
    signal.signal(signal.SIGTERM, _interrupt)
    screen: Console = console()
    try:
        play(folder, screen, fresh=fresh, leave=leave)
    except KeyboardInterrupt:
        text = t("Ended; everything is kept, and “make run” goes on from here.")
        screen.print(f"\n{text}", markup=False)


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt
