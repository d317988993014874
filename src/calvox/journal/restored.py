"""Where a store waits that was taken back from a backup and not yet moved to its place, and how that is said.

What was begun and cut off beside a place where no store is, is said too: it was not done, and its remains hold secrets.
"""

from pathlib import Path

from calvox.common.errors import NotFound
from calvox.common.files import built_beside
from calvox.common.i18n import Text, t

ENDING = ".restored"


def restored_beside(folder: Path) -> Path:
    """Name the folder in which a restore stands whole before it is moved to its place."""
    return folder.with_name(f"{folder.name}{ENDING}")


def no_store(folder: Path, text: Text, hint: Text) -> NotFound:
    """Make the error for a store that is not there; what was cut off is told instead of the hint."""
    empty = not folder.exists() or not any(folder.iterdir())
    if empty and restored_beside(folder).exists():
        hint = t("A restore was cut off before its last step: start serving, or restore again, and it is finished.")
    elif empty and built_beside(folder).exists():
        path = str(built_beside(folder))
        hint = t(
            "It was being made or restored, which was cut off and is not done: do it again. {path} goes then.",
            path=path,
        )
    return NotFound(text, hint=hint)
