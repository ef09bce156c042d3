"""What the gateway counts. Labels are bounded: methods of the API by name, every other one as `unknown`."""

from prometheus_client import Counter, Gauge

from services.chassis.metrics import REGISTRY

UNKNOWN = "unknown"
CALLS = Counter(
    "kapok_gateway_calls_total",
    "Calls of agencies, by method and canonical code",
    ("method", "code"),
    registry=REGISTRY,
)
REFUSALS_WAITING = Gauge(
    "kapok_gateway_refusals_waiting", "Refusals answered but not yet in the ledger", registry=REGISTRY
)
REFUSALS_LOST = Counter(
    "kapok_gateway_refusals_lost_total", "Refusals that only the log holds: the queue was full", registry=REGISTRY
)
