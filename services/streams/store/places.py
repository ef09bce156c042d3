"""Where each camera is served, in the database of streams: one row for a camera, claimed by one of many replicas."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from services.chassis.database import Database
from services.chassis.inserting import inserted
from services.streams.limits import Bound, first_reached
from services.streams.relocation import Place
from services.streams.store.counts import taken
from services.streams.store.tables import PLACES, SESSIONS


class PlaceStore:
    """Places of cameras in the same database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, camera: str) -> Place | None:
        """Where the camera is served."""
        async with self._database.look() as transaction:
            row = (await transaction.execute(PLACES.select().where(PLACES.c.camera == camera))).one_or_none()
        if row is None:
            return None
        return Place(row.camera, row.relay, row.since.replace(tzinfo=UTC), row.used_at.replace(tzinfo=UTC), row.former)

    async def has_room(self, bound: Bound, viewers: int) -> bool:
        """Whether the relay that is bounded so could have a session for so many viewers more."""
        async with self._database.look() as transaction:
            return first_reached([bound], await taken(transaction, [bound]), viewers) is None

    async def claim_unwatched(self, place: Place) -> bool:
        """Take it from ``place.former`` there; False when it is not at that one, or has an open session.

        Whoever opens one waits, or has this one wait (`SessionStore.add`).
        """
        has_session = sa.exists().where(SESSIONS.c.camera == place.camera, SESSIONS.c.closed_at.is_(None))
        is_there = (PLACES.c.camera == place.camera) & (PLACES.c.relay == place.former)
        async with self._database.write_in_turn_for(place.camera) as transaction:
            taken_over = PLACES.update().where(is_there, ~has_session).values(**_row(place))
            return bool((await transaction.execute(taken_over)).rowcount)

    async def claim(self, place: Place) -> bool:
        """Put it there, when it is where ``place.former`` says or nowhere; False when it is not."""
        row = _row(place)
        async with self._database.write() as transaction:
            if not place.former:
                return await inserted(transaction, PLACES, row)
            is_there = (PLACES.c.camera == place.camera) & (PLACES.c.relay == place.former)
            return bool((await transaction.execute(PLACES.update().where(is_there).values(**row))).rowcount)

    async def touch(self, place: Place) -> None:
        """It was used at ``place.used_at``."""
        used_at = place.used_at.replace(tzinfo=None)
        async with self._database.write() as transaction:
            await transaction.execute(
                PLACES.update().where(PLACES.c.camera == place.camera).values(used_at=used_at)
            )  # fmt: skip

    async def forget(self, before: datetime) -> None:
        """Those last used before that, of cameras without an open session."""
        watched = sa.select(SESSIONS.c.camera).where(SESSIONS.c.closed_at.is_(None))
        is_old = PLACES.c.used_at < before.replace(tzinfo=None)
        async with self._database.write() as transaction:
            await transaction.execute(PLACES.delete().where(is_old, PLACES.c.camera.not_in(watched)))


def _row(place: Place) -> dict[str, Any]:
    return asdict(place) | {name: getattr(place, name).replace(tzinfo=None) for name in ("since", "used_at")}
