"""The registry, composed: database, bus, permissions, gRPC endpoint, rounds. Alive while inside ``app``."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from grpc_health.v1 import health

from kapok.registry.v1 import (
    bulk_service_pb2,
    bulk_service_pb2_grpc,
    camera_facts_service_pb2,
    camera_facts_service_pb2_grpc,
    changes_service_pb2,
    changes_service_pb2_grpc,
    health_service_pb2,
    health_service_pb2_grpc,
    registry_service_pb2,
    registry_service_pb2_grpc,
    systems_service_pb2,
    systems_service_pb2_grpc,
)
from services.chassis import database, readiness, rpc_client, rpc_server
from services.chassis.bell import Bell
from services.chassis.bus import OnBus
from services.chassis.clock import Clock, SystemClock
from services.chassis.database import Stored, Turn
from services.chassis.outbox import Outbox
from services.chassis.put_back import PutBack
from services.chassis.sealed_tokens import Tokens
from services.chassis.served import Serving
from services.chassis.settings import Network, naming
from services.chassis.tasks import background
from services.registry import events, vault
from services.registry.allowed import Allowed
from services.registry.concerned import Concerned
from services.registry.enrolment import Enrolment
from services.registry.freshness import Freshness
from services.registry.hysteresis import Watch
from services.registry.levels import Levels
from services.registry.neighbours import RemotePermissions
from services.registry.probe import Limits
from services.registry.probing import Probing
from services.registry.reclassifying import Reclassifying
from services.registry.requests import Requests
from services.registry.rounds import each
from services.registry.rpc.bulk import BulkServicer
from services.registry.rpc.cameras import RegistryServicer
from services.registry.rpc.changes import ChangesServicer
from services.registry.rpc.facts import CameraFactsServicer
from services.registry.rpc.health import HealthServicer
from services.registry.rpc.systems import SystemsServicer
from services.registry.secrecy import Secrecy
from services.registry.service import Registry
from services.registry.signals import Signals
from services.registry.store import put_back as raising
from services.registry.store.cameras import CameraStore
from services.registry.store.tables import metadata
from services.registry.systems import Systems
from services.registry.watching import Watching
from services.registry.within import Within

NAME = "registry"
log = logging.getLogger(__name__)
MIGRATIONS = Path(__file__).parent / "migrations"
_LEVELS_EVERY = timedelta(seconds=1)  # lists lag behind open levels by as much; decisions do not
_FILES = (
    registry_service_pb2, camera_facts_service_pb2, bulk_service_pb2, systems_service_pb2, changes_service_pb2,
    health_service_pb2,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Settings(Serving, OnBus, Stored):
    """Where the registry listens and keeps its records, whom it talks to, and how often it looks around."""

    permissions_address: Annotated[str, "where permissions answers"]
    credentials_key: Annotated[Path, "AES key in hex, under which it keeps cameras' addresses and passwords"]
    # Article 16 says "regularly"; our reading
    freshness_term: Annotated[timedelta, "basic data that is older is a finding"] = timedelta(days=180)
    findings_every: Annotated[timedelta, "how often it looks for findings"] = timedelta(hours=1)
    probe_every: Annotated[timedelta, "how often it asks each camera; 0: never"] = timedelta(0)
    source_networks: Annotated[tuple[Network, ...], "where cameras may be"] = ()
    own_addresses: Annotated[tuple[str, ...], "host:port of the cell itself: no probe connects there"] = ()


@dataclass(frozen=True)
class _UseCases:
    """What may be asked of the registry, and what it does unasked, on one database."""

    outbox: Outbox
    registry: Registry
    enrolment: Enrolment
    levels: Levels
    freshness: Freshness
    signals: Signals
    probing: Probing
    watching: Watching
    systems: Systems
    requests: Requests
    allowed: Allowed
    concerned: Concerned
    within: Within


async def restored(url: str, words: Sequence[str]) -> None:
    """`python -m services.registry restored TIME`: its database was put back from a backup of then."""
    put_back = PutBack.said(words, SystemClock().now())
    async with database.connect(url, MIGRATIONS) as records, records.write() as transaction:
        number = await raising.raise_by(transaction, put_back.step)
    log.info("changes of cameras go on from %d", number)


@asynccontextmanager
async def app(settings: Settings) -> AsyncIterator[None]:
    """Run the registry; ready when it yields."""
    clock = SystemClock()
    ring = settings.ring(NAME)
    with naming("KAPOK_CREDENTIALS_KEY"):
        key = vault.read_key(settings.credentials_key, settings.listen)
    checker = health.aio.HealthServicer()
    async with (
        settings.open_database(MIGRATIONS) as records,
        settings.on_bus(NAME) as wire,
        rpc_client.neighbour("permissions", settings.permissions_address, ring, clock, settings.tls) as neighbour,
    ):
        cases = _use_cases(settings, records, neighbour, clock, key)
        services = rpc_server.registering(_servicers(cases, Tokens(NAME, key), clock), _FILES)
        await events.follow_health(wire, cases.signals.hear)
        async with (
            background(
                cases.outbox.publish_forever(wire, NAME),
                readiness.follow_forever(records, checker),
                *_work(cases, settings, records),
            ),
            rpc_server.serve(settings.door, [rpc_server.Edge(ring, clock)], services, checker),
        ):
            yield


def _use_cases(
    settings: Settings, records: database.Database, neighbour: rpc_client.Neighbour, clock: Clock, key: bytes
) -> _UseCases:
    store, bell, facts, safe = CameraStore(), Bell(), events.Facts(), vault.Vault(key)
    outbox = Outbox(records, metadata, bell.ring)
    kept = (records, outbox, store)
    levels = Levels(*kept, RemotePermissions(neighbour), facts, clock, asyncio.Event())
    permissions = RemotePermissions(neighbour, Secrecy(levels).reach)
    signals = Signals(*kept, permissions, facts, clock, bell, Watch())
    reclassifying = Reclassifying(permissions, levels.secrecy_changed)
    networks, own = settings.source_networks, frozenset(settings.own_addresses)
    return _UseCases(
        outbox=outbox,
        registry=Registry(*kept, safe, permissions, facts, clock, reclassifying),
        enrolment=Enrolment(*kept, safe, permissions, facts, clock),
        levels=levels,
        freshness=Freshness(*kept, permissions, facts, clock, settings.freshness_term),
        signals=signals,
        probing=Probing(records, store, safe, signals, networks, own, Limits()),
        watching=Watching(records, store, permissions, bell),
        systems=Systems(*kept, permissions, facts, clock),
        requests=Requests(*kept, permissions, facts, clock, reclassifying),
        allowed=Allowed(records, store, permissions),
        concerned=Concerned(records, store),
        within=Within(records, store),
    )


def _servicers(cases: _UseCases, tokens: Tokens, clock: Clock) -> rpc_server.Servicers:
    registry, enrolment = cases.registry, cases.enrolment
    cameras = RegistryServicer(registry, enrolment, cases.watching, cases.freshness, tokens, clock, cases.allowed)
    return {
        registry_service_pb2_grpc.add_RegistryServiceServicer_to_server: cameras,
        camera_facts_service_pb2_grpc.add_CameraFactsServiceServicer_to_server: CameraFactsServicer(
            registry, cases.concerned, cases.within
        ),
        bulk_service_pb2_grpc.add_BulkServiceServicer_to_server: BulkServicer(registry, enrolment, clock),
        systems_service_pb2_grpc.add_SystemsServiceServicer_to_server: SystemsServicer(cases.systems, tokens),
        changes_service_pb2_grpc.add_ChangesServiceServicer_to_server: ChangesServicer(cases.requests, tokens, clock),
        health_service_pb2_grpc.add_HealthServiceServicer_to_server: HealthServicer(cases.signals, tokens),
    }


def _work(cases: _UseCases, settings: Settings, records: database.Database) -> Iterator[Coroutine[Any, Any, None]]:
    """Findings and levels are looked at by each replica, and written under a lock once; cameras are asked by one."""
    yield cases.enrolment.gathering.work_forever()
    yield each(settings.findings_every, cases.freshness.round, sooner=cases.levels.secrecy_changed)
    yield each(_LEVELS_EVERY, cases.levels.follow)
    if settings.probe_every:
        yield records.lead_forever(Turn.PROBING, partial(each, settings.probe_every, cases.probing.round))
