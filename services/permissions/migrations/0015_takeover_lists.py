"""Takeovers are listed and watched: the number of a row's last change; who runs a camera, and its place category.

The release before leaves all three empty. What it changes is told with the next change; a camera first controlled by it
is told of to nobody until then, since without a place category nobody knows whether it is a state secret (Article 11).
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the columns, and fill them from what is known of each camera."""
    change = sa.Column(
        "change", sa.Integer, nullable=False, server_default="0", comment="of its last change: watchers go by it"
    )
    op.add_column("takeovers", change)
    op.create_index("ix_takeovers_change", "takeovers", ["change"])
    op.create_index("ix_takeovers_in_order", "takeovers", ["starts_at", "name"])
    operator = sa.Column("operator", sa.String(100), nullable=False, server_default="", comment="who runs it")
    category = sa.Column("category", sa.Integer, nullable=False, server_default="0", comment="of its place, 1 to 13")
    op.add_column("control", operator)
    op.add_column("control", category)
    table = sa.table("control", *map(sa.column, ("camera", "facts", "operator", "category")))
    connection = op.get_bind()
    for camera, facts in connection.execute(sa.select(table.c.camera, table.c.facts)).all():
        known = json.loads(facts)
        filled = {"operator": known["operator"], "category": known["category"]}
        connection.execute(table.update().where(table.c.camera == camera).values(**filled))
