"""Sessions in the database of streams. Each change is one transaction with its fact."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis import errors
from services.chassis.database import Database
from services.chassis.outbox import Message, Outbox
from services.decider.exclusive import Suspension
from services.streams.camera_sessions import Query
from services.streams.domain import Kind, Purpose, Session, Stream
from services.streams.limits import Bound, Reached, first_reached
from services.streams.store.counts import taken
from services.streams.store.tables import PLACES, SESSIONS, UNTOLD, metadata

__all__ = ["SESSIONS", "SessionStore", "metadata"]

_LEAVE_UNTOLD = sa.text(
    "INSERT INTO untold (session, relay, reason, is_sealed, until)"
    " VALUES (:session, :relay, :reason, :is_sealed, :until)"
    " ON CONFLICT (session, relay) DO UPDATE SET reason = excluded.reason, until = excluded.until"
).bindparams(sa.bindparam("until", type_=sa.DateTime))
_TIMES = ("opened_at", "expires_at", "closed_at", "lease_ends_at", "suspended_until")
_SUSPENSION = {"suspended_by", "suspended_until"}  # as its relay told


class SessionStore:
    """Sessions in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.outbox = Outbox(database, metadata)

    async def add(self, session: Session, fact: Message, bounds: Sequence[Bound] = ()) -> Reached | None:
        """A new session, together with its fact, unless one of ``bounds`` is reached: then that, and nothing written.

        Whoever adds for the same principal, agency, camera or relay waits, and counts what was added before.
        Raises errors.Aborted when its camera is at another relay by now.
        """
        async with self._database.write_in_turn_for(*(bound.name for bound in bounds)) as transaction:
            if bounds:
                reached = first_reached(bounds, await taken(transaction, bounds), session.viewer_limit)
                if reached is not None:
                    return reached
                await _refuse_moved(transaction, session)
            await transaction.execute(SESSIONS.insert(), _row(session))
            await self.outbox.add(transaction, fact)
        self.outbox.wake()
        return None

    async def reached(self, session: Session, bounds: Sequence[Bound]) -> Reached | None:
        """The first of ``bounds`` that the session would go beyond right now."""
        async with self._database.look() as transaction:
            return first_reached(bounds, await taken(transaction, bounds), session.viewer_limit)

    async def change(self, session: Session, fact: Message, on: str | None = None) -> bool:
        """An open session as it is now, together with its fact.

        False, and nothing written, when it has been closed, or is on another relay than ``on``.
        """
        async with self._database.write() as transaction:
            is_open = (SESSIONS.c.name == session.name) & SESSIONS.c.closed_at.is_(None)
            is_open = is_open if on is None else is_open & (SESSIONS.c.relay == on)
            row = {name: value for name, value in _row(session).items() if name not in _SUSPENSION}
            changed = await transaction.execute(SESSIONS.update().where(is_open).values(row))
            if changed.rowcount:
                await self.outbox.add(transaction, fact)
                if session.closed_at is None:  # it may have come back to a relay that was to be told that it left
                    await transaction.execute(UNTOLD.delete().where(_is_of(session)))
        self.outbox.wake()
        return bool(changed.rowcount)

    async def suspend(self, name: str, relay: str, suspension: Suspension | None) -> None:
        """What an open session's own relay shows of it from here on; None: all."""
        is_its = (SESSIONS.c.name == name) & (SESSIONS.c.relay == relay) & SESSIONS.c.closed_at.is_(None)
        until = suspension.until.replace(tzinfo=None) if suspension else None
        values = {"suspended_by": suspension.agency if suspension else "", "suspended_until": until}
        async with self._database.write() as transaction:
            await transaction.execute(SESSIONS.update().where(is_its).values(values))

    async def record(self, fact: Message) -> None:
        """A fact that changes no session."""
        async with self._database.write() as transaction:
            await self.outbox.add(transaction, fact)
        self.outbox.wake()

    async def find(self, name: str) -> Session | None:
        """The session of that name."""
        found = await self._sessions(SESSIONS.select().where(SESSIONS.c.name == name))
        return found[0] if found else None

    async def page(self, principal: str, before: tuple[datetime, str] | None, size: int) -> Sequence[Session]:
        """The principal's sessions, newest first, those opened before ``before`` = (opened_at, name)."""
        return await self._page(SESSIONS.select().where(SESSIONS.c.principal == principal), before, size)

    async def page_of_camera(self, query: Query) -> Sequence[Session]:
        """At most ``query.size`` + 1 of the camera's sessions that it asks for, newest first."""
        chosen = SESSIONS.select().where(SESSIONS.c.camera == query.camera)
        if not query.includes_closed:
            chosen = chosen.where(SESSIONS.c.closed_at.is_(None))
        if not query.shows_sealed:
            chosen = chosen.where(SESSIONS.c.is_sealed.is_(sa.false()))
        return await self._page(chosen, query.before, query.size + 1)

    async def open_on(self, subject: str) -> Sequence[Session]:
        """The open sessions that stand on ``subject``, a resource name."""
        names = (
            "name",
            "principal",
            "agency",
            "camera",
            "legal_basis",
            "incident",
            "relay",
            "certificate",
            "agency_key",
            "system",
        )
        columns = [SESSIONS.c[name] for name in names]
        return await self._sessions(
            SESSIONS.select().where(SESSIONS.c.closed_at.is_(None), sa.or_(*(column == subject for column in columns)))
        )

    async def on_relay(self, relay: str) -> Sequence[Session]:
        """The open sessions on that relay."""
        is_there = SESSIONS.c.closed_at.is_(None) & (SESSIONS.c.relay == relay)
        return await self._sessions(SESSIONS.select().where(is_there))

    async def placed_on(self, relay: str) -> Sequence[str]:
        """The open sessions, by name, whose cameras have their place on that relay, wherever they are on record."""
        open_there = SESSIONS.join(PLACES, PLACES.c.camera == SESSIONS.c.camera)
        is_there = SESSIONS.c.closed_at.is_(None) & (PLACES.c.relay == relay)
        async with self._database.look() as transaction:
            return (await transaction.scalars(sa.select(SESSIONS.c.name).select_from(open_there).where(is_there))).all()

    async def all_open(self) -> Sequence[Session]:
        """Every open session; there are as many as the relays hold."""
        return await self._sessions(SESSIONS.select().where(SESSIONS.c.closed_at.is_(None)))

    async def count_open(self) -> Counter[str]:
        """How many sessions are open, by kind; those of state secrets are in no count (Article 11)."""
        is_counted = SESSIONS.c.closed_at.is_(None) & SESSIONS.c.is_sealed.is_(sa.false())
        query = (
            sa.select(SESSIONS.c.kind, sa.func.count().label("sessions")).where(is_counted).group_by(SESSIONS.c.kind)
        )
        async with self._database.look() as connection:
            return Counter({row.kind: row.sessions for row in await connection.execute(query)})

    async def open_after(self, name: str, most: int) -> Sequence[Session]:
        """The first ``most`` open sessions behind ``name``, by name."""
        chosen = SESSIONS.select().where(SESSIONS.c.closed_at.is_(None), SESSIONS.c.name > name)
        return await self._sessions(chosen.order_by(SESSIONS.c.name).limit(most))

    async def expired(self, now: datetime) -> Sequence[Session]:
        """Open sessions whose end has come, at most 500 at a time."""
        is_over = SESSIONS.c.expires_at <= now.replace(tzinfo=None)
        return await self._sessions(SESSIONS.select().where(SESSIONS.c.closed_at.is_(None), is_over).limit(500))

    async def open_relays(self) -> Sequence[str]:
        """The relays that open sessions are on."""
        query = sa.select(SESSIONS.c.relay).where(SESSIONS.c.closed_at.is_(None)).distinct()
        async with self._database.read() as transaction:
            return (await transaction.execute(query)).scalars().all()

    async def leave_untold(self, session: Session, now: datetime) -> None:
        """Its relay is to be told that it is over there. What is over by itself meanwhile is dropped."""
        row = {
            "session": session.name, "relay": session.relay, "reason": session.close_reason,
            "is_sealed": session.is_sealed, "until": session.expires_at.replace(tzinfo=None),
        }  # fmt: skip
        async with self._database.write() as transaction:
            is_over = UNTOLD.c.until <= now.replace(tzinfo=None)
            await transaction.execute(UNTOLD.delete().where(is_over))
            await transaction.execute(_LEAVE_UNTOLD, row)

    async def untold_relays(self) -> Sequence[str]:
        """The relays that are to be told something."""
        async with self._database.read() as transaction:
            return (await transaction.execute(sa.select(UNTOLD.c.relay).distinct())).scalars().all()

    async def untold_at(self, relay: str) -> Sequence[Session]:
        """Those sessions, at most 500 at a time, as the relay is to be told."""
        columns = [c for c in SESSIONS.c if c.name not in ("relay", "close_reason", "is_sealed")]
        told = (UNTOLD.c.relay, UNTOLD.c.reason.label("close_reason"), UNTOLD.c.is_sealed)
        chosen = sa.select(*columns, *told).join(UNTOLD, UNTOLD.c.session == SESSIONS.c.name)
        return await self._sessions(chosen.where(UNTOLD.c.relay == relay).limit(500))

    async def is_told(self, session: Session) -> None:
        """Its relay knows."""
        async with self._database.write() as transaction:
            await transaction.execute(UNTOLD.delete().where(_is_of(session)))

    async def oldest_number(self) -> int | None:
        """The lowest ending number that an open session was decided at; None without open sessions."""
        query = sa.select(sa.func.min(SESSIONS.c.number)).where(SESSIONS.c.closed_at.is_(None))
        async with self._database.read() as transaction:
            found: int | None = (await transaction.execute(query)).scalar_one()
        return found

    async def _page(self, query: sa.Select[Any], before: tuple[datetime, str] | None, size: int) -> Sequence[Session]:
        if before:
            key = sa.tuple_(SESSIONS.c.opened_at, SESSIONS.c.name)
            query = query.where(key < sa.tuple_(sa.literal(before[0].replace(tzinfo=None)), sa.literal(before[1])))
        return await self._sessions(query.order_by(SESSIONS.c.opened_at.desc(), SESSIONS.c.name.desc()).limit(size))

    async def _sessions(self, query: sa.Select[Any]) -> Sequence[Session]:
        async with self._database.read() as transaction:
            return [_session(row._mapping) for row in await transaction.execute(query)]


async def _refuse_moved(transaction: AsyncConnection, session: Session) -> None:
    is_there = (PLACES.c.camera == session.camera) & (PLACES.c.relay == session.relay)
    if await transaction.scalar(sa.select(PLACES.c.camera).where(is_there)) is None:
        raise errors.Aborted("STATE_WRONG", f"{session.camera} is at another relay by now; try again")


def _is_of(session: Session) -> sa.ColumnElement[bool]:
    return (UNTOLD.c.session == session.name) & (UNTOLD.c.relay == session.relay)


def _row(session: Session) -> dict[str, Any]:
    row = asdict(session)
    for column in _TIMES:
        row[column] = row[column].replace(tzinfo=None) if row[column] else None
    return row


def _session(row: Any) -> Session:
    values = dict(row)
    for column in _TIMES:
        values[column] = values[column].replace(tzinfo=UTC) if values[column] else None
    words = {"kind": Kind(values["kind"]), "purpose": Purpose(values["purpose"]), "stream": Stream(values["stream"])}
    return Session(**values | words)
