"""What the gateway counts. Labels are bounded: methods of the API by name, every other one as `unknown`."""

from prometheus_client import Counter, Gauge, Histogram

from services.chassis.metrics import BUCKETS, REGISTRY

UNKNOWN = "unknown"
CALLS = Counter(
    "kapok_gateway_calls_total",
    "Calls of agencies, by method and canonical code",
    ("method", "code"),
    registry=REGISTRY,
)
SECONDS = Histogram(
    "kapok_gateway_seconds", "Time to answer an agency", ("method",), buckets=BUCKETS, registry=REGISTRY
)
REFUSALS_WAITING = Gauge(
    "kapok_gateway_refusals_waiting", "Refusals answered but not yet in the ledger", registry=REGISTRY
)
REFUSALS_LOST = Counter(
    "kapok_gateway_refusals_lost_total", "Refusals that only the log holds: the queue was full", registry=REGISTRY
)
