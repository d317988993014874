"""`calvox config`: check the settings, and show where each value comes from."""

import typer
from rich.console import Console

from calvox.cli.session import grid, session, show
from calvox.common.i18n import t
from calvox.common.settings import value_of

app = typer.Typer(
    no_args_is_help=True, help=str(t("Settings: an option, then CALVOX_…, then the file, then the default."))
)


@app.callback()
def root() -> None:
    """Hold the commands together."""


@app.command(help=str(t("Check the settings and show where each value comes from.")))
def check() -> None:
    """Check; the settings have been read and found good when this runs."""
    loaded = session().loaded
    told = [
        {"name": name, "value": value_of(loaded.settings, name), "source": source}
        for name, source in loaded.sources.items()
    ]

    def render(screen: Console) -> None:
        table = grid(None, t("Setting"), t("Value"), t("Comes from"))
        for row in told:
            table.add_row(row["name"], str(row["value"]), row["source"])
        screen.print(table)

    show(told, render)
