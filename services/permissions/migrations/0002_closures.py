"""Endings of cameras: found by their subject, and each fact of the registry that says so is acted on once."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the index and the table."""
    op.create_index("ix_endings_subject", "endings", ["subject"])
    op.create_table(
        "closures",
        sa.Column("fact", sa.String(64), primary_key=True, comment="SHA-256 of the registry's fact, hex"),
        sa.Column("heard_at", sa.DateTime, nullable=False, index=True, comment="forgotten a day later"),
    )
