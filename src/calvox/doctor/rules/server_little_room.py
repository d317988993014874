"""Licence server: there is little room for its database.

What it checks: free space on the volume of the database: below 1 GiB is a warning, below 100 MiB an error.

Why it matters: the database and its log files grow with every CAL. With no room left the service stops issuing CALs, and the
database may suffer.

Example: updates filled the system volume; 60 MiB are left.

Remedy: make room on that volume, and find out what fills it.

Reference: Microsoft Learn, “Win32_TSLicenseServer class”, DatabasePath.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.rule import Found, Rule, View, error, warning

MIB = 2**20


def check(view: View) -> Iterator[Found]:
    """Find a volume that is nearly full."""
    free = view.the_server.database_free.value or 0
    if free < 1024 * MIB:
        say = error if free < 100 * MIB else warning
        yield say(
            t("{mebibytes} MiB are free where {server} keeps its database", server=view.subject, mebibytes=free // MIB)
        )


RULE = Rule(
    name="server-little-room",
    about="server",
    needs=("database_free",),
    title=t("There is little room for the database"),
    remedy=t("Make room on the volume of the database folder, and find out what fills it."),
    check=check,
    reference="Microsoft Learn, “Win32_TSLicenseServer class”",
)
