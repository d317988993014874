"""What is due for the day on which a store is lost: a recovery key, a backup, a drill. Pure; the settings say how often."""

import msgspec

from calvox.apps.continuity.cases import Continuity
from calvox.common.clock import DAY
from calvox.common.settings import Backup as Chosen

HOUR = 3_600


class Due(msgspec.Struct, frozen=True):
    """How a store stands, and by when what is to be done; times in seconds UTC."""

    keyed: bool
    """Whether there is a recovery key."""
    last: int
    """When the last verified backup was made; 0: never."""
    backup_by: int
    """When the next one is due; 0: there is no key yet."""
    backup_late: bool
    drilled: int
    """When the words were last typed; 0: never."""
    drill_by: int
    """When they are to be typed next; 0: there is no key yet."""
    drill_late: bool


def due(stands: Continuity, chosen: Chosen) -> Due:
    """Tell what is due."""
    last = max((one.time for one in stands.backups), default=0)
    if not stands.recipient:
        return Due(False, last, 0, True, 0, 0, False)
    backup_by = (last or stands.key_made) + chosen.warn_hours * HOUR
    drill_by = max(stands.drilled, stands.key_made) + chosen.drill_days * DAY
    late = not last or stands.now > backup_by
    return Due(True, last, backup_by, late, stands.drilled, drill_by, stands.now > drill_by)
