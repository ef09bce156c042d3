"""What streams tells of its sessions. Those of state secrets are in no figure (Article 11)."""

from collections.abc import Mapping
from typing import Protocol

from prometheus_client import Gauge

from services.chassis.metrics import REGISTRY
from services.streams.domain import Kind

SESSIONS = Gauge("kapok_streams_sessions", "Sessions open now, by kind", ("kind",), registry=REGISTRY)


class Sessions(Protocol):
    """Who keeps them."""

    async def count_open(self) -> Mapping[str, int]:
        """How many are open, by kind, but for those of state secrets."""
        ...


async def read_sessions(sessions: Sessions) -> None:
    """Bring the gauge up to what is on record."""
    found = await sessions.count_open()
    for kind in Kind:
        SESSIONS.labels(kind.value).set(found.get(kind.value, 0))
