"""The limits beside an import: the same rows into a bare table of the same columns, with nothing but its primary key.

PostgreSQL by COPY, SQLite by upsert with synchronous FULL; both in transactions of a thousand rows.
"""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import asyncpg

from bench.registry.city import shipments
from kapok.registry.v1 import bulk_service_pb2

_COLUMNS = ("id", "code", "system", "display_name", "display_name_en", "category", "premises", "place", "latitude",
            "longitude", "direction", "mounting", "purpose", "locked_source", "changed_by")  # fmt: skip
_TYPES = ("bigint PRIMARY KEY", "text", "text", "text", "text", "int", "int", "text", "double precision",
          "double precision", "double precision", "int", "text", "bytea", "text")  # fmt: skip
_TABLE = f"CREATE TABLE bare ({', '.join(f'{name} {kind}' for name, kind in zip(_COLUMNS, _TYPES, strict=True))})"


def batches(cameras: int) -> Iterator[Sequence[tuple[Any, ...]]]:
    """Rows as they would be stored, a thousand at a time."""
    number = 0
    for shipment in shipments(cameras):
        rows = []
        for camera in bulk_service_pb2.ImportCamerasRequest.FromString(shipment.request).cameras:
            number += 1
            rows.append((
                number, camera.code, camera.system, camera.display_name, camera.display_name_en,
                int(camera.place_category), int(camera.premises), camera.place, camera.position.latitude,
                camera.position.longitude, camera.direction_degrees, int(camera.mounting), camera.purpose,
                camera.source.SerializeToString(), shipment.operator,
            ))  # fmt: skip
        yield rows


async def copied_s(url: str, cameras: int) -> float:
    """Seconds that COPY takes on the PostgreSQL at ``url``, the making of the rows left out."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    taken_s = 0.0
    try:
        await connection.execute(_TABLE)
        for rows in batches(cameras):
            started_s = time.perf_counter()
            await connection.copy_records_to_table("bare", records=rows, columns=_COLUMNS)
            taken_s += time.perf_counter() - started_s
    finally:
        await connection.close()
    return taken_s


def upserted_s(folder: Path, cameras: int) -> float:
    """Seconds that upserts take in a fresh SQLite file."""
    connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute(_TABLE)
    values = ", ".join("?" * len(_COLUMNS))
    upsert = f"INSERT INTO bare VALUES ({values}) ON CONFLICT (id) DO UPDATE SET code = excluded.code"
    taken_s = 0.0
    for rows in batches(cameras):
        started_s = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(upsert, rows)
        connection.execute("COMMIT")
        taken_s += time.perf_counter() - started_s
    connection.close()
    return taken_s
