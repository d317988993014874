"""`calvox journal`: list and verify a journal: the licence server's ledger, the centre's register, or that of a site folder."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from calvox.apps.journals import ListEntries, VerifyJournal
from calvox.apps.owner import Owner
from calvox.cli.session import console, grid, session, show
from calvox.common.i18n import t
from calvox.journal.listing import EntryShown, Verified

app = typer.Typer(no_args_is_help=True, help=str(t("List and verify a journal.")))


class Store(StrEnum):
    """Whose journal."""

    SERVER = "server"
    CENTRE = "centre"
    SITE = "site"


Of = Annotated[
    Store, typer.Option("--of", help=str(t("Whose journal: the licence server's, the centre's or a site folder's.")))
]
Folder = Annotated[
    Path | None, typer.Option(help=str(t("The data folder; default: the setting, or for a site the current folder.")))
]


def _owner(store: Store, folder: Path | None) -> Owner[Any]:
    """Find the store; only the code of the one that was named is loaded."""
    if store is Store.SERVER:
        from calvox.cli.own_server import server_owner

        return server_owner(folder)
    if store is Store.SITE:
        from calvox.apps.site.gathering import site_owner

        return site_owner(folder or Path("."))
    from calvox.cli.centre_options import owner_of

    return owner_of(folder)


@app.command("list", help=str(t("List entries, the latest ones unless told otherwise.")))
def list_entries(
    of: Of = Store.SERVER,
    first: Annotated[int, typer.Option("--from", min=0, help=str(t("From this entry on.")))] = 0,
    last: Annotated[int | None, typer.Option("--to", min=1, help=str(t("Up to this entry.")))] = None,
    kind: Annotated[str, typer.Option(help=str(t("Only entries of this kind, as CalIssued.")))] = "",
    limit: Annotated[int, typer.Option(min=1, help=str(t("Show at most so many.")))] = 50,
    folder: Folder = None,
) -> None:
    """List."""
    told: list[EntryShown] = _owner(of, folder).call("journal-list", ListEntries(first, last, kind, limit))
    show(told, lambda screen: _draw(screen, told))


def _draw(screen: Console, told: list[EntryShown]) -> None:
    table = grid(None, t("Entry"), t("Time"), t("Kind"), t("Says"))
    for entry in told:
        says = "  ".join(f"{name}={_short(value)}" for name, value in entry.says.items())
        table.add_row(str(entry.sequence), entry.time, entry.kind, says)
    screen.print(table)


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 24 else f"{text[:20]}…"


@app.command(help=str(t("Verify a whole journal: chain, seals, head, tables.")))
def verify(of: Of = Store.SERVER, folder: Folder = None) -> None:
    """Verify."""
    owner = _owner(of, folder)
    if session().json:
        told: Verified = owner.call("journal-verify", VerifyJournal())
    else:
        with console().status(str(t("Verifying…"))):
            told = owner.call("journal-verify", VerifyJournal())
    text = t("The journal holds: {entries} entries, head {head}…", entries=told.entries, head=told.head[:16])
    show(told, lambda screen: screen.print(str(text), style="green", markup=False))
