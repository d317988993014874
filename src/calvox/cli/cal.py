"""`calvox cal`: list CALs, take them back, convert them, and keep the list of users who are authorised."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

from calvox.apps.licence_server.cal_cases import AboutCal, ConvertCals, Erase, ListCals, Users
from calvox.cli.own_server import server_owner
from calvox.cli.report import draw_cals
from calvox.cli.session import console, grid, session, settings, show
from calvox.common.clock import show_date, show_time
from calvox.common.errors import REFUSED_EXIT, BadInput
from calvox.common.files import read_whole
from calvox.common.i18n import Text, t
from calvox.core.authorised import LARGEST, read_names
from calvox.core.products import cal_type_named
from calvox.core.reports import CalReport
from calvox.server.authorise import Authorised, OnTheList, Unauthorised
from calvox.server.convert import Converted, TooMany
from calvox.server.erase import Erased
from calvox.server.holders import Which
from calvox.server.leave import Left
from calvox.server.release import ReleasedByHand
from calvox.server.revoke import Revoked, ShareUsedUp

app = typer.Typer(no_args_is_help=True, help=str(t("CALs: list, revoke, release, convert; who is authorised.")))
CHUNK = 1000
"""Users that one request carries."""

Folder = Annotated[Path | None, typer.Option(help=str(t("The server's folder; default: setting server.folder.")))]
Cal = Annotated[str, typer.Argument(help=str(t("The CAL's identifier, or its holder's name.")))]
Kind = Annotated[str, typer.Option("--type", help=str(t("Whose name it is: device, user or session.")))]
Why = Annotated[str, typer.Option("--why", help=str(t("Why, in a few words without names; it stays in the journal.")))]
Names = Annotated[list[str] | None, typer.Argument(help=str(t("Users by name.")))]
File = Annotated[Path | None, typer.Option("--file", help=str(t("Users from a list or a table (CSV).")))]
Column = Annotated[str, typer.Option(help=str(t("The table's column with their names.")))]


@app.command("list", help=str(t("List the CALs that are out.")))
def list_cals(
    kind: Annotated[str, typer.Option("--type", help=str(t("Only device, user or session.")))] = "",
    version: Annotated[str, typer.Option(help=str(t("Only of this version.")))] = "",
    holder: Annotated[str, typer.Option(help=str(t("Only of the holder of this name; needs --type.")))] = "",
    limit: Annotated[int, typer.Option(help=str(t("Show at most so many.")))] = 1000,
    offset: Annotated[int, typer.Option(help=str(t("Skip so many.")))] = 0,
    folder: Folder = None,
) -> None:
    """List CALs."""
    asked = ListCals(kind, version, holder, limit, offset)
    told: list[CalReport] = server_owner(folder).call("cal-list", asked)
    show(told, lambda screen: draw_cals(screen, told))


@app.command("show", help=str(t("Show one CAL.")))
def show_cal(cal: Cal, kind: Kind = "user", folder: Folder = None) -> None:
    """Show a CAL."""
    told: CalReport = server_owner(folder).call("cal-show", AboutCal(Which(cal, kind)))

    def render(screen: Console) -> None:
        draw_cals(screen, [told])
        screen.print(str(t("Identifier: {cal}", cal=told.cal_id)), markup=False)

    show(told, render)


@app.command(help=str(t("Take a device's CAL away; at most 20 % of a version may stand revoked.")))
def revoke(cal: Cal, why: Why, kind: Kind = "device", folder: Folder = None) -> None:
    """Revoke a device's CAL."""
    told: Revoked | ShareUsedUp = server_owner(folder).call("cal-revoke", AboutCal(Which(cal, kind), why))
    if isinstance(told, ShareUsedUp):
        _refuse(told, _share_used_up(told))
    share = told.share
    done = t("Revoked. Its place is free; its token counts as revoked until {day}.", day=_day(told.counts_until))
    count = t(
        "{version}: {standing} of {allowed} that may stand revoked, of {installed} CALs installed.",
        version=share.version,
        standing=share.standing,
        allowed=share.allowed,
        installed=share.installed,
    )
    show(told, lambda screen: _print(screen, done, count))


def _share_used_up(told: ShareUsedUp) -> Text:
    share = told.share
    return t(
        "Of {installed} CALs of version {version}, {allowed} may stand revoked (20 %, at least 1), and {standing} do. "
        "One more may go from {moment}",
        installed=share.installed,
        version=share.version,
        allowed=share.allowed,
        standing=share.standing,
        moment=show_time(told.since, settings().zone),
    )


@app.command(help=str(t("Give a user's or session's CAL back before its end.")))
def release(cal: Cal, why: Why, kind: Kind = "user", folder: Folder = None) -> None:
    """Release a CAL."""
    told: ReleasedByHand = server_owner(folder).call("cal-release", AboutCal(Which(cal, kind), why))
    show(told, lambda screen: _print(screen, t("CAL {cal} went back.", cal=told.cal_id)))


@app.command(help=str(t("Let users who left go: their CALs go back, their authorisation ends.")))
def leave(why: Why, names: Names = None, file: File = None, column: Column = "", folder: Folder = None) -> None:
    """Let users go."""
    released = unauthorised = 0
    unknown: list[str] = []
    for part in _parts(_users(names, file, column)):
        told: Left = server_owner(folder).call("cal-leave", Users(part, why))
        released, unauthorised = released + told.released, unauthorised + told.unauthorised
        unknown += told.unknown
    done = t("{released} CALs went back, {users} authorisations ended.", released=released, users=unauthorised)
    show(Left(released, unauthorised, unknown), lambda screen: _print(screen, done, *_strangers(unknown)))


@app.command(help=str(t("Erase the name of somebody who holds nothing any more, or of all such; the chain stays.")))
def erase(
    why: Why,
    name: Annotated[str, typer.Argument(help=str(t("The holder's name; with --all none.")))] = "",
    everybody: Annotated[bool, typer.Option("--all", help=str(t("All who hold nothing.")))] = False,
    kind: Kind = "user",
    folder: Folder = None,
) -> None:
    """Erase names from beside the chain."""
    if everybody is bool(name):
        raise BadInput(t("Name one holder, or give --all"))
    told: Erased = server_owner(folder).call("names-erase", Erase(why, name, kind))
    done = t("{count} names erased; {kept} are kept, for they hold something.", count=told.count, kept=told.kept)
    show(told, lambda screen: _print(screen, done))


@app.command(help=str(t("Convert CALs of a pack: per device to per user, or back.")))
def convert(
    quantity: Annotated[int, typer.Argument(help=str(t("How many.")))],
    pack: Annotated[int, typer.Option(help=str(t("Number of the pack that they leave.")))],
    folder: Folder = None,
) -> None:
    """Convert CALs."""
    told: Converted | TooMany = server_owner(folder).call("cal-convert", ConvertCals(pack, quantity))
    if isinstance(told, TooMany):
        about = {"pack": told.pack, "issued": told.issued, "may": told.may, "wanted": told.wanted}
        _refuse(told, t("{issued} CALs of pack {pack} are issued: {may} may be converted, not {wanted}", **about))
    kind = cal_type_named(told.cal_type).text
    left = t("Pack {pack} holds {left} CALs now.", pack=told.pack, left=told.left)
    came = t("Under number {lot} stand {total} CALs {kind}.", lot=told.lot, total=told.total, kind=kind)
    show(told, lambda screen: _print(screen, left, came))


@app.command(help=str(t("Put users on the list of those who are authorised.")))
def authorise(names: Names = None, file: File = None, column: Column = "", folder: Folder = None) -> None:
    """Authorise users."""
    added = known = 0
    for part in _parts(_users(names, file, column)):
        told: Authorised = server_owner(folder).call("cal-authorise", Users(part))
        added, known = added + told.added, known + told.known
    done = t("{added} users authorised, {known} were already.", added=added, known=known)
    show(Authorised(added, known), lambda screen: _print(screen, done))


@app.command(help=str(t("Take users off the list of those who are authorised.")))
def unauthorise(why: Why, names: Names = None, file: File = None, column: Column = "", folder: Folder = None) -> None:
    """Take authorisations back."""
    ended, unknown = 0, list[str]()
    for part in _parts(_users(names, file, column)):
        told: Unauthorised = server_owner(folder).call("cal-unauthorise", Users(part, why))
        ended, unknown = ended + told.ended, unknown + told.unknown
    done = t("{ended} authorisations ended.", ended=ended)
    show(Unauthorised(ended, unknown), lambda screen: _print(screen, done, *_strangers(unknown)))


@app.command(help=str(t("List the users who are authorised now.")))
def authorised(folder: Folder = None) -> None:
    """List authorised users."""
    told: list[OnTheList] = server_owner(folder).call("cal-authorised", Users())

    def render(screen: Console) -> None:
        table = grid(t("Authorised users"), t("User"), t("Since"))
        for user in told:
            table.add_row(user.name or str(t("(erased)")), _day(user.since))
        screen.print(table)

    show(told, render)


def _users(names: list[str] | None, file: Path | None, column: str) -> list[str]:
    """Gather users from the command line and a file."""
    listed = read_names(read_whole(file, limit=LARGEST).decode("utf-8", "replace"), column) if file else []
    found = list(dict.fromkeys((*(names or []), *listed)))
    if not found:
        raise BadInput(t("Name at least one user"), hint=t("On the command line, or in a file with --file."))
    return found


def _parts(users: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Cut a long list up, so that what was entered before an interruption is kept."""
    from rich.progress import track

    starts: Any = range(0, len(users), CHUNK)
    silent = session().json or len(users) <= CHUNK
    for at in track(starts, str(t("Users")), console=console(), transient=True, disable=silent):
        yield tuple(users[at : at + CHUNK])


def _strangers(names: list[str]) -> tuple[Text, ...]:
    return (t("Not known: {names}", names=", ".join(names)),) if names else ()


def _refuse(told: Any, reason: Text) -> NoReturn:
    show(told, lambda screen: _print(screen, t("Refused: {reason}", reason=reason)))
    raise typer.Exit(REFUSED_EXIT)


def _print(screen: Console, *texts: Text) -> None:
    for text in texts:
        screen.print(str(text), markup=False)


def _day(moment: int) -> str:
    return show_date(moment, settings().zone)
