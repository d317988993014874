"""The site journal's book: what was imported and done on a site that may have no server of ours."""

from collections.abc import Iterable

from calvox.core.book import Book, Change, Fact, Placed, Put, Table


class SiteFounded(Fact, frozen=True):
    """A site folder was made."""

    name: str
    by: str


class BundleImported(Fact, frozen=True):
    """Facts of a machine were entered, as a file that lies in the folder under its hash."""

    machine: str
    digest: bytes
    """SHA-256 of the bundle, 32 bytes."""
    collected: int
    """When it was collected, seconds UTC; 0 if it does not say."""
    how: str
    """"carried" by hand, or "survey"."""
    by: str


class BackupTested(Fact, frozen=True):
    """Somebody made sure that a licence server's backup can be restored."""

    machine: str
    made: int
    """When the backup was made, seconds UTC."""
    folder: bool
    """Whether it holds the database folder."""
    system_state: bool
    """Whether it holds the system state."""
    by: str


def changes(fact: Fact, placed: Placed) -> Iterable[Change]:
    """Tell what an entry changes."""
    match fact:
        case SiteFounded(name=name):
            yield Put("site", {"slot": 0, "name": name})
        case BundleImported():
            row = {name: getattr(fact, name) for name in ("digest", "machine", "collected", "how", "by")}
            yield Put("bundle", {**row, "entry": placed.sequence, "time": placed.time})
        case BackupTested():
            row = {name: getattr(fact, name) for name in ("machine", "made", "by")}
            parts = {"folder": int(fact.folder), "system_state": int(fact.system_state)}
            yield Put("backup", {**row, **parts, "entered": placed.time})
        case _:
            raise AssertionError(fact)


SITE_BOOK = Book(
    name="site",
    facts=(SiteFounded, BundleImported, BackupTested),
    projections=(
        Table("site", ("slot",), {"slot": int, "name": str}),
        Table(
            "backup",
            ("machine",),
            {"machine": str, "made": int, "folder": int, "system_state": int, "by": str, "entered": int},
        ),
        Table(
            "bundle",
            ("digest",),
            {"digest": bytes, "machine": str, "collected": int, "how": str, "by": str, "entry": int, "time": int},
            index=(("machine",),),
        ),
    ),
    beside=(),
    working=(),
    changes=changes,
)
"""The site's book."""
