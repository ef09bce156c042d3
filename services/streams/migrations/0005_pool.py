"""Where each camera is served, and which looks have begun and not ended."""

import sqlalchemy as sa
from alembic import op

revision = "streams_0005"
down_revision = "streams_0004"


def upgrade() -> None:
    op.create_table(
        "places",
        sa.Column("camera", sa.String(64), primary_key=True),
        sa.Column("relay", sa.String(64), nullable=False),
        sa.Column("since", sa.DateTime, nullable=False),
        sa.Column("used_at", sa.DateTime, nullable=False),
        sa.Column("former", sa.String(64), nullable=False),
    )
    op.create_table(
        "looks",
        sa.Column("relay", sa.String(64), primary_key=True),
        sa.Column("session", sa.String(64), primary_key=True),
        sa.Column("viewer", sa.String(64), primary_key=True),
        sa.Column("opened_at", sa.DateTime, primary_key=True),
        sa.Column("process", sa.String(32), nullable=False),
        sa.Column("peer", sa.String(64), nullable=False),
        sa.Column("principal", sa.String(128), nullable=False),
        sa.Column("camera", sa.String(64), nullable=False),
        sa.Column("is_sealed", sa.Boolean, nullable=False),
        sa.Column("ended_at", sa.DateTime),
    )
    op.create_index("looks_open", "looks", ["ended_at", "relay", "process"])
    op.create_index("sessions_on_relay", "sessions", ["closed_at", "relay"])
    # What runs stays where it is.
    op.execute(
        "INSERT INTO places SELECT camera, min(relay), min(opened_at), min(opened_at), '' "
        "FROM sessions WHERE closed_at IS NULL GROUP BY camera"
    )
