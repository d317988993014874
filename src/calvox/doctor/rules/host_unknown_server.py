"""Session host: it names a licence server that was not collected.

What it checks: whether each licence server that the host names is one of those of which facts were collected. Names are
compared without their domain.

Why it matters: the doctor says nothing about packs, activation or backup of a machine it never saw. An old name, left over
from a migration, looks the same.

Example: the policy still names the server that was replaced last year.

Remedy: collect facts from that machine too, or take the name out if the machine is gone.

Reference: Microsoft Learn, “Migrate your Remote Desktop Services client access licenses”.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.licensing import is_session_host, named_servers
from calvox.doctor.rule import Found, Rule, View, notice


def check(view: View) -> Iterator[Found]:
    """Find names of machines that the site does not know."""
    for name, server in named_servers(view):
        if server is None:
            yield notice(t("{host} names {server}, of which nothing was collected", host=view.subject, server=name))


RULE = Rule(
    name="host-unknown-server",
    about="host",
    needs=("application_mode", "servers"),
    title=t("A licence server is named of which nothing is known"),
    remedy=t(
        "Collect facts from that machine too. If it is gone, take its name out of the policy “Use the specified Remote Desktop license servers”, of the deployment (Set-RDLicenseConfiguration), or of the host (RemoveLSFromSpecifiedLicenseServerList of Win32_TerminalServiceSetting)."
    ),
    check=check,
    applies=is_session_host,
    reference="Microsoft Learn, “Migrate your Remote Desktop Services client access licenses”",
)
