"""Write artefacts from a site's description into folders, each with its README and sums, and enter them in the journal.

Rules:
- Everything is made before anything is written, and a folder is there whole or not at all.
- A folder that is there is never written over unless asked, and then only if it is one of ours (it has `SHA256SUMS`).
- Asked for by name, an artefact that cannot be made is an error; where all are asked for, it is told with its reason.
"""

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from calvox.common.clock import SYSTEM, World
from calvox.common.errors import BadInput, Conflict
from calvox.common.files import build_whole, user_name, write_whole
from calvox.common.i18n import LANGUAGES, Language, Text, language_of, t
from calvox.site.book import PaperMade
from calvox.site.description import Description
from calvox.site.folder import SiteFolder
from calvox.windows.artefacts.given import BackupGiven, HostLicensing, KitInput
from calvox.windows.artefacts.kit import ARTEFACTS, Artefact, artefact_named

README, SUMS = "README.txt", "SHA256SUMS"


@dataclass(frozen=True, slots=True)
class Made:
    """An artefact that was written, or that does not fit this site."""

    name: str
    """As the command line calls it."""
    title: Text
    """What it is."""
    folder: str = ""
    """Where it lies; empty if it was not written."""
    files: tuple[str, ...] = ()
    """Its files, paths within the folder."""
    digest: str = ""
    """SHA-256 of `SHA256SUMS`, as the journal has it."""
    notes: tuple[Text, ...] = ()
    """What to mind."""
    refused: Text | None = None
    """Why it was not made."""
    hint: Text | None = None
    """What to do about that."""


def kit_input(description: Description, world: World = SYSTEM) -> KitInput:
    """Hand a site's description over to the artefacts."""
    licensing, backup = description.licensing, description.backup
    return KitInput(
        licensing=HostLicensing(
            mode=licensing.mode,
            servers=licensing.servers,
            gpo=licensing.gpo,
            domain=licensing.domain,
            unit=licensing.unit,
            broker=licensing.broker,
        ),
        hosts=licensing.hosts,
        host_addresses=licensing.host_addresses,
        workgroup_user=licensing.workgroup_user,
        backup=BackupGiven(
            folder=backup.folder,
            system_state_volume=backup.system_state_volume,
            second=backup.second,
            at=backup.at,
            keep=backup.keep,
        ),
        world=world,
    )


def make_artefacts(
    site: SiteFolder, names: Sequence[str], out: Path, *, force: bool = False, world: World = SYSTEM
) -> list[Made]:
    """Make the artefacts of these names, or all that fit the site where none is named.

    Raises:
        BadInput: a named one lacks something in `site.toml`.
        Conflict: a folder is there already, and writing over it was not asked for.
    """
    given = kit_input(site.description, world)
    chosen = [artefact_named(name) for name in dict.fromkeys(names)] or ARTEFACTS
    made: list[tuple[Artefact, Mapping[str, bytes]] | Made] = [_made(one, given, named=bool(names)) for one in chosen]
    for one in made:
        if not isinstance(one, Made):
            _free(out / one[0].name, force=force)
    return [one if isinstance(one, Made) else _keep(site, one[0], one[1], given, out) for one in made]


def _made(artefact: Artefact, given: KitInput, *, named: bool) -> tuple[Artefact, Mapping[str, bytes]] | Made:
    try:
        return artefact, artefact.make(given)
    except BadInput as error:
        if named:
            raise
        return Made(artefact.name, artefact.title, refused=error.message, hint=error.hint)


def _free(folder: Path, *, force: bool) -> None:
    """Make sure that the folder may be written."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    if not force:
        raise Conflict(
            t("{path} exists already", path=str(folder)),
            hint=t("Choose another folder with --out, or write over it with --force."),
        )
    if not (folder / SUMS).is_file():
        raise Conflict(
            t("{path} holds other things than an artefact", path=str(folder)),
            hint=t("Choose another folder with --out."),
        )


def _keep(site: SiteFolder, artefact: Artefact, files: Mapping[str, bytes], given: KitInput, out: Path) -> Made:
    notes = tuple(artefact.notes(given))
    whole = {**files, README: readme(artefact, files, notes, site.description.name)}
    sums = "".join(f"{sha256(data).hexdigest()}  {name}\n" for name, data in sorted(whole.items())).encode()
    folder = out / artefact.name
    _write(folder, {**whole, SUMS: sums})
    digest = sha256(sums)
    entry = PaperMade(paper=artefact.name, file=SUMS, digest=digest.digest(), by=user_name())
    site.journal.run(lambda tx: tx.append(entry))
    return Made(artefact.name, artefact.title, str(folder), tuple(sorted(whole)), digest.hexdigest(), notes)


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write a folder whole; one that is there goes only when the new one is complete."""
    fresh, old = folder.with_name(f".{folder.name}.made"), folder.with_name(f".{folder.name}.old")
    folder.parent.mkdir(parents=True, exist_ok=True)
    for left in (fresh, old):
        shutil.rmtree(left, ignore_errors=True)
    with build_whole(fresh) as place:
        for name, data in files.items():
            path = place / name
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, data, mode=0o644)
    if folder.exists():
        os.replace(folder, old)
    os.replace(fresh, folder)
    shutil.rmtree(old, ignore_errors=True)


def readme(artefact: Artefact, files: Mapping[str, bytes], notes: Sequence[Text], site: str) -> bytes:
    """Write what to do, in every language, as Windows' own editor reads it."""
    both = "\n\n".join(_told(language, artefact, files, notes, site) for language in sorted(LANGUAGES, reverse=True))
    return b"\xef\xbb\xbf" + both.replace("\n", "\r\n").encode()


def _told(language: Language, artefact: Artefact, files: Mapping[str, bytes], notes: Sequence[Text], site: str) -> str:
    with language_of(language):
        title = str(artefact.title)
        lines = [title, "=" * len(title), "", str(t("Site: {site}", site=site)), str(artefact.where), ""]
        lines += [str(t("What to do:")), *(f"{number}. {step}" for number, step in enumerate(artefact.steps, 1)), ""]
        if notes:
            lines += [str(t("Mind:")), *(f"- {note}" for note in notes), ""]
        lines += [str(t("Files (their sums are in {sums}):", sums=SUMS)), *(f"- {name}" for name in sorted(files)), ""]
        lines.append(str(t("None of this has been run on any Windows yet. Read it first, and try it on one machine.")))
    return "\n".join(lines) + "\n"
