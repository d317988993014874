"""The page of backups in each of its states, with hostile texts."""

from calvox.web.common.pages import Page
from calvox.web.manager.backups import BackupRow, Running, backups

HOSTILE = "<img src=x onerror=alert(1)>'\"&{{ 7*7 }}\u202e"
NOON = 1_800_014_400
ROWS = (BackupRow(NOON, 0, 1_234_567, 77, "ab" * 32), BackupRow(NOON + 60, NOON, 1, 78, "cd" * 32))
BACKUP_PAGES: dict[str, Page] = {
    "backups-failed": backups(
        ROWS,
        Running("failed", problem=HOSTILE, hint=HOSTILE),
        keyed=True,
        backup_by=NOON,
        drill_by=NOON,
        backup_late=True,
        drill_late=True,
    ),
    "backups-running": backups(ROWS, Running("running", HOSTILE, 0.4), keyed=True, backup_by=NOON, drill_by=NOON),
}
BARE_BACKUPS: dict[str, Page] = {
    "backups-none": backups((), Running(), keyed=False),
    "backups-begun": backups((), Running("running"), keyed=True, backup_by=NOON, drill_by=NOON),
    "backups-made": backups(ROWS, Running("made"), keyed=True, backup_by=NOON, drill_by=NOON),
}
