"""Audit, composed: database, bus, permissions, gRPC endpoint. Alive while inside ``app``."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from prometheus_client import Counter
from sqlalchemy.exc import SQLAlchemyError

from kapok.audit.v1 import (
    audit_service_pb2,
    audit_service_pb2_grpc,
    evidence_service_pb2,
    evidence_service_pb2_grpc,
    findings_service_pb2,
    findings_service_pb2_grpc,
    register_service_pb2,
    register_service_pb2_grpc,
)
from services.audit import domain, events, metrics
from services.audit.evidence import Evidence
from services.audit.neighbours import RemotePermissions
from services.audit.register import Register
from services.audit.rpc import AuditServicer, EvidenceServicer, FindingsServicer, RefusalServicer, RegisterServicer
from services.audit.service import Findings, Ledger
from services.chassis import bus, database, figures, rpc_client, rpc_server
from services.chassis.clock import SystemClock
from services.chassis.identity import KeyRing
from services.chassis.metrics import REGISTRY
from services.chassis.metrics import serve as serve_metrics
from services.chassis.signing import Signer
from services.chassis.tasks import stop_if_cancelled

log = logging.getLogger(__name__)
NAME = "audit"
MIGRATIONS = Path(__file__).parent / "migrations"
_LOOK_EVERY_S = 5.0
_READ_EVERY_S = 1.0

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
    metrics_listen: str = ""  # host:port of /metrics; empty: none


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
        serve_metrics(settings.metrics_listen),
        asyncio.TaskGroup() as background,
    ):
        ledger = Ledger(books, RemotePermissions(permissions), events.refusal_entry, clock)
        progress = metrics.Progress(clock, clock.now())
        metrics.BEHIND.set_function(progress.behind_s)
        register = Register(ledger, RemotePermissions(permissions), events.use_told, events.look_entry)
        evidence = Evidence(books, RemotePermissions(permissions), events.trace_told)
        running = [
            background.create_task(work)
            for work in (
                events.consume_forever(ledger, facts, progress), _write_repetitions_forever(ledger), _recompute(ledger),
                _read_forever(register.read_on), _read_forever(evidence.read_on),
                figures.read_forever(partial(metrics.read_findings, books)),
            )
        ]  # fmt: skip
        apis = (audit_service_pb2, findings_service_pb2, register_service_pb2, evidence_service_pb2)
        servicers = {**_servicers(ledger, register, signer), **_of_evidence(evidence, signer)}
        services = rpc_server.registering(servicers, apis)
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


async def _read_forever(read_on: Callable[[], Awaitable[bool]]) -> None:
    """Keep what is read off the books near their end: who asks reads only the rest."""
    while True:
        stop_if_cancelled()
        try:
            if await read_on():
                continue
        except (OSError, SQLAlchemyError) as error:
            log.warning("what is read off the books waits for the database: %r", error)
        await asyncio.sleep(_READ_EVERY_S)


async def _recompute(ledger: Ledger) -> None:
    """Look once for what was done to the books while nobody watched. The evidence stays readable: this only tells."""
    for book in (domain.ORDINARY, domain.SEALED):
        broken = await ledger.first_break(book)
        if broken is not None:
            BREAKS.inc()
            log.critical("the chain of books/%s is broken at record %d: somebody altered the database", book, broken)


def _servicers(ledger: Ledger, register: Register, signer: Signer) -> rpc_server.Servicers:
    return {
        audit_service_pb2_grpc.add_AuditServiceServicer_to_server: AuditServicer(ledger, signer),
        audit_service_pb2_grpc.add_RefusalServiceServicer_to_server: RefusalServicer(ledger),
        findings_service_pb2_grpc.add_FindingsServiceServicer_to_server: FindingsServicer(
            Findings(ledger.database, ledger.permissions)
        ),
        register_service_pb2_grpc.add_RegisterServiceServicer_to_server: RegisterServicer(register),
    }


def _of_evidence(evidence: Evidence, signer: Signer) -> rpc_server.Servicers:
    return {
        evidence_service_pb2_grpc.add_EvidenceServiceServicer_to_server: EvidenceServicer(evidence, signer),
    }
