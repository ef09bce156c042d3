"""Where cameras looked before takeovers commanded them."""

import sqlalchemy as sa
from alembic import op

revision = "streams_0008"
down_revision = "streams_0007"


def upgrade() -> None:
    """Add the table; nothing is owed yet."""
    op.create_table(
        "pointings",
        sa.Column("camera", sa.String(64), primary_key=True, comment="districts/{district}/cameras/{code}"),
        sa.Column("stack", sa.Text, nullable=False, comment="JSON: entries of takeovers, what is owed, whether lost"),
        sa.Column("has_entries", sa.Boolean, nullable=False, index=True, comment="takeovers whose end is waited for"),
        sa.Column("over", sa.String(64), nullable=False, comment="takeovers/… to restore after; empty: nothing to do"),
        sa.Column("over_at", sa.DateTime, index=True, comment="UTC; its end; null: nothing to do"),
        sa.Column("ordered_under", sa.BigInteger, nullable=False, comment="epoch of the order on record; 0: none"),
        sa.Column("is_sealed", sa.Boolean, nullable=False, comment="of a level-5 camera"),
    )
