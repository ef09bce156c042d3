"""The cameras of the first release carried over into systems, and their old table dropped.

A camera of 0001 carried its own acceptance certificate. Each operator gets one system for what was accepted, `main`,
and one for what was not, `unaccepted`; state secrets get systems apart, `sealed…` (Article 11). What a record said, its
certificate included, is kept as its former revision.
"""

import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from services.registry.area import tile
from services.registry.domain import Camera
from services.registry.store import words
from services.registry.system.record import LifeState

revision = "0003"
down_revision = "0002"

_BATCH = 1000
_BY = "principals/kapok-migration"
_REASON = "carried over from the first release"
_LONG_AGO = datetime(1970, 1, 1)  # a system was in its state whenever a camera of it is asked about
_SAME = ("code", "display_name", "display_name_en", "premises", "place", "latitude", "longitude", "purpose",
         "is_pointable", "locked_source", "created_at")  # fmt: skip
_SAID = ("display_name", "display_name_en", "category", "premises", "place", "latitude", "longitude", "purpose",
         "level", "is_pointable", "acceptance_certificate")  # fmt: skip
_TABLES = ("cameras_0001", "systems", "system_states", "classes", "cameras", "revisions", "tiles", "counters")


def upgrade() -> None:
    """Every camera of 0001, in batches."""
    connection = op.get_bind()
    tables = sa.MetaData()
    tables.reflect(connection, only=_TABLES)
    _Carrier(connection, tables.tables, datetime.now(UTC).replace(tzinfo=None)).carry()
    op.drop_table("cameras_0001")


class _Carrier:
    """Carries cameras over, numbered by name."""

    def __init__(self, connection: sa.Connection, tables: Any, now: datetime) -> None:
        self._connection, self._tables, self._now = connection, tables, now
        self._system_ids: dict[str, int] = {}
        self._class_ids: dict[tuple[int, int], int] = {}

    def carry(self) -> None:
        """All of them."""
        old = self._tables["cameras_0001"]
        last, after = 0, ""
        while rows := self._run(sa.select(old).where(old.c.name > after).order_by(old.c.name).limit(_BATCH)).all():
            self._write([(last + offset, row, _camera(row)) for offset, row in enumerate(rows, start=1)])
            last, after = last + len(rows), rows[-1].name
        counters = self._tables["counters"]
        self._run(counters.update().where(counters.c.name == "change").values(value=last))

    def _write(self, numbered: list[tuple[int, Any, Camera]]) -> None:
        class_ids = [self._class_of(row, camera) for _, row, camera in numbered]
        new = [self._new(*one, class_id) for one, class_id in zip(numbered, class_ids, strict=True)]
        self._run(self._tables["cameras"].insert(), new)
        self._run(self._tables["revisions"].insert(), [self._former(number, row) for number, row, _ in numbered])
        dialect = self._connection.dialect.name
        known = words.rows(dialect, ((number, words.indexed(camera)) for number, _, camera in numbered))
        self._run(sa.text(words.ADD[dialect]), known)
        classes = self._tables["classes"]
        for class_id, added in Counter(class_ids).items():
            self._run(classes.update().where(classes.c.id == class_id).values(count=classes.c.count + added))
        counted = "INSERT INTO tiles (tile, district, count) VALUES (:tile, :district, 1)"
        counted += " ON CONFLICT (tile, district) DO UPDATE SET count = tiles.count + 1"
        self._run(sa.text(counted), [{"tile": row["tile"], "district": row["code"][:6]} for row in new])

    def _class_of(self, row: Any, camera: Camera) -> int:
        place = (self._system_of(row, camera), camera.kind.number)
        if place not in self._class_ids:
            row = {"system_id": place[0], "kind": place[1], "count": 0}
            classes = self._tables["classes"]
            self._class_ids[place] = self._run(classes.insert().values(row).returning(classes.c.id)).scalar_one()
        return self._class_ids[place]

    def _system_of(self, row: Any, camera: Camera) -> int:
        if camera.system not in self._system_ids:
            systems, now = self._tables["systems"], self._now
            certificate = {"certificate_number": row.acceptance_certificate, "issuer": "", "accepted_at": None}
            record = {"acceptance": certificate if row.acceptance_certificate else None}
            values = {
                "name": camera.system, "operator": row.operator, "display_name": _REASON, "state": int(camera.state),
                "record": json.dumps(record, ensure_ascii=False), "revision": 1, "created_at": now, "updated_at": now,
            }  # fmt: skip
            made = int(self._run(systems.insert().values(values).returning(systems.c.id)).scalar_one())
            step = {"system_id": made, "number": 1, "state": int(camera.state), "started_at": _LONG_AGO}
            self._run(self._tables["system_states"].insert(), step | {"principal": _BY, "reason": _REASON})
            self._system_ids[camera.system] = made
        return self._system_ids[camera.system]

    def _new(self, number: int, row: Any, camera: Camera, class_id: int) -> dict[str, Any]:
        kind = camera.kind.number
        return {name: getattr(row, name) for name in _SAME} | {
            "id": number, "change": number, "class_id": class_id, "kind": kind, "stock": kind // 100,
            "tile": tile(row.latitude, row.longitude), "direction": None, "mounting": 0, "is_retired": False,
            "revision": row.revision + 1, "updated_at": self._now, "confirmed_at": row.updated_at, "changed_by": _BY,
            "cause": "carried over",
        }  # fmt: skip

    def _former(self, number: int, row: Any) -> dict[str, Any]:
        record = {name: getattr(row, name) for name in _SAID} | {"direction": None, "mounting": 0, "is_retired": False}
        return {
            "camera_id": number, "revision": row.revision, "record": json.dumps(record, ensure_ascii=False),
            "started_at": row.created_at, "ended_at": self._now, "principal": _BY, "cause": "of the first release",
        }  # fmt: skip

    def _run(self, statement: Any, rows: Any = None) -> Any:
        return self._connection.execute(statement, rows) if rows else self._connection.execute(statement)


def _camera(row: Any) -> Camera:
    at = row.created_at.replace(tzinfo=UTC)
    state = LifeState.IN_SERVICE if row.acceptance_certificate else LifeState.BUILT
    return Camera(
        code=row.code, system=_system_name(row), display_name=row.display_name, display_name_en=row.display_name_en,
        category=row.category, premises=row.premises, place=row.place, latitude=row.latitude, longitude=row.longitude,
        purpose=row.purpose, created_at=at, updated_at=at, confirmed_at=at, changed_by=_BY, level=row.level,
        state=state,
    )  # fmt: skip


def _system_name(row: Any) -> str:
    name = "main" if row.acceptance_certificate else "unaccepted"
    if row.level == 5:
        name = "sealed" if row.acceptance_certificate else "sealed-unaccepted"
    return f"operators/{row.operator.removeprefix('agencies/')}/systems/{name}"
