"""Our own licence server: it is not activated.

What it checks: whether a confirmation of the activation centre activated it.

Why it matters: until then it has no packs and gives temporary CALs at most; session hosts use up their grace.

Example: the server was made and serves, and nobody called.

Remedy: prepare the call and make it.

Reference: Calvox, “Tutorial”.
"""

from collections.abc import Iterator

from calvox.common.commands import Command
from calvox.common.i18n import t
from calvox.doctor.own_checks import of_server
from calvox.doctor.rule import Found, Rule, View, warning


def check(view: View) -> Iterator[Found]:
    """Find a server that was not activated."""
    if not view.the_own.in_use.value:
        yield warning(t("The licence server is not activated"))


RULE = Rule(
    name="own-not-activated",
    about="own",
    needs=("in_use",),
    title=t("Our licence server is not activated"),
    remedy=t(
        "Run “{activate}”, and call the activation centre with what it shows.", activate=Command("server activate")
    ),
    check=check,
    applies=of_server,
    reference="Calvox, “Tutorial”",
)
