"""Session host: a licence server is older than the host.

What it checks: the version of each licence server that the host names, against the host's own. 2008 and 2008 R2 count as
one.

Why it matters: a licence server holds no CALs newer than itself, so it has none for this host; an older one may also hang
when a newer host asks.

Example: a 2019 session host names a 2016 licence server.

Remedy: upgrade the licence server, or migrate its CALs to one of the host's version, and name that one.

Reference: Microsoft Learn, “Guidelines for troubleshooting RDS licensing”.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.licensing import OLDEST, is_session_host, named_servers, windows_name
from calvox.doctor.rule import Found, Rule, View, cannot_tell, error


def check(view: View) -> Iterator[Found]:
    """Find licence servers that are older than the host."""
    own = view.the_host.machine.version.value or 0
    for name, server in named_servers(view):
        theirs = server.machine.version.value if server else None
        values = {"host": view.subject, "server": name, "own": windows_name(own)}
        if theirs is not None and theirs < own and own > OLDEST:
            yield error(
                t("{host} runs {own}, its licence server {server} only {theirs}", theirs=windows_name(theirs), **values)
            )
        elif theirs is None:
            yield cannot_tell(t("{host} runs {own}; the version of {server} was not collected", **values))


RULE = Rule(
    name="host-server-older",
    about="host",
    needs=("application_mode", "servers", "machine.version"),
    title=t("The licence server is older than the host"),
    remedy=t(
        "Upgrade the licence server, or set up one of the host's version, activate it, and migrate the CALs: RD Licensing Manager, Manage Licenses. Then name that one on the hosts."
    ),
    check=check,
    applies=is_session_host,
    reference="Microsoft Learn, “Guidelines for troubleshooting RDS licensing”",
)
