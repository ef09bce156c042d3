"""A takeover takes cameras: a row for each of them, which share name and number. Who may revoke one, and its cause."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
_COLUMNS = "number, name, camera, agency, principal, kind, tier, reason, ground, starts_at, ends_at, ended_at, ended_by"


def upgrade() -> None:
    """Make the table anew, since its key changes. The release before goes on to take one camera at a time."""
    op.create_table(
        "taken",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False, comment="commit order: who came first"),
        sa.Column("camera", sa.String(100), primary_key=True, comment="whose control it takes"),
        sa.Column("name", sa.String(100), nullable=False, comment="takeovers/{uuid}; its cameras share it"),
        sa.Column("agency", sa.String(100), nullable=False, comment="who holds by it"),
        sa.Column("principal", sa.String(100), nullable=False, comment="who asked for it"),
        sa.Column("kind", sa.String(40), nullable=False, comment="of the agency: its rank"),
        sa.Column("tier", sa.String(20), nullable=False, comment="of the agency: municipal precedes district"),
        sa.Column("cause", sa.String(40), nullable=False, server_default="", comment="of the closed vocabulary"),
        sa.Column("reason", sa.String(500), nullable=False, comment="in words"),
        sa.Column("ground", sa.String(100), nullable=False, comment="papers or incident that it stands on"),
        sa.Column("starts_at", sa.DateTime, nullable=False, comment="when it was granted"),
        sa.Column("ends_at", sa.DateTime, nullable=False, comment="as asked for, or renewed"),
        sa.Column("ended_at", sa.DateTime, comment="when it was over for this camera, once that is on record"),
        sa.Column("ended_by", sa.String(20), comment="released, revoked, withdrawn or expired"),
    )
    op.execute(f"INSERT INTO taken ({_COLUMNS}) SELECT {_COLUMNS} FROM takeovers")  # noqa: S608 - names of ours
    op.drop_table("takeovers")
    op.rename_table("taken", "takeovers")
    for column in ("name", "camera", "principal", "ground", "ends_at"):
        op.create_index(f"ix_takeovers_{column}", "takeovers", [column])
