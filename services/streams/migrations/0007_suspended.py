"""Sessions that an exclusive takeover suspends: who holds the camera, and until when."""

import sqlalchemy as sa
from alembic import op

revision = "streams_0007"
down_revision = "streams_0006"


def upgrade() -> None:
    """Add both columns; nothing is suspended yet."""
    by = sa.Column(
        "suspended_by",
        sa.String(100),
        nullable=False,
        server_default="",
        comment="agencies/…; empty: it shows pictures",
    )
    op.add_column("sessions", by)
    op.add_column("sessions", sa.Column("suspended_until", sa.DateTime, comment="UTC; as its relay told last"))
