"""The registry, composed: database, bus, permissions, gRPC endpoint, rounds. Alive while inside ``app``."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
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
from services.chassis.clock import SystemClock
from services.chassis.errors import Unavailable
from services.chassis.identity import KeyRing
from services.chassis.outbox import Outbox
from services.chassis.settings import Network
from services.chassis.tasks import background, stop_if_cancelled
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
from services.registry.tokens import Tokens
from services.registry.watching import Bell, Watching

log = logging.getLogger(__name__)
NAME = "registry"
MIGRATIONS = Path(__file__).parent / "migrations"
_LEVELS_EVERY = timedelta(seconds=1)  # lists lag behind open levels by as much; decisions do not
_SOON_S = 5.0  # after the start, and after a neighbour that was away
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


@asynccontextmanager
async def app(settings: Settings) -> AsyncIterator[None]:
    """Run the registry; ready when it yields."""
    clock, bell, facts = SystemClock(), Bell(), events.Facts()
    ring = KeyRing.from_files(NAME, settings.key_file, settings.peers_file)
    key = vault.read_key(settings.credentials_key, settings.listen)
    safe, tokens, store = vault.Vault(key), Tokens(key), CameraStore()
    async with (
        database.connect(settings.database, MIGRATIONS) as records,
        bus.connect(settings.bus_url, settings.bus_seed, NAME) as wire,
        rpc_client.neighbour("permissions", settings.permissions_address, ring, clock) as neighbour,
    ):
        outbox = Outbox(records, metadata, bell.ring)
        kept = (records, outbox, store)
        levels = Levels(*kept, RemotePermissions(neighbour), facts, clock, asyncio.Event())
        permissions = RemotePermissions(neighbour, Secrecy(levels).reach)
        registry = Registry(*kept, safe, permissions, facts, clock)
        enrolment = Enrolment(*kept, safe, permissions, facts, clock)
        freshness = Freshness(*kept, permissions, facts, clock, settings.freshness_term)
        signals = Signals(*kept, permissions, facts, clock, bell, Watch())
        probing = Probing(
            records, store, safe, signals, settings.source_networks, frozenset(settings.own_addresses), Limits()
        )
        watching = Watching(records, store, permissions, bell)
        servicers = {
            registry_service_pb2_grpc.add_RegistryServiceServicer_to_server: RegistryServicer(
                registry, enrolment, watching, freshness, tokens, clock, Allowed(records, store, permissions)
            ),
            camera_facts_service_pb2_grpc.add_CameraFactsServiceServicer_to_server: CameraFactsServicer(
                registry, Concerned(records, store)
            ),
            bulk_service_pb2_grpc.add_BulkServiceServicer_to_server: BulkServicer(registry, enrolment, clock),
            systems_service_pb2_grpc.add_SystemsServiceServicer_to_server: SystemsServicer(
                Systems(*kept, permissions, facts, clock), tokens
            ),
            changes_service_pb2_grpc.add_ChangesServiceServicer_to_server: ChangesServicer(
                Requests(*kept, permissions, facts, clock), tokens, clock
            ),
            health_service_pb2_grpc.add_HealthServiceServicer_to_server: HealthServicer(signals, tokens),
        }
        await events.follow_health(wire, signals.hear)
        work = [
            outbox.publish_forever(wire),
            enrolment.gathering.work_forever(),
            _each(settings.findings_every, freshness.round, sooner=levels.secrecy_changed),
            _each(_LEVELS_EVERY, levels.follow),
        ]
        if settings.probe_every:
            work.append(_each(settings.probe_every, probing.round))
        async with (
            background(*work),
            rpc_server.serve(settings.listen, [rpc_server.Edge(ring, clock)], _services(servicers)),
        ):
            yield


def _each(
    every: timedelta, run: Callable[[], Awaitable[Any]], sooner: asyncio.Event | None = None
) -> Coroutine[Any, Any, None]:
    sooner = sooner or asyncio.Event()

    async def rounds() -> None:
        is_soon = True
        while True:
            stop_if_cancelled()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(every.total_seconds(), _SOON_S) if is_soon else every.total_seconds()):
                    await sooner.wait()
            sooner.clear()
            is_soon = False
            try:
                await run()
            except Unavailable as away:
                is_soon = True
                log.warning("a round waits: %s", away.message)
            except Exception:  # a round that fails is tried again at the next one; the service goes on
                log.exception("a round failed")

    return rounds()


def _services(servicers: dict[Any, Any]) -> Any:
    def register(server: Any) -> list[str]:
        for add, servicer in servicers.items():
            add(servicer, server)
        return [service.full_name for file in _FILES for service in file.DESCRIPTOR.services_by_name.values()]

    return register
