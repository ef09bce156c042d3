"""Whether a service can do its work, as gRPC health says it: not while its database is away or only reads.

The service as a whole (the empty name) tells it to whoever routes calls. `live` says only that the process runs: what
a restart would not mend is no reason for one. NATS counts for neither, since facts wait in the outbox meanwhile.
"""

import asyncio
import logging
from typing import Any, Protocol

from grpc_health.v1 import health_pb2

from services.chassis import errors
from services.chassis.tasks import stop_if_cancelled

log = logging.getLogger(__name__)
LIVE, WHOLE = "live", ""
_LOOK_EVERY_S = 1.0
_ANSWERS_WITHIN_S = 2.0
_FAILURES = 2  # one after the other


class Store(Protocol):
    """A database."""

    async def is_writable(self) -> bool:
        """Whether it takes writes now; errors.Unavailable when it does not answer."""
        ...


async def follow_forever(store: Store, checker: Any) -> None:
    """Tell ``checker``, a HealthServicer, each second."""
    status = health_pb2.HealthCheckResponse
    await checker.set(LIVE, status.SERVING)
    was_ready, failed = True, 0
    while True:
        stop_if_cancelled()
        failed = 0 if await _takes_writes(store) else failed + 1
        is_ready = failed < _FAILURES  # one slow answer of a busy machine is none
        if is_ready != was_ready:
            log.warning("ready again" if is_ready else "not ready: the database is away, slow or only reads")
            await checker.set(WHOLE, status.SERVING if is_ready else status.NOT_SERVING)
        was_ready = is_ready
        await asyncio.sleep(_LOOK_EVERY_S)


async def _takes_writes(store: Store) -> bool:
    try:
        async with asyncio.timeout(_ANSWERS_WITHIN_S):
            return await store.is_writable()
    except (errors.Unavailable, TimeoutError):
        return False
