"""Roles: their definitions with each version of the policy, and those that a principal was given.

To the release before nobody has a role: no row of a policy that it adopted names one. Upgrade every replica before the
organs define any.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the columns."""
    for table, comment in (
        ("policies", "definitions of roles as canonical CSV; digest is over both"),
        ("principals", "given to it, sorted, with blanks between them"),
    ):
        op.add_column(table, sa.Column("roles", sa.Text, nullable=False, server_default="", comment=comment))
