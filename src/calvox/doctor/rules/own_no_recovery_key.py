"""Our own server: there is no recovery key.

What it checks: whether a recovery key was made for a licence server that is activated, or for an activation centre.

Why it matters: a backup is encrypted to that key, so without it no backup can be made. If the disk fails, the packs come back
through a reissue by telephone at best, and nobody knows any more who had a CAL.

Example: the licence server was activated and put to work; the timer that backs it up says every night that there is no key.

Remedy: make the key, print it, and put the paper where the machine is not.

Reference: Calvox, “Backups of our own servers”.
"""

from collections.abc import Iterator

from calvox.common.commands import Command
from calvox.common.i18n import t
from calvox.doctor.own_checks import due_of, in_use
from calvox.doctor.rule import Found, Rule, View, error


def check(view: View) -> Iterator[Found]:
    """Find a server without a recovery key."""
    if not due_of(view).keyed:
        yield error(t("There is no recovery key, and so no backup"))


RULE = Rule(
    name="own-no-recovery-key",
    about="own",
    needs=("in_use", "due"),
    title=t("Our server has no recovery key"),
    remedy=t(
        "Make one: “{key}”, for an activation centre with “--of centre”; put its paper where the machine is not.",
        key=Command("backup key"),
    ),
    check=check,
    applies=in_use,
    reference="Calvox, “Backups of our own servers”",
)
