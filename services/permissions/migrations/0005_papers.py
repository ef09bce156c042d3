"""Papers: how often each may be used and was, and who withdrew it.

To the release before, revoked papers are papers whose end has come.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the columns and the table."""
    for column in (
        sa.Column("use_limit", sa.Integer, comment="how often it may be used; empty = as often as needed"),
        sa.Column("registered_ends_at", sa.DateTime, comment="the end before it was revoked: that is one too"),
        sa.Column("revoked_by", sa.String(100), comment="who withdrew it; empty = nobody did"),
        sa.Column("revoked_reason", sa.String(500), comment="in the words of who withdrew it"),
    ):
        op.add_column("legal_bases", column)
    op.create_table(
        "legal_basis_uses",
        sa.Column(
            "legal_basis", sa.String(100), sa.ForeignKey("legal_bases.name"), primary_key=True, comment="which papers"
        ),
        sa.Column("used_for", sa.String(100), primary_key=True, comment="the session or takeover that opened on it"),
        sa.Column("camera", sa.String(100), nullable=False, comment="of which camera"),
        sa.Column("used_at", sa.DateTime, nullable=False, comment="when"),
    )
