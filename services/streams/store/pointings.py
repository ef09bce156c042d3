"""Where cameras looked, in the database of streams: a row for each camera that a takeover commanded."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.database import Database
from services.chassis.outbox import Message, Outbox
from services.streams.kept_pointings import Change, Due, Happened, KeptPointings
from services.streams.pointings import Entry, Pointing, PointingStack
from services.streams.store.tables import POINTINGS

_AT_ONCE = 500


class PointingStore:
    """Pointings in the same database, each change in one transaction with its facts."""

    def __init__(
        self, database: Database, outbox: Outbox, encode: Callable[[KeptPointings, Happened], Message]
    ) -> None:
        self._database, self._outbox, self._encode = database, outbox, encode

    async def find(self, camera: str) -> KeptPointings:
        """What is kept of a camera; empty when nothing is."""
        async with self._database.look() as transaction:
            return await _found(transaction, camera)

    async def change(self, camera: str, rule: Callable[[KeptPointings], Change], *facts: Message) -> KeptPointings:
        """What is kept after ``rule``, on record with what happened and behind it ``facts``."""
        async with self._database.write_in_turn_for(camera) as transaction:
            before = await _found(transaction, camera)
            kept, events = rule(before)
            if kept != before:
                await transaction.execute(POINTINGS.delete().where(POINTINGS.c.camera == camera))
                if not kept.is_empty:
                    await transaction.execute(POINTINGS.insert().values(**_row(kept)))
            await self._outbox.add(transaction, *(self._encode(kept, event) for event in events), *facts)
        self._outbox.wake()
        return kept

    async def waiting(self, after: str) -> Sequence[KeptPointings]:
        """Some of those with takeovers whose end is waited for, behind the camera ``after``, by name."""
        return await self._kept(POINTINGS.c.has_entries & (POINTINGS.c.camera > after))

    async def due(self) -> Sequence[KeptPointings]:
        """Some of those that are to be restored, those whose takeover ended last behind the others."""
        return await self._kept(POINTINGS.c.over_at.is_not(None), POINTINGS.c.over_at)

    async def _kept(self, chosen: sa.ColumnElement[bool], *order: sa.ColumnElement[Any]) -> Sequence[KeptPointings]:
        query = POINTINGS.select().where(chosen).order_by(*order, POINTINGS.c.camera).limit(_AT_ONCE)
        async with self._database.look() as transaction:
            return [_kept(row) for row in await transaction.execute(query)]


async def _found(transaction: AsyncConnection, camera: str) -> KeptPointings:
    row = (await transaction.execute(POINTINGS.select().where(POINTINGS.c.camera == camera))).one_or_none()
    return KeptPointings(camera) if row is None else _kept(row)


def _row(kept: KeptPointings) -> dict[str, Any]:
    return {
        "camera": kept.camera, "stack": json.dumps(asdict(kept.stack)), "has_entries": bool(kept.stack.entries),
        "over": kept.due.takeover if kept.due else "",
        "over_at": kept.due.at.replace(tzinfo=None) if kept.due else None,
        "ordered_under": kept.ordered_under, "is_sealed": kept.is_sealed,
    }  # fmt: skip


def _kept(row: Any) -> KeptPointings:
    said = json.loads(row.stack)
    entries = tuple(Entry(one["takeover"], _pointing(one["before"])) for one in said["entries"])
    stack = PointingStack(entries, _pointing(said["owed"]), said["is_lost"])
    due = Due(row.over, row.over_at.replace(tzinfo=UTC)) if row.over_at else None
    return KeptPointings(row.camera, stack, due, row.ordered_under, row.is_sealed)


def _pointing(said: dict[str, float] | None) -> Pointing | None:
    return Pointing(**said) if said else None
