"""Audit, composed: database, bus, permissions, gRPC endpoint. Alive while inside ``app``."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from prometheus_client import Counter

from kapok.audit.v1 import (
    audit_service_pb2,
    audit_service_pb2_grpc,
    findings_service_pb2,
    findings_service_pb2_grpc,
)
from services.audit import domain, events
from services.audit.neighbours import RemotePermissions
from services.audit.rpc import AuditServicer, FindingsServicer, RefusalServicer
from services.audit.service import Findings, Ledger
from services.chassis import bus, database, rpc_client, rpc_server
from services.chassis.clock import SystemClock
from services.chassis.identity import KeyRing
from services.chassis.metrics import REGISTRY
from services.chassis.signing import Signer

log = logging.getLogger(__name__)
NAME = "audit"
MIGRATIONS = Path(__file__).parent / "migrations"
_LOOK_EVERY_S = 5.0

BREAKS = Counter("kapok_ledger_breaks_total", "Books found altered when the service started", registry=REGISTRY)


@dataclass(frozen=True)
class Settings:
    """Where audit listens and keeps its books, and whom it talks to."""

    listen: str
    bus_url: str
    bus_seed: Path
    key_file: Path
    peers_file: Path
    database: str
    permissions_address: str
    signing_key: Path


@asynccontextmanager
async def app(settings: Settings) -> AsyncIterator[None]:
    """Run audit; ready when it yields. What is still counted is written on leaving."""
    clock = SystemClock()
    ring = KeyRing.from_files(NAME, settings.key_file, settings.peers_file)
    signer = Signer.from_file(settings.signing_key)
    async with (
        database.connect(settings.database, MIGRATIONS) as books,
        bus.connect(settings.bus_url, settings.bus_seed, NAME) as facts,
        rpc_client.neighbour("permissions", settings.permissions_address, ring, clock) as permissions,
        asyncio.TaskGroup() as background,
    ):
        ledger = Ledger(books, RemotePermissions(permissions), events.refusal_entry, clock)
        running = [
            background.create_task(work)
            for work in (events.consume_forever(ledger, facts), _write_repetitions_forever(ledger), _recompute(ledger))
        ]
        services = rpc_server.registering(_servicers(ledger, signer), (audit_service_pb2, findings_service_pb2))
        try:
            async with rpc_server.serve(settings.listen, [rpc_server.Edge(ring, clock)], services):
                yield
        finally:
            await ledger.write_repetitions(is_last=True)
        for task in running:
            task.cancel()


async def _write_repetitions_forever(ledger: Ledger) -> None:
    while True:
        await asyncio.sleep(_LOOK_EVERY_S)
        await ledger.write_repetitions()


async def _recompute(ledger: Ledger) -> None:
    """Look once for what was done to the books while nobody watched. The evidence stays readable: this only tells."""
    for book in (domain.ORDINARY, domain.SEALED):
        broken = await ledger.first_break(book)
        if broken is not None:
            BREAKS.inc()
            log.critical("the chain of books/%s is broken at record %d: somebody altered the database", book, broken)


def _servicers(ledger: Ledger, signer: Signer) -> rpc_server.Servicers:
    return {
        audit_service_pb2_grpc.add_AuditServiceServicer_to_server: AuditServicer(ledger, signer),
        audit_service_pb2_grpc.add_RefusalServiceServicer_to_server: RefusalServicer(ledger),
        findings_service_pb2_grpc.add_FindingsServiceServicer_to_server: FindingsServicer(
            Findings(ledger.database, ledger.permissions)
        ),
    }
