"""The relay's counters as Prometheus metrics. No metric names a camera; the one label is of a handful of reasons."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

from prometheus_client import Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry

from services.streams.relay.announcer import Capacity
from services.streams.relay.control import Fence
from services.streams.relay.counters import Counters
from services.streams.relay.doorkeeper import Doorkeeper

_GAUGES = frozenset({"viewers", "connections", "secure_connections", "datagram_viewers", "sources"})
_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)


def histogram(registry: CollectorRegistry, name: str, text: str) -> Histogram:
    """A histogram of seconds from half a millisecond to five seconds."""
    return Histogram(f"kapok_relay_{name}_seconds", text, buckets=_SECONDS, registry=registry)


@dataclass(frozen=True, eq=False)
class RelayCollector(Collector):
    """Reads the plain integers when Prometheus asks."""

    counters: Counters
    doorkeeper: Doorkeeper
    fence: Fence
    capacity: Capacity

    def collect(self) -> Iterator[Metric]:
        yield from self._counted()
        yield from self._standing()

    def _counted(self) -> Iterator[Metric]:
        for field in fields(self.counters):
            value = getattr(self.counters, field.name)
            if not isinstance(value, int):
                continue
            family = GaugeMetricFamily if field.name in _GAUGES else CounterMetricFamily
            name = f"kapok_relay_{field.name.removesuffix('_total')}"
            name += "_opened" if field.name == "viewers_total" else ""
            yield family(name, f"relay: {field.name.replace('_', ' ')}", value=value)
        yield CounterMetricFamily(
            "kapok_relay_epoch_refusals", "commands of a holder that was", value=self.fence.epoch_refusals
        )

    def _standing(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("kapok_relay_viewers_most", "viewers that it serves well", value=self.capacity.viewers)
        yield GaugeMetricFamily(
            "kapok_relay_bytes_per_second_most", "bytes a second that it serves well", value=self.capacity.bytes_per_s
        )
        yield GaugeMetricFamily("kapok_relay_sessions", "sessions kept", value=len(self.doorkeeper.sessions))
        states = GaugeMetricFamily("kapok_relay_source_states", "streams of cameras by state", labels=["state"])
        for state, count in self.doorkeeper.book.states(self.doorkeeper.clock.monotonic()).items():
            states.add_metric([state], count)
        yield states
        tenure = self.doorkeeper.tenure
        yield CounterMetricFamily("kapok_relay_doubts", "times it asked which sessions are its own", value=tenure.doubt)
        yield GaugeMetricFamily("kapok_relay_draining", "whether it was told to stop", value=tenure.is_draining)
        yield GaugeMetricFamily(
            "kapok_relay_outlasting", "sessions beyond the standing lease", value=len(self.doorkeeper.outlasting)
        )
        yield GaugeMetricFamily(
            "kapok_relay_applied_number", "last ending applied", value=self.doorkeeper.lease.applied
        )
