"""Prometheus metrics of a process: what every service counts, and the /metrics endpoint. Labels are bounded, always."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from services.chassis import metrics_door

REGISTRY = CollectorRegistry()
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)

RPC_TOTAL = Counter(
    "kapok_rpc_total", "RPCs served, by method and canonical code", ("method", "code"), registry=REGISTRY
)
RPC_SECONDS = Histogram("kapok_rpc_seconds", "Time to serve an RPC", ("method",), buckets=BUCKETS, registry=REGISTRY)
RPC_ERRORS = Counter(
    "kapok_rpc_errors_total", "RPCs that ended with an error of ours, by its reason", ("reason",), registry=REGISTRY
)
NEIGHBOUR_CALLS = Counter(
    "kapok_neighbour_calls_total",
    "Calls to another service of the cell as its caller saw them end",
    ("neighbour", "method", "code"),
    registry=REGISTRY,
)
BUS_CONNECTED = Gauge(
    "kapok_bus_connected", "Whether NATS is reached (1) or not (0), by who connects", ("client",), registry=REGISTRY
)
OUTBOX_UNSENT = Counter("kapok_outbox_failures_total", "Facts that could not be published at once", registry=REGISTRY)
OUTBOX_AGE = Gauge(
    "kapok_outbox_age_seconds", "How long the oldest fact waits to be published", ("service",), registry=REGISTRY
)
CERTIFICATE_ENDS = Gauge(
    "kapok_certificate_ends_timestamp_seconds", "When the certificate that is shown ends, in Unix time, by its use",
    ("certificate",), registry=REGISTRY,
)  # fmt: skip
CERTIFICATE_REFUSED = Gauge(
    "kapok_certificate_renewal_refused",
    "Whether newer files of a certificate can't be used (1), so that the former ones stay, or not (0)",
    ("certificate",), registry=REGISTRY,
)  # fmt: skip


@contextmanager
def told(gauge: Gauge, label: str, value: Callable[[], float]) -> Iterator[None]:
    """While inside, ``value`` is asked whenever Prometheus asks for ``gauge`` of ``label``."""
    gauge.labels(label).set_function(value)
    try:
        yield
    finally:
        gauge.remove(label)


@asynccontextmanager
async def serve(listen: str) -> AsyncIterator[int]:
    """Serve /metrics at host:port while inside; port 0 takes a free one, "" serves nothing. Yields the bound port.

    Whoever reaches it reads it: bind it to loopback, or to a network that Prometheus alone comes from.
    """
    if not listen:
        yield 0
        return
    host, _, port = listen.rpartition(":")
    async with metrics_door.opened(host.strip("[]"), int(port), _figures) as bound:
        yield bound


def _figures() -> tuple[str, bytes]:
    return CONTENT_TYPE_LATEST, generate_latest(REGISTRY)
