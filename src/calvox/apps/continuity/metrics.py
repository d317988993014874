"""What is measured of backups, for a licence server and an activation centre alike."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from calvox.apps.continuity.cases import continuity
from calvox.journal.interface import Reader


def backup_metrics(reader: Reader, now: int) -> Iterator[Metric]:
    """Tell of the recovery key, the last verified backup and the last drill."""
    stands = continuity(reader, now)
    last = max((one.time for one in stands.backups), default=0)
    yield GaugeMetricFamily("calvox_recovery_key", "1 if there is a recovery key.", value=bool(stands.recipient))
    text = "When the last verified backup was made, seconds UTC; 0: never."
    yield GaugeMetricFamily("calvox_backup_last_seconds", text, value=last)
    text = "When a recovery key was last typed in a drill, seconds UTC; 0: never."
    yield GaugeMetricFamily("calvox_backup_drilled_seconds", text, value=stands.drilled)
