"""The tables of papers (Article 19), the cameras that they name, and their uses."""

import sqlalchemy as sa
from sqlalchemy import Column, Integer, LargeBinary, String, Table, Text

from services.permissions.store.tables import Instant, metadata

legal_bases = Table(
    "legal_bases",
    metadata,
    Column("name", String(100), primary_key=True, comment="legalBases/{uuid}"),
    Column("number", String(100), nullable=False, comment="of the letter of introduction"),
    Column("issuer", String(100), nullable=False, comment="agencies/{agency} whose organ issued it"),
    Column("principal", String(100), nullable=False, comment="who registered it, and whose it is"),
    Column("officers", Text, nullable=False, comment="JSON: two pairs of name and certificate number"),
    Column("starts_at", Instant, nullable=False, comment="valid from"),
    Column("ends_at", Instant, nullable=False, comment="valid until, this moment excluded"),
    Column("purpose", String(500), nullable=False, comment="what it is for, in words"),
    Column("document_sha256", String(64), nullable=False, comment="of the scan; empty when none was made"),
    Column("use_limit", Integer, comment="how often it may be used; empty = as often as needed"),
    Column("registered_ends_at", Instant, comment="the end before it was revoked: that is one too"),
    Column("revoked_by", String(100), comment="who withdrew it; empty = nobody did"),
    Column("revoked_reason", String(500), comment="in the words of who withdrew it"),
    Column("registered_at", Instant, comment="when; empty = when it starts"),
    Column("key_id", String(64), comment="of the issuer's key that signed it; empty = none did"),
    Column("signature", LargeBinary, comment="the issuer's, over the letter"),
    Column("is_waiver", sa.Boolean, comment="an operator's word that it asks for no letter here"),
)
legal_basis_uses = Table(
    "legal_basis_uses",
    metadata,
    Column("legal_basis", String(100), sa.ForeignKey("legal_bases.name"), primary_key=True, comment="which papers"),
    Column("used_for", String(100), primary_key=True, comment="the session or takeover that opened on it"),
    Column("camera", String(100), nullable=False, comment="of which camera"),
    Column("used_at", Instant, nullable=False, comment="when"),
)
legal_basis_cameras = Table(
    "legal_basis_cameras",
    metadata,
    Column("legal_basis", String(100), sa.ForeignKey("legal_bases.name"), primary_key=True, comment="which papers"),
    Column("camera", String(100), primary_key=True, comment="a camera that they cover"),
    Column("operator", String(100), index=True, comment="agencies/… that runs it"),
)
