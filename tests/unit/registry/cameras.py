"""A sound camera, and what becomes of it when a test changes a field."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from services.registry.domain import Camera

NOW = datetime(2026, 1, 1, tzinfo=UTC)
_SOUND = Camera(
    name="districts/440104/cameras/44010400001320000017", code="44010400001320000017", display_name="北门",
    display_name_en="North gate", category=10, premises=2, place="north gate", latitude=23.13, longitude=113.26,
    purpose="public order", operator="agencies/parks", acceptance_certificate="A-1", created_at=NOW, updated_at=NOW,
    level=2,
)  # fmt: skip


def camera(**changes: Any) -> Camera:
    """The sound one but for ``changes``."""
    return replace(_SOUND, **changes)


def numbered(serial: int, **changes: Any) -> Camera:
    """One of many, told apart by ``serial``."""
    code = f"4401040000132{serial:07d}"
    return camera(name=f"districts/440104/cameras/{code}", code=code, **changes)
