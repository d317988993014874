"""Where a store waits that was taken back from a backup and not yet moved to its place, and how that is said."""

from pathlib import Path

from calvox.common.errors import NotFound
from calvox.common.i18n import Text, t

ENDING = ".restored"


def restored_beside(folder: Path) -> Path:
    """Name the folder in which a restore stands whole before it is moved to its place."""
    return folder.with_name(f"{folder.name}{ENDING}")


def no_store(folder: Path, text: Text, hint: Text) -> NotFound:
    """Make the error for a store that is not there; a restore that was cut off is told instead of the hint."""
    if not folder.exists() and restored_beside(folder).exists():
        hint = t("A restore was cut off before its last step: start serving, or restore again, and it is finished.")
    return NotFound(text, hint=hint)
