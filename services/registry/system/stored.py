"""Operators and camera systems as the database keeps them: what is no column is one text of JSON. Pure.

A part that is absent from the text reads as its default, so that rows of an earlier release stay readable.
"""

import dataclasses
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from services.registry.system.record import (
    Acceptance,
    Attestation,
    CameraSystem,
    Funding,
    MaintenanceCheck,
    Operator,
    Qualification,
    ResponsibleEntity,
    StaffMember,
)

SYSTEM_COLUMNS = frozenset({"name", "display_name", "state", "revision", "created_at", "updated_at"})
OPERATOR_COLUMNS = frozenset({"name", "display_name", "revision", "updated_at"})
Read = Callable[[Any], Any]


def to_json(system: CameraSystem) -> str:
    """All of ``system`` but its columns."""
    return _text(system, SYSTEM_COLUMNS)


def from_json(columns: CameraSystem, text: str) -> CameraSystem:
    """``columns``, a system that has only those, with the rest from ``text`` as `to_json` wrote it."""
    return dataclasses.replace(columns, **_parts(text, _SYSTEM))


def operator_to_json(operator: Operator) -> str:
    """All of ``operator`` but its columns."""
    return _text(operator, OPERATOR_COLUMNS)


def operator_from_json(columns: Operator, text: str) -> Operator:
    """``columns``, an operator that has only those, with the rest from ``text`` as `operator_to_json` wrote it."""
    return dataclasses.replace(columns, **_parts(text, _OPERATOR))


def _text(record: CameraSystem | Operator, columns: frozenset[str]) -> str:
    parts = {f.name: getattr(record, f.name) for f in dataclasses.fields(record) if f.name not in columns}
    return json.dumps(parts, default=_plain, ensure_ascii=False, separators=(",", ":"))


def _plain(value: Any) -> Any:
    """What json can't write by itself: times and the records within a record."""
    if isinstance(value, datetime):
        return value.isoformat()
    return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}


def _parts(text: str, shape: Mapping[str, Read]) -> dict[str, Any]:
    return {name: shape[name](value) for name, value in json.loads(text).items() if name in shape}


def _same(value: Any) -> Any:
    return value


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _one(record: type, *times: str) -> Read:
    """Reads a record, or null, whose fields in ``times`` are times."""

    def read(value: dict[str, Any] | None) -> Any:
        return record(**{**value, **{name: _time(value.get(name)) for name in times}}) if value else None

    return read


def _many(read: Read) -> Read:
    return lambda values: tuple(read(value) for value in values)


_OPERATOR: Mapping[str, Read] = {"responsible_entities": _many(_one(ResponsibleEntity))}
_SYSTEM: Mapping[str, Read] = {
    "funding": _one(Funding),
    "qualifications": _many(_one(Qualification, "expires_at")),
    "acceptance": _one(Acceptance, "accepted_at"),
    "sign": _one(Attestation, "attested_at"),
    "password_exclusion": _one(Attestation, "attested_at"),
    "staff": _many(_one(StaffMember, "training_expires_at")),
    "checks": _many(_one(MaintenanceCheck, "checked_at")),
    **dict.fromkeys(("is_fixed_place", "has_monitoring_room", "required_staff_count"), _same),
    **dict.fromkeys(("storage_days", "storage_citation"), _same),
}
