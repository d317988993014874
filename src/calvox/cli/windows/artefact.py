"""`calvox windows artefact`: files for Windows, written from the site's description."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text as Styled

from calvox.apps.site.artefacts import Made, make_artefacts
from calvox.cli.doctor import harmless
from calvox.cli.session import grid, show
from calvox.cli.windows.place import SiteOption, opened
from calvox.common.errors import BadInput
from calvox.common.i18n import t
from calvox.windows.artefacts.kit import ARTEFACTS

app = typer.Typer()
LIST = "list"
REFUSED_EXIT = 2
"""Exit code where none of all artefacts fits the site's description."""


@app.command(
    help=str(
        t("Write files for Windows from site.toml: registry, group policy, scripts. “list” shows which there are.")
    )
)
def artefact(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME…]", help=str(t("Which to write; “list”: show all.")))
    ] = None,
    every: Annotated[bool, typer.Option("--all", help=str(t("Write all that fit this site.")))] = False,
    out: Annotated[
        Path | None,
        typer.Option(help=str(t("Where each gets a folder of its name; else “artefacts” in the site folder."))),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help=str(t("Write over artefacts that are there.")))] = False,
    site: SiteOption = Path("."),
) -> None:
    """Write artefacts, or list them."""
    chosen = names or []
    if LIST in chosen and len(chosen) == 1 and not every:
        _list()
        return
    if bool(chosen) == every:
        raise BadInput(t("Name artefacts, or give --all"), hint=t("“calvox windows artefact list” shows them."))
    with opened(site) as folder:
        made = make_artefacts(folder, chosen, out or site / "artefacts", force=force)
    show([_plain(one) for one in made], lambda screen: _draw(screen, made))
    if all(one.refused for one in made):
        raise typer.Exit(REFUSED_EXIT)


def _list() -> None:
    def render(screen: Console) -> None:
        table = grid(None, t("Name"), t("What it is"), t("Where it is used"))
        table.show_lines = True
        for one in ARTEFACTS:
            table.add_row(one.name, str(one.title), str(one.where))
        screen.print(table)

    show([{"name": one.name, "title": str(one.title), "where": str(one.where)} for one in ARTEFACTS], render)


def _plain(made: Made) -> dict[str, Any]:
    return {
        "name": made.name,
        "folder": made.folder,
        "files": made.files,
        "sha256": made.digest,
        "notes": [str(note) for note in made.notes],
        "refused": str(made.refused) if made.refused else "",
        "hint": str(made.hint) if made.hint else "",
    }


def _draw(screen: Console, made: Sequence[Made]) -> None:
    table = grid(None, t("Name"), t("State"), t("Where, or why not"))
    table.columns[2].overflow = "fold"
    for one in made:
        if one.refused:
            why = f"{one.refused}\n{one.hint or ''}".strip()
            table.add_row(one.name, str(t("not made")), Styled(harmless(why), style="yellow"))
        else:
            table.add_row(one.name, Styled(str(t("written")), style="green"), Styled(harmless(one.folder)))
    screen.print(table)
    for note in dict.fromkeys(str(note) for one in made for note in one.notes):
        screen.print(f"! {note}", style="yellow", markup=False)
    if any(one.folder for one in made):
        screen.print(
            str(t("README.txt in each folder says what to do. None has been run on any Windows yet.")), markup=False
        )
