"""The ledger beside a real registry, permissions and nats-server, with the rights of a home."""

import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kapok.audit.v1 import audit_service_pb2 as pb
from kapok.fact.v1 import fact_pb2
from services.audit import app as audit
from tests.eventually import eventually
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage, built
from tests.integration.registry.calls import Caller

_SERVICE = "kapok.audit.v1.AuditService"


@dataclass(frozen=True)
class Office:
    """Where the ledger is kept, and how its readers ask."""

    stage: Stage
    settings: audit.Settings

    @property
    def file(self) -> Path:
        """The books' SQLite file."""
        return Path(self.settings.database.removeprefix("sqlite+aiosqlite:///"))

    def caller(self, name: str) -> Caller:
        """A principal of the city, through the gateway."""
        return Caller(self.stage.keys, "gateway", city.principal(name), city.fingerprint(name))

    async def records(self, name: str = "security-guangzhou", book: str = "ordinary", **wanted: Any) -> list[pb.Record]:
        """One page of a book."""
        request = pb.ListRecordsRequest(parent=f"books/{book}", **{"page_size": 1000, **wanted})
        answer = await self.caller(name).ask(self.settings.listen, f"{_SERVICE}.ListRecords", request)
        return list(answer.records)

    async def head(self, name: str = "security-guangzhou", book: str = "ordinary") -> pb.Head:
        """Where a book ends."""
        request = pb.GetHeadRequest(name=f"books/{book}/head")
        head: pb.Head = await self.caller(name).ask(self.settings.listen, f"{_SERVICE}.GetHead", request)
        return head

    async def facts(self, kind: str, count: int, book: str = "ordinary") -> list[fact_pb2.Fact]:
        """The facts of a kind, once there are ``count`` of them."""

        async def found() -> list[fact_pb2.Fact] | None:
            facts = [fact_pb2.Fact.FromString(record.fact) for record in await self.records(book=book)]
            own = [fact for fact in facts if fact.kind == kind]
            return own if len(own) >= count else None

        facts: Any = await eventually(found)
        return list(facts)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """Registry and permissions are up with three cameras; the ledger itself is started by the test."""
    with tempfile.TemporaryDirectory(prefix="kapok-") as sockets:
        async with built(tmp_path, Path(sockets)) as stage, stage.running():
            await stage.register_cameras()
            yield Office(stage, settings_of(stage, sockets))


@pytest.fixture
async def quiet_office(tmp_path: Path) -> AsyncIterator[Office]:
    """The same without cameras and registry: the test tells the facts."""
    with tempfile.TemporaryDirectory(prefix="kapok-") as sockets:
        async with built(tmp_path, Path(sockets)) as stage, stage.alone():
            yield Office(stage, settings_of(stage, sockets))


def settings_of(stage: Stage, sockets: str) -> audit.Settings:
    """Where audit would be, beside its neighbours."""
    keys, database = stage.keys, stage.registry.database.replace("registry.db", "audit.db")
    return audit.Settings(
        listen=f"unix:{sockets}/audit.sock", database=database, bus_url=stage.registry.bus_url,
        bus_seed=keys.bus_seed("audit"), key_file=keys.pair("audit"), peers_file=keys.peers,
        permissions_address=stage.permissions.listen, signing_key=keys.signing("audit"),
    )  # fmt: skip
