"""The version of the policy whose levels every camera's record has: the registry follows permissions."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """A counter beside the others."""
    counters = sa.table("counters", sa.column("name"), sa.column("value"))
    op.bulk_insert(counters, [{"name": "levels", "value": 0}])
    if op.get_bind().dialect.name == "postgresql":  # SQLite keeps no comments
        said = "change, alarm, request or levels"
        op.alter_column("counters", "name", existing_type=sa.String(32), existing_nullable=False, comment=said)
