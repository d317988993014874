"""A site's use cases: import bundles, keep a survey's answers, gather what is known. Here site, Windows kit and doctor meet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from calvox.apps.journals import JOURNAL_CASES
from calvox.apps.owner import Owner
from calvox.apps.site.parts import part_of
from calvox.common.clock import show_date
from calvox.common.commands import Command
from calvox.common.errors import BadInput, Conflict, NotFound, StoreFailed
from calvox.common.files import read_whole, user_name
from calvox.common.i18n import t
from calvox.core.book import Row
from calvox.doctor.facts import Backup, Fact, LicenceServer, Site, short_name
from calvox.site.book import BackupTested
from calvox.site.folder import LARGEST_BUNDLE, SiteFolder, bundles, keep_bundle, open_site
from calvox.windows.actions.result import is_result
from calvox.windows.bundle import FORMAT, Bundle, read_bundle, write_bundle
from calvox.windows.facts_from import facts_from, merge, same_machine
from calvox.windows.items import CLASS_MISSING, NOT_FOUND

CARRIED, SURVEYED = "carried", "survey"
ABSENT = (CLASS_MISSING, NOT_FOUND)
"""Errors of items that a machine does not have."""


@dataclass(frozen=True, slots=True)
class Imported:
    """A bundle that was entered, or refused."""

    source: str
    """File or address."""
    machine: str
    """Empty if it was refused."""
    items: int
    """Items that were read there."""
    failed: int
    """Items that are there and could not be read; what a machine of another role lacks is none of them."""
    new: bool
    """False: this very bundle was there already."""
    error: str = ""
    """Why it was refused."""
    action: str = ""
    """Of the result of an action: which it was."""
    outcome: str = ""
    """What came of it."""
    said: str = ""
    """The same, in plain words."""
    advice: str = ""
    """What to do next."""
    call: int = 0
    """The call it belongs to; 0 = none."""


def site_owner(folder: Path) -> Owner[SiteFolder]:
    """Give a site folder's journal to the command line."""
    return Owner(folder, JOURNAL_CASES, lambda: open_site(folder))


def import_files(site: SiteFolder, files: Iterable[Path]) -> list[Imported]:
    """Enter bundles and results of actions that were carried by hand; one that is refused stops nothing."""
    return [_import(site, file) for file in files]


def _import(site: SiteFolder, file: Path) -> Imported:
    try:
        if file.exists() and not file.is_file():
            raise BadInput(t("{path} is no file", path=str(file)))
        data = read_whole(file, limit=LARGEST_BUNDLE)
        if is_result(data):
            return _import_result(site, str(file), data)
        bundle = read_bundle(data)
        facts_from(bundle)
    except (BadInput, NotFound, Conflict, StoreFailed) as error:
        return Imported(str(file), "", 0, 0, False, str(error))
    return _keep(site, str(file), bundle, data, CARRIED)


def _import_result(site: SiteFolder, source: str, data: bytes) -> Imported:
    from calvox.apps.site.actions import import_result  # it needs what reaches machines, and most commands do not

    outcome = import_result(site, data)
    return Imported(
        source,
        outcome.machine,
        0,
        0,
        outcome.new,
        action=outcome.action,
        outcome=outcome.outcome,
        said=str(outcome.said),
        advice=str(outcome.advice),
        call=outcome.call,
    )


def keep_surveyed(site: SiteFolder, bundle: Bundle) -> Imported:
    """Enter what a survey read from one machine."""
    return _keep(site, bundle.machine, bundle, write_bundle(bundle), SURVEYED)


def _keep(site: SiteFolder, source: str, bundle: Bundle, data: bytes, how: str) -> Imported:
    new = keep_bundle(site, data, bundle.machine, bundle.collected, how, user_name())
    read = sum(1 for item in bundle.items.values() if item.value is not None)
    absent = sum(1 for item in bundle.items.values() if item.value is None and item.error in ABSENT)
    return Imported(source, bundle.machine, read, len(bundle.items) - read - absent, new)


def facts_of(site: SiteFolder, *, before: int | None = None) -> Site:
    """Gather what is known of a site, up to one entry of its journal if wanted."""
    parts = [part_of(data) for data in bundles(site, before=before)]
    return with_tested_backups(site, merge(Site(name=site.description.name), parts))


def server_of(known: Site, name: str) -> LicenceServer:
    """Find the licence server that is meant.

    Raises:
        NotFound: none was collected, or none of that name.
        BadInput: there are several.
    """
    found = [s for s in known.licence_servers if not name or short_name(s.machine.name) == short_name(name)]
    if not found:
        hint = t("“{collector}” writes the script that reads it.", collector=Command("windows collector"))
        raise NotFound(t("No such licence server was collected"), hint=hint)
    if len(found) > 1:
        names = ", ".join(s.machine.name for s in found)
        raise BadInput(
            t("There are several licence servers: {names}", names=names), hint=t("Choose one with --server.")
        )
    return found[0]


def with_tested_backups(site: SiteFolder, known: Site) -> Site:
    """Add the backups that somebody vouches for to the facts; of two, the one made later counts."""
    with site.journal.read() as reader:
        return add_backups(known, reader.select("backup"))


def add_backups(known: Site, rows: Iterable[Row]) -> Site:
    """Add tested backups, as the journal's table has them, to the facts."""
    servers = list(known.licence_servers)
    for row in rows:
        for at, server in enumerate(servers):
            if same_machine(server.machine.name, str(row["machine"])) and _newer(server, int(row["made"])):
                made = Backup(
                    time=int(row["made"]),
                    folder=bool(row["folder"]),
                    system_state=bool(row["system_state"]),
                    tested=True,
                )
                fact = Fact(value=made, source=f"entered by {row['by']}", time=int(row["entered"]))
                servers[at] = msgspec.structs.replace(server, backup=fact)
    return msgspec.structs.replace(known, licence_servers=tuple(servers))


def _newer(server: LicenceServer, made: int) -> bool:
    known = server.backup.value
    return not isinstance(known, Backup) or made >= known.time


def enter_backup(site: SiteFolder, machine: str, made: int, *, folder: bool, system_state: bool) -> None:
    """Enter that a backup was tested."""
    by = user_name()
    fact = BackupTested(machine=machine, made=made, folder=folder, system_state=system_state, by=by)
    site.journal.run(lambda tx: tx.append(fact))


def moment_within(day: str, zone: ZoneInfo, now: int) -> int:
    """Give a moment of the day on which a backup was made: noon, but of today none that is still to come.

    Raises:
        BadInput: it is no day, or still to come.
    """
    try:
        noon = int(datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=zone).timestamp())
    except ValueError as error:
        raise BadInput(t("“{text}” is no day; write it as 2026-11-24", text=day)) from error
    if show_date(now, zone) == day:
        return min(noon, now)
    if noon > now:
        raise BadInput(t("“{text}” is still to come", text=day))
    return noon


def history_of(site: SiteFolder) -> list[Site]:
    """Gather what was known after each bundle, oldest first."""
    known, found = Site(name=site.description.name), []
    for data in bundles(site):
        known = merge(known, [part_of(data)])
        found.append(known)
    return found


def facts_of_folder(path: Path) -> Site:
    """Gather what is known of the site in a folder."""
    site = open_site(path)
    try:
        return facts_of(site)
    finally:
        site.close()


def facts_of_bundle(data: bytes) -> Site:
    """Gather what one bundle says."""
    bundle = read_bundle(data)
    return merge(Site(name=bundle.machine), [facts_from(bundle)])


def is_bundle(data: bytes) -> bool:
    """Tell a bundle from a file of facts by its beginning."""
    return FORMAT.encode() in data[:4096]


def before_and_after(site: SiteFolder) -> tuple[Site, Site]:
    """Gather what was known before each machine was read for the last time, and what is known now."""
    parts = [part_of(data) for data in bundles(site)]
    newest = {part.machine.lower(): number for number, part in enumerate(parts)}
    name = site.description.name
    earlier = [part for number, part in enumerate(parts) if newest[part.machine.lower()] != number]
    return merge(Site(name=name), earlier), merge(Site(name=name), parts)
