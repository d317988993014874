"""`calvox host`: a session host enrols, acquires and releases CALs, and shows what it holds."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import msgspec
import typer
from rich.console import Console

from calvox.apps.host_agent import how_it_stands, run
from calvox.cli import host_metrics, host_pam
from calvox.cli.host_status import draw_status, status_told
from calvox.cli.session import session, settings, show
from calvox.common import logs
from calvox.common.clock import show_time, utc
from calvox.common.errors import REFUSED_EXIT, BadInput
from calvox.common.i18n import t
from calvox.core.products import CalType, lasting, version_name
from calvox.host import HeldCal, Host, Refusal, enrol

app = typer.Typer(no_args_is_help=True, help=str(t("A session host: enrol, acquire and release CALs.")))
app.add_typer(host_pam.app, name="pam")
app.add_typer(host_metrics.metrics)

Folder = Annotated[Path | None, typer.Option(help=str(t("The host's folder; default: setting host.folder.")))]
Device = Annotated[str | None, typer.Option(help=str(t("Per device: the device's name.")))]
User = Annotated[str | None, typer.Option(help=str(t("Per user: the user's name.")))]
SessionName = Annotated[str | None, typer.Option("--session", help=str(t("Per session: the session's name.")))]


def _folder(given: Path | None) -> Path:
    return given or Path(settings().host.folder)


@app.command("enrol", help=str(t("Enrol this machine with a one-time code.")))
def enrol_host(
    server: Annotated[str, typer.Option(help=str(t("Address of the licence server: https://name:port.")))],
    code: Annotated[str, typer.Option(help=str(t("The enrolment code.")))],
    folder: Folder = None,
) -> None:
    """Enrol."""
    enrolled = asyncio.run(enrol(_folder(folder), server, code, seconds=settings().host.timeout_seconds))
    told = {"host": enrolled.host.hex(), "name": enrolled.name, "version": version_name(enrolled.version)}

    def render(screen: Console) -> None:
        screen.print(str(t("{name} ({version}) is enrolled with {server}.", **told, server=server)), markup=False)

    show({**told, "server": server, "server_id": enrolled.server_id.hex()}, render)


@app.command(help=str(t("Keep this host's CALs alive until interrupted: signs of life for sessions, renewals.")))
def serve(folder: Folder = None) -> None:
    """Serve."""
    logs.configure(settings().interface)
    chosen = msgspec.structs.replace(settings().host, folder=str(_folder(folder)))

    def ready(name: str) -> None:
        if session().json:
            sys.stdout.write(msgspec.json.encode({"ready": True, "host": name}).decode() + "\n")
        else:
            sys.stdout.write(str(t("Session host {name} keeps its CALs alive; Ctrl-C ends it.", name=name)) + "\n")
        sys.stdout.flush()

    run(chosen, ready)


@app.command(help=str(t("Ask for a CAL.")))
def acquire(
    device: Device = None,
    user: User = None,
    session_name: SessionName = None,
    authenticated: Annotated[
        bool, typer.Option("--authenticated", help=str(t("Somebody has logged on from this device before.")))
    ] = False,
    folder: Folder = None,
) -> None:
    """Acquire."""
    cal_type, name = _holder(device, user, session_name)
    with Host(_folder(folder), timeout=settings().host.timeout_seconds) as host:
        cal = host.acquire(cal_type, name, authenticated=authenticated)
    if isinstance(cal, Refusal):
        _refused(name, cal)
    show(_told(cal), lambda screen: screen.print(_line(cal), markup=False))


def _holder(device: str | None, user: str | None, session_name: str | None) -> tuple[CalType, str]:
    wishes = ((CalType.DEVICE, device), (CalType.USER, user), (CalType.SESSION, session_name))
    given = [(kind, name) for kind, name in wishes if name is not None]
    if len(given) != 1:
        raise BadInput(t("Name one holder: --device, --user or --session"))
    return given[0]


def _refused(name: str, refusal: Refusal) -> NoReturn:
    told = {"refused": refusal.reason, "why": refusal.why, "holder": name}
    text = str(t("{holder}: refused, {why}", holder=name, why=refusal.why))
    show(told, lambda screen: screen.print(text, style="red", markup=False))
    raise typer.Exit(REFUSED_EXIT)


@app.command(help=str(t("Give a session's CAL back.")))
def release(
    session_name: Annotated[str, typer.Option("--session", help=str(t("The session's name.")))], folder: Folder = None
) -> None:
    """Release."""
    with Host(_folder(folder), timeout=settings().host.timeout_seconds) as host:
        found = [cal for cal in host.held() if cal.cal_type is CalType.SESSION and cal.name == session_name]
        if not found:
            raise BadInput(t("This host holds no CAL for session “{name}”", name=session_name))
        host.release(found[0])
    text = str(t("{holder}: the CAL went back.", holder=session_name))
    show({"released": session_name}, lambda screen: screen.print(text, markup=False))


@app.command(help=str(t("Show how this host stands: grace, licence servers, policy, voucher, certificate, CALs.")))
def status(folder: Folder = None) -> None:
    """Show."""
    told = how_it_stands(msgspec.structs.replace(settings().host, folder=str(_folder(folder))))
    show(status_told(told), lambda screen: draw_status(screen, told, settings().zone))


def _told(cal: HeldCal) -> dict[str, Any]:
    claims = cal.claims
    return {
        "holder": cal.name,
        "cal_type": cal.cal_type.label,
        "cal_id": claims.cal_id.hex(),
        "version": version_name(claims.version),
        "temporary": claims.temporary,
        "pack": claims.pack,
        "valid_until": utc(claims.valid_until),
        "token": cal.token.hex(),
    }


def _line(cal: HeldCal) -> str:
    claims = cal.claims
    return str(
        t(
            "{holder}: {kind} CAL {cal_type}, version {version}, until {until}",
            holder=cal.name,
            kind=lasting(cal.cal_type, claims.temporary),
            cal_type=cal.cal_type.text,
            version=version_name(claims.version),
            until=show_time(claims.valid_until, settings().zone),
        )
    )
