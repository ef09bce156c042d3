"""Operators and their camera systems (Articles 7 to 13, 20 to 23). Pure.

record     what they are            wording    one line of text, a hash, a number: what is wrong with it
soundness  which are refused        change     the record that comes of a new registration or of an update
stored     as one text of JSON, for the database
"""

from services.registry.system.change import apply, planned, renewed
from services.registry.system.record import (
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
    is_operator_name,
    is_system_id,
    is_system_name,
    system_name,
)
from services.registry.system.soundness import operator_violations, violations
from services.registry.system.stored import from_json, operator_from_json, operator_to_json, to_json

__all__ = [
    "Acceptance",
    "Attestation",
    "CameraSystem",
    "Funding",
    "FundingKind",
    "LifeState",
    "MaintenanceCheck",
    "Operator",
    "Qualification",
    "ResponsibleEntity",
    "Role",
    "StaffMember",
    "Work",
    "apply",
    "from_json",
    "is_operator_name",
    "is_system_id",
    "is_system_name",
    "operator_from_json",
    "operator_to_json",
    "operator_violations",
    "planned",
    "renewed",
    "system_name",
    "to_json",
    "violations",
]
