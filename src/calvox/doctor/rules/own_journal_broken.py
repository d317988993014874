"""Our own server: its journal does not hold.

What it checks: whether the server could be opened, which verifies the last sealed batch and all signatures of the activation
centre, and, up to verify_at_start entries, the whole journal: chain, seals, head, tables.

Why it matters: something in it was changed by another program than ours, or the disk lost it. Nothing that it says can be
relied on, and the server does not start on it.

Example: somebody opened the database and wrote a larger number into a pack.

Remedy: keep the folder as it is for the auditor, and restore the last verified backup.

Reference: Calvox, “Backups of our own servers”.
"""

from collections.abc import Iterator

from calvox.common.commands import Command
from calvox.common.i18n import t
from calvox.doctor.rule import Found, Rule, View, error


def check(view: View) -> Iterator[Found]:
    """Find a journal that does not hold."""
    if view.the_own.broken.value:
        yield error(t("The journal does not hold: {why}", why=view.the_own.broken.value))


RULE = Rule(
    name="own-journal-broken",
    about="own",
    needs=("broken",),
    title=t("Our server’s journal does not hold"),
    remedy=t(
        "Keep the folder as it is for the auditor, then restore the last verified backup: “{restore}”.",
        restore=Command("backup restore", "ARCHIVE"),
    ),
    check=check,
    reference="Calvox, “Backups of our own servers”",
)
