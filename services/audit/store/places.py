"""How far each book was read, for each list that is made of the books."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.audit.store.tables import books_read, evidence_read

USES, EVIDENCE = "uses", "evidence"
_TABLES = {USES: books_read, EVIDENCE: evidence_read}


async def reached(transaction: AsyncConnection, what: str, book: str, *, is_to_change: bool = False) -> int:
    """The last record of ``book`` that was read. ``is_to_change`` queues behind whoever reads it now."""
    table = _TABLES[what]
    found = sa.select(table.c.number).where(table.c.book == book)
    return int(await transaction.scalar(found.with_for_update() if is_to_change else found) or 0)


async def set_reached(transaction: AsyncConnection, what: str, book: str, number: int) -> None:
    """Needs ``reached`` to change."""
    table = _TABLES[what]
    await transaction.execute(table.update().where(table.c.book == book).values(number=number))
