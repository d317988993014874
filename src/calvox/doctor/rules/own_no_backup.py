"""Our own server: there is no backup.

What it checks: whether a verified backup was ever made, since there is a recovery key. A file that somebody copied does not
count: only an archive that was restored to scratch and verified is entered.

Why it matters: if the disk fails, the packs come back through a reissue by telephone at best, and nobody knows any more who had
a CAL. Of an activation centre the register of all calls and agreements is lost.

Example: the recovery key was made and printed, and the timer was never switched on.

Remedy: make a backup now, and let a timer make one every night.

Reference: Calvox, “Backups of our own servers”.
"""

from collections.abc import Iterator

from calvox.common.commands import Command
from calvox.common.i18n import t
from calvox.doctor.own_checks import due_of, keyed
from calvox.doctor.rule import Found, Rule, View, error


def check(view: View) -> Iterator[Found]:
    """Find a server without a backup."""
    if not due_of(view).last:
        yield error(t("There is no backup yet"))


RULE = Rule(
    name="own-no-backup",
    about="own",
    needs=("in_use", "due"),
    title=t("Our server has no backup"),
    remedy=t(
        "Make one: “{create}”, for an activation centre with “--of centre”; then let the timer do it every night.",
        create=Command("backup create"),
    ),
    check=check,
    applies=keyed,
    reference="Calvox, “Backups of our own servers”",
)
