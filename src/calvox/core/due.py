"""What is due for the day on which a store is lost: a recovery key, a backup, a drill. Decided here and nowhere else."""

import msgspec

from calvox.common.clock import DAY

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
    key_made: int = 0
    """When the recovery key was made; 0: there is none."""


def due(key_made: int, last: int, drilled: int, now: int, *, warn_hours: int, drill_days: int) -> Due:
    """Tell what is due.

    Args:
        key_made: When the recovery key was made; 0: there is none.
        last: When the last verified backup was made; 0: never.
        drilled: When the key's words were last typed; 0: never.
        now: Seconds UTC.
        warn_hours: A last backup that is older is late.
        drill_days: So often the words are typed.
    """
    if not key_made:
        return Due(False, last, 0, True, 0, 0, False)
    backup_by = (last or key_made) + warn_hours * HOUR
    drill_by = max(drilled, key_made) + drill_days * DAY
    late = not last or now > backup_by
    return Due(True, last, backup_by, late, drilled, drill_by, now > drill_by, key_made)
