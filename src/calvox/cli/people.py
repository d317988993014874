"""`calvox people`: the accounts of a licence server: list, add, set a password, remove."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from calvox.apps.licence_server.host_cases import Nothing
from calvox.apps.licence_server.people_cases import AddPerson, OnePerson, SetPassword
from calvox.cli.own_server import Folder, server_owner
from calvox.cli.secrets import read_secret
from calvox.cli.session import grid, settings, show
from calvox.common.clock import show_time
from calvox.common.i18n import Text, t
from calvox.core.peopling import Role
from calvox.people.accounts import PersonShown

app = typer.Typer(no_args_is_help=True, help=str(t("Accounts of the licence server: who may log in, and as what.")))
ROLES: dict[str, Text] = {Role.ADMINISTRATOR: t("administrator"), Role.AUDITOR: t("auditor")}
NameArgument = Annotated[str, typer.Argument(help=str(t("Name of the account.")))]
File = Annotated[Path | None, typer.Option(help=str(t("File with the password, “-” for standard input; else asked.")))]


@app.command("list", help=str(t("List the accounts.")))
def list_people(folder: Folder = None) -> None:
    """List."""
    told: list[PersonShown] = server_owner(folder).call("people", Nothing())
    show(told, lambda screen: _draw(screen, told))


def _draw(screen: Console, told: list[PersonShown]) -> None:
    table = grid(None, t("Name"), t("Role"), t("Logged in"), t("Remarks"))
    zone = settings().zone
    for person in told:
        remarks = [str(t("must change the password"))] if person.change else []
        if person.locked_until:
            remarks.append(str(t("locked until {time}", time=show_time(person.locked_until, zone))))
        table.add_row(person.name, str(ROLES[person.role]), str(person.sessions), ", ".join(remarks))
    screen.print(table)


@app.command(help=str(t("Make an account; its password must be changed at the first log-in.")))
def add(
    name: NameArgument,
    role: Annotated[Role, typer.Option(help=str(t("An administrator may do all; an auditor reads all.")))],
    password_file: File = None,
    folder: Folder = None,
) -> None:
    """Add."""
    server_owner(folder).call("person-add", AddPerson(name, str(role), _password(name, password_file)))
    _done(t("{name} may log in, and must change the password first.", name=name), name)


@app.command(help=str(t("Set somebody's password, which lets a lock go; it must be changed at the next log-in.")))
def password(name: NameArgument, password_file: File = None, folder: Folder = None) -> None:
    """Set a password."""
    server_owner(folder).call("person-password", SetPassword(name, _password(name, password_file)))
    _done(t("{name} may log in, and must change the password first.", name=name), name)


@app.command(help=str(t("Take an account away; its sessions end at once.")))
def remove(name: NameArgument, folder: Folder = None) -> None:
    """Remove."""
    server_owner(folder).call("person-remove", OnePerson(name))
    _done(t("{name} has no account any more.", name=name), name)


def _password(name: str, file: Path | None) -> str:
    return read_secret(t("Password of {name}:", name=name), file, twice=True)


def _done(text: Text, name: str) -> None:
    show({"name": name}, lambda screen: screen.print(str(text), markup=False))
