"""What a session host's agent measures, from what it tells of itself: state, grace, servers, CALs, the outage voucher.

A session host's own users reach its loopback interface, so the agent opens no port for this: `calvox host metrics` writes the
text for a collector of text files. No name of a user or device is in it.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import get_args

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from calvox.wire.agentapi import AgentStatus
from calvox.wire.hostapi import CalTypeName

STATES = ("grace", "grace-over", "licensed", "outage")


class AgentMetrics:
    """The measurements of one session host."""

    def __init__(self, status: Callable[[], AgentStatus]) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(_Standing(status))


class _Standing(Collector):
    """What the agent says when it is asked."""

    def __init__(self, status: Callable[[], AgentStatus]) -> None:
        self._status = status

    def describe(self) -> list[Metric]:
        """Name nothing beforehand: the agent is asked when somebody collects."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Ask once."""
        told = self._status()
        yield _gauge("calvox_agent_running", "1 if the host's process runs.", told.running)
        yield _labelled("calvox_agent_state", "1 for the state that the host is in.", "state", _states(told))
        if told.state == "grace":
            yield _gauge("calvox_agent_grace_seconds", "Until grace ends.", told.grace_ends - told.now)
        yield _gauge("calvox_agent_clock_good", "1 if the machine's clock is believed.", told.clock == "good")
        if told.contact:
            text = "Since a licence server answered last."
            yield _gauge("calvox_agent_contact_seconds", text, told.now - told.contact)
        yield from _servers(told)
        held = Counter(cal.cal_type for cal in told.cals)
        counts = {kind: held[kind] for kind in get_args(CalTypeName)}
        yield _labelled("calvox_agent_cals", "CALs that the host holds.", "type", counts)
        yield from _voucher(told)


def _states(told: AgentStatus) -> dict[str, float]:
    return {state: float(state == told.state) for state in STATES}


def _servers(told: AgentStatus) -> Iterator[Metric]:
    answers = {line.address: float(bool(line.answers)) for line in told.servers}
    yield _labelled("calvox_agent_server_up", "1 if the licence server answers.", "server", answers)
    used = {line.address: float(line.in_use) for line in told.servers}
    yield _labelled("calvox_agent_server_in_use", "1 for the licence server that is asked first.", "server", used)
    left = {line.address: line.certificate_ends - told.now for line in told.servers if line.certificate_ends}
    text = "Until the host's certificate for the licence server ends."
    yield _labelled("calvox_agent_certificate_seconds", text, "server", left)


def _voucher(told: AgentStatus) -> Iterator[Metric]:
    text = "CALs of the outage voucher that may still be given out."
    yield _gauge("calvox_agent_voucher_left", text, told.voucher_left)
    text = "CALs of the outage voucher that were given out and are not settled."
    yield _gauge("calvox_agent_voucher_unsettled", text, told.voucher_used)
    if told.voucher:
        text = "Until the outage voucher ends."
        yield _gauge("calvox_agent_voucher_seconds", text, told.voucher_until - told.now)


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


def _labelled(name: str, text: str, label: str, values: dict[str, float] | dict[str, int]) -> Metric:
    gauge = GaugeMetricFamily(name, text, labels=[label])
    for key, value in values.items():
        gauge.add_metric([key], value)
    return gauge
