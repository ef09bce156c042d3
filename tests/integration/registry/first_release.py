"""A registry as the first release left it: its schema, its columns, its cameras."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from services.chassis import database
from tests.integration.registry.city import MIGRATIONS

REGISTERED = datetime(2025, 3, 1, 8, 30, 0, 123456, tzinfo=UTC)
CHANGED = REGISTERED + timedelta(days=20)
_COLUMNS = (
    "name", "code", "district", "display_name", "display_name_en", "category", "premises", "place", "latitude",
    "longitude", "purpose", "operator", "acceptance_certificate", "level", "is_pointable", "locked_source", "revision",
    "created_at", "updated_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Old:
    """A camera of the first release; it ran its own acceptance. ``serial`` gives the code."""

    serial: int
    operator: str
    certificate: str
    level: int = 2
    district: str = "440104"
    category: int = 10
    latitude: float = 23.13
    locked: bytes | None = None
    revision: int = 3

    @property
    def code(self) -> str:
        """Twenty digits."""
        return f"{self.district}00001320{self.serial:06d}"

    @property
    def row(self) -> dict[str, Any]:
        """As the first release wrote it."""
        values = (
            f"districts/{self.district}/cameras/{self.code}", self.code, self.district, f"天河第{self.serial}门",
            f"Gate {self.serial}", self.category, 2, "north side", self.latitude, 113.26 + self.serial / 1000,
            "public order", self.operator, self.certificate, self.level, self.locked is not None, self.locked,
            self.revision, REGISTERED.replace(tzinfo=None), CHANGED.replace(tzinfo=None),
        )  # fmt: skip
        return dict(zip(_COLUMNS, values, strict=True))


async def left(url: str, folder: Path, cameras: Sequence[Old]) -> None:
    """Write what the first release would leave behind; ``folder`` is for its migration alone."""
    folder.mkdir()
    shutil.copy(MIGRATIONS / "0001_first.py", folder)
    table = sa.table("cameras", *map(sa.column, _COLUMNS))
    async with database.connect(url, folder) as opened, opened.write() as transaction:
        if cameras:
            await transaction.execute(table.insert(), [one.row for one in cameras])
