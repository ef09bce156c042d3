"""Composition of streams: opens, wires, yields. The only file that knows every other."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from kapok.streams.v1 import (
    running_sessions_service_pb2,
    running_sessions_service_pb2_grpc,
    streams_service_pb2,
    streams_service_pb2_grpc,
)
from services.chassis import bus, database, identity, rpc_client, rpc_server
from services.chassis.clock import SystemClock
from services.chassis.settings import SettingsError
from services.chassis.signing import Signer, Verifier
from services.chassis.tasks import background
from services.streams.anew import POLICIES, Anew
from services.streams.domain import Ended
from services.streams.ends import Ends
from services.streams.events import FactEncoder, RelayFleet, follow_endings
from services.streams.events.looks import follow_looks
from services.streams.events.oversight import OversightEncoder
from services.streams.handover import Handover
from services.streams.limits import Limits
from services.streams.looks import Looks
from services.streams.neighbours import PermissionsNeighbour, RegistryNeighbour
from services.streams.oversight import Oversight
from services.streams.places import Places
from services.streams.rpc import RunningSessionsServicer, StreamsServicer
from services.streams.service import Streams
from services.streams.store import SessionStore
from services.streams.store.looks import LookStore
from services.streams.store.places import PlaceStore
from services.streams.tokens import TokenSigner

log = logging.getLogger(__name__)
_SWEEP_S = 1.0


@dataclass(frozen=True)
class Settings:
    """KAPOK_* of the streams service."""

    listen: str
    database: str
    bus_url: str
    key_file: Path
    peers_file: Path
    signing_key: Path
    permissions_public_key: Path
    permissions_address: str
    registry_address: str
    bus_seed: Path | None = None
    sessions_per_principal: int = (
        Limits.sessions_per_principal
    )  # the most that may be open at once, and viewers that they may have
    viewers_per_principal: int = Limits.viewers_per_principal
    sessions_per_agency: int = Limits.sessions_per_agency
    viewers_per_agency: int = Limits.viewers_per_agency
    sessions_per_camera: int = Limits.sessions_per_camera
    viewers_per_camera: int = Limits.viewers_per_camera

    def __post_init__(self) -> None:
        if wrong := [name for name, most in asdict(self.limits).items() if most < 1]:
            raise SettingsError("; ".join(f"KAPOK_{name.upper()}: must be 1 or more" for name in wrong))

    @property
    def limits(self) -> Limits:
        """As the use cases take them."""
        return Limits(**{field.name: getattr(self, field.name) for field in fields(Limits)})


@asynccontextmanager
async def app(settings: Settings) -> AsyncIterator[None]:
    """The streams service, serving while inside."""
    clock = SystemClock()
    ring = identity.KeyRing.from_files("streams", settings.key_file, settings.peers_file)
    signer = Signer.from_file(settings.signing_key)
    async with (
        database.connect(settings.database, Path(__file__).parent / "migrations") as opened_database,
        bus.connect(settings.bus_url, settings.bus_seed, "streams") as opened_bus,
        rpc_client.neighbour("permissions", settings.permissions_address, ring, clock) as permissions,
        rpc_client.neighbour("registry", settings.registry_address, ring, clock) as registry,
    ):
        store, facts = SessionStore(opened_database), FactEncoder(clock)
        fleet = RelayFleet(opened_bus, signer, clock)
        deciders, cameras = PermissionsNeighbour(permissions), RegistryNeighbour(registry)
        places = Places(PlaceStore(opened_database), fleet, clock)
        ends = Ends(store, fleet, facts, clock)
        handover = Handover(store, deciders, cameras, fleet, replace(places, patience_s=0), facts, ends)
        look_store = LookStore(opened_database, store.outbox)
        looks = Looks(look_store, fleet, facts, clock)
        streams = Streams(
            sessions=store,
            permissions=deciders,
            registry=cameras,
            relays=fleet,
            places=places,
            handover=handover,
            ends=ends,
            facts=facts,
            tokens=TokenSigner(signer),
            clock=clock,
            limits=settings.limits,
        )
        permissions_key = Verifier(bytes.fromhex(settings.permissions_public_key.read_text().strip()))
        await fleet.listen()
        anew = Anew(streams)

        async def end(ended: Ended) -> None:
            if ended.subject.startswith(POLICIES):
                anew.policy_changed(ended.number)
            else:
                await streams.end_standing_on(ended)

        await follow_endings(opened_bus, permissions_key, end, await store.oldest_number())

        servicers: rpc_server.Servicers = {
            streams_service_pb2_grpc.add_StreamsServiceServicer_to_server: StreamsServicer(
                streams, Oversight(store, deciders, OversightEncoder(clock))
            ),
            running_sessions_service_pb2_grpc.add_RunningSessionsServiceServicer_to_server: RunningSessionsServicer(
                streams
            ),
        }
        services = rpc_server.registering(servicers, (streams_service_pb2, running_sessions_service_pb2))
        async with (
            background(
                store.outbox.publish_forever(opened_bus),
                _close_what_is_over(streams, looks),
                anew.work_forever(),
                handover.watch_forever(),
                handover.call_forever(),
                handover.work_forever(),
                follow_looks(opened_bus, look_store, clock),
            ),
            rpc_server.serve(settings.listen, [rpc_server.Edge(ring, clock)], services),
        ):
            log.info("streams serves", extra={"address": settings.listen})
            yield


async def _close_what_is_over(streams: Streams, looks: Looks) -> None:
    while True:
        await streams.close_expired()
        await streams.close_lost()
        await looks.close_lost()
        await streams.places.forget_unused()
        await streams.tell_untold()
        await asyncio.sleep(_SWEEP_S)
