"""Reading the books on, record by record, for a list that is made of them. Each record counts once."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from services.audit import domain
from services.audit.domain import Record
from services.audit.store import places, records
from services.chassis import errors
from services.chassis.database import Database

_READ_AT_ONCE = 500  # records
_READ_WHILE_ASKED = 10  # times that: what nobody read for a second is less, but after an upgrade or a restart
Entering = Callable[[AsyncConnection, str, Sequence[Record]], Awaitable[None]]


@dataclass(frozen=True)
class Reading:
    """Of both books for ``what`` (``store.places``); ``enter`` writes what records of a book tell."""

    database: Database
    what: str
    enter: Entering

    async def read_on(self) -> bool:
        """Enter what the next records of each book tell; False when there are none."""
        async with self.database.read() as transaction:
            behind = [
                book
                for book in (domain.ORDINARY, domain.SEALED)
                if await places.reached(transaction, self.what, book) < (await records.head(transaction, book)).number
            ]
        for book in behind:
            async with self.database.write() as transaction:
                await self._read(transaction, book)
        return bool(behind)

    async def catch_up(self, name: str) -> None:
        """Read to the end, for who asks for what is made of it: ``name`` in words."""
        for _ in range(_READ_WHILE_ASKED):
            if not await self.read_on():
                return
        message = f"{name} is being read off the ledger: ask again in a few seconds"
        raise errors.Unavailable("SERVICE_AWAY", message, service="audit")

    async def _read(self, transaction: AsyncConnection, book: str) -> None:
        """In one transaction with how far the book was read."""
        reached = await places.reached(transaction, self.what, book, is_to_change=True)
        if found := await records.page(transaction, book, reached, _READ_AT_ONCE):
            await self.enter(transaction, book, found)
            await places.set_reached(transaction, self.what, book, found[-1].number)
