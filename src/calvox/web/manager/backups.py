"""Backups: what is due, what there is, one made now, and how drill and restore are done. Words of a key are never here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from calvox.common.i18n import Text, t
from calvox.web.common.pages import Page
from calvox.web.manager.menu import BACKUPS


@dataclass(frozen=True)
class BackupRow:
    """A verified backup."""

    made: int
    """Seconds UTC, as is the next."""
    drilled: int
    """When it was last restored in a drill; 0: never."""
    size: int
    """Bytes."""
    position: int
    """The last entry in it."""
    archive: str
    """Its hash, hexadecimal."""


@dataclass(frozen=True)
class Running:
    """A backup that was asked for on this page."""

    state: Literal["none", "running", "made", "failed"] = "none"
    stage: str = ""
    part: float = 0.0
    problem: str = ""
    hint: str = ""

    @property
    def percent(self) -> int:
        """How much of the stage is done."""
        return int(100 * self.part)

    @property
    def said(self) -> Text:
        """How far it is, in words."""
        if not self.stage:
            return t("It begins.")
        return t("{stage}: {percent} %", stage=self.stage, percent=self.percent)


@dataclass(frozen=True)
class BackupsPage(Page):
    """Lists backups and what is due."""

    template: ClassVar[str] = "manager/backups.html"
    title: ClassVar[Text] = t("Backups")
    words: ClassVar[Mapping[str, Text]] = {
        "due": t("What is due"),
        "next": t("Next backup by"),
        "drill": t("Next drill by"),
        "late": t("overdue"),
        "no_key": t("There is no recovery key, and so no backup. It is made on the server’s own terminal and printed:"),
        "now": t("Make a backup now"),
        "what": t(
            "The journal is copied as it is at one moment, restored to scratch, verified whole, and encrypted to the "
            "recovery key. The server goes on serving, and this page may be closed."
        ),
        "look": t("How far is it?"),
        "made_now": t("The backup was made and verified."),
        "failed": t("The backup was not made."),
        "there": t("Verified backups"),
        "none": t("There is none yet."),
        "made": t("Made"),
        "size": t("Bytes"),
        "entry": t("Up to entry"),
        "archive": t("Archive’s hash"),
        "drilled": t("Drilled"),
        "never": t("not yet"),
        "how": t("Drill and restore"),
        "how_drill": t("A drill types the 24 words from the paper, and restores a backup to scratch. On the server:"),
        "how_restore": t("After a loss, on the machine that takes over, with nothing serving that folder:"),
        "how_after": t("For 30 days session hosts then bring back by themselves what was issued after the backup."),
    }

    rows: tuple[BackupRow, ...]
    keyed: bool
    """Whether there is a recovery key."""
    backup_by: int
    """Seconds UTC, as is the next."""
    drill_by: int
    backup_late: bool
    drill_late: bool
    running: Running
    path: str = BACKUPS
    key_command: str = "calvox backup key --paper recovery-key.pdf"
    drill_command: str = "calvox backup drill ARCHIVE"
    restore_command: str = "calvox backup restore ARCHIVE"


def backups(
    rows: Sequence[BackupRow],
    running: Running,
    *,
    keyed: bool,
    backup_by: int = 0,
    drill_by: int = 0,
    backup_late: bool = False,
    drill_late: bool = False,
) -> BackupsPage:
    """Make the page; of the rows the newest come first."""
    ordered = tuple(sorted(rows, key=lambda row: -row.made))
    return BackupsPage(ordered, keyed, backup_by, drill_by, backup_late, drill_late, running)
