"""The tables of the roll: agencies, their principals and certificates, and what they keep on record here."""

import sqlalchemy as sa
from sqlalchemy import Column, Integer, LargeBinary, String, Table, Text

from services.permissions.store.tables import Instant, metadata

agencies = Table(
    "agencies",
    metadata,
    Column("name", String(100), primary_key=True, comment="agencies/{agency}"),
    Column("display_name", String(200), nullable=False, comment="as people say it"),
    Column("kind", String(40), nullable=False, comment="one of the seven kinds"),
    Column("tier", String(20), nullable=False, comment="municipal or district"),
    Column("jurisdiction", String(6), nullable=False, comment="GB/T 2260"),
    Column("registered_at", Instant, comment="when; empty = with the genesis"),
    Column("registered_by", String(100), comment="principals/{principal}; empty = with the genesis"),
    Column("suspended_at", Instant, comment="since when it has no rights; empty = it has them"),
    Column("suspended_number", Integer, comment="number of the ending that said so"),
    Column("suspended_reason", String(500), comment="in the words of who suspended it"),
)
principals = Table(
    "principals",
    metadata,
    Column("name", String(100), primary_key=True, comment="principals/{principal}"),
    Column("agency", String(100), sa.ForeignKey("agencies.name"), nullable=False, comment="whose it is"),
    Column("clearance", Integer, nullable=False, comment="highest level it is cleared for"),
    Column("revoked_at", Instant, comment="since when it has no rights; empty = it has them"),
    Column("revoked_number", Integer, comment="number of the ending that said so"),
    Column("revoked_reason", String(500), comment="in the words of who revoked it"),
    Column("registered_at", Instant, comment="when; empty = with the genesis"),
    Column("registered_by", String(100), comment="principals/{principal}; empty = with the genesis"),
    Column(
        "is_person", sa.Boolean, nullable=False, server_default=sa.false(), comment="calls with tokens; else a system"
    ),
    Column("roles", Text, nullable=False, server_default="", comment="given to it, sorted, with blanks between them"),
)
certificates = Table(
    "certificates",
    metadata,
    Column("sha256", String(64), primary_key=True, comment="fingerprint, hex"),
    Column("principal", String(100), sa.ForeignKey("principals.name"), nullable=False, comment="whose it is"),
    Column("uri", String(110), comment="the name of ours in it; empty = with the genesis"),
    Column("ends_at", Instant, comment="as it says itself; empty = with the genesis"),
    Column("registered_at", Instant, comment="when; empty = with the genesis"),
    Column("registered_by", String(100), comment="principals/{principal}; empty = with the genesis"),
    Column("revoked_at", Instant, comment="since when it opens nothing; empty = it was not revoked"),
    Column("revoked_by", String(100), comment="principals/{principal}"),
    Column("revoked_reason", String(500), comment="in the words of who revoked it"),
)
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
staff_entries = Table(
    "staff_entries",
    metadata,
    Column("name", String(100), primary_key=True, comment="trainings/{uuid} or shifts/{uuid}"),
    Column("kind", String(20), nullable=False, comment="trainings or shifts"),
    Column("person", String(100), sa.ForeignKey("principals.name"), nullable=False, comment="whose it is"),
    Column("number", String(100), nullable=False, comment="of a training's certificate; empty for a shift"),
    Column("starts_at", Instant, nullable=False, comment="from when on it counts"),
    Column("ends_at", Instant, nullable=False, comment="until when, this moment excluded"),
    Column("entered_at", Instant, nullable=False, comment="when; never changed afterwards"),
    Column("entered_by", String(100), nullable=False, comment="principals/{principal}"),
    Column("ended_at", Instant, comment="when it was ended before its time; empty = it was not"),
    Column("ended_by", String(100), comment="principals/{principal}"),
    Column("ended_reason", String(500), comment="in the words of who ended it"),
    sa.Index("ix_staff_entries_person", "person", "kind", "ends_at"),
)
