"""`calvox windows verify` and `checklist`: what the machines prove after a call."""

from pathlib import Path
from typing import Annotated

import typer

from calvox.apps.site.acceptance import acceptance_of, checklist_of
from calvox.cli.session import show
from calvox.cli.windows.drawn import draw_acceptance, draw_checklist, plain_acceptance, plain_checklist
from calvox.cli.windows.place import ServerOption, SiteOption, opened
from calvox.common.clock import SYSTEM
from calvox.common.i18n import t
from calvox.doctor.facts import Mode

app = typer.Typer()
NOT_ACCEPTED_EXIT = 1


@app.command(help=str(t("Accept after a call: what one test session proves; read the machines before and after it.")))
def verify(
    mode: Annotated[
        Mode | None, typer.Option(help=str(t("Mode of the test session: device or user; else that of site.toml.")))
    ] = None,
    server: ServerOption = "",
    host: Annotated[str, typer.Option(help=str(t("The session host of the test session; empty: any.")))] = "",
    holder: Annotated[str, typer.Option(help=str(t("The device or user of the test session; empty: any.")))] = "",
    site: SiteOption = Path("."),
) -> None:
    """Accept, comparing the newest reading of each machine with the one before."""
    with opened(site) as folder:
        accepted = acceptance_of(folder, SYSTEM.now(), server=server, mode=mode, host=host, holder=holder)
    show(plain_acceptance(accepted), lambda screen: draw_acceptance(screen, accepted))
    if not accepted.accepted:
        raise typer.Exit(NOT_ACCEPTED_EXIT)


@app.command("checklist", help=str(t("The procedure's checklist, each item proven by a fact, open, or not collected.")))
def show_checklist(
    server: ServerOption = "",
    site: SiteOption = Path("."),
) -> None:
    """Show the checklist."""
    with opened(site) as folder:
        found = checklist_of(folder, SYSTEM.now(), server)
    show(plain_checklist(found), lambda screen: draw_checklist(screen, found))
