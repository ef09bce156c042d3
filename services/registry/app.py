"""The registry, composed: database, bus, permissions, gRPC endpoint, rounds. Alive while inside ``app``."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

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
from services.chassis import bus, database, rpc_client, rpc_server
from services.chassis.bell import Bell
from services.chassis.clock import Clock, SystemClock
from services.chassis.identity import KeyRing
from services.chassis.metrics import serve as serve_metrics
from services.chassis.outbox import Outbox
from services.chassis.sealed_tokens import Tokens
from services.chassis.settings import Network
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
from services.registry.store.cameras import CameraStore
from services.registry.store.tables import metadata
from services.registry.systems import Systems
from services.registry.watching import Watching
from services.registry.within import Within

NAME = "registry"
MIGRATIONS = Path(__file__).parent / "migrations"
_LEVELS_EVERY = timedelta(seconds=1)  # lists lag behind open levels by as much; decisions do not
_FILES = (
    registry_service_pb2, camera_facts_service_pb2, bulk_service_pb2, systems_service_pb2, changes_service_pb2,
    health_service_pb2,
)  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """Where the registry listens and keeps its records, whom it talks to, and how often it looks around.

    ``probe_every`` 0 asks no camera. ``own_addresses`` (host:port) are the cell's: no probe connects to them.
    """

    listen: str
    bus_url: str
    bus_seed: Path
    key_file: Path
    peers_file: Path
    database: str
    permissions_address: str
    credentials_key: Path
    freshness_term: timedelta = timedelta(days=180)  # Article 16 says "regularly"; our reading
    findings_every: timedelta = timedelta(hours=1)
    probe_every: timedelta = timedelta(0)
    source_networks: tuple[Network, ...] = ()
    own_addresses: tuple[str, ...] = ()
    metrics_listen: str = ""  # host:port of /metrics; empty: none


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


@asynccontextmanager
async def app(settings: Settings) -> AsyncIterator[None]:
    """Run the registry; ready when it yields."""
    clock = SystemClock()
    ring = KeyRing.from_files(NAME, settings.key_file, settings.peers_file)
    key = vault.read_key(settings.credentials_key, settings.listen)
    async with (
        database.connect(settings.database, MIGRATIONS) as records,
        bus.connect(settings.bus_url, settings.bus_seed, NAME) as wire,
        rpc_client.neighbour("permissions", settings.permissions_address, ring, clock) as neighbour,
        serve_metrics(settings.metrics_listen),
    ):
        cases = _use_cases(settings, records, neighbour, clock, key)
        services = rpc_server.registering(_servicers(cases, Tokens(NAME, key), clock), _FILES)
        await events.follow_health(wire, cases.signals.hear)
        async with (
            background(cases.outbox.publish_forever(wire, NAME), *_work(cases, settings)),
            rpc_server.serve(settings.listen, [rpc_server.Edge(ring, clock)], services),
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
    networks, own = settings.source_networks, frozenset(settings.own_addresses)
    return _UseCases(
        outbox=outbox,
        registry=Registry(*kept, safe, permissions, facts, clock),
        enrolment=Enrolment(*kept, safe, permissions, facts, clock),
        levels=levels,
        freshness=Freshness(*kept, permissions, facts, clock, settings.freshness_term),
        signals=signals,
        probing=Probing(records, store, safe, signals, networks, own, Limits()),
        watching=Watching(records, store, permissions, bell),
        systems=Systems(*kept, permissions, facts, clock),
        requests=Requests(*kept, permissions, facts, clock),
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


def _work(cases: _UseCases, settings: Settings) -> Iterator[Coroutine[Any, Any, None]]:
    yield cases.enrolment.gathering.work_forever()
    yield each(settings.findings_every, cases.freshness.round, sooner=cases.levels.secrecy_changed)
    yield each(_LEVELS_EVERY, cases.levels.follow)
    if settings.probe_every:
        yield each(settings.probe_every, cases.probing.round)
