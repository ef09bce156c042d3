"""Leases of ordinary control, outside any takeover (Articles 14 ¶1, 20)."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Create their table. The release before knows of none: to it the operator holds, and it grants nothing there."""
    op.create_table(
        "control_leases",
        sa.Column("camera", sa.String(100), primary_key=True, comment="whose control it is"),
        sa.Column("agency", sa.String(100), primary_key=True, comment="agencies/… that commands: one lease each"),
        sa.Column("principal", sa.String(100), nullable=False, comment="who commanded last"),
        sa.Column("number", sa.Integer, nullable=False, comment="of its first command, in commit order"),
        sa.Column("starts_at", sa.DateTime, nullable=False, comment="its first command"),
        sa.Column("ends_at", sa.DateTime, nullable=False, comment="ten seconds after it was last prolonged"),
    )
    for column in ("agency", "principal", "ends_at"):
        op.create_index(f"ix_control_leases_{column}", "control_leases", [column])
    op.execute("INSERT INTO counters (name, value) VALUES ('control-leases', 0)")
