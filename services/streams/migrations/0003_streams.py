"""Sessions of a camera's secondary stream."""

import sqlalchemy as sa
from alembic import op

revision = "streams_0003"
down_revision = "streams_0002"


def upgrade() -> None:
    # The default is for replicas of the release before, which know of the main stream only.
    op.add_column("sessions", sa.Column("stream", sa.String(16), nullable=False, server_default="main"))
