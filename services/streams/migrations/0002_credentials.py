"""What the owner of a session showed: with it the session ends."""

import sqlalchemy as sa
from alembic import op

revision = "streams_0002"
down_revision = "streams_0001"


def upgrade() -> None:
    """Add the columns."""
    for name, length, comment in (
        ("certificate", 80, "certificates/…, shown for it"),
        ("agency_key", 80, "agencyKeys/… of the token"),
        ("system", 128, "principals/… that carried it"),
    ):
        column = sa.Column(name, sa.String(length), nullable=False, server_default="", comment=comment)
        op.add_column("sessions", column)
