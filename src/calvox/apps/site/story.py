"""The story of a site: what was known of it after each reading, oldest first.

A reading is a bundle, or a backup for which somebody vouches. With a plan's number the story tells which state was the last when
that plan was opened, and ends where it was closed.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from calvox.apps.site.gathering import add_backups
from calvox.apps.site.parts import part_of
from calvox.core.book import Fact, Row
from calvox.doctor.facts import Site
from calvox.journal.interface import Reader
from calvox.site.book import BackupTested, BundleImported, PlanClosed, PlanOpened
from calvox.site.folder import SiteFolder, bundles
from calvox.windows.facts_from import merge

KINDS = frozenset(kind.__name__ for kind in (BundleImported, BackupTested, PlanOpened, PlanClosed))


@dataclass(frozen=True, slots=True)
class Story:
    """What was known of a site, reading by reading."""

    states: tuple[Site, ...]
    """The first is a site of which nothing is known."""
    begun: int = 0
    """Which state was the last when the plan was opened."""


def story(site: SiteFolder, plan: int = 0) -> Story:
    """Tell it, up to a plan's end if it has one."""
    with site.journal.read() as reader:
        told = list(_told(reader))
    data = iter(bundles(site))
    known = Site(name=site.description.name)
    states, begun = [known], 0
    backups: dict[str, Row] = {}
    for fact, time in told:
        match fact:
            case BundleImported():
                known = merge(known, [part_of(next(data))])
            case BackupTested():
                backups[fact.machine] = _row(fact, time)
            case PlanOpened(plan=number):
                begun = len(states) - 1 if number == plan else begun
                continue
            case PlanClosed(plan=number):
                if number == plan:
                    break
                continue
        states.append(add_backups(known, backups.values()))
    return Story(tuple(states), begun)


def _told(reader: Reader) -> Iterator[tuple[Fact, int]]:
    for entry in reader.entries():
        if entry.kind in KINDS:
            yield reader.fact(entry), entry.time


def _row(fact: BackupTested, time: int) -> Row:
    """Write what the journal's table has of a backup, as it was then."""
    return {
        "machine": fact.machine,
        "made": fact.made,
        "folder": fact.folder,
        "system_state": fact.system_state,
        "by": fact.by,
        "entered": time,
    }
