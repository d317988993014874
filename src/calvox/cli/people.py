"""`calvox people`: who may log in to a licence server or an activation centre: list, add, set a password, remove, let in."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from calvox.apps.owner import Owner
from calvox.apps.people_api.cases import AddPerson, ListPeople, LogInLink, OnePerson, SetPassword
from calvox.cli.secrets import read_secret
from calvox.cli.session import grid, settings, show
from calvox.common.clock import show_time
from calvox.common.i18n import Text, t
from calvox.core.peopling import Role
from calvox.people.accounts import PersonShown
from calvox.people.links import LASTS

app = typer.Typer(
    no_args_is_help=True,
    help=str(t("Accounts of the licence server or the activation centre: who may log in, and as what.")),
)
ROLES: dict[str, Text] = {
    Role.ADMINISTRATOR: t("administrator"),
    Role.AUDITOR: t("auditor"),
    Role.SUPERVISOR: t("supervisor"),
    Role.OPERATOR: t("operator"),
}


class Store(StrEnum):
    """Whose people."""

    SERVER = "server"
    CENTRE = "centre"


NameArgument = Annotated[str, typer.Argument(help=str(t("Name of the account.")))]
File = Annotated[Path | None, typer.Option(help=str(t("File with the password, “-” for standard input; else asked.")))]
Of = Annotated[Store, typer.Option("--of", help=str(t("Whose people: the licence server's, or the centre's.")))]
Folder = Annotated[Path | None, typer.Option(help=str(t("The data folder; default: the setting.")))]


def _owner(of: Store, folder: Path | None) -> Owner[Any]:
    """Find the store; only the code of the one that was named is loaded."""
    if of is Store.SERVER:
        from calvox.cli.own_server import server_owner

        return server_owner(folder)
    from calvox.cli.centre_options import owner_of

    return owner_of(folder)


@app.command("list", help=str(t("List the accounts.")))
def list_people(of: Of = Store.SERVER, folder: Folder = None) -> None:
    """List."""
    told: list[PersonShown] = _owner(of, folder).call("people", ListPeople())
    show(told, lambda screen: _draw(screen, told))


def _draw(screen: Console, told: list[PersonShown]) -> None:
    table = grid(None, t("Name"), t("Role"), t("Logged in"), t("Remarks"))
    zone = settings().zone
    for person in told:
        remarks = [str(t("must change the password"))] if person.change else []
        if person.directory:
            remarks.append(str(t("the directory’s")))
        if person.locked_until:
            remarks.append(str(t("locked until {time}", time=show_time(person.locked_until, zone))))
        table.add_row(person.name, str(ROLES[person.role]), str(person.sessions), ", ".join(remarks))
    screen.print(table)


@app.command(help=str(t("Make an account; its password must be changed at the first log-in.")))
def add(
    name: NameArgument,
    role: Annotated[
        Role,
        typer.Option(help=str(t("Administrator or auditor; at an activation centre supervisor or operator."))),
    ],
    password_file: File = None,
    of: Of = Store.SERVER,
    folder: Folder = None,
) -> None:
    """Add."""
    _owner(of, folder).call("person-add", AddPerson(name, str(role), _password(name, password_file)))
    _done(t("{name} may log in, and must change the password first.", name=name), name)


@app.command(help=str(t("Set somebody's password, which lets a lock go; it must be changed at the next log-in.")))
def password(name: NameArgument, password_file: File = None, of: Of = Store.SERVER, folder: Folder = None) -> None:
    """Set a password."""
    _owner(of, folder).call("person-password", SetPassword(name, _password(name, password_file)))
    _done(t("{name} may log in, and must change the password first.", name=name), name)


@app.command("log-out", help=str(t("End every session of somebody, also of the directory's people.")))
def log_out(name: NameArgument, of: Of = Store.SERVER, folder: Folder = None) -> None:
    """End the sessions."""
    _owner(of, folder).call("person-log-out", OnePerson(name))
    _done(t("{name} is logged in no more.", name=name), name)


@app.command(help=str(t("Take an account away; its sessions end at once.")))
def remove(name: NameArgument, of: Of = Store.SERVER, folder: Folder = None) -> None:
    """Remove."""
    _owner(of, folder).call("person-remove", OnePerson(name))
    _done(t("{name} has no account any more.", name=name), name)


@app.command(help=str(t("Make a link by which somebody may log in once with a browser, within ten minutes.")))
def link(name: NameArgument, of: Of = Store.SERVER, folder: Folder = None) -> None:
    """Make a link."""
    told: LogInLink = _owner(of, folder).call("log-in-link", OnePerson(name))
    address = (told.at or _usual_address(of)) + told.path
    lines = [
        address,
        str(
            t(
                "Good once, for {minutes} minutes; whoever opens it acts as {name}.",
                minutes=LASTS // 60,
                name=told.person,
            )
        ),
    ]
    if not told.at:
        lines.append(str(t("Nobody serves it now: “calvox {of} serve”.", of=str(of))))
    shown = {"name": told.person, "address": address, "served": bool(told.at)}
    show(shown, lambda screen: screen.print("\n".join(lines), markup=False, soft_wrap=True))


def _usual_address(of: Store) -> str:
    """Tell where people will log in by the settings; empty: nowhere."""
    own = settings()
    listen = own.server.people_listen if of is Store.SERVER else own.centre.people_listen
    return f"https://{listen}" if listen else ""


def _password(name: str, file: Path | None) -> str:
    return read_secret(t("Password of {name}:", name=name), file, twice=True)


def _done(text: Text, name: str) -> None:
    show({"name": name}, lambda screen: screen.print(str(text), markup=False))
