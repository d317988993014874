"""What is due of a store's backups, by its settings."""

from calvox.apps.continuity.cases import Continuity
from calvox.common.settings import Backup as Chosen
from calvox.core import due as dues
from calvox.core.due import Due as Due


def due(stands: Continuity, chosen: Chosen) -> Due:
    """Tell what is due."""
    last = max((one.time for one in stands.backups), default=0)
    often = {"warn_hours": chosen.warn_hours, "drill_days": chosen.drill_days}
    return dues.due(stands.key_made, last, stands.drilled, stands.now, **often)
