"""The registry, composed: database, bus, permissions, gRPC endpoint. Alive while inside ``app``."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kapok.registry.v1 import (
    camera_facts_service_pb2,
    camera_facts_service_pb2_grpc,
    registry_service_pb2,
    registry_service_pb2_grpc,
)
from services.chassis import bus, database, rpc_client, rpc_server
from services.chassis.clock import SystemClock
from services.chassis.identity import KeyRing
from services.chassis.outbox import Outbox
from services.registry import events, store
from services.registry.neighbours import RemotePermissions
from services.registry.rpc import CameraFactsServicer, RegistryServicer
from services.registry.service import Registry
from services.registry.vault import Vault

NAME = "registry"
MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(frozen=True)
class Settings:
    """Where the registry listens and keeps its records, and whom it talks to."""

    listen: str
    bus_url: str
    bus_seed: Path
    key_file: Path
    peers_file: Path
    database: str
    permissions_address: str
    credentials_key: Path


@asynccontextmanager
async def app(settings: Settings) -> AsyncIterator[None]:
    """Run the registry; ready when it yields."""
    clock = SystemClock()
    ring = KeyRing.from_files(NAME, settings.key_file, settings.peers_file)
    vault = Vault.from_file(settings.credentials_key)
    async with (
        database.connect(settings.database, MIGRATIONS) as records,
        bus.connect(settings.bus_url, settings.bus_seed, NAME) as facts,
        rpc_client.neighbour("permissions", settings.permissions_address, ring, clock) as permissions,
        asyncio.TaskGroup() as background,
    ):
        outbox = Outbox(records, store.metadata)
        registry = Registry(records, outbox, vault, RemotePermissions(permissions), events.camera_fact, clock)
        publishing = background.create_task(outbox.publish_forever(facts))
        async with rpc_server.serve(settings.listen, [rpc_server.Edge(ring, clock)], _services(registry, clock)):
            yield
        publishing.cancel()


def _services(registry: Registry, clock: SystemClock) -> Any:
    def register(server: Any) -> list[str]:
        registry_service_pb2_grpc.add_RegistryServiceServicer_to_server(RegistryServicer(registry, clock), server)
        camera_facts_service_pb2_grpc.add_CameraFactsServiceServicer_to_server(CameraFactsServicer(registry), server)
        files = (registry_service_pb2, camera_facts_service_pb2)
        return [service.full_name for file in files for service in file.DESCRIPTOR.services_by_name.values()]

    return register
