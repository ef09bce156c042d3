"""The register of use in the database: one row per use and book."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.audit.store.tables import uses
from services.audit.use import Use
from services.audit.uses_listing import Query

_TIMES = ("started_at", "ended_at", "expires_at")


async def known(transaction: AsyncConnection, keys: Collection[str], *, is_sealed: bool) -> dict[str, Use]:
    """Those of ``keys`` that this book told of before."""
    chosen = uses.c.key.in_(keys) & (uses.c.is_sealed == is_sealed)
    return {found.key: found for found in map(_use, await transaction.execute(sa.select(uses).where(chosen)))}


async def put(transaction: AsyncConnection, changed: Sequence[Use]) -> None:
    """Write ``changed``, all of one book, in the place of what was there."""
    if changed:
        keys, is_sealed = [use.key for use in changed], changed[0].is_sealed
        await transaction.execute(uses.delete().where(uses.c.key.in_(keys) & (uses.c.is_sealed == is_sealed)))
        await transaction.execute(uses.insert(), list(map(_row, changed)))


async def page(transaction: AsyncConnection, query: Query, limit: int, *, shows_sealed: bool) -> list[Use]:
    """At most ``limit`` uses of the camera, the last begun first, behind the query's token.

    Where both books tell of a use, the sealed one does from the moment when the camera became a state secret.
    """
    order = (uses.c.started_at.desc(), uses.c.key.desc())
    wanted = sa.select(uses).where(uses.c.camera == query.camera).order_by(*order).limit(limit)
    if shows_sealed:
        later = uses.alias()
        is_told_later = sa.exists().where((later.c.key == uses.c.key) & later.c.is_sealed.is_(sa.true()))
        wanted = wanted.where(uses.c.is_sealed.is_(sa.true()) | ~is_told_later)
    else:
        wanted = wanted.where(uses.c.is_sealed.is_(sa.false()))
    if (place := query.behind()) is not None:
        at = sa.literal(_stored(place.started_at), sa.DateTime)
        wanted = wanted.where(sa.tuple_(uses.c.started_at, uses.c.key) < sa.tuple_(at, sa.literal(place.key)))
    return [_use(row) for row in await transaction.execute(wanted)]


def _row(use: Use) -> dict[str, Any]:
    return {**asdict(use), **{name: _stored(getattr(use, name)) for name in _TIMES}}


def _use(row: Any) -> Use:
    kept = row._mapping
    return Use(**{**kept, **{name: kept[name] and kept[name].replace(tzinfo=UTC) for name in _TIMES}})


def _stored(moment: datetime | None) -> datetime | None:
    return moment and moment.replace(tzinfo=None)
