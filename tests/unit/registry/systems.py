"""A camera system that lacks nothing, and what becomes of it when a test changes a field."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.registry.system import (
    Acceptance,
    Attestation,
    CameraSystem,
    Funding,
    FundingKind,
    LifeState,
    MaintenanceCheck,
    Operator,
    Qualification,
    ResponsibleEntity,
    Role,
    StaffMember,
    Work,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LATER = NOW + timedelta(days=365)
TINY = timedelta(microseconds=1)
CITY_POLICE = "agencies/police-guangzhou"
MUNICIPAL = frozenset({CITY_POLICE})
HASH = "ab" * 32
SEEN = Attestation(NOW, HASH, "warden 7")
TRAINED = StaffMember("S-1", True, "T-1", CITY_POLICE, LATER)
CHECK = MaintenanceCheck(NOW, True, True, True, "maintainer")
QUALIFIED = tuple(Qualification(work, "深圳安防", f"Q-{work}", LATER) for work in Work)
_WHOLE = CameraSystem(
    name="operators/parks/systems/north", display_name="北门", state=LifeState.IN_SERVICE, created_at=NOW,
    updated_at=NOW, funding=Funding(FundingKind.MUNICIPAL, "P-1"), qualifications=QUALIFIED,
    acceptance=Acceptance("A-1", "police of Yuexiu", NOW), is_fixed_place=True, sign=SEEN, password_exclusion=SEEN,
    staff=(TRAINED,), required_staff_count=1, has_monitoring_room=True, storage_days=30, checks=(CHECK,),
)  # fmt: skip
_OPERATOR = Operator("operators/parks", "园林", NOW, (ResponsibleEntity("owner", Role.OWNER),))


def system(**changes: Any) -> CameraSystem:
    """The whole one but for ``changes``."""
    return replace(_WHOLE, **changes)


def operator(**changes: Any) -> Operator:
    """The sound one but for ``changes``."""
    return replace(_OPERATOR, **changes)


def qualified(**expires_at: datetime) -> tuple[Qualification, ...]:
    """Qualifications by the work's name in small letters, with their ends."""
    return tuple(Qualification(Work[work.upper()], "e", "n", end) for work, end in expires_at.items())
