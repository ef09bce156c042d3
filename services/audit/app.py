"""Composition of audit: the ledger, its consumer of facts, its gRPC endpoint."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kapok.audit.v1 import audit_service_pb2_grpc
from services.audit import domain
from services.audit.events import consume_forever, refusal_entry
from services.audit.neighbours import RemotePermissions
from services.audit.rpc import AuditServicer, RefusalServicer
from services.audit.service import Ledger
from services.chassis import bus, database, errors, rpc_client, rpc_server
from services.chassis.clock import SystemClock
from services.chassis.identity import KeyRing
from services.chassis.signing import Signer
from services.chassis.tasks import background

log = logging.getLogger(__name__)
NAME = "audit"
MIGRATIONS = Path(__file__).parent / "migrations"
_SWEEP_S = 5.0


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
    """Run audit; ready when it yields."""
    clock = SystemClock()
    ring = KeyRing.from_files(NAME, settings.key_file, settings.peers_file)
    signer = Signer.from_file(settings.signing_key)
    async with (
        database.connect(settings.database, MIGRATIONS) as books,
        bus.connect(settings.bus_url, settings.bus_seed, NAME) as facts,
        rpc_client.neighbour("permissions", settings.permissions_address, ring, clock) as permissions,
    ):
        ledger = Ledger(books, RemotePermissions(permissions), refusal_entry, clock)
        await _report_breaks(ledger)

        def register(server: Any) -> list[str]:
            audit_service_pb2_grpc.add_AuditServiceServicer_to_server(AuditServicer(ledger, signer), server)
            audit_service_pb2_grpc.add_RefusalServiceServicer_to_server(RefusalServicer(ledger), server)
            return ["kapok.audit.v1.AuditService", "kapok.audit.v1.RefusalService"]

        async with (
            background(consume_forever(ledger, facts), _write_repetitions_forever(ledger)),
            rpc_server.serve(settings.listen, [rpc_server.Edge(ring, clock)], register),
        ):
            yield
        await ledger.write_repetitions(is_last=True)


async def _report_breaks(ledger: Ledger) -> None:
    """Say loudly what no longer fits. The service goes on: new facts must not be lost over old damage."""
    for book in (domain.ORDINARY, domain.SEALED):
        if (number := await ledger.first_break(book)) is not None:
            log.critical("the ledger was altered: record %d of book %s does not fit its chain", number, book)


async def _write_repetitions_forever(ledger: Ledger) -> None:
    while True:
        await asyncio.sleep(_SWEEP_S)
        try:
            await ledger.write_repetitions()
        except errors.Error as error:
            log.warning("counted refusals wait to be written: %s", error)
