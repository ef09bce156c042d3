"""What sessions of a takeover's holder may outlast, and closings that wait for a relay that is away."""

import sqlalchemy as sa
from alembic import op

revision = "streams_0004"
down_revision = "streams_0003"


def upgrade() -> None:
    # The default is for replicas of the release before: as every session.
    op.add_column("sessions", sa.Column("lease_s", sa.Integer, nullable=False, server_default="0"))
    op.add_column("sessions", sa.Column("lease_ends_at", sa.DateTime))
    op.create_table(
        "untold",
        sa.Column("session", sa.String(64), primary_key=True),
        sa.Column("relay", sa.String(64), primary_key=True),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("is_sealed", sa.Boolean, nullable=False),
        sa.Column("until", sa.DateTime, nullable=False),
    )
