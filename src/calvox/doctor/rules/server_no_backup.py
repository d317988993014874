"""Licence server: there is no backup.

What it checks: a backup of the licence server was looked for, and there is none.

Why it matters: if the database is lost, every pack has to be asked for again by telephone, with the agreement at hand, and
nobody knows any more who had a CAL.

Example: the disk of the licence server fails; the papers are in another building.

Remedy: back up the system state and the database folder together, at least every week.

Reference: Microsoft Support, KB953918.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.rule import Found, Rule, View, error


def check(view: View) -> Iterator[Found]:
    """Find a server without a backup."""
    if view.the_server.backup.value is False:
        yield error(t("{server} has no backup", server=view.subject))


RULE = Rule(
    name="server-no-backup",
    about="server",
    needs=("backup",),
    title=t("The licence server has no backup"),
    remedy=t(
        "Back up system state and database folder together: “wbadmin start backup -backupTarget:E: -systemState -include:C:\\Windows\\System32\\LServer -quiet”, with your own target."
    ),
    check=check,
    reference="Microsoft Support, KB953918",
)
