"""`calvox server hosts` and `authority`, `calvox server enrolment-code`: who is a session host here."""

from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text as Styled

from calvox.apps.licence_server.host_cases import Finish, Group, HostListed, MakeCode, Nothing, OneHost
from calvox.cli.own_server import Folder, server_owner
from calvox.cli.session import NOT_DONE_EXIT, confirmed, grid, settings, show
from calvox.common.clock import show_time
from calvox.common.i18n import Text, t
from calvox.core.hosting import HostState
from calvox.core.products import version_name
from calvox.core.standing import GRACE_SOON, Stands, days_text
from calvox.server.authority import AuthorityStatus
from calvox.server.standing import HostStanding

codes = typer.Typer()
hosts = typer.Typer(no_args_is_help=True, help=str(t("The session hosts that are enrolled here.")))
authority = typer.Typer(no_args_is_help=True, help=str(t("The authority that issues the session hosts' certificates.")))
HostArgument = Annotated[str, typer.Argument(help=str(t("Its name, or the first digits of its identifier.")))]
STATES: dict[HostState, tuple[Text, str]] = {
    HostState.PENDING: (t("waits for approval"), "yellow"),
    HostState.ENROLLED: (t("enrolled"), "green"),
    HostState.REVOKED: (t("shut out"), "red"),
}
STYLES: dict[Stands, str] = {
    Stands.GRACE: "yellow",
    Stands.GRACE_OVER: "bold red",
    Stands.LICENSED: "green",
    Stands.OUTAGE: "yellow",
    Stands.SILENT: "yellow",
    Stands.UNTOLD: "",
    Stands.UNHEARD: "",
}
"""How each standing is shown."""


@codes.command("enrolment-code", help=str(t("Make a one-time code with which a session host enrols.")))
def enrolment_code(
    name: Annotated[str, typer.Option(help=str(t("Name of the session host.")))],
    version: Annotated[str, typer.Option(help=str(t("Its version: 2012 R2, 2016, 2019, 2022 or 2025.")))],
    group: Annotated[str, typer.Option(help=str(t("Its group.")))] = "",
    approved: Annotated[
        bool, typer.Option("--approved", help=str(t("Approve the host at once; else “hosts approve” does.")))
    ] = False,
    folder: Folder = None,
) -> None:
    """Make a code."""
    made = server_owner(folder).call("enrolment-code", MakeCode(name, version, approved, group))
    until = show_time(made.expires, settings().zone)
    text = t("Enrolment code for {name}, good until {until}, shown once:", name=name, until=until)
    after = t("When it has enrolled: calvox server hosts approve {name}", name=name)
    lines = [str(text), made.code, *([] if approved else [str(after)])]
    show(made, lambda screen: screen.print("\n".join(lines), markup=False, soft_wrap=True))


@hosts.command("list", help=str(t("List them.")))
def list_hosts(folder: Folder = None) -> None:
    """List."""
    told: list[HostListed] = server_owner(folder).call("hosts", Nothing())
    show(told, lambda screen: _draw(screen, told))


def _draw(screen: Console, told: list[HostListed]) -> None:
    told_of = (t("State"), t("Stands"), t("Calvox"), t("Enrolled"), t("Last heard"))
    table = grid(None, t("Name"), t("Identifier"), t("Version"), t("Group"), *told_of)
    zone = settings().zone
    for host in told:
        text, style = STATES[host.state]
        heard = show_time(host.seen, zone) if host.seen else str(t("not yet"))
        row = (host.name, host.host.hex()[:8], version_name(host.version), host.group)
        stands = stands_told(host.standing) if host.state is HostState.ENROLLED else Styled("–")
        about = (stands, host.standing.software or "–", show_time(host.enrolled, zone), heard)
        table.add_row(*row, Styled(str(text), style), *about)
    screen.print(table)


def stands_told(told: HostStanding) -> Styled:
    """Say how a host stands, and what it said last where that does not count any more."""
    style = STYLES[told.stands]
    if told.stands is Stands.GRACE:
        style = "red" if told.days_left <= GRACE_SOON else "yellow"
        return Styled(str(t("{state}, {left}", state=told.stands.text, left=days_text(told.days_left))), style)
    if told.said and told.stands in (Stands.SILENT, Stands.UNTOLD):
        return Styled(str(t("{state}; last said: {said}", state=told.stands.text, said=told.said.text)), style)
    return Styled(str(told.stands.text), style)


def _done(text: Text, host: str) -> None:
    show({"host": host}, lambda screen: screen.print(str(text), markup=False))


@hosts.command(help=str(t("Approve a host that has enrolled and waits.")))
def approve(host: HostArgument, folder: Folder = None) -> None:
    """Approve."""
    server_owner(folder).call("host-approve", OneHost(host))
    _done(t("The session host {name} is approved.", name=host), host)


@hosts.command(help=str(t("Shut a host out for good; to come back it must enrol anew.")))
def revoke(
    host: HostArgument,
    why: Annotated[str, typer.Option(help=str(t("The reason; it stands in the ledger.")))] = "",
    yes: Annotated[bool, typer.Option("--yes", help=str(t("Do not ask for confirmation.")))] = False,
    folder: Folder = None,
) -> None:
    """Shut out, after asking: there is no way back."""
    if not confirmed(t("Shall {name} be shut out for good? To come back it must enrol anew.", name=host), yes=yes):
        raise typer.Exit(NOT_DONE_EXIT)
    server_owner(folder).call("host-revoke", OneHost(host, why))
    _done(t("The session host {name} is shut out.", name=host), host)


@hosts.command(help=str(t("Put a host into a group; the setting server.allowed_groups says which are given CALs.")))
def group(
    host: HostArgument,
    group: Annotated[str, typer.Argument(help=str(t("The group; empty: none.")))] = "",
    folder: Folder = None,
) -> None:
    """Group."""
    server_owner(folder).call("host-group", Group(host, group))
    _done(t("The session host {name} is in the group “{group}”.", name=host, group=group), host)


@authority.command("show", help=str(t("Show which authorities are trusted, and which hosts have yet to follow.")))
def show_authority(folder: Folder = None) -> None:
    """Show."""
    told: AuthorityStatus = server_owner(folder).call("authority", Nothing())

    def render(screen: Console) -> None:
        screen.print(str(t("Trusted: {hash}", hash=told.authority.hex())), markup=False)
        if told.following:
            screen.print(str(t("Takes over next: {hash}", hash=told.following.hex())), markup=False)
            waiting = ", ".join(told.waiting) or str(t("none; “calvox server authority finish” ends the exchange"))
            screen.print(str(t("Hosts that have yet to follow: {names}", names=waiting)), markup=False)

    show(told, render)


@authority.command(help=str(t("Make a new authority beside the old one; hosts follow by themselves.")))
def renew(folder: Folder = None) -> None:
    """Begin an exchange."""
    server_owner(folder).call("authority-renew", Nothing())
    show_authority(folder)


@authority.command(help=str(t("Let the new authority take over; codes that are out are good no longer.")))
def finish(
    anyway: Annotated[
        bool, typer.Option("--anyway", help=str(t("Though hosts have yet to follow: those must enrol anew.")))
    ] = False,
    folder: Folder = None,
) -> None:
    """End an exchange."""
    server_owner(folder).call("authority-finish", Finish(anyway))
    show_authority(folder)
