"""Our own server: there is little room on its disk.

What it checks: free space where the journal lies: below 1 GiB, or below twice the journal, is a warning; below 100 MiB an error.

Why it matters: nothing is given that cannot be written first, so on a full disk no CAL is issued. A backup needs twice the
journal: once as scratch beside it, and once packed.

Example: logs of another program filled the volume; 60 MiB are left.

Remedy: make room there, and find out what fills it.

Reference: Calvox, “Running it for years”.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.own import HARDLY_ANY, LITTLE, MIB
from calvox.doctor.rule import Found, Rule, View, error, warning


def check(view: View) -> Iterator[Found]:
    """Find a volume that is nearly full."""
    free, size = view.the_own.free.value or 0, view.the_own.size.value or 0
    if free < max(LITTLE, 2 * size):
        say = error if free < HARDLY_ANY else warning
        yield say(
            t("{free} MiB are free where the journal lies, which has {size} MiB", free=free // MIB, size=size // MIB)
        )


RULE = Rule(
    name="own-little-room",
    about="own",
    needs=("free", "size"),
    title=t("There is little room for our server’s journal"),
    remedy=t(
        "Make room on the volume of the data folder, and find out what fills it; a backup needs twice the journal."
    ),
    check=check,
    reference="Calvox, “Running it for years”",
)
