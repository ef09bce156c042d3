"""What audit keeps: tables, and queries by noun. Every function works inside the transaction that it is given."""

from services.audit.store.tables import metadata

__all__ = ["metadata"]
