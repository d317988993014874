"""Our own activation centre: calls are registered and not signed.

What it checks: whether the register holds calls whose confirmation was not signed.

Why it matters: the quantities are taken from the agreement and the caller has nothing. It happens when the power fails between the
two; the next start signs them.

Example: the machine was switched off in the second in which an operator signed.

Remedy: start the activation centre again, then read the confirmation out to the caller.

Reference: Calvox, “Watching Calvox”.
"""

from collections.abc import Iterator

from calvox.common.commands import Command
from calvox.common.i18n import t
from calvox.doctor.own_checks import of_centre
from calvox.doctor.rule import Found, Rule, View, error


def check(view: View) -> Iterator[Found]:
    """Find calls that were not signed."""
    count = view.the_own.unsigned.value or 0
    if count:
        yield error(t("{count} calls are registered and not signed", count=count))


RULE = Rule(
    name="own-calls-unsigned",
    about="own",
    needs=("unsigned",),
    title=t("Calls of our activation centre are not signed"),
    remedy=t(
        "Start “{serve}” again: it signs first what was registered. Then read the confirmations out.",
        serve=Command("centre serve"),
    ),
    check=check,
    applies=of_centre,
    reference="Calvox, “Watching Calvox”",
)
