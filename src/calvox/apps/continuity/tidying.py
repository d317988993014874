"""Remove, at the start of a process, what was being written or built when the one before it was cut off."""

from pathlib import Path

import structlog

from calvox.apps.continuity.restoring import drop_restore
from calvox.common.files import sweep_unfinished

log = structlog.get_logger()


def tidy(folder: Path, keys: Path) -> None:
    """Remove it from a store's folder and from that of its keys: none of it counts, and secrets may lie in it.

    Whoever calls this owns the store.
    """
    for path in drop_restore(folder):
        log.warning(
            "a restore was cut off before it moved anything: it is not done, its remains are removed", path=path
        )
    for place in (folder, keys):
        for name in sweep_unfinished(place):
            log.warning("a file that was not written to its end is removed", path=str(place / name))
