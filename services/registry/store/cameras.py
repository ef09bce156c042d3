"""Cameras in the database, and the scopes, areas and pages by which they are found."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis import outbox
from services.registry.domain import Camera
from services.registry.permission import Scope, ScopeClass

metadata = sa.MetaData()
sa.Table("outbox", metadata, *outbox.columns())
cameras = sa.Table(
    "cameras",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True, comment="districts/{district}/cameras/{code}"),
    sa.Column("code", sa.String(20), nullable=False, unique=True, comment="GB/T 28181, 20 digits as text"),
    sa.Column("district", sa.String(6), nullable=False, comment="GB/T 2260, six digits"),
    sa.Column("display_name", sa.String(200), nullable=False, comment="as people of the city say it"),
    sa.Column("display_name_en", sa.String(200), nullable=False, comment="English, may be empty"),
    sa.Column("category", sa.SmallInteger, nullable=False, comment="1 to 13, Article 6 paragraph 1"),
    sa.Column("premises", sa.SmallInteger, nullable=False, comment="kapok.registry.v1.Premises, Article 6 paragraph 2"),
    sa.Column("place", sa.String(200), nullable=False, comment="where it hangs, in words"),
    sa.Column("latitude", sa.Double, nullable=False, comment="degrees, WGS 84"),
    sa.Column("longitude", sa.Double, nullable=False, comment="degrees, WGS 84"),
    sa.Column("purpose", sa.String(500), nullable=False, comment="what it is for, Article 22"),
    sa.Column("operator", sa.String(80), nullable=False, comment="agencies/{agency} that runs it"),
    sa.Column("acceptance_certificate", sa.String(100), nullable=False, comment="number, empty before acceptance"),
    sa.Column("level", sa.SmallInteger, nullable=False, comment="1 to 5, from the approved policy, Article 14"),
    sa.Column("is_pointable", sa.Boolean, nullable=False, comment="has a control address"),
    sa.Column("locked_source", sa.LargeBinary, comment="nonce + AES-GCM of the source; NULL without one"),
    sa.Column("revision", sa.Integer, nullable=False, comment="changes since registration, from 1; gives the etag"),
    sa.Column("created_at", sa.DateTime, nullable=False, comment="UTC"),
    sa.Column("updated_at", sa.DateTime, nullable=False, comment="UTC"),
    sa.Index("cameras_by_position", "latitude", "longitude"),
    sa.Index("cameras_by_operator", "operator", "name"),
)
_FIELDS = [field.name for field in fields(Camera)]
_SHOWN = [cameras.c[name] for name in _FIELDS]


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list asks for. ``box`` is south, west, north, east in degrees; None and 0 restrict nothing."""

    district: str | None = None
    category: int = 0
    box: tuple[float, float, float, float] | None = None


async def insert(transaction: AsyncConnection, camera: Camera, locked_source: bytes | None) -> None:
    """Add a camera; sqlalchemy.exc.IntegrityError when its name or code is taken."""
    row = _row(camera) | {"district": camera.district, "locked_source": locked_source}
    await transaction.execute(cameras.insert().values(row))


async def replace(transaction: AsyncConnection, camera: Camera, locked_source: bytes | None) -> bool:
    """Write revision n over n - 1; False when that is no longer the newest. None keeps the source as it is."""
    values = _row(camera) | ({"locked_source": locked_source} if locked_source is not None else {})
    is_previous = (cameras.c.name == camera.name) & (cameras.c.revision == camera.revision - 1)
    return (await transaction.execute(cameras.update().where(is_previous).values(values))).rowcount == 1


async def get(transaction: AsyncConnection, name: str) -> Camera | None:
    """One camera by name."""
    [*found] = await get_many(transaction, [name])
    return found[0] if found else None


async def get_many(transaction: AsyncConnection, names: Sequence[str]) -> list[Camera]:
    """Those of ``names`` that exist, by name."""
    rows = await transaction.execute(sa.select(*_SHOWN).where(cameras.c.name.in_(names)).order_by(cameras.c.name))
    return [_camera(row) for row in rows]


async def locked_source(transaction: AsyncConnection, name: str) -> bytes | None:
    """The encrypted source; None when the camera or its source is absent."""
    found: bytes | None = await transaction.scalar(sa.select(cameras.c.locked_source).where(cameras.c.name == name))
    return found


async def page(transaction: AsyncConnection, scope: Scope, wanted: Filter, after: str, limit: int) -> list[Camera]:
    """The first ``limit`` cameras in ``scope`` and ``wanted`` whose name is greater than ``after``, by name."""
    query = sa.select(*_SHOWN).where(_in_scope(scope), cameras.c.name > after)
    if wanted.district:
        # A range of names, so that the primary key serves both the filter and the order; 0 is the character after /.
        prefix = f"districts/{wanted.district}"
        query = query.where(cameras.c.name > f"{prefix}/", cameras.c.name < f"{prefix}0")
    if wanted.category:
        query = query.where(cameras.c.category == wanted.category)
    if wanted.box:
        south, west, north, east = wanted.box
        query = query.where(cameras.c.latitude.between(south, north), cameras.c.longitude.between(west, east))
    rows = await transaction.execute(query.order_by(cameras.c.name).limit(limit))
    return [_camera(row) for row in rows]


def _in_scope(scope: Scope) -> sa.ColumnElement[bool]:
    """Permission as SQL, so that nothing outside it is read, let alone counted. An empty scope finds nothing."""
    named = [cameras.c.name.in_(sorted(scope.cameras))] if scope.cameras else []
    return sa.or_(sa.false(), *(condition(found) for found in scope.classes), *named)


def condition(found: ScopeClass) -> sa.ColumnElement[bool]:
    """One class as SQL; the same as ScopeClass.holds says of one camera."""
    lines: list[sa.ColumnElement[bool]] = [
        cameras.c.level.in_(sorted(found.levels)),
        cameras.c.category.in_(sorted(found.categories)),
    ]
    if found.districts:
        lines.append(cameras.c.district.in_(sorted(found.districts)))
    if found.excluded_districts:
        lines.append(cameras.c.district.not_in(sorted(found.excluded_districts)))
    if found.operator:
        is_own = cameras.c.operator == found.operator
        lines.append(~is_own if found.is_operator_excluded else is_own)
    return sa.and_(*lines)


def _row(camera: Camera) -> dict[str, Any]:
    row = {name: getattr(camera, name) for name in _FIELDS}
    return row | {name: row[name].astimezone(UTC).replace(tzinfo=None) for name in ("created_at", "updated_at")}


def _camera(row: Any) -> Camera:
    values = dict(row._mapping)
    times: dict[str, datetime] = {name: values[name].replace(tzinfo=UTC) for name in ("created_at", "updated_at")}
    return Camera(**(values | times))
