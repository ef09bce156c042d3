"""What permissions keeps: tables, and queries by noun. Every function works inside the transaction that it is given."""

from services.permissions.store import (
    agency_tables,
    basis_tables,
    claim_tables,
    incident_tables,
    inspection_tables,
    policy_tables,
    review_tables,
    tables,
    takeover_tables,
)

__all__ = [
    "agency_tables",
    "basis_tables",
    "claim_tables",
    "incident_tables",
    "inspection_tables",
    "policy_tables",
    "review_tables",
    "tables",
    "takeover_tables",
]  # whoever has one table's metadata has them all
