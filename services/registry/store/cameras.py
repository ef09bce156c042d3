"""Cameras in the database: registered in batches, read, replaced revision by revision, moved between classes."""

import functools
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.area import tile
from services.registry.domain import Camera
from services.registry.health import Health
from services.registry.kind import stock
from services.registry.store import arrays, copying, counters, sql, words
from services.registry.store.classes import ClassBook, Place, moved
from services.registry.store.search import Key, KeyValue
from services.registry.store.tables import cameras
from services.registry.system.record import LifeState
from services.registry.units import ClassRow, kind_of
from services.registry.words import folded

_PLAIN = (
    "code", "display_name", "display_name_en", "premises", "place", "latitude", "longitude", "purpose", "direction",
    "mounting", "is_pointable", "is_retired", "revision", "changed_by", "cause",
)  # fmt: skip
_NEW = ("id", "change", "class_id", "stock", "kind", "tile", "folded", "locked_source", "created_at", "updated_at",
        "confirmed_at", *_PLAIN)  # fmt: skip
_plain = attrgetter(*_PLAIN)
_TIMES = ("created_at", "updated_at", "confirmed_at")
_LARGEST_MESSAGE_BYTES = 3 * 1024 * 1024  # below the 4 MiB that one gRPC message may have
_BYTES_BESIDE = 500  # of a camera's message beside its texts
_HEALTHS = {int(health): health for health in Health}  # an enum's own way to look up is slow
_SHOWN = [cameras.c[name] for name in ("id", "change", "class_id", *_PLAIN, *_TIMES)]

_BY_CODE = sa.select(*_SHOWN).where(cameras.c.code == sa.bindparam("code"))


@functools.cache
def _listed(dialect: str, column: str, sql_type: str) -> sa.Select[Any]:
    """Cameras by a list of what ``column`` has. Built once: building a statement costs more than running it."""
    values = sa.select(sa.text("value")).select_from(sa.text(arrays.rows_of(dialect, "listed", sql_type)))
    return sa.select(*_SHOWN).where(cameras.c[column].in_(values))


@dataclass(frozen=True, slots=True)
class Stored:
    """A camera with its numbers in the database."""

    id: int
    change: int
    camera: Camera

    def key(self, name: Key) -> KeyValue:
        """What it is sorted by in a list."""
        return self.camera.code if name == "code" else self.change


@dataclass(frozen=True, slots=True)
class New:
    """A camera that is to be registered, its encrypted source, and the numbers by which words find it."""

    camera: Camera
    locked_source: bytes | None = None
    indexed: Sequence[int] = ()


class CameraStore:
    """Cameras; what they have in common comes from the class book."""

    def __init__(self) -> None:
        self.book = ClassBook()

    async def insert(self, transaction: AsyncConnection, new: Sequence[New]) -> None:
        """Add cameras whose codes are free; sqlalchemy.exc.IntegrityError when one is taken after all."""
        if not new:
            return
        await self.book.refresh(transaction)
        numbers = await counters.take(transaction, "change", len(new))
        places = [_place(one.camera) for one in new]
        class_ids = await self.book.count(transaction, Counter(places))
        dialect = transaction.dialect.name
        rows = [
            _new_row(dialect, number, class_ids[place], one)
            for number, place, one in zip(numbers, places, new, strict=True)
        ]
        await copying.copy(transaction, "cameras", _NEW, rows)
        await _count_tiles(transaction, Counter(_tile(one.camera) for one in new))
        found = [(number, one.indexed or words.indexed(one.camera)) for number, one in zip(numbers, new, strict=True)]
        await words.add(transaction, found)

    def indexed(self, camera: Camera, level: int) -> Sequence[int]:
        """The numbers by which words will find a camera that is to be registered at ``level``."""
        return words.indexed(camera, level)

    async def get(self, transaction: AsyncConnection, code: str) -> Stored | None:
        """One camera by its code."""
        found = await self._stored(await transaction.execute(_BY_CODE, {"code": code}), transaction)
        return found[0] if found else None

    async def of_codes(self, transaction: AsyncConnection, codes: Collection[str]) -> list[Stored]:
        """Those of ``codes`` that exist, by code."""
        asked = _listed(transaction.dialect.name, "code", "text")
        rows = await transaction.execute(asked, {"listed": arrays.encoded(transaction, codes)})
        return sorted(await self._stored(rows, transaction), key=lambda stored: stored.camera.code)

    async def of_ids(self, transaction: AsyncConnection, ids: Sequence[int]) -> list[Stored]:
        """The cameras with these ids, in this order."""
        if not ids:
            return []
        asked = _listed(transaction.dialect.name, "id", "bigint")
        rows = await transaction.execute(asked, {"listed": arrays.encoded(transaction, ids)})
        at = {stored.id: stored for stored in await self._stored(rows, transaction)}
        return [at[number] for number in ids if number in at]

    async def of_classes(
        self, transaction: AsyncConnection, class_ids: Sequence[int], after: int, limit: int
    ) -> list[Stored]:
        """Cameras of these classes by id, behind ``after``."""
        condition = cameras.c.class_id.in_(class_ids) & (cameras.c.id > after)
        return await self._read(transaction, condition, limit)

    async def _read(self, transaction: AsyncConnection, condition: sa.ColumnElement[bool], most: int) -> list[Stored]:
        query = sa.select(*_SHOWN).where(condition).order_by(cameras.c.id).limit(most)
        return await self._stored(await transaction.execute(query), transaction)

    async def _stored(self, found: sa.CursorResult[Any], transaction: AsyncConnection) -> list[Stored]:
        rows = found.all()
        of = await self.book.rows(transaction, {row.class_id for row in rows})
        shared = {number: _shared(found) for number, found in of.items()}
        return [_camera(row, shared[row.class_id]) for row in rows]

    async def replace(
        self, transaction: AsyncConnection, before: Stored, after: Camera, locked_source: bytes | None = None
    ) -> bool:
        """Write ``after``, the revision behind ``before``; False when that is not the newest any more.

        None keeps the source as it is. What the record said before is the caller's to keep (`revisions`).
        """
        there, here = _place(before.camera), _place(after)
        [number] = await counters.take(transaction, "change")
        class_ids = await self.book.count(transaction, {here: 0})
        values = _row(after) | {"change": number, "class_id": class_ids[here]}
        if locked_source is not None:
            values["locked_source"] = locked_source
        is_newest = (cameras.c.id == before.id) & (cameras.c.revision == before.camera.revision)
        if (await transaction.execute(cameras.update().where(is_newest).values(values))).rowcount != 1:
            return False
        await self.book.count(transaction, moved([(there, here)]))
        if words.indexed(before.camera) != words.indexed(after):
            await words.remove(transaction, [(before.id, words.indexed(before.camera))])
            await words.add(transaction, [(before.id, words.indexed(after))])
        left, entered = _tile(before.camera), _tile(after)
        if left != entered:
            await _count_tiles(transaction, {left: -1, entered: 1})
        return True

    async def move(self, transaction: AsyncConnection, moves: Sequence[tuple[Stored, Camera]], *, tells: bool) -> None:
        """Bring cameras into the classes of their new state or health; ``tells`` whether watchers hear of it."""
        if not moves:
            return
        pairs = [(_place(before.camera), _place(after)) for before, after in moves]
        numbers = await counters.take(transaction, "change", len(moves))
        class_ids = await self.book.count(transaction, moved(pairs))
        rows = [
            {
                "b_id": before.id,
                "b_class": class_ids[_place(after)],
                "b_kind": after.kind.number,
                "b_change": number if tells else before.change,
            }
            for number, (before, after) in zip(numbers, moves, strict=True)
        ]
        values: dict[str, sa.BindParameter[int]] = {
            "class_id": sa.bindparam("b_class"),
            "kind": sa.bindparam("b_kind"),
            "change": sa.bindparam("b_change"),
        }
        await transaction.execute(cameras.update().where(cameras.c.id == sa.bindparam("b_id")).values(values), rows)

    async def confirm(self, transaction: AsyncConnection, ids: Iterable[int], now: datetime) -> None:
        """The basic data of these cameras is right as it stands (Article 16 ¶2)."""
        rows = [{"b_id": number, "b_now": _naive(now)} for number in ids]
        update = cameras.update().where(cameras.c.id == sa.bindparam("b_id"))
        if rows:
            await transaction.execute(update.values(confirmed_at=sa.bindparam("b_now")), rows)

    async def confirm_classes(self, transaction: AsyncConnection, class_ids: Sequence[int], now: datetime) -> int:
        """The same for every camera of these classes; returns how many."""
        update = cameras.update().where(cameras.c.class_id.in_(class_ids)).values(confirmed_at=_naive(now))
        return (await transaction.execute(update)).rowcount

    async def with_sources(self, transaction: AsyncConnection, after: int, limit: int) -> list[tuple[Stored, bytes]]:
        """Cameras that have a source, by id behind ``after``, with their encrypted sources."""
        condition = cameras.c.locked_source.is_not(None) & (cameras.c.id > after)
        found = await self._read(transaction, condition, limit)
        ids = [stored.id for stored in found]
        sources = sa.select(cameras.c.id, cameras.c.locked_source).where(cameras.c.id.in_(ids))
        locked = {row.id: row.locked_source for row in await transaction.execute(sources)}
        return [(stored, locked[stored.id]) for stored in found]

    async def healths(self, transaction: AsyncConnection, codes: Collection[str]) -> dict[str, Health]:
        """Health on record of those of ``codes`` that exist. Light: it is asked a million times a minute."""
        listed = arrays.rows(transaction, "codes", "text")
        statement = sql.text(f"SELECT code, kind FROM cameras WHERE code IN (SELECT value FROM {listed})")
        rows = await transaction.execute(statement, {"codes": arrays.encoded(transaction, codes)})
        return {code: _HEALTHS[kind % 10] for code, kind in rows}


def fitting(found: Sequence[Stored]) -> Sequence[Stored]:
    """As many of ``found`` as one message may carry, at least one; the rest belongs on the next page (AIP-158)."""
    size_bytes = 0
    for index, stored in enumerate(found):
        camera = stored.camera
        size_bytes += _BYTES_BESIDE + 4 * sum(map(len, (*camera.texts, camera.purpose)))  # of UTF-8, at the most
        if index and size_bytes > _LARGEST_MESSAGE_BYTES:
            return found[:index]
    return found


async def locked_source(transaction: AsyncConnection, code: str) -> bytes | None:
    """The encrypted source; None when the camera or its source is absent."""
    found: bytes | None = await transaction.scalar(sa.select(cameras.c.locked_source).where(cameras.c.code == code))
    return found


async def _count_tiles(transaction: AsyncConnection, counts: dict[tuple[int, str], int]) -> None:
    counted = arrays.triples(transaction, "tiled")
    upsert = (
        f"INSERT INTO tiles (tile, district, count) SELECT a, b, c FROM {counted} WHERE true"
        " ON CONFLICT (tile, district) DO UPDATE SET count = tiles.count + excluded.count"
    )
    rows = [(number, district, count) for (number, district), count in sorted(counts.items())]
    await transaction.execute(sql.text(upsert), arrays.encoded_triples(transaction, "tiled", rows))


def _place(camera: Camera) -> Place:
    return camera.system, camera.kind


def _tile(camera: Camera) -> tuple[int, str]:
    return tile(camera.latitude, camera.longitude), camera.district


def _new_row(dialect: str, number: int, class_id: int, new: New) -> tuple[Any, ...]:
    """A first revision, in the order of `_NEW`."""
    camera = new.camera
    kind = camera.kind.number
    times = (copying.encoded(dialect, at) for at in (camera.created_at, camera.updated_at, camera.confirmed_at))
    own = (number, number, class_id, stock(kind), kind, tile(camera.latitude, camera.longitude))
    return (*own, folded(camera.texts), new.locked_source, *times, *_plain(camera))


def _row(camera: Camera) -> dict[str, Any]:
    """The columns that a revision sets."""
    kind = camera.kind.number
    row = {name: getattr(camera, name) for name in _PLAIN}
    return row | {
        "kind": kind,
        "stock": stock(kind),
        "tile": tile(camera.latitude, camera.longitude),
        "folded": folded(camera.texts),
        "updated_at": _naive(camera.updated_at),
        "confirmed_at": _naive(camera.confirmed_at),
    }


def _naive(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None)


def _shared(of: ClassRow) -> dict[str, Any]:
    """What all cameras of a class have in common."""
    kind = kind_of(of)
    return {
        "system": of.system, "category": kind.category, "level": kind.level, "state": LifeState(kind.state),
        "health": Health(kind.health),
    }  # fmt: skip


def _camera(row: Any, shared: dict[str, Any]) -> Stored:
    camera = Camera(
        code=row.code, display_name=row.display_name, display_name_en=row.display_name_en, premises=row.premises,
        place=row.place, latitude=row.latitude, longitude=row.longitude, purpose=row.purpose,
        created_at=row.created_at.replace(tzinfo=UTC), updated_at=row.updated_at.replace(tzinfo=UTC),
        confirmed_at=row.confirmed_at.replace(tzinfo=UTC), changed_by=row.changed_by, cause=row.cause,
        direction=row.direction, mounting=row.mounting, is_pointable=row.is_pointable, is_retired=row.is_retired,
        revision=row.revision, **shared,
    )  # fmt: skip
    return Stored(row.id, row.change, camera)
