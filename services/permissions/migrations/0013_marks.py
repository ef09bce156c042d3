"""Marks of sessions in their pictures: which classes of them have one, from one version of the policy on."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the column; versions of before, and what the release before writes, mark nothing."""
    column = sa.Column(
        "marks", sa.Text, nullable=False, server_default="[]", comment="classes of session marked, in force; JSON"
    )
    op.add_column("policies", column)
