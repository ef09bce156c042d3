"""What relays and the gateway are told at once: endings, editions of the policy, heartbeats. All of it signed."""

import logging
from asyncio import Event

from nats.errors import Error as NatsError
from nats.js.kv import KeyValue

from kapok.permissions.v1 import permissions_events_pb2
from services.chassis.bus import Bus, BusAwayError
from services.chassis.signing import Signer
from services.decider.replica import Edition
from services.permissions.ending import Ending, Heartbeat
from services.permissions.rpc import facts, messages

log = logging.getLogger(__name__)
ENDINGS = "kapok.v1.permissions.endings"
ENDINGS_PURPOSE = "kapok.permissions.ending"
ENDINGS_BUCKET = "endings"
POLICIES = "kapok.v1.permissions.policies"
POLICIES_BUCKET = "policies"
HEARTBEAT = "kapok.v1.permissions.heartbeat"
HEARTBEAT_PURPOSE = "kapok.permissions.heartbeat"
_FLUSH_TIMEOUT_S = 1


class SignedVoice:
    """Speaks to relays and gateway. ``has_spoken`` is set by each ending: the bucket does not hold it yet."""

    def __init__(self, bus: Bus, signer: Signer) -> None:
        self._bus = bus
        self._signer = signer
        self._buckets: dict[str, KeyValue] = {}
        self.has_spoken = Event()

    async def tell(self, *endings: Ending) -> None:
        """Say them at once, and return when the server has them. Without a bus the heartbeat's silence tells."""
        if not endings:
            return
        self.has_spoken.set()
        try:
            for ending in endings:
                await self._bus.publish(ENDINGS, self._sealed(ending))
            await self._bus.client.flush(_FLUSH_TIMEOUT_S)
        except (NatsError, OSError) as error:
            log.warning("endings up to %s wait for the bus: %r", endings[-1].number, error)

    async def keep(self, ending: Ending) -> None:
        """Put it into the bucket, for whoever was away; the same bytes however often. Raises BusAwayError."""
        await self._put(ENDINGS_BUCKET, ending.number, self._sealed(ending))

    async def proclaim(self, edition: Edition) -> None:
        """Say a version of the policy at once; a bus that is away is no error: relays read it later, or fail closed."""
        try:
            await self._bus.publish(POLICIES, self._sealed_edition(edition))
        except (NatsError, OSError) as error:
            log.warning("policy %s waits for the bus: %r", edition.revision, error)

    async def keep_edition(self, edition: Edition) -> None:
        """Put a version of the policy into its bucket. Raises BusAwayError."""
        await self._put(POLICIES_BUCKET, edition.revision, self._sealed_edition(edition))

    async def beat(self, heartbeat: Heartbeat) -> None:
        """Say where permissions is. Never from a buffer: a late heartbeat would renew a lease that has run out."""
        if not self._bus.client.is_connected:
            raise BusAwayError("no heartbeat without a bus")
        message = permissions_events_pb2.Heartbeat(
            committed_number=heartbeat.committed_number,
            policy_revision=heartbeat.policy_revision,
            time=messages.stamp(heartbeat.at),
        )
        await self._bus.publish(HEARTBEAT, self._signer.seal(HEARTBEAT_PURPOSE, message.SerializeToString()))

    async def _put(self, name: str, number: int, signed: bytes) -> None:
        try:
            bucket = self._buckets.get(name) or await self._bus.bucket(name)
            self._buckets[name] = bucket
            await bucket.put(str(number), signed)
        except (NatsError, OSError) as error:
            raise BusAwayError(f"{name} {number} is not in the bucket yet: {error!r}") from error

    def _sealed_edition(self, edition: Edition) -> bytes:
        return self._signer.seal(facts.EDITION_PURPOSE, facts.edition(edition).SerializeToString())

    def _sealed(self, ending: Ending) -> bytes:
        message = permissions_events_pb2.Ending(
            number=ending.number,
            cause=f"CAUSE_{ending.cause.name}",
            subject=ending.subject,
            occur_time=messages.stamp(ending.occurred_at),
            is_sealed=ending.is_sealed,
            takings=facts.takings(ending.takings) if ending.takings else None,
        )
        return self._signer.seal(ENDINGS_PURPOSE, message.SerializeToString())
