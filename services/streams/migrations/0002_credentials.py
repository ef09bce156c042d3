"""What the owner of a session showed: with it the session ends."""

import sqlalchemy as sa
from alembic import op

revision = "streams_0002"
down_revision = "streams_0001"


def upgrade() -> None:
    """Add the columns."""
    for name, comment in (
        ("certificate", "certificates/…, shown for it"),
        ("agency_key", "agencyKeys/… of the token"),
    ):
        column = sa.Column(name, sa.String(80), nullable=False, server_default="", comment=comment)
        op.add_column("sessions", column)
