"""State secrets by sealed lists: the lists, and what they made of cameras, apart from levels that are set openly."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the tables. What the genesis said of secrecy stands, and its rows where the release before looks for them."""
    op.create_table(
        "sealed_lists",
        sa.Column("name", sa.String(100), primary_key=True, comment="sealedLevels/{uuid}"),
        sa.Column("salt", sa.LargeBinary, nullable=False, comment="32 random bytes, first in what is hashed"),
        sa.Column("principal", sa.String(100), nullable=False, comment="who drew it up"),
        sa.Column("drawn_at", sa.DateTime, nullable=False, comment="when"),
        sa.Column("adopted_revision", sa.Integer, nullable=False, comment="0 while it is not in force"),
    )
    op.create_table(
        "sealed_list_cameras",
        sa.Column(
            "list", sa.String(100), sa.ForeignKey("sealed_lists.name"), primary_key=True, comment="on which list"
        ),
        sa.Column("code", sa.String(20), primary_key=True, comment="GB/T 28181"),
        sa.Column("level", sa.Integer, nullable=False, comment="5 makes it a state secret, another no more one"),
    )
    secrets = op.create_table(
        "secret_cameras",
        sa.Column("code", sa.String(20), primary_key=True, comment="GB/T 28181; it need not be registered"),
        sa.Column("is_secret", sa.Boolean, nullable=False, comment="false: whatever its place category says"),
        sa.Column("revision", sa.Integer, nullable=False, index=True, comment="of the policy that set it"),
    )
    levels = sa.table("camera_levels", sa.column("code"), sa.column("level"), sa.column("revision"))
    set_by_genesis = sa.select(levels.c.code, levels.c.level == 5, levels.c.revision).where(levels.c.revision == 1)
    op.execute(secrets.insert().from_select(["code", "is_secret", "revision"], set_by_genesis))
