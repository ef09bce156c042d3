"""A sound camera, and what becomes of it when a test changes a field."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from services.registry.domain import Camera

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DISTRICT = "440104"
SYSTEM = "operators/parks/systems/north"
_SOUND = Camera(
    code="44010400001320000017", system=SYSTEM, display_name="北门", display_name_en="North gate", category=10,
    premises=2, place="north gate", latitude=23.13, longitude=113.26, purpose="public order", created_at=NOW,
    updated_at=NOW, confirmed_at=NOW, changed_by="principals/keeper", level=2,
)  # fmt: skip


def code(serial: int, district: str = DISTRICT) -> str:
    """Twenty digits, told apart by ``serial``."""
    return f"{district}00001320{serial:06d}"


def camera(**changes: Any) -> Camera:
    """The sound one but for ``changes``."""
    return replace(_SOUND, **changes)


def numbered(serial: int, **changes: Any) -> Camera:
    """One of many, told apart by ``serial``."""
    return camera(code=code(serial), **changes)
