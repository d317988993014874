r"""Backup of a Windows licence server: the script, its scheduled task, its test, and how to restore.

Rules:
- System state and database folder together (KB953918); the folder is copied out of a shadow copy in which the writers took
  part, so the service need not stop. What is kept is proved by SHA-256, and a second copy by esentutl.
- Nothing is called “LServer” or “SystemState…” before it is whole: the collector, which looks for these names, never takes an
  unfinished or failed backup for a good one.
- Folders are refused that a script of diskshadow cannot hold, and what would put a backup into itself.
"""

import re

from calvox.common.errors import BadInput
from calvox.common.i18n import Text, t
from calvox.windows.artefacts.given import BackupGiven, KitInput
from calvox.windows.artefacts.parts import part, text_bytes
from calvox.windows.artefacts.script import script
from calvox.windows.powershell import literal

FOLDER = re.compile(r"[A-Za-z]:(?:\\[A-Za-z0-9_][A-Za-z0-9_.-]*(?<!\.))+")
"""The first place: diskshadow reads its name."""
SECOND = re.compile(r"(?:[A-Za-z]:|\\\\[^\\]+)(?:\\[^\\]+)+")
PLAIN = re.compile(r"[^\s<>:\"/\\|?*`\[\].](?:[^<>:\"/\\|?*`\[\]]*[^\s<>:\"/\\|?*`\[\].])?")
"""A part of the second place, of any script; no wildcard, no dots that lead elsewhere."""
VOLUME = re.compile(r"[A-Za-z]:")
TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
MOST_KEPT = 1000
WINDOWS = ("windows", "program files", "programdata", "users")
"""Folders of Windows itself in which no backup may lie."""
NAMES = """\
$Folder = {folder}
$SystemStateVolume = {volume}
$Second = {second}
$Keep = {keep}
$At = {at}

"""


def backup_files(given: KitInput) -> dict[str, bytes]:
    """Make the scripts and the guide.

    Raises:
        BadInput: a field of `[backup]` is missing or malformed.
    """
    plan = backup_checked(given.backup)
    names = NAMES.format(
        folder=literal(plan.folder),
        volume=literal(plan.system_state_volume),
        second=literal(plan.second),
        keep=plan.keep,
        at=literal(plan.at),
    )
    shared = part("backup_shared.ps1")
    return {
        "Backup-CalvoxLServer.ps1": script(
            "Backs up a licence server: system state, and the database folder out of a shadow copy; the service goes on.",
            names + shared + part("backup.ps1"),
            about=(
                "Changes: a new folder in the backup folder and in the second place, a system state backup on its volume;",
                "a shadow copy for as long as it takes. Older whole backups of its own beyond those kept are removed.",
                "Undo: remove the new folder; nothing of Windows is changed.",
                "Ends with 0 whole, 1 not begun, 2 copy, 3 test, 4 system state, 5 second place; event 1000, 1001 or 1002.",
            ),
        ),
        "Register-CalvoxBackupTask.ps1": script(
            "Installs the backup script and runs it daily as a scheduled task of SYSTEM. Run it again to change the time.",
            names + shared + part("backup_task.ps1"),
            about=(
                r"Changes: Program Files\Calvox, the backup folder, the task \Calvox\, the event source “Calvox backup”.",
                "Undo: -Remove takes away the task and the script; backups and the event source stay.",
                "In a second place on another machine the computer account of this one must be allowed to write.",
            ),
            parameters="[switch]$Remove",
        ),
        "Test-CalvoxBackup.ps1": script(
            "Checks a backup: every SHA-256 against its manifest, and a second copy of the database with esentutl.",
            shared + part("backup_test.ps1"),
            about=("Changes: a folder below -Into, removed again. The backup is only read.",),
            parameters="[Parameter(Mandatory = $true)][string]$Backup, [string]$Into = $env:TEMP",
        ),
        "RESTORE.en.txt": text_bytes(part("RESTORE.en.txt")),
        "RESTORE.fr.txt": text_bytes(part("RESTORE.fr.txt")),
    }


def backup_checked(plan: BackupGiven) -> BackupGiven:
    """Check the plan, and give it back.

    Raises:
        BadInput: a field is missing or malformed; the message names it.
    """
    if not FOLDER.fullmatch(plan.folder) or plan.folder.split("\\")[1].casefold() in WINDOWS:
        raise _bad("folder", plan.folder, t(r"Write a folder on a local volume, as “D:\CalvoxBackup”, without spaces."))
    if not VOLUME.fullmatch(plan.system_state_volume):
        raise _bad("system_state_volume", plan.system_state_volume, t("Write a volume by its letter, as “E:”."))
    if plan.second and not _is_place(plan.second):
        raise _bad("second", plan.second, t(r"Write a share or a folder, as “\\FILES01\backup$”, or leave it empty."))
    if _within(plan.second, plan.folder) or _within(plan.folder, plan.second):
        raise _bad("second", plan.second, t("The second place may lie neither in the folder nor around it."))
    if not TIME.fullmatch(plan.at):
        raise _bad("at", plan.at, t("Write a time of day, as “02:30”."))
    if not 1 <= plan.keep <= MOST_KEPT:
        raise _bad("keep", str(plan.keep), t("Write how many backups are kept, from 1 to {most}.", most=MOST_KEPT))
    return plan


def backup_notes(given: KitInput) -> tuple[Text, ...]:
    """Say what to mind with this plan."""
    plan = given.backup
    one_disk = plan.folder[:2].casefold() == plan.system_state_volume.casefold()
    return tuple(
        text
        for text, meant in (
            (t("There is no second place: what destroys the licence server may take its backups with it."),
             not plan.second),
            (t("The folder and the system state lie on one volume."), one_disk),
            (t("The second place gets the database only; the system state stays on its volume."), bool(plan.second)),
            (t("A backup holds names of users and devices: keep it where administrators alone can read it."), True),
        )
        if meant
    )  # fmt: skip


def _is_place(path: str) -> bool:
    parts = path.removeprefix("\\\\").split("\\")
    named = parts if path.startswith("\\\\") else parts[1:]
    return bool(SECOND.fullmatch(path)) and path.isprintable() and all(map(PLAIN.fullmatch, named))


def _within(inner: str, outer: str) -> bool:
    return bool(outer) and (inner.casefold() + "\\").startswith(outer.casefold() + "\\")


def _bad(field: str, value: str, hint: Text) -> BadInput:
    text = t("[backup] {field} in site.toml: “{value}” cannot be used", field=field, value=ascii(value)[1:-1])
    return BadInput(text, hint=hint)
