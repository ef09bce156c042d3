"""The sessions table and its queries. Each change is one transaction with its fact."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from services.chassis.database import Database
from services.chassis.outbox import Message, Outbox
from services.streams.domain import Kind, Purpose, Session, Stream
from services.streams.relocation import Place

metadata = sa.MetaData()
SESSIONS = sa.Table(
    "sessions",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True, comment="sessions/{uuid}"),
    sa.Column("camera", sa.String(64), nullable=False, comment="districts/{district}/cameras/{code}"),
    sa.Column("kind", sa.String(16), nullable=False, comment="live or copy"),
    sa.Column("purpose", sa.String(32), nullable=False, comment="from the closed list"),
    sa.Column("legal_basis", sa.String(64), nullable=False, comment="legalBases/{uuid}, or empty"),
    sa.Column("incident", sa.String(64), nullable=False, comment="incidents/{uuid}, or empty"),
    sa.Column("principal", sa.String(128), nullable=False, comment="whose session it is"),
    sa.Column("agency", sa.String(128), nullable=False, comment="of the principal"),
    sa.Column("rule", sa.String(128), nullable=False, comment="policy row that allowed it"),
    sa.Column("article", sa.String(64), nullable=False, comment="article that the row serves"),
    sa.Column("number", sa.BigInteger, nullable=False, comment="last ending fact when it was decided"),
    sa.Column("is_sealed", sa.Boolean, nullable=False, comment="of a level-5 camera"),
    sa.Column("viewer_limit", sa.Integer, nullable=False, comment="connections at once"),
    sa.Column("relay", sa.String(64), nullable=False, comment="that serves it"),
    sa.Column("opened_at", sa.DateTime, nullable=False, comment="UTC"),
    sa.Column("expires_at", sa.DateTime, nullable=False, comment="UTC; the relay ends it then by itself"),
    sa.Column("closed_at", sa.DateTime, comment="UTC; null while open"),
    sa.Column("close_reason", sa.String(200), nullable=False, comment="why it closed"),
    sa.Column("certificate", sa.String(80), nullable=False, server_default="", comment="certificates/…, shown for it"),
    sa.Column("agency_key", sa.String(80), nullable=False, server_default="", comment="agencyKeys/… of the token"),
    sa.Column("system", sa.String(128), nullable=False, server_default="", comment="principals/… that carried it"),
    sa.Column("stream", sa.String(16), nullable=False, server_default="main", comment="main or secondary"),
    sa.Column("lease_s", sa.Integer, nullable=False, server_default="0", comment="of a takeover's holder; 0: as usual"),
    sa.Column("lease_ends_at", sa.DateTime, comment="UTC; the takeover's end"),
    sa.Index("sessions_by_principal", "principal", "opened_at"),
    sa.Index("sessions_open", "closed_at", "expires_at"),
    sa.Index("sessions_on_relay", "closed_at", "relay"),
)
PLACES = sa.Table(
    "places",
    metadata,
    sa.Column("camera", sa.String(64), primary_key=True, comment="districts/{district}/cameras/{code}"),
    sa.Column("relay", sa.String(64), nullable=False, comment="the one that serves and commands it"),
    sa.Column("since", sa.DateTime, nullable=False, comment="UTC; when it came there"),
    sa.Column("used_at", sa.DateTime, nullable=False, comment="UTC; its last use, to half a minute"),
    sa.Column("former", sa.String(64), nullable=False, comment="the relay before, or empty"),
)
UNTOLD = sa.Table(
    "untold",
    metadata,
    sa.Column("session", sa.String(64), primary_key=True, comment="that is over at the relay"),
    sa.Column("relay", sa.String(64), primary_key=True, comment="that does not know yet"),
    sa.Column("reason", sa.String(200), nullable=False, comment="why it is"),
    sa.Column("is_sealed", sa.Boolean, nullable=False, comment="of a level-5 camera"),
    sa.Column("until", sa.DateTime, nullable=False, comment="UTC; then the relay has ended it by itself"),
)
_LEAVE_UNTOLD = sa.text(
    "INSERT INTO untold (session, relay, reason, is_sealed, until)"
    " VALUES (:session, :relay, :reason, :is_sealed, :until)"
    " ON CONFLICT (session, relay) DO UPDATE SET reason = excluded.reason, until = excluded.until"
).bindparams(sa.bindparam("until", type_=sa.DateTime))
_TIMES = ("opened_at", "expires_at", "closed_at", "lease_ends_at")


class SessionStore:
    """Sessions in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.outbox = Outbox(database, metadata)

    async def add(self, session: Session, fact: Message) -> None:
        """A new session, together with its fact."""
        async with self._database.write() as transaction:
            await transaction.execute(SESSIONS.insert(), _row(session))
            await self.outbox.add(transaction, fact)
        self.outbox.wake()

    async def change(self, session: Session, fact: Message, on: str | None = None) -> bool:
        """An open session as it is now, together with its fact.

        False, and nothing written, when it has been closed, or is on another relay than ``on``.
        """
        async with self._database.write() as transaction:
            is_open = (SESSIONS.c.name == session.name) & SESSIONS.c.closed_at.is_(None)
            is_open = is_open if on is None else is_open & (SESSIONS.c.relay == on)
            changed = await transaction.execute(SESSIONS.update().where(is_open).values(_row(session)))
            if changed.rowcount:
                await self.outbox.add(transaction, fact)
                if session.closed_at is None:  # it may have come back to a relay that was to be told that it left
                    await transaction.execute(UNTOLD.delete().where(_is_of(session)))
        self.outbox.wake()
        return bool(changed.rowcount)

    async def record(self, fact: Message) -> None:
        """A fact that changes no session."""
        async with self._database.write() as transaction:
            await self.outbox.add(transaction, fact)
        self.outbox.wake()

    async def find(self, name: str) -> Session | None:
        """The session of that name."""
        found = await self._sessions(SESSIONS.select().where(SESSIONS.c.name == name))
        return found[0] if found else None

    async def count_open(self, principal: str) -> int:
        """How many sessions the principal has open."""
        query = sa.select(sa.func.count()).where(SESSIONS.c.principal == principal, SESSIONS.c.closed_at.is_(None))
        async with self._database.read() as transaction:
            return int((await transaction.execute(query)).scalar_one())

    async def page(self, principal: str, before: tuple[datetime, str] | None, size: int) -> Sequence[Session]:
        """The principal's sessions, newest first, those opened before ``before`` = (opened_at, name)."""
        query = SESSIONS.select().where(SESSIONS.c.principal == principal)
        if before:
            key = sa.tuple_(SESSIONS.c.opened_at, SESSIONS.c.name)
            query = query.where(key < sa.tuple_(sa.literal(before[0].replace(tzinfo=None)), sa.literal(before[1])))
        return await self._sessions(query.order_by(SESSIONS.c.opened_at.desc(), SESSIONS.c.name.desc()).limit(size))

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

    async def all_open(self) -> Sequence[Session]:
        """Every open session; there are as many as the relays hold."""
        return await self._sessions(SESSIONS.select().where(SESSIONS.c.closed_at.is_(None)))

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

    async def _sessions(self, query: sa.Select[Any]) -> Sequence[Session]:
        async with self._database.read() as transaction:
            return [_session(row._mapping) for row in await transaction.execute(query)]


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

    async def claim(self, place: Place) -> bool:
        """Put it there, when it is where ``place.former`` says or nowhere; False when it is not."""
        row = asdict(place) | {name: getattr(place, name).replace(tzinfo=None) for name in ("since", "used_at")}
        async with self._database.write() as transaction:
            dialects: dict[str, Any] = {"postgresql": postgresql, "sqlite": sqlite}
            statement = dialects[transaction.dialect.name].insert(PLACES).values(**row).on_conflict_do_nothing()
            if place.former:
                is_there = (PLACES.c.camera == place.camera) & (PLACES.c.relay == place.former)
                statement = PLACES.update().where(is_there).values(**row)
            return bool((await transaction.execute(statement)).rowcount)

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
