"""Audit, composed: database, bus, permissions, gRPC endpoint. Alive while inside ``app``."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

from grpc_health.v1 import health
from prometheus_client import Counter, Gauge
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
from services.audit.service import Findings, Ledger, verified
from services.chassis import bus, database, figures, readiness, rpc_client, rpc_server
from services.chassis.bus import OnBus
from services.chassis.clock import SystemClock
from services.chassis.database import Stored, Turn
from services.chassis.metrics import REGISTRY
from services.chassis.served import Serving
from services.chassis.settings import naming
from services.chassis.signing import Signer
from services.chassis.tasks import outlasting, stop_if_cancelled

log = logging.getLogger(__name__)
NAME = "audit"
MIGRATIONS = Path(__file__).parent / "migrations"
_LOOK_EVERY_S = 5.0
_READ_EVERY_S = 1.0

BREAKS = Counter("kapok_ledger_breaks_total", "Books found altered when the service started", registry=REGISTRY)
LEADS = Gauge("kapok_ledger_leads", "Whether this replica takes the facts in (1), or another one", registry=REGISTRY)


@dataclass(frozen=True, kw_only=True)
class Settings(Serving, OnBus, Stored):
    """Where audit listens and keeps its books, and whom it talks to."""

    permissions_address: Annotated[str, "where permissions answers"]
    signing_key: Annotated[Path, "Ed25519 seed in hex, by which it signs the ends of the books"]


@asynccontextmanager
async def app(settings: Settings) -> AsyncIterator[None]:
    """Run audit; ready when it yields. What is still counted is written on leaving."""
    clock = SystemClock()
    ring = settings.ring(NAME)
    with naming("KAPOK_SIGNING_KEY"):
        signer = Signer.from_file(settings.signing_key)
    checker = health.aio.HealthServicer()
    async with (
        settings.open_database(MIGRATIONS) as books,
        settings.on_bus(NAME) as facts,
        rpc_client.neighbour("permissions", settings.permissions_address, ring, clock, settings.tls) as permissions,
        asyncio.TaskGroup() as background,
    ):
        ledger = Ledger(books, RemotePermissions(permissions), events.refusal_entry, clock)
        register = Register(ledger, RemotePermissions(permissions), events.use_told, events.look_entry)
        evidence = Evidence(books, RemotePermissions(permissions), events.trace_told)
        running = [
            background.create_task(work)
            for work in (
                books.lead_forever(Turn.WRITING_LEDGER, partial(_write, ledger, facts, register, evidence)),
                outlasting(partial(_write_repetitions_forever, ledger)), outlasting(partial(_recompute, ledger)),
                readiness.follow_forever(books, checker), figures.read_forever(partial(metrics.read_findings, books)),
            )
        ]  # fmt: skip
        apis = (audit_service_pb2, findings_service_pb2, register_service_pb2, evidence_service_pb2)
        servicers = {**_servicers(ledger, register, signer), **_of_evidence(evidence, signer)}
        services = rpc_server.registering(servicers, apis)
        try:
            async with rpc_server.serve(settings.door, [rpc_server.Edge(ring, clock)], services, checker):
                yield
        finally:
            await ledger.write_repetitions(is_last=True)
        for task in running:
            task.cancel()


async def verify(url: str, _words: Sequence[str]) -> None:
    """`python -m services.audit verify`: recompute both books of a database that no service has open.

    Prints each book's last number and hash (hex) as JSON; SettingsError where one does not hold.
    """
    async with database.connect(url, MIGRATIONS) as books:
        heads = await verified(books)
    found = {book: {"number": head.number, "hash": head.hash.hex()} for book, head in heads.items()}
    print(json.dumps(found))  # noqa: T201 - what was asked for


async def _write(ledger: Ledger, facts: bus.Bus, register: Register, evidence: Evidence) -> None:
    """What one replica does for all: take the facts in, in their order, and read on what the books say."""
    clock = SystemClock()
    progress = metrics.Progress(clock, clock.now())
    metrics.BEHIND.set_function(progress.behind_s)
    LEADS.set(1)
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(events.consume_forever(ledger, facts, progress))
            tasks.create_task(_read_forever(register.read_on))
            tasks.create_task(_read_forever(evidence.read_on))
    finally:
        LEADS.set(0)
        metrics.BEHIND.set_function(lambda: 0.0)  # another replica is behind, or is not


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
