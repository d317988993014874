"""`calvox backup`: make a recovery key, make backups, see what is due, drill, restore.

The words of a recovery key are shown once, at a terminal, and kept nowhere. A backup is made while the store serves, and
gives way to serving.
"""

import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from calvox.apps.continuity.cases import Continuity, NewKey
from calvox.apps.continuity.due import Due, due
from calvox.apps.continuity.key_paper import fingerprint, key_paper, share_paper
from calvox.apps.continuity.making import Made, make_backup
from calvox.apps.continuity.restoring import RestoredStore, drill, filled, finish_restore, restore
from calvox.apps.owner import connect
from calvox.cli.backup_store import Backed, Folder, Of, Store, backed, stages
from calvox.cli.recovery_words import copied_key, lines_of, lines_of_share, show_lines, type_back
from calvox.cli.session import NOT_DONE_EXIT, confirmed, grid, say, session, settings, show
from calvox.common.clock import DAY, SYSTEM, show_time
from calvox.common.errors import BadInput, Busy, Conflict
from calvox.common.files import user_name, write_whole
from calvox.common.i18n import t
from calvox.core.continuity import REENTRY_SECONDS
from calvox.trust.recovery import SECRET_SIZE, recipient_of, recovery_key
from calvox.trust.shares import split
from calvox.wire.phone.filetext import write_recovery_text

app = typer.Typer(no_args_is_help=True, help=str(t("Backups of our own servers: key, create, list, drill, restore.")))
NICE = 10
"""How far a backup gives way to whatever else the machine does."""
Yes = Annotated[bool, typer.Option("--yes", help=str(t("Do not ask.")))]
KeyFile = Annotated[
    Path | None,
    typer.Option(help=str(t("File with the words, the QR code's text or two shares; else they are typed."))),
]
Shares = Annotated[bool, typer.Option("--shares", help=str(t("Type two shares instead of the 24 words.")))]
Archive = Annotated[Path, typer.Argument(metavar="ARCHIVE", help=str(t("The backup's file.")))]


class KeyShown(msgspec.Struct, frozen=True):
    """A recovery key that was made."""

    recipient: str
    fingerprint: str
    lines: list[list[str]]
    """Its words, or those of its shares, line by line; empty where a person saw them."""
    papers: list[str]


class Shown(msgspec.Struct, frozen=True):
    """How a store stands."""

    stands: Continuity
    due: Due


@app.command(help=str(t("Make the recovery key, which exists on paper alone; its words are shown once.")))
def key(
    of: Of = Store.SERVER,
    paper: Annotated[Path | None, typer.Option(help=str(t("Also write a page to print, as PDF.")))] = None,
    shares: Annotated[
        bool, typer.Option("--shares", help=str(t("Split it over three papers, any two of which are enough.")))
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help=str(t("Make another one; older backups keep their own.")))
    ] = False,
    yes: Yes = False,
    folder: Folder = None,
) -> None:
    """Make a recovery key."""
    if session().json and not yes:
        raise BadInput(t("Confirm with --yes when a script reads the answer: it is shown the words"))
    store = backed(of, folder)
    if store.stands().recipient and not replace:
        raise Conflict(
            t("There is a recovery key already"),
            hint=t("If its paper is lost, make another one: “calvox backup key --replace”."),
        )
    number = recovery_key(SYSTEM.random(SECRET_SIZE))
    recipient, parts = recipient_of(number), split(number) if shares else []
    sheets = [lines_of_share(one) for one in parts] or [lines_of(number)]
    papers = _papers(store, number, parts, sheets, paper) if paper else []
    if not session().json:
        _show_once(sheets, papers)
    if not yes:
        type_back(sheets[0], SYSTEM.random(1)[0] % len(sheets[0]))
    store.kept.owner.call("backup-key", NewKey(recipient, replace))
    told = KeyShown(recipient, fingerprint(recipient), sheets if session().json else [], papers)
    text = t("The recovery key is entered; fingerprint of its public half: {sign}.", sign=told.fingerprint)
    show(told, lambda screen: screen.print(str(text), markup=False))
    say(t("Next: “calvox backup create”, and once a “calvox backup drill”, which proves that the paper opens it."))


def _papers(store: Backed, number: int, parts: list[list[str]], sheets: list[list[str]], path: Path) -> list[str]:
    """Write the page, or a page for each share."""
    whose, recipient, now = store.whose(), recipient_of(number), SYSTEM.now()
    if not parts:
        write_whole(path, key_paper(whose, recipient, sheets[0], write_recovery_text(number), now))
        return [str(path)]
    made = []
    for at, share in enumerate(parts, start=1):
        one = path.with_name(f"{path.stem}-{at}{path.suffix}")
        write_whole(one, share_paper(whose, recipient, at, share, now))
        made.append(str(one))
    return made


def _show_once(sheets: list[list[str]], papers: list[str]) -> None:
    say(t("This is shown once and kept nowhere. Whoever has it opens every backup; without it, nobody does."))
    for number, lines in enumerate(sheets, start=1):
        say("")
        if len(sheets) > 1:
            say(t("Share {number} of {count}:", number=number, count=len(sheets)))
        show_lines(lines)
    say("")
    for path in papers:
        say(t("Print {path}, then destroy the file: “shred -u” where the disk overwrites in place.", path=path))


def _give_way() -> None:
    """Run when nothing else does, for serving goes first; where a unit forbids that, it says the same itself."""
    with suppress(OSError, AttributeError):
        os.nice(NICE)
    with suppress(OSError, AttributeError):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


@app.command(help=str(t("Make a backup while the store serves, and prove it before it counts.")))
def create(
    of: Of = Store.SERVER,
    tell: Annotated[
        bool, typer.Option("--tell", help=str(t("Tell each step on standard error, as lines of JSON.")))
    ] = False,
    folder: Folder = None,
) -> None:
    """Make a backup."""
    _give_way()
    with stages(tell=tell) as progress:
        made: Made = make_backup(backed(of, folder).kept, settings().backup, SYSTEM, progress)

    def render(screen: Console) -> None:
        screen.print(str(t("Backed up and verified: {path}", path=made.path)), style="green")
        said = t("{size} bytes, up to entry {entry}.", size=f"{made.size:,}", entry=made.position)
        screen.print(str(said))
        if made.second:
            screen.print(str(t("A copy is in {path}", path=made.second)))
        for path in made.removed:
            screen.print(str(t("Removed, as the settings say: {path}", path=path)))

    show(made, render)


@app.command("list", help=str(t("List verified backups, and what is due.")))
def list_backups(of: Of = Store.SERVER, folder: Folder = None) -> None:
    """List backups."""
    stands = backed(of, folder).stands()
    told = Shown(stands, due(stands, settings().backup))
    show(told, lambda screen: _draw(screen, told))


def _draw(screen: Console, told: Shown) -> None:
    zone, stands, soon = settings().zone, told.stands, told.due
    table = grid(None, t("Made"), t("Age"), t("Bytes"), t("Entry"), t("Archive"), t("Drilled"))
    for one in stands.backups:
        drilled = show_time(one.drilled, zone) if one.drilled else str(t("no"))
        age = _age(stands.now - one.time)
        archive = one.archive.hex()[:16]
        table.add_row(show_time(one.time, zone), age, f"{one.size:,}", str(one.position), archive, drilled)
    if not soon.keyed:
        screen.print(str(t("There is no recovery key, and so no backup. Next: “calvox backup key”.")), style="red")
        return
    screen.print(table)
    late = [
        (soon.backup_late, t("The next backup is due by {time}.", time=show_time(soon.backup_by, zone))),
        (soon.drill_late, t("The next drill is due by {time}.", time=show_time(soon.drill_by, zone))),
    ]
    for over, text in late:
        screen.print(str(text), style="red" if over else None)


def _age(seconds: int) -> str:
    hours = max(0, seconds) // 3_600
    return str(t("{hours} h", hours=hours) if hours < 72 else t("{days} days", days=hours // 24))


@app.command("drill", help=str(t("Type the recovery key from its paper, and restore a backup to scratch with it.")))
def drill_it(
    archive: Archive, of: Of = Store.SERVER, key_file: KeyFile = None, shares: Shares = False, folder: Folder = None
) -> None:
    """Drill."""
    store, number = backed(of, folder), copied_key(key_file, shares=shares)
    with stages() as progress:
        told = drill(store.kept, archive, number, progress)
    text = t("The paper opens this backup, and all of it holds: {count} entries.", count=told.position)
    show(told, lambda screen: screen.print(str(text), style="green"))


@app.command("restore", help=str(t("Take a store back from a backup.")))
def restore_it(
    archive: Archive,
    of: Of = Store.SERVER,
    key_file: KeyFile = None,
    shares: Shares = False,
    yes: Yes = False,
    folder: Folder = None,
) -> None:
    """Restore, after telling what that means."""
    store = backed(of, folder)
    place = store.kept.folder
    if finish_restore(place):
        say(t("A restore into {path} had been cut off before its last step; it is finished now.", path=str(place)))
        if not confirmed(t("Restore once more, from this archive?"), yes=yes):
            return
    _refuse_if_served(place)
    aside = f"{place.name}.before-{datetime.fromtimestamp(SYSTEM.now(), UTC):%Y%m%dT%H%M%SZ}" if filled(place) else ""
    _foretell(store, place, aside, of)
    if not confirmed(t("Restore?"), yes=yes):
        raise typer.Exit(NOT_DONE_EXIT)
    number = copied_key(key_file, shares=shares)
    with stages() as progress:
        told = restore(store.kept, archive, number, store.next_generation, user_name(), progress, aside=aside)
    show(told, lambda screen: _draw_restored(screen, told, of))


def _refuse_if_served(place: Path) -> None:
    with suppress(FileNotFoundError, ConnectionRefusedError):
        connect(place).close()
        hint = t("End the process that serves it first; a restore moves the folder.")
        raise Busy(t("{path} is being served", path=str(place)), hint=hint)


def _foretell(store: Backed, place: Path, aside: str, of: Store) -> None:
    if aside:
        say(t("What is in {path} now is kept, as {aside}.", path=str(place), aside=aside))
    if of is Store.CENTRE:
        say(t("Confirmations that were read out after the backup are not in it: their quantities stand as not taken."))
        say(t("Compare with the last calls before it signs again. The passphrase is not in a backup."))
        return
    days = REENTRY_SECONDS // DAY
    say(
        t(
            "CALs in the field go on serving. A new generation begins, and for {days} days session hosts bring",
            days=days,
        )
    )
    say(t("back by themselves what was issued after the backup. What was given back after it stands as given back."))
    say(t("On another machine the licence server asks for a call within 30 days: its fingerprint is another."))


def _draw_restored(screen: Console, told: RestoredStore, of: Store) -> None:
    zone = settings().zone
    said = t("Restored to {path}: the backup of {time}.", path=told.folder, time=show_time(told.made, zone))
    screen.print(str(said), style="green")
    if told.aside:
        screen.print(str(t("What was there before is in {path}", path=told.aside)))
    serve = "calvox centre serve" if of is Store.CENTRE else "calvox server serve"
    screen.print(str(t("Next: “{command}”, then “calvox backup create”.", command=serve)), markup=False)
