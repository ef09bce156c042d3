"""Endings of state secrets: what is recorded of them goes to the sealed book."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the column; what the release before writes is about no secret."""
    column = sa.Column("is_sealed", sa.Boolean, server_default=sa.false(), comment="of a state secret (Article 11)")
    op.add_column("endings", column)
