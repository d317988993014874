"""`calvox server freeze`, `thaw`, `retire`, `proof`, `packs`, `migrate`, `reissue`: how a licence server ends, and the next begins."""

import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from calvox.apps.licence_server.host_cases import Nothing
from calvox.apps.licence_server.retirement_cases import FreezeServer, PrepareReissue, RetireServer
from calvox.apps.owner import Owner
from calvox.cli.own_server import Folder, server_owner
from calvox.cli.server_calling import (
    Agreement,
    Country,
    FormOption,
    OptionalPack,
    Prepare,
    Programme,
    RequestOut,
    hold_call,
    usual_form,
    wishes_of,
)
from calvox.cli.session import ask, confirmed, say, session, settings, show
from calvox.cli.sheet import draw_code
from calvox.common.clock import show_date
from calvox.common.errors import BadInput, Busy, Unreachable
from calvox.common.files import read_whole, write_whole
from calvox.common.i18n import current_language, t
from calvox.server.freeze import Freeze
from calvox.server.moving import LARGEST, PackList, read_pack_list, write_pack_list
from calvox.server.retire import Retirement, demand_retired, retirement_of
from calvox.server.retirement_report import RetirementShown
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.forms import Form
from calvox.wire.phone.sheet import spoken

PATIENCE = 60.0
"""Seconds in which the serving process lets its ledger go."""
retirement = typer.Typer()
PackFile = Annotated[
    Path | None,
    typer.Option("--packs", help=str(t("File with the packs, as “calvox server packs --export” writes it."))),
]


@retirement.command(help=str(t("Give no new CALs from now on; renewals and returns go on. A call thaws.")))
def freeze(
    why: Annotated[str, typer.Option(help=str(t("Why, for the ledger; no names.")))] = "", folder: Folder = None
) -> None:
    """Freeze."""
    told: Freeze = server_owner(folder).call("freeze", FreezeServer(why))

    def render(screen: Console) -> None:
        screen.print(str(t("The licence server is frozen: it gives no new CALs; renewals and returns go on.")))
        screen.print(str(t("To go on: “calvox server thaw”. To end it for good: “calvox server retire”.")))

    show(told, render)


@retirement.command(help=str(t("Call the centre to end a freeze.")))
def thaw(
    country: Country = "",
    form: FormOption = None,
    prepare_only: Prepare = False,
    request_file: RequestOut = None,
    folder: Folder = None,
) -> None:
    """Thaw."""
    own = server_owner(folder)
    hold_call(own, own.call("call-prepare-thaw", Nothing()), country, form, prepare_only, request_file)


@retirement.command(help=str(t("Erase the licence server, for ever, and show the proof of it.")))
def retire(
    successor: Annotated[
        list[str] | None,
        typer.Option("--successor", help=str(t("Where session hosts go on: https://name:port; repeatable."))),
    ] = None,
    name: Annotated[str, typer.Option("--name", help=str(t("The server's name; else it is asked.")))] = "",
    form: FormOption = None,
    folder: Folder = None,
) -> None:
    """Retire, after saying what it means."""
    own = server_owner(folder)
    if not (own.folder / "retiring.json").exists() and retirement_of(own.folder) is None:
        told: RetirementShown = own.call("retirement", Nothing())
        show_meaning(told, tuple(successor or ()))
        if not name and session().json:
            raise BadInput(t("Confirm with --name when a script reads the answer"))
        typed = name or ask(t("To erase it for ever, type the server's name, {name}:", name=told.name))
        own.call("retire", RetireServer(typed, tuple(successor or ())))
    _show_proof(_erased(own), form)


def show_meaning(told: RetirementShown, successors: tuple[str, ...]) -> None:
    """Say beforehand what happens, above all to CALs in the field."""
    where = ", ".join(successors or told.servers)
    say(t("CALs that are out: {cals}; session hosts: {hosts}.", cals=told.cals, hosts=told.hosts))
    if told.latest:
        day = show_date(told.latest, settings().zone)
        say(
            t("What is out stays good until its own end, {day} at the latest; nobody renews it here any more.", day=day)
        )
    say(
        t("Session hosts go on at {where}, if they are enrolled there.", where=where)
        if where
        else t("The policy names no other licence server: hosts will find none. Give --successor.")
    )
    say(t("Root, packs, token key and ledger are erased: history and reports go with them. Backups are not reached."))
    say(t("Make a last backup first if the history is to be kept: “calvox backup create”."))


def _erased(own: Owner[Any]) -> Retirement:
    """Wait until the serving process has let its ledger go and erased, or erase here."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return demand_retired(own.folder)
        except Busy:
            if time.monotonic() > until:
                raise Unreachable(
                    t("The serving process still holds the ledger"),
                    hint=t("End it; whoever opens the folder next finishes the retirement."),
                ) from None
            time.sleep(0.1)


@retirement.command(help=str(t("Show the retirement proof of an erased licence server again.")))
def proof(form: FormOption = None, folder: Folder = None) -> None:
    """Show the proof."""
    _show_proof(demand_retired(server_owner(folder).folder), form)


def _show_proof(told: Retirement, form: Form | None) -> None:
    said, own_id = spoken(CodeType.RETIREMENT, told.proof), spoken(CodeType.SERVER_ID, told.server_id)
    chosen, language = usual_form(form), current_language()

    def render(screen: Console) -> None:
        screen.print(draw_code(t("Calvox server ID"), own_id, chosen, language))
        screen.print(draw_code(t("Retirement proof"), said, chosen, language))
        screen.print(
            str(t("The licence server is erased. Read both to the centre; it refuses this ID for ever after."))
        )
        screen.print(str(t("“calvox server proof” shows this again, as often as it is wanted.")))

    show({"server_id": told.server_id.hex(), "proof": said, "packs": told.packs, "begun": told.begun}, render)


@retirement.command(
    help=str(t("List the packs as another licence server would ask for them, and write them to a file."))
)
def packs(
    export: Annotated[Path | None, typer.Option("--export", help=str(t("The file to write.")))] = None,
    folder: Folder = None,
) -> None:
    """List the packs, of an erased server too."""
    own = server_owner(folder)
    gone = retirement_of(own.folder)
    told: PackList = PackList(gone.server_id.hex(), gone.packs) if gone else own.call("packs-to-move", Nothing())
    if export is not None:
        write_whole(export, write_pack_list(bytes.fromhex(told.server_id), told.packs))

    def render(screen: Console) -> None:
        for pack in told.packs:
            ends = f":{pack.ends}" if pack.ends else ""
            screen.print(
                f"--pack “{pack.cal_type}:{pack.version}:{pack.quantity}{ends}” "
                f"--programme {pack.programme} --agreement {pack.agreement}"
            )

    show(told, render)


@retirement.command(help=str(t("Call the centre to take over everything from an erased licence server, in one call.")))
def migrate(
    pack_file: PackFile = None,
    pack: OptionalPack = None,
    programme: Programme = "open",
    agreement: Agreement = "",
    country: Country = "",
    form: FormOption = None,
    prepare_only: Prepare = False,
    request_file: RequestOut = None,
    folder: Folder = None,
) -> None:
    """Migrate."""
    wishes = wishes_of(pack or [], programme, agreement)
    if pack_file is not None:
        wishes = (*read_pack_list(read_whole(pack_file, limit=LARGEST)).packs, *wishes)
    say(t("Have at hand: the old licence server's ID and the 12 words that it showed when it was erased."))
    own = server_owner(folder)
    call = own.call("call-prepare-reissue", PrepareReissue(wishes))
    hold_call(own, call, country, form, prepare_only, request_file)


@retirement.command(help=str(t("Call the centre after a loss or a restore: it signs everything anew.")))
def reissue(
    pack_file: PackFile = None,
    pack: OptionalPack = None,
    programme: Programme = "open",
    agreement: Agreement = "",
    country: Country = "",
    form: FormOption = None,
    prepare_only: Prepare = False,
    request_file: RequestOut = None,
    yes: Annotated[bool, typer.Option("--yes", help=str(t("Do not ask.")))] = False,
    folder: Folder = None,
) -> None:
    """Reissue."""
    wishes = wishes_of(pack or [], programme, agreement)
    if pack_file is not None:
        wishes = (*read_pack_list(read_whole(pack_file, limit=LARGEST)).packs, *wishes)
    say(
        t(
            "Without a proof the centre does this once in 90 days, three times in 24 months; the lost ID is then refused."
        )
    )
    if not confirmed(t("Go on?"), yes=yes or session().json):
        return
    own = server_owner(folder)
    call = own.call("call-prepare-reissue", PrepareReissue(wishes))
    hold_call(own, call, country, form, prepare_only, request_file)
