"""The tables of what agencies keep on record here."""

import sqlalchemy as sa
from sqlalchemy import Column, LargeBinary, String, Table

from services.permissions.store.tables import Instant, metadata

agency_keys = Table(
    "agency_keys",
    metadata,
    Column("key_id", String(64), primary_key=True, comment="SHA-256 of public_key, hex"),
    Column("agency", String(100), sa.ForeignKey("agencies.name"), nullable=False, index=True, comment="whose it is"),
    Column("purpose", String(20), nullable=False, comment="what it signs: tokens or letters"),
    Column("public_key", LargeBinary, nullable=False, comment="Ed25519, 32 bytes"),
    Column("registered_at", Instant, nullable=False, comment="when"),
    Column("registered_by", String(100), nullable=False, comment="principals/{principal}"),
    Column("revoked_at", Instant, comment="since when it is none; empty = it was not revoked"),
    Column("revoked_by", String(100), comment="principals/{principal}"),
    Column("revoked_reason", String(500), comment="in the words of who revoked it"),
)
