"""Leases of sessions: how long each class of them may outlast a silent bus, from one version of the policy on."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0010"


def upgrade() -> None:
    """Add the column; versions of before, and what the release before writes, have the usual leases."""
    column = sa.Column(
        "leases", sa.Text, nullable=False, server_default="{}", comment="class of session: seconds, in force; JSON"
    )
    op.add_column("policies", column)
