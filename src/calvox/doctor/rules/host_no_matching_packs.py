"""Session host: its licence servers hold no pack of its mode.

What it checks: none of the licence servers that the host names holds a bought pack, still valid, for the host's mode,
Per Device or Per User, of whatever version.

Why it matters: CALs of the other type do not serve. In Per Device mode devices get temporary CALs and are refused 90 days
later; in Per User mode users get in, but every one of them is over-use.

Example: the host is in Per User mode, and its licence server holds 50 Per Device CALs.

Remedy: set the mode for which CALs were bought, or have the CALs converted.

Reference: Microsoft Learn, “License your RDS deployment with client access licenses”; Win32_TSLicenseKeyPack.ConvertLicenses.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.licensing import MODE_NAMES, PRODUCTS, is_session_host, listed, packs_for_host
from calvox.doctor.rule import Found, Rule, View, cannot_tell, error


def check(view: View) -> Iterator[Found]:
    """Find a host whose servers have nothing for its mode."""
    packs, complete = packs_for_host(view)
    mode = view.the_host.mode.value
    if packs or mode is None:
        return
    servers = listed(view.the_host.servers.value or ())
    values = {"host": view.subject, "servers": servers, "mode": MODE_NAMES[mode]}
    if complete:
        yield error(t("The mode of {host} is {mode}, but {servers} has no CALs of that type", **values))
    else:
        yield cannot_tell(t("The mode of {host} is {mode}; the packs of {servers} were not all collected", **values))


def applies(view: View) -> bool:
    """Ask only where a mode and a licence server are set."""
    return is_session_host(view) and view.the_host.mode.value in PRODUCTS and bool(view.the_host.servers.value)


RULE = Rule(
    name="host-no-matching-packs",
    about="host",
    needs=("application_mode", "mode", "servers"),
    title=t("The licence servers hold no pack of the host's mode"),
    remedy=t(
        "Compare the mode with the purchase papers. Set the mode for which CALs were bought (policy “Set the Remote Desktop licensing mode”, or ChangeMode of Win32_TerminalServiceSetting), install the CALs that are missing, or convert them: RD Licensing Manager, Convert Licenses."
    ),
    check=check,
    applies=applies,
    reference="Microsoft Learn, “License your RDS deployment with client access licenses”; Win32_TSLicenseKeyPack",
)
