r"""Licence server: the backup is only a half.

What it checks: whether the newest backup holds both the database folder (LServer) and the system state.

Why it matters: the database belongs to values in the registry. Without the system state the folder cannot be used, and
without the folder the system state brings back no CALs.

Example: a script copies C:\Windows\System32\LServer every night, and nothing else.

Remedy: back up both, together, at the same time.

Reference: Microsoft Support, KB953918; Microsoft Learn, “In-box VSS writers”, TermServLicensing.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.facts import Backup
from calvox.doctor.rule import Found, Rule, View, error


def check(view: View) -> Iterator[Found]:
    """Find a backup that lacks the folder or the system state."""
    backup = view.the_server.backup.value
    assert isinstance(backup, Backup)
    if not backup.system_state and not backup.folder:
        yield error(
            t("The backup of {server} holds neither its database folder nor the system state", server=view.subject)
        )
    elif not backup.system_state:
        yield error(t("The backup of {server} lacks the system state", server=view.subject))
    elif not backup.folder:
        yield error(t("The backup of {server} lacks the database folder", server=view.subject))


RULE = Rule(
    name="server-backup-partial",
    about="server",
    needs=("backup",),
    title=t("The backup is only a half"),
    remedy=t(
        "Back up both together: “wbadmin start backup -backupTarget:E: -systemState -include:C:\\Windows\\System32\\LServer -quiet”, with your own target."
    ),
    check=check,
    applies=lambda view: isinstance(view.the_server.backup.value, Backup),
    reference="Microsoft Support, KB953918",
)
