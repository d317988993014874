"""What every process that keeps a journal measures: its entries by kind, the time of a commit, when it began."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

COMMITS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5)
"""Upper bounds of a commit's time, in seconds."""


class JournalMetrics:
    """The measurements of one serving process; `committed` is its journal's observer."""

    def __init__(self, started: int) -> None:
        self.registry = CollectorRegistry()
        self._entries = Counter("calvox_entries", "Entries that were committed.", ["kind"], registry=self.registry)
        self._commits = Histogram("calvox_commit_seconds", "Time of a commit.", buckets=COMMITS, registry=self.registry)
        text = "When the process began, seconds since 1970-01-01 UTC."
        Gauge("calvox_started_seconds", text, registry=self.registry).set(started)

    def committed(self, kinds: Mapping[str, int], seconds: float) -> None:
        """Count a commit."""
        self._commits.observe(seconds)
        for kind, count in kinds.items():
            self._entries.labels(kind).inc(count)
