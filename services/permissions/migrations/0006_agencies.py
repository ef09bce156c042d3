"""Agencies: the keys that they sign with."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "agency_keys",
        sa.Column("key_id", sa.String(64), primary_key=True, comment="SHA-256 of public_key, hex"),
        sa.Column(
            "agency", sa.String(100), sa.ForeignKey("agencies.name"), nullable=False, index=True, comment="whose it is"
        ),
        sa.Column("purpose", sa.String(20), nullable=False, comment="what it signs: tokens or letters"),
        sa.Column("public_key", sa.LargeBinary, nullable=False, comment="Ed25519, 32 bytes"),
        sa.Column("registered_at", sa.DateTime, nullable=False, comment="when"),
        sa.Column("registered_by", sa.String(100), nullable=False, comment="principals/{principal}"),
        sa.Column("revoked_at", sa.DateTime, comment="since when it is none; empty = it was not revoked"),
        sa.Column("revoked_by", sa.String(100), comment="principals/{principal}"),
        sa.Column("revoked_reason", sa.String(500), comment="in the words of who revoked it"),
    )
