"""Our own server: the backup is old.

What it checks: whether the last verified backup is older than the setting backup.warn_hours allows, 36 hours unless it says
otherwise; more than 30 days is an error.

Why it matters: what was bought, issued and entered since is in no backup. Session hosts bring back the CALs that they hold, but
packs, hosts, people and policies since then are forgotten after a restore.

Example: the second disk is full, and the timer has failed every night for a week.

Remedy: make a backup now, and read in the timer’s log why it made none.

Reference: Calvox, “Backups of our own servers”.
"""

from collections.abc import Iterator

from calvox.common.commands import Command
from calvox.common.i18n import t
from calvox.doctor.own_checks import days_since, due_of, keyed
from calvox.doctor.rule import Found, Rule, View, error, warning

LONG = 30
"""Days."""


def check(view: View) -> Iterator[Found]:
    """Find a backup that is too old."""
    due = due_of(view)
    if due.backup_late:
        days = days_since(view, due.last)
        say = error if days > LONG else warning
        yield say(t("The last verified backup is {days} days old", days=days))


RULE = Rule(
    name="own-backup-old",
    about="own",
    needs=("in_use", "due"),
    title=t("Our server’s last backup is old"),
    remedy=t(
        "Make one: “{create}”, for an activation centre with “--of centre”; then read why the timer made none: “journalctl -u 'calvox-backup@*'”.",
        create=Command("backup create"),
    ),
    check=check,
    applies=lambda view: keyed(view) and bool(due_of(view).last),
    reference="Calvox, “Backups of our own servers”",
)
