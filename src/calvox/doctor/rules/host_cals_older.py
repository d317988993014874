"""Session host: the CALs are older than the host.

What it checks: the licence servers of the host hold packs of its mode, but every one of them is of an older version than the
host's Windows Server.

Why it matters: a CAL serves hosts of its own version and older, never newer. The host finds no CAL that it may use.

Example: a 2022 session host, and 2019 Per User CALs.

Remedy: buy CALs of the host's version or newer, and install them on a licence server of at least that version.

Reference: Microsoft Learn, “License your RDS deployment with client access licenses”, table of versions.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.licensing import PRODUCTS, is_session_host, packs_for_host, serves_host, windows_name
from calvox.doctor.rule import Found, Rule, View, cannot_tell, error


def check(view: View) -> Iterator[Found]:
    """Find a host that none of the CALs at hand may serve."""
    packs, complete = packs_for_host(view)
    version = view.the_host.machine.version.value or 0
    if any(serves_host(pack, version) for pack in packs):
        return
    if not complete:
        yield cannot_tell(t("The packs of the licence servers of {host} were not all collected", host=view.subject))
        return
    newest = windows_name(max(pack.version for pack in packs))
    own = windows_name(version)
    yield error(t("{host} runs {own}, and its newest CALs are for {newest}", host=view.subject, own=own, newest=newest))


def applies(view: View) -> bool:
    """Ask where a mode is set, unless it is known that there is no pack of that mode at all."""
    packs, complete = packs_for_host(view)
    named = view.the_host.mode.value in PRODUCTS and bool(view.the_host.servers.value)
    return is_session_host(view) and named and (bool(packs) or not complete)


RULE = Rule(
    name="host-cals-older",
    about="host",
    needs=("application_mode", "mode", "servers", "machine.version"),
    title=t("The CALs are older than the host"),
    remedy=t(
        "Buy CALs of the host's version or newer. The licence server must be at least as new as the CALs: upgrade it first if it is older. Until then keep the users on a host that the CALs serve."
    ),
    check=check,
    applies=applies,
    reference="Microsoft Learn, “License your RDS deployment with client access licenses”",
)
