"""Our own server: a drill is overdue.

What it checks: whether the words of the recovery key were typed from their paper within the days that the setting
backup.drill_days allows, 180 unless it says otherwise; counted from the day the key was made if they never were.

Why it matters: a backup that nobody can open is none. Papers are lost, fade, are copied wrongly or thrown away, and that is seen
on the day they are needed.

Example: the office moved, and the envelope with the paper with it; nobody knows where to.

Remedy: take the paper and make a drill: it restores a backup to scratch and changes nothing.

Reference: Calvox, “Backups of our own servers”.
"""

from collections.abc import Iterator

from calvox.common.commands import Command
from calvox.common.i18n import t
from calvox.doctor.own_checks import days_since, due_of, keyed
from calvox.doctor.rule import Found, Rule, View, warning


def check(view: View) -> Iterator[Found]:
    """Find a drill that is overdue."""
    due = due_of(view)
    if not due.drill_late:
        return
    if due.drilled > due.key_made:
        days = days_since(view, due.drilled)
        yield warning(
            t("The recovery key was last typed {days} days ago: does its paper still open a backup?", days=days)
        )
    else:
        days = days_since(view, due.key_made)
        yield warning(
            t("The recovery key was made {days} days ago and never typed: does its paper open a backup?", days=days)
        )


RULE = Rule(
    name="own-drill-overdue",
    about="own",
    needs=("in_use", "due"),
    title=t("A drill of our server’s backup is overdue"),
    remedy=t(
        "Take the paper and run “{drill}”, for an activation centre with “--of centre”. If the paper is lost: “{key}”, then a new backup.",
        drill=Command("backup drill", "ARCHIVE"),
        key=Command("backup key", "--replace"),
    ),
    check=check,
    applies=keyed,
    reference="Calvox, “Backups of our own servers”",
)
