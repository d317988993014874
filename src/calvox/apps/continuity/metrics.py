"""What is measured of backups, for a licence server and an activation centre alike."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from calvox.apps.continuity.cases import continuity
from calvox.apps.continuity.due import due
from calvox.common.settings import Backup
from calvox.journal.interface import Reader


def backup_metrics(reader: Reader, now: int, chosen: Backup) -> Iterator[Metric]:
    """Tell of the recovery key, the last verified backup and the last drill, and by when the next are due."""
    soon = due(continuity(reader, now), chosen)
    yield GaugeMetricFamily("calvox_recovery_key", "1 if there is a recovery key.", value=soon.keyed)
    moments = {
        "calvox_backup_last_seconds": ("When the last verified backup was made, seconds UTC; 0: never.", soon.last),
        "calvox_backup_due_seconds": ("By when the next backup is due; 0: there is no key yet.", soon.backup_by),
        "calvox_backup_drilled_seconds": (
            "When a recovery key was last typed in a drill, seconds UTC; 0: never.",
            soon.drilled,
        ),
        "calvox_drill_due_seconds": ("By when the next drill is due; 0: there is no key yet.", soon.drill_by),
    }
    for name, (text, value) in moments.items():
        yield GaugeMetricFamily(name, text, value=value)
