"""An open site folder: its description, its journal, its bundles.

A bundle is kept as it came, in a file named by its hash; the journal's entry holds the hash, so a changed or missing file is
told. The same bundle imported again is the one that is there.
"""

import re
import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from calvox.common.clock import SYSTEM, World
from calvox.common.errors import Busy, NotFound, Tampered
from calvox.common.files import build_whole, read_whole, write_whole
from calvox.common.i18n import t
from calvox.journal.interface import Journal, Transaction
from calvox.journal.sealing import LabelledSealer
from calvox.journal.sqlite import SqliteJournal, create
from calvox.site.book import SITE_BOOK, BundleImported, SiteFounded
from calvox.site.description import FILE, Description, new_description, read_description
from calvox.trust.keys import SigningKey, new_private_key

KEY, BUNDLES = "site-key", "bundles"
LABEL = b"CALVOX-SITE-1"
LARGEST_BUNDLE = 32 << 20
"""Bytes of the largest bundle that is kept."""
PATIENCE, PAUSE = 3.0, 0.02
"""Seconds for which a folder that is in use is tried again, and between two attempts: the site manager and the command line
hold it for one action each."""
BUSY = t(
    "A “calvox” command works in this folder, one that waits for somebody’s typing perhaps. Let it end, then try again."
)


@dataclass(frozen=True, slots=True)
class SiteFolder:
    """A site folder, open for this process."""

    folder: Path
    """Where it lies."""
    journal: Journal
    """Its journal."""

    @property
    def description(self) -> Description:
        """Read what the administrator wrote."""
        return read_description(self.folder / FILE)

    def close(self) -> None:
        """Let the journal go."""
        self.journal.close()


def found_site(folder: Path, name: str, by: str, world: World = SYSTEM) -> None:
    """Make a site folder.

    Raises:
        Conflict: the folder is not empty.
    """
    with build_whole(folder) as place:
        write_whole(place / KEY, new_private_key(world.random(32)))
        write_whole(place / FILE, new_description(name).encode())
        (place / BUNDLES).mkdir(mode=0o700)
        create(place, SITE_BOOK)
        site = open_site(place, world)
        try:
            site.journal.run(lambda tx: tx.append(SiteFounded(name=name, by=by)))
        finally:
            site.close()


def open_site(folder: Path, world: World = SYSTEM) -> SiteFolder:
    """Open a site folder for this process; one that another process is just done with is waited for.

    Raises:
        NotFound: it is none.
        Busy: another process goes on using it.
        Tampered: its journal does not hold.
    """
    if not (folder / KEY).exists():
        raise NotFound(t("{path} is no site folder", path=str(folder)), hint=t("“calvox site init” makes one."))
    key = SigningKey(read_whole(folder / KEY))
    sealer = LabelledSealer(LABEL, sha256(key.public).digest(), key)
    until = world.steady() + PATIENCE
    while True:
        try:
            return SiteFolder(folder, SqliteJournal(folder, SITE_BOOK, sealer, world))
        except Busy as error:
            if world.steady() >= until:
                raise Busy(error.message, hint=BUSY) from error
            time.sleep(PAUSE)


def keep_bundle(site: SiteFolder, data: bytes, machine: str, collected: int, how: str, by: str) -> bool:
    """Enter a bundle that was read and found good; tell whether it is new."""
    digest = sha256(data).digest()
    write_whole(_path(site, digest), data)

    def work(tx: Transaction) -> bool:
        if tx.get("bundle", (digest,)) is not None:
            return False
        tx.append(BundleImported(machine=machine, digest=digest, collected=collected, how=how, by=by))
        return True

    return site.journal.run(work).value


def bundles(site: SiteFolder, *, before: int | None = None) -> list[bytes]:
    """Read every bundle in the order of its entry, up to one entry if wanted.

    Raises:
        Tampered: a file is not the one that was imported.
    """
    with site.journal.read() as reader:
        rows = [row for row in reader.select("bundle", order="entry") if before is None or row["entry"] <= before]
    return [_read(site, row["digest"], row["machine"]) for row in rows]


def _read(site: SiteFolder, digest: bytes, machine: str) -> bytes:
    data = read_whole(_path(site, digest), limit=LARGEST_BUNDLE)
    if sha256(data).digest() != digest:
        raise Tampered(t("The bundle of {machine} is not the one that was imported", machine=machine))
    return data


def _path(site: SiteFolder, digest: bytes) -> Path:
    name = digest.hex()
    assert re.fullmatch(r"[0-9a-f]{64}", name)
    return site.folder / BUNDLES / f"{name}.json"
