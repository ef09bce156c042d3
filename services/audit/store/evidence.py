"""Traces of takeovers in the database: one row per record that tells of one, and the records that they point at."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.audit.domain import FIRST_PREVIOUS, SEALED, Record
from services.audit.store.tables import records, takeover_records
from services.audit.trace import Act, CameraPart, Claimed, Piece, Trace


async def put(transaction: AsyncConnection, book: str, told: Sequence[tuple[int, Trace]]) -> None:
    """Enter what the records of these numbers tell."""
    rows = [
        {
            "takeover": trace.takeover, "book": book, "number": number, "camera": trace.camera, "kind": trace.kind,
            "act": trace.act.value, "at": trace.at.replace(tzinfo=None),
        } for number, trace in told
    ]  # fmt: skip
    if rows:
        await transaction.execute(takeover_records.insert(), rows)


async def page(transaction: AsyncConnection, claimed: Claimed, behind: tuple[str, int], most: int) -> list[Piece]:
    """At most ``most`` records that the claim shows, by book and number, behind a place."""
    before = records.alias()
    book, number = takeover_records.c.book, takeover_records.c.number
    joined = takeover_records.join(records, (records.c.book == book) & (records.c.number == number))
    joined = joined.outerjoin(before, (before.c.book == book) & (before.c.number == number - 1))
    columns = (*takeover_records.c, records.c.event_id, records.c.fact, records.c.hash, records.c.recorded_at)
    wanted = sa.select(*columns, before.c.hash.label("previous_hash")).select_from(joined)
    place = sa.tuple_(book, number) > sa.tuple_(sa.literal(behind[0]), sa.literal(behind[1]))
    wanted = wanted.where(_of(claimed) & place).order_by(book, number).limit(most)
    return [_piece(row) for row in await transaction.execute(wanted)]


async def parts(transaction: AsyncConnection, claimed: Claimed) -> list[CameraPart]:
    """What they sum up to, by camera."""
    act, at = takeover_records.c.act, takeover_records.c.at

    def when(what: Act) -> sa.Case[Any]:
        return sa.case((act == what.value, at))

    commanded = when(Act.COMMANDED)
    query = sa.select(
        takeover_records.c.camera,
        sa.func.min(when(Act.GRANTED)).label("granted_at"),
        sa.func.max(when(Act.ENDED)).label("ended_at"),
        sa.func.count(commanded).label("commands"),
        sa.func.min(commanded).label("first"),
        sa.func.max(commanded).label("last"),
    ).where(_of(claimed))
    rows = await transaction.execute(query.group_by(takeover_records.c.camera).order_by(takeover_records.c.camera))
    return [
        CameraPart(row.camera, _aware(row.granted_at), _aware(row.ended_at), row.commands, _aware(row.first),
                   _aware(row.last))
        for row in rows
    ]  # fmt: skip


def _of(claimed: Claimed) -> sa.ColumnElement[bool]:
    chosen = (takeover_records.c.takeover == claimed.takeover) & takeover_records.c.camera.in_(claimed.cameras)
    return chosen if claimed.shows_sealed else chosen & (takeover_records.c.book != SEALED)


def _piece(row: Any) -> Piece:
    trace = Trace(row.takeover, row.camera, row.kind, Act(row.act), row.at.replace(tzinfo=UTC))
    record = Record(row.book, row.number, row.event_id, row.fact, row.hash, row.recorded_at.replace(tzinfo=UTC))
    return Piece(trace, record, row.previous_hash or FIRST_PREVIOUS)


def _aware(moment: datetime | None) -> datetime | None:
    return moment and moment.replace(tzinfo=UTC)
