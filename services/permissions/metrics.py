"""What permissions counts. A rule's name is the policy's, so there are as many as it has rows.

Nothing about a state secret is in any figure: who may read these may not learn of one (Article 11).
"""

from prometheus_client import Counter, Gauge

from services.chassis.database import Database
from services.chassis.metrics import REGISTRY
from services.decider.decision import Decision
from services.decider.facts import SEALED_LEVEL, AgencyKind, Camera
from services.permissions.store import takeovers

DECISIONS = Counter(
    "kapok_decisions_total", "Decisions on one camera, by rule and outcome", ("rule", "outcome"), registry=REGISTRY
)
TAKEN_OVER = Gauge(
    "kapok_takeovers_in_force", "Cameras taken over now, by the kind of agency that did", ("kind",), registry=REGISTRY
)


def count(decision: Decision, camera: Camera) -> None:
    """One decision. Those on many cameras at once (CheckBatch) are counted as the one call that they are."""
    if camera.level < SEALED_LEVEL:
        DECISIONS.labels(decision.rule, "allow" if decision.allowed else "deny").inc()


async def read_takeovers(database: Database) -> None:
    """Bring the gauge up to what is on record."""
    async with database.read() as transaction:
        found = await takeovers.in_force(transaction)
    for kind in AgencyKind:
        TAKEN_OVER.labels(kind.value).set(found[kind.value])
