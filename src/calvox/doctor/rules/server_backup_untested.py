"""Licence server: the backup was never tested.

What it checks: whether the copy of the database was checked: its header, its integrity, and what it holds.

Why it matters: a copy taken while the service writes may be unusable, and that shows only on the day it is needed.

Example: a year of nightly copies, each with a database that was not shut down cleanly.

Remedy: on a second copy run “esentutl /mh” and “esentutl /g”, and compare the packs with those of the server.

Reference: Microsoft Learn, “esentutl”; Microsoft Support, KB953918.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.facts import Backup
from calvox.doctor.rule import Found, Rule, View, warning


def check(view: View) -> Iterator[Found]:
    """Find a backup that nobody tested."""
    backup = view.the_server.backup.value
    assert isinstance(backup, Backup)
    if not backup.tested:
        yield warning(t("The backup of {server} was never tested", server=view.subject))


RULE = Rule(
    name="server-backup-untested",
    about="server",
    needs=("backup",),
    title=t("The backup was never tested"),
    remedy=t(
        "On a second copy of the database file, never on the server’s own, run “esentutl /mh FILE” (State: Clean Shutdown) and “esentutl /g FILE”, and compare the packs."
    ),
    check=check,
    applies=lambda view: isinstance(view.the_server.backup.value, Backup),
    reference="Microsoft Learn, “esentutl”; Microsoft Support, KB953918",
)
