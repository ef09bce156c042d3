"""Takeovers that suspend the sessions of who ranks below: why, in words; empty for those of before."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
_REASONS = {
    "exclusive_reason": "why who ranks below sees nothing meanwhile; empty: it sees on",
    "duty_reason": "why not even the operator does",
}


def upgrade() -> None:
    """Add their columns."""
    for name, comment in _REASONS.items():
        op.add_column("takeovers", sa.Column(name, sa.String(500), nullable=False, server_default="", comment=comment))
