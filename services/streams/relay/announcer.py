"""What the relay says on the bus: that it is alive, and every look's beginning and end (facts, durable)."""

import asyncio
import uuid
from dataclasses import dataclass

from kapok.fact.v1 import fact_pb2
from kapok.streams.v1 import relay_pb2
from services.chassis.bus import Bus
from services.chassis.clock import Clock
from services.chassis.tasks import stop_if_cancelled
from services.streams.relay.counters import Counters
from services.streams.relay.doorkeeper import Look
from services.streams.relay.lease import Lease

_EVERY_S = 1.0


@dataclass(frozen=True)
class Address:
    """Who this relay is and where viewers reach it; ``public_key`` is X25519, 32 bytes."""

    relay: str
    public_key: bytes
    host: str
    port: int
    metrics: str
    web_port: int = 0
    has_tls: bool = False


@dataclass(frozen=True)
class LookRecord:
    """Record of looks: facts in JetStream."""

    bus: Bus
    relay: str

    async def opened(self, look: Look) -> None:
        """A viewer is about to see the first picture."""
        await self._publish("opened", look)

    async def closed(self, look: Look) -> None:
        """A viewer sees no more."""
        await self._publish("closed", look)

    async def _publish(self, verb: str, look: Look) -> None:
        session = look.session
        # The same look gives the same id, so that a retry after a lost acknowledgement is no second fact.
        key = f"{self.relay} {session.name} {look.viewer} {look.opened_at.isoformat()} {verb}"
        fact = fact_pb2.Fact(
            id=str(uuid.uuid5(uuid.NAMESPACE_URL, key)), kind=f"relay.viewer.{verb}", principal=session.principal,
            camera=session.camera, session=session.name, is_sealed=look.is_sealed,
        )  # fmt: skip
        fact.occur_time.FromDatetime(look.closed_at or look.opened_at)
        viewer = relay_pb2.Viewer(
            session=session.name, relay=self.relay, viewer=look.viewer, peer_address=look.peer, close_reason=look.why
        )  # fmt: skip
        viewer.open_time.FromDatetime(look.opened_at)
        if look.closed_at:
            viewer.close_time.FromDatetime(look.closed_at)
        fact.snapshot.Pack(viewer)
        subject = f"kapok.v1.facts.relay.{self.relay}.viewer.{verb}"
        await self.bus.publish_durable(subject, fact.SerializeToString(), fact.id)


async def announce_forever(bus: Bus, address: Address, counters: Counters, lease: Lease, clock: Clock) -> None:
    """Say every second who this relay is and how loaded."""
    while True:
        said = relay_pb2.RelayAnnouncement(
            relay=address.relay, public_key=address.public_key, rtsp_host=address.host, rtsp_port=address.port,
            viewers=counters.viewers, cameras=counters.sources, applied_number=max(lease.applied, 0),
            metrics_address=address.metrics, web_port=address.web_port, has_tls=address.has_tls,
        )  # fmt: skip
        said.time.FromDatetime(clock.now())
        await bus.publish(f"kapok.v1.relays.{address.relay}.announce", said.SerializeToString())
        stop_if_cancelled()
        await asyncio.sleep(_EVERY_S)
