"""Session host: it is in Per User mode in a workgroup.

What it checks: the mode in force is Per User, and the host belongs to no domain.

Why it matters: Per User CALs are tracked in Active Directory and are not permitted without it. A 2019 host warns its users
and cuts their sessions after 60 minutes.

Example: a single server in a workshop, set to Per User because the users were counted.

Remedy: use Per Device CALs, or join the machines to a domain.

Reference: Microsoft Learn, “License Remote Desktop session hosts”; KB2473823.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.facts import Join, Mode
from calvox.doctor.licensing import is_session_host
from calvox.doctor.rule import Found, Rule, View, error


def check(view: View) -> Iterator[Found]:
    """Find a host that counts users where there are none to count."""
    if view.the_host.mode.value is Mode.USER and view.the_host.machine.join.value is Join.WORKGROUP:
        yield error(t("{host} is in Per User mode, but in a workgroup only Per Device is permitted", host=view.subject))


RULE = Rule(
    name="host-per-user-workgroup",
    about="host",
    needs=("application_mode", "mode", "machine.join"),
    title=t("Per User mode in a workgroup"),
    remedy=t(
        "Set the mode to Per Device (policy “Set the Remote Desktop licensing mode”, or ChangeMode(2) of Win32_TerminalServiceSetting) and install Per Device CALs; RD Licensing Manager, Convert Licenses, turns Per User CALs into them. Or join host and licence server to a domain."
    ),
    check=check,
    applies=is_session_host,
    reference="Microsoft Learn, “License Remote Desktop session hosts”; KB2473823",
)
