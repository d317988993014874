"""`calvox site`: make a site folder and see what is known of it. It needs no centre and no licence server of ours."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from calvox.apps.site.gathering import facts_of_folder
from calvox.cli.session import grid, settings, show
from calvox.common.clock import show_time
from calvox.common.files import user_name
from calvox.common.i18n import t
from calvox.core.products import version_name
from calvox.doctor.facts import Site
from calvox.doctor.licensing import MODE_NAMES
from calvox.site.description import FILE
from calvox.site.folder import found_site

app = typer.Typer(no_args_is_help=True, help=str(t("A site folder: surveys, calls and documents of a Windows site.")))

SiteOption = Annotated[Path, typer.Option("--site", help=str(t("The site folder.")))]


@app.command(help=str(t("Make a site folder.")))
def init(
    name: Annotated[str, typer.Argument(help=str(t("The site's name.")))],
    folder: Annotated[Path | None, typer.Option(help=str(t("Where; default: a folder of that name.")))] = None,
) -> None:
    """Make a folder."""
    place = folder or Path(name)
    found_site(place, name, user_name())
    text = t("The site folder is {path}. Fill in {file}, then: calvox windows collector.", path=str(place), file=FILE)
    show({"site": name, "folder": str(place)}, lambda screen: screen.print(str(text), markup=False))


@app.command("show", help=str(t("Show what is known of a site.")))
def show_site(site: SiteOption = Path(".")) -> None:
    """Show the facts."""
    known = facts_of_folder(site)
    show(known, lambda screen: _draw(screen, known))


def _draw(screen: Console, known: Site) -> None:
    collected = show_time(known.collected, settings().zone) if known.collected else str(t("nothing collected yet"))
    screen.print(f"{known.name}: {collected}", markup=False)
    table = grid(None, t("Machine"), t("Role"), t("Version"), t("State"))
    for server in known.licence_servers:
        state = {True: t("activated"), False: t("not activated"), None: t("not known")}[server.activated.value]
        table.add_row(server.machine.name, str(t("licence server")), _version(server.machine.version.value), str(state))
    for host in known.session_hosts:
        mode = str(MODE_NAMES[host.mode.value]) if host.mode.value else str(t("not known"))
        table.add_row(host.machine.name, str(t("session host")), _version(host.machine.version.value), mode)
    screen.print(table)


def _version(version: int | None) -> str:
    return version_name(version) if version is not None else "?"
