"""Use case of evidence: what the ledger says of a takeover that is claimed for (Article 18 ¶3).

The traces of takeovers are read off the books, as the register of use is. Who may read a claim is permissions' to say,
and which cameras it is about; the records are shown as they stand in the books.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from services.audit import trace
from services.audit.domain import Record
from services.audit.reading import Reading
from services.audit.store import evidence, places
from services.audit.trace import CameraPart, Claimed, Page, Query, Trace
from services.chassis.database import Database


class Permissions(Protocol):
    """What evidence asks of permissions. errors.Unavailable when it is away."""

    async def claim_read_by(self, principal: str, claim: str) -> Claimed:
        """What the claim is about; errors.NotFound when it is absent, or not the principal's to know."""
        ...


@dataclass(frozen=True)
class Evidence:
    """``trace_told`` reads one record."""

    database: Database
    permissions: Permissions
    trace_told: Callable[[bytes], Trace | None]

    async def list(self, principal: str, query: Query) -> Page:
        """A page of the records that a claim rests on, for who may read the claim."""
        claimed = await self.permissions.claim_read_by(principal, query.claim)
        behind = query.behind()
        await self._reading.catch_up("the evidence")
        async with self.database.read() as transaction:
            return trace.cut(query, await evidence.page(transaction, claimed, behind, query.size + 1))

    async def summary(self, principal: str, claim: str) -> Sequence[CameraPart]:
        """The same by camera."""
        claimed = await self.permissions.claim_read_by(principal, claim)
        await self._reading.catch_up("the evidence")
        async with self.database.read() as transaction:
            return await evidence.parts(transaction, claimed)

    async def read_on(self) -> bool:
        """Enter what the next records of each book tell; False when there are none."""
        return await self._reading.read_on()

    @property
    def _reading(self) -> Reading:
        return Reading(self.database, places.EVIDENCE, self._enter)

    async def _enter(self, transaction: AsyncConnection, book: str, found: Sequence[Record]) -> None:
        told = [(record.number, one) for record in found if (one := self.trace_told(record.fact))]
        await evidence.put(transaction, book, told)
