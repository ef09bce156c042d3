"""Sessions and the outbox."""

import sqlalchemy as sa
from alembic import op

from services.chassis import outbox

revision = "streams_0001"
down_revision = None


def upgrade() -> None:
    op.create_table("outbox", *outbox.columns())
    op.create_table(
        "sessions",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("camera", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("legal_basis", sa.String(64), nullable=False),
        sa.Column("incident", sa.String(64), nullable=False),
        sa.Column("principal", sa.String(128), nullable=False),
        sa.Column("agency", sa.String(128), nullable=False),
        sa.Column("rule", sa.String(128), nullable=False),
        sa.Column("article", sa.String(64), nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("is_sealed", sa.Boolean, nullable=False),
        sa.Column("viewer_limit", sa.Integer, nullable=False),
        sa.Column("relay", sa.String(64), nullable=False),
        sa.Column("opened_at", sa.DateTime, nullable=False),
        sa.Column("expires_at", sa.DateTime, nullable=False),
        sa.Column("closed_at", sa.DateTime),
        sa.Column("close_reason", sa.String(200), nullable=False),
    )
    op.create_index("sessions_by_principal", "sessions", ["principal", "opened_at"])
    op.create_index("sessions_open", "sessions", ["closed_at", "expires_at"])
