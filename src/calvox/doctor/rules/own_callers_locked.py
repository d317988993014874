"""Our own activation centre: callers are locked.

What it checks: whether a caller is locked after wrong call words.

Why it matters: the caller cannot call, or somebody who is not the caller tried.

Example: the customer’s administrator left, and the successor tried the call words that stood on an old note.

Remedy: ring the caller back at the number that the agreement names, and ask who called.

Reference: Calvox, “Watching Calvox”.
"""

from collections.abc import Iterator

from calvox.common.commands import Command
from calvox.common.i18n import t
from calvox.doctor.own_checks import of_centre
from calvox.doctor.rule import Found, Rule, View, warning


def check(view: View) -> Iterator[Found]:
    """Find callers who are locked."""
    count = view.the_own.locked.value or 0
    if count:
        yield warning(t("{count} callers are locked after wrong call words", count=count))


RULE = Rule(
    name="own-callers-locked",
    about="own",
    needs=("locked",),
    title=t("Callers of our activation centre are locked"),
    remedy=t(
        "Ring them back at the number in the agreement and ask who called; if it was a mistake: “{unlock}”.",
        unlock=Command("centre unlock-caller", "NAME"),
    ),
    check=check,
    applies=of_centre,
    reference="Calvox, “Watching Calvox”",
)
