"""Licence server: the backup is old.

What it checks: how old the newest backup was when the facts were collected: more than 7 days is a warning, more than 30 days
an error.

Why it matters: every CAL issued and every pack installed since is missing after a restore.

Example: the backup job has failed since the password of its account was changed.

Remedy: back up again, system state and database folder together, and find out why the job stands still.

Reference: Microsoft Support, KB953918.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.facts import Backup
from calvox.doctor.rule import Found, Rule, View, cannot_tell, error, warning

DAY = 86_400


def check(view: View) -> Iterator[Found]:
    """Find a backup that is too old."""
    fact = view.the_server.backup
    assert isinstance(fact.value, Backup)
    age = (fact.time or view.site.collected or view.now) - fact.value.time
    if age < -DAY:
        yield cannot_tell(t("The backup of {server} is dated in the future; its age is not known", server=view.subject))
    elif age > 7 * DAY:
        say = error if age > 30 * DAY else warning
        yield say(
            t(
                "The newest backup of {server} was {days} days old when this was collected",
                server=view.subject,
                days=age // DAY,
            )
        )


RULE = Rule(
    name="server-backup-old",
    about="server",
    needs=("backup",),
    title=t("The backup is old"),
    remedy=t("Back up system state and database folder together now, and find out why the backup job stands still."),
    check=check,
    applies=lambda view: isinstance(view.the_server.backup.value, Backup),
    reference="Microsoft Support, KB953918",
)
