"""`calvox pack`: list packs with what is converted, issued and over-used; give a per-user pack its own policy."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from calvox.apps.licence_server.cal_cases import SetPolicy
from calvox.apps.licence_server.host_cases import Nothing
from calvox.cli.own_server import server_owner
from calvox.cli.report import draw_packs
from calvox.cli.session import show
from calvox.common.errors import NotFound
from calvox.common.i18n import t
from calvox.core.converting import partner
from calvox.server.policy import PolicySet
from calvox.server.report import PacksReport

app = typer.Typer(no_args_is_help=True, help=str(t("Packs: list them, show one, set its policy for over-use.")))

Folder = Annotated[Path | None, typer.Option(help=str(t("The server's folder; default: setting server.folder.")))]
Number = Annotated[int, typer.Argument(help=str(t("The pack's number, as “calvox pack list” shows it.")))]


@app.command("list", help=str(t("Packs, with what is issued, free and over-used.")))
def list_packs(folder: Folder = None) -> None:
    """List packs."""
    told: PacksReport = server_owner(folder).call("report-packs", Nothing())
    show(told, lambda screen: draw_packs(screen, told))


@app.command("show", help=str(t("Show one pack, and those of its CALs that were converted.")))
def show_pack(number: Number, folder: Folder = None) -> None:
    """Show a pack."""
    told: PacksReport = server_owner(folder).call("report-packs", Nothing())
    found = [pack for pack in told.packs if pack.sequence in (number, partner(number))]
    if not any(pack.sequence == number for pack in found):
        raise NotFound(t("There is no pack {number}", number=number), hint=t("“calvox pack list” shows them."))
    show(found, lambda screen: draw_packs(screen, PacksReport(found, [], 0)))


@app.command(help=str(t("What happens beyond a per-user pack: allow, warn, enforce, or site for the site's policy.")))
def policy(
    number: Number,
    over_use: Annotated[str, typer.Argument(help=str(t("allow, warn, enforce or site.")))],
    folder: Folder = None,
) -> None:
    """Set a pack's policy."""
    told: PolicySet = server_owner(folder).call("pack-policy", SetPolicy(number, over_use))

    def render(screen: Console) -> None:
        whose = t("its own") if told.own else t("the site's")
        text = t("Pack {number}: {policy} ({whose}).", number=told.pack, policy=told.over_use, whose=whose)
        screen.print(str(text), markup=False)

    show(told, render)
