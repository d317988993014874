"""What a licence server measures: entries and commits as they happen, pools, hosts and alarms when somebody looks."""

from collections.abc import Iterator

from prometheus_client import Counter
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from calvox.apps.continuity.metrics import backup_metrics
from calvox.apps.journal_metrics import JournalMetrics
from calvox.apps.operations import Check
from calvox.common.clock import DAY
from calvox.core.hosting import HostState
from calvox.core.standing import Stands
from calvox.doctor.own import CERTIFICATE_DAYS
from calvox.journal.interface import Reader
from calvox.server.report import certificate_ends, packs_report
from calvox.server.standing import at_a_glance
from calvox.server.store import LicenceServer, server_row


class ServerMetrics(JournalMetrics):
    """The measurements of one serving licence server."""

    def __init__(self, server: LicenceServer) -> None:
        super().__init__(server.time.shown)
        self._refused = Counter("calvox_refused", "Asks that were refused.", ["reason"], registry=self.registry)
        self.registry.register(_Tables(server))

    def refused(self, reason: str) -> None:
        """Count a refusal, repeated ones too."""
        self._refused.labels(reason).inc()


class _Tables(Collector):
    """What the ledger's tables say when they are asked."""

    def __init__(self, server: LicenceServer) -> None:
        self._server = server

    def collect(self) -> Iterator[Metric]:
        """Read the tables once."""
        with self._server.journal.read() as reader:
            yield from self._pools(reader)
            yield from _hosts(reader)
            yield from _standings(reader, self._server.time.now())
            row = server_row(reader)
            yield GaugeMetricFamily("calvox_activated", "1 if the server is activated.", value=row["activated"])
            yield GaugeMetricFamily("calvox_head", "Position of the journal's head.", value=reader.head.position)
            yield from _vouchers(reader, self._server.time.now())
            yield from backup_metrics(reader, self._server.time.now(), self._server.settings.backup)
            alarms = GaugeMetricFamily("calvox_alarm", "1 for each alarm that stands.", labels=["alarm"])
            for alarm in reader.select("alarm"):
                alarms.add_metric([alarm["alarm"]], 1)
            yield alarms
        offset = self._server.time.shown - self._server.time.now()
        yield GaugeMetricFamily("calvox_clock_offset_seconds", "Machine's clock less licensing time.", value=offset)
        left = certificate_ends(self._server) - self._server.time.now()
        yield GaugeMetricFamily("calvox_certificate_seconds", "Until the process's certificate ends.", value=left)

    def _pools(self, reader: Reader) -> Iterator[Metric]:
        labels = ["type", "version"]
        total = GaugeMetricFamily("calvox_pool_cals", "CALs in packs that are in force.", labels=labels)
        issued = GaugeMetricFamily("calvox_pool_issued", "CALs that are out, from packs.", labels=labels)
        over = GaugeMetricFamily("calvox_pool_over_use", "CALs beyond the packs.", labels=labels)
        report = packs_report(reader, self._server.time.now())
        for pool in report.pools:
            named = [pool.cal_type, pool.version]
            total.add_metric(named, pool.total)
            issued.add_metric(named, pool.issued)
            over.add_metric(named, pool.over_use)
        yield from (total, issued, over)
        text = "Per-user CALs from no pack at all."
        yield GaugeMetricFamily("calvox_cals_without_pack", text, value=report.without_pack)


def _vouchers(reader: Reader, now: int) -> Iterator[Metric]:
    out = list(reader.select("voucher", {"settled": 0}))
    text = "CALs of outage vouchers that are open: the most that may be out unseen."
    yield GaugeMetricFamily("calvox_voucher_cals_open", text, value=sum(row["count"] for row in out))
    overdue = sum(row["until"] < now for row in out)
    text = "Outage vouchers that have ended and are not settled: their hosts were not heard since."
    yield GaugeMetricFamily("calvox_vouchers_overdue", text, value=overdue)


def _hosts(reader: Reader) -> Iterator[Metric]:
    hosts = GaugeMetricFamily("calvox_hosts", "Session hosts by state.", labels=["state"])
    for state in HostState:
        hosts.add_metric([str(state)], reader.count("host", {"state": str(state)}))
    yield hosts


def _standings(reader: Reader, now: int) -> Iterator[Metric]:
    told = at_a_glance(reader, now)
    text = "Enrolled session hosts by how they stand, as they said themselves."
    stand = GaugeMetricFamily("calvox_hosts_standing", text, labels=["standing"])
    for one in Stands:
        stand.add_metric([str(one)], told.counts.get(str(one), 0))
    yield stand
    text = "Until the first grace of a session host ends, as the host said; only while one that was heard is in grace."
    grace = GaugeMetricFamily("calvox_grace_seconds", text, labels=[])
    if told.first is not None:
        grace.add_metric([], told.first.grace_ends - now)
    yield grace


def checks(server: LicenceServer) -> list[Check]:
    """Tell what a serving licence server needs for its work."""
    with server.journal.read() as reader:
        row, alarms = server_row(reader), [one["alarm"] for one in reader.select("alarm")]
    left = certificate_ends(server) - server.time.now()
    return [
        Check("ledger", True, ""),
        Check("activated", bool(row["activated"]), "" if row["activated"] else "call the activation centre"),
        Check("alarms", not alarms, ", ".join(alarms)),
        Check("certificate", left > CERTIFICATE_DAYS * DAY, f"{left // DAY} days left"),
    ]
