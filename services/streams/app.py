"""Composition of streams: opens, wires, yields. The only file that knows every other."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from grpc_health.v1 import health

from kapok.streams.v1 import (
    fence_service_pb2,
    fence_service_pb2_grpc,
    running_sessions_service_pb2,
    running_sessions_service_pb2_grpc,
    streams_service_pb2,
    streams_service_pb2_grpc,
)
from services.chassis import figures, readiness, rpc_client, rpc_server
from services.chassis.bus import Bus, OnBus
from services.chassis.clock import SystemClock
from services.chassis.database import Stored, Turn
from services.chassis.served import Serving
from services.chassis.settings import SettingsError, naming
from services.chassis.signing import Signer, Verifier
from services.chassis.tasks import background, outlasting, stop_if_cancelled
from services.streams import metrics
from services.streams.anew import POLICIES, Anew
from services.streams.domain import Ended
from services.streams.ends import Ends
from services.streams.events import FactEncoder, follow_endings
from services.streams.events.commands import CommandEncoder, CommandFleet
from services.streams.events.looks import follow_looks
from services.streams.events.oversight import OversightEncoder
from services.streams.feeds import Feeds
from services.streams.handover import Handover
from services.streams.limits import Limits
from services.streams.looks import Looks
from services.streams.neighbours import PermissionsNeighbour, RegistryNeighbour
from services.streams.oversight import Oversight
from services.streams.places import Places
from services.streams.restoring import Restoring
from services.streams.rpc import FenceServicer, RunningSessionsServicer, StreamsServicer
from services.streams.service import Streams
from services.streams.steering import Steering
from services.streams.store import SessionStore
from services.streams.store.looks import LookStore
from services.streams.store.places import PlaceStore
from services.streams.store.pointings import PointingStore
from services.streams.tokens import TokenSigner

log = logging.getLogger(__name__)
NAME = "streams"
MIGRATIONS = Path(__file__).parent / "migrations"
_CLOCK = SystemClock()
_SWEEP_S = 1.0


_SESSIONS, _VIEWERS = "open at once, at most", "together, of the sessions that are open, at most"


@dataclass(frozen=True, kw_only=True)
class Settings(Serving, OnBus, Stored):
    """KAPOK_* of the streams service."""

    signing_key: Annotated[Path, "Ed25519 seed in hex, by which it signs tokens and orders to relays"]
    permissions_public_key: Annotated[Path, "Ed25519 in hex, of permissions"]
    permissions_address: Annotated[str, "where permissions answers"]
    registry_address: Annotated[str, "where registry answers"]
    sessions_per_principal: Annotated[int, _SESSIONS] = Limits.sessions_per_principal
    viewers_per_principal: Annotated[int, _VIEWERS] = Limits.viewers_per_principal
    sessions_per_agency: Annotated[int, _SESSIONS] = Limits.sessions_per_agency
    viewers_per_agency: Annotated[int, _VIEWERS] = Limits.viewers_per_agency
    sessions_per_camera: Annotated[int, _SESSIONS] = Limits.sessions_per_camera
    viewers_per_camera: Annotated[int, _VIEWERS] = Limits.viewers_per_camera

    def __post_init__(self) -> None:
        super().__post_init__()
        if wrong := [name for name, most in asdict(self.limits).items() if most < 1]:
            raise SettingsError("; ".join(f"KAPOK_{name.upper()}: must be 1 or more" for name in wrong))

    @property
    def limits(self) -> Limits:
        """As the use cases take them."""
        return Limits(**{field.name: getattr(self, field.name) for field in fields(Limits)})


class _Neighbours(NamedTuple):
    """Who is asked, and who serves."""

    permissions: PermissionsNeighbour
    registry: RegistryNeighbour
    relays: CommandFleet


@asynccontextmanager
async def app(settings: Settings) -> AsyncIterator[None]:
    """The streams service, serving while inside."""
    ring = settings.ring(NAME)
    with naming("KAPOK_SIGNING_KEY", "KAPOK_PERMISSIONS_PUBLIC_KEY"):
        signer = Signer.from_file(settings.signing_key)
        permissions_key = Verifier(bytes.fromhex(settings.permissions_public_key.read_text().strip()))
    checker = health.aio.HealthServicer()
    async with (
        settings.open_database(MIGRATIONS) as opened_database,
        settings.on_bus(NAME) as opened_bus,
        rpc_client.neighbour("permissions", settings.permissions_address, ring, _CLOCK, settings.tls) as permissions,
        rpc_client.neighbour("registry", settings.registry_address, ring, _CLOCK, settings.tls) as registry,
    ):
        store, fleet = SessionStore(opened_database), CommandFleet(opened_bus, signer, _CLOCK)
        neighbours = _Neighbours(PermissionsNeighbour(permissions), RegistryNeighbour(registry), fleet)
        places = Places(PlaceStore(opened_database), fleet, _CLOCK)
        streams = _streams(settings.limits, store, places, neighbours, TokenSigner(signer))
        look_store = LookStore(opened_database, store.outbox)
        looks = Looks(look_store, fleet, FactEncoder(_CLOCK), _CLOCK)
        anew = Anew(streams)

        async def end(ended: Ended) -> None:
            if ended.subject.startswith(POLICIES):
                anew.policy_changed(ended.number)
            else:
                await streams.end_standing_on(ended)

        await fleet.listen()
        await follow_endings(opened_bus, permissions_key, end, await store.oldest_number())
        stacks = PointingStore(opened_database, store.outbox, CommandEncoder(_CLOCK).pointing)
        restoring = Restoring(
            stacks, store, neighbours.permissions, replace(places, patience_s=0), neighbours.registry, fleet, _CLOCK
        )
        steering = _steering(neighbours, places, store, restoring)
        oversight = Oversight(store, neighbours.permissions, OversightEncoder(_CLOCK))
        feeds = Feeds(neighbours.permissions, streams.open)
        tend = partial(
            _tend, opened_bus, partial(_close_what_is_over, streams, looks), anew.work_forever, restoring.work_forever,
            streams.handover.work_forever,
        )  # fmt: skip
        services = _services(StreamsServicer(streams, oversight, feeds, steering), streams)
        async with (
            background(
                store.outbox.publish_forever(opened_bus, NAME),
                readiness.follow_forever(opened_database, checker),
                opened_database.lead_forever(Turn.TENDING_SESSIONS, tend),
                streams.handover.watch_forever(),
                outlasting(streams.handover.call_forever),
                follow_looks(opened_bus, look_store, store, _CLOCK),
                figures.read_forever(partial(metrics.read_sessions, store)),
            ),
            rpc_server.serve(settings.door, [rpc_server.Edge(ring, _CLOCK)], services, checker),
        ):
            log.info("streams serves", extra={"address": settings.listen})
            yield


def _streams(
    limits: Limits, store: SessionStore, places: Places, neighbours: _Neighbours, tokens: TokenSigner
) -> Streams:
    deciders, cameras, fleet = neighbours
    facts = FactEncoder(_CLOCK)
    ends = Ends(store, fleet, facts, _CLOCK)
    return Streams(
        sessions=store,
        permissions=deciders,
        registry=cameras,
        relays=fleet,
        places=places,
        handover=Handover(store, deciders, cameras, fleet, replace(places, patience_s=0), facts, ends),
        ends=ends,
        facts=facts,
        tokens=tokens,
        clock=_CLOCK,
        limits=limits,
    )


def _steering(neighbours: _Neighbours, places: Places, store: SessionStore, restoring: Restoring) -> Steering:
    deciders, cameras, fleet = neighbours
    return Steering(deciders, places, cameras, store, CommandEncoder(_CLOCK), fleet, restoring)


def _services(servicer: StreamsServicer, streams: Streams) -> Callable[[Any], Sequence[str]]:
    servicers: rpc_server.Servicers = {
        streams_service_pb2_grpc.add_StreamsServiceServicer_to_server: servicer,
        running_sessions_service_pb2_grpc.add_RunningSessionsServiceServicer_to_server: RunningSessionsServicer(
            streams
        ),
        fence_service_pb2_grpc.add_FenceServiceServicer_to_server: FenceServicer(streams.relays),
    }
    return rpc_server.registering(servicers, (streams_service_pb2, running_sessions_service_pb2, fence_service_pb2))


async def _tend(heard: Bus, *work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """What one replica does for all, until it hears nothing any more: another one may."""
    async with background(*map(outlasting, work)):
        await heard.fail_when_away()


async def _close_what_is_over(streams: Streams, looks: Looks) -> None:
    while True:
        stop_if_cancelled()
        await streams.close_expired()
        await streams.close_lost()
        await looks.close_lost()
        await streams.places.forget_unused()
        await streams.tell_untold()
        await asyncio.sleep(_SWEEP_S)
