"""What an activation centre measures: entries and commits as they happen, calls, servers and its key when somebody looks."""

from collections import Counter
from collections.abc import Callable, Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from calvox.apps.continuity.metrics import backup_metrics
from calvox.apps.journal_metrics import JournalMetrics
from calvox.apps.operations import Check
from calvox.centre.context import Context
from calvox.centre.register import ACTIVE, BLACKLISTED, RETIRED
from calvox.common.clock import DAY
from calvox.doctor.own import CERTIFICATE_DAYS
from calvox.journal.interface import Reader


class CentreMetrics(JournalMetrics):
    """The measurements of one serving activation centre."""

    def __init__(self, context: Context, certificate_ends: Callable[[], int]) -> None:
        super().__init__(context.world.now())
        self.registry.register(_Tables(context, certificate_ends))


class _Tables(Collector):
    """What the register's tables say when they are asked."""

    def __init__(self, context: Context, certificate_ends: Callable[[], int]) -> None:
        self._context, self._certificate_ends = context, certificate_ends

    def collect(self) -> Iterator[Metric]:
        """Read the tables once."""
        now = self._context.world.now()
        with self._context.journal.read() as reader:
            yield from _calls(reader, now)
            yield _servers(reader)
            yield from backup_metrics(reader, now, self._context.site.backup)
            text = "Callers who are locked after wrong call words."
            yield GaugeMetricFamily("calvox_callers_locked", text, value=reader.count("caller", {"locked": 1}))
            yield GaugeMetricFamily("calvox_head", "Position of the journal's head.", value=reader.head.position)
        yield GaugeMetricFamily("calvox_key_locked", "1 if the signing key is locked.", value=self._context.locked)
        left = self._certificate_ends() - now
        yield GaugeMetricFamily("calvox_certificate_seconds", "Until the process's certificate ends.", value=left)


def _calls(reader: Reader, now: int) -> Iterator[Metric]:
    unsigned = reader.count("confirmation", {"signature": b""})
    signed = reader.count("confirmation") - unsigned
    pending = sum(row["expires"] > now for row in reader.select("pending"))
    yield CounterMetricFamily("calvox_calls_signed", "Calls that were signed.", value=signed)
    text = "Calls that were registered and are not signed: to be signed at the next start."
    yield GaugeMetricFamily("calvox_calls_unsigned", text, value=unsigned)
    yield GaugeMetricFamily("calvox_calls_pending", "Calls that were prepared and wait for their end.", value=pending)
    refused = CounterMetricFamily("calvox_calls_refused", "Calls that were refused.", labels=["reason"])
    for reason, count in sorted(Counter(row["reason"] for row in reader.select("refusal")).items()):
        refused.add_metric([reason], count)
    yield refused


def _servers(reader: Reader) -> Metric:
    servers = GaugeMetricFamily("calvox_servers", "Licence servers by state.", labels=["state"])
    for state in (ACTIVE, RETIRED, BLACKLISTED):
        servers.add_metric([state], reader.count("server", {"state": state}))
    return servers


def centre_checks(context: Context, certificate_ends: Callable[[], int]) -> list[Check]:
    """Tell what a serving activation centre needs for its work."""
    with context.journal.read() as reader:
        unsigned = reader.count("confirmation", {"signature": b""})
    left = certificate_ends() - context.world.now()
    return [
        Check("register", True),
        Check("key", not context.locked, "locked" if context.locked else ""),
        Check("signed", not unsigned, f"{unsigned} calls registered and not signed" if unsigned else ""),
        Check("certificate", left > CERTIFICATE_DAYS * DAY, f"{left // DAY} days left"),
    ]
