"""What permissions keeps: tables, and queries by noun. Every function works inside the transaction that it is given."""

from services.permissions.store import agency_tables, inspection_tables, review_tables, tables

__all__ = [
    "agency_tables",
    "inspection_tables",
    "review_tables",
    "tables",
]  # whoever has one table's metadata has them all
