"""What is open on a principal, an agency, a camera or a relay, found without what has closed; sessions of a camera."""

import sqlalchemy as sa
from alembic import op

revision = "streams_0006"
down_revision = "streams_0005"
_IS_OPEN = sa.text("closed_at IS NULL")
_OPEN = {
    "sessions_open_of_principal": ["principal", "expires_at", "viewer_limit"],
    "sessions_open_of_agency": ["agency", "expires_at", "viewer_limit"],
    "sessions_open_of_camera": ["camera", "expires_at", "viewer_limit"],
    "sessions_open_of_relay": ["relay", "expires_at", "viewer_limit"],
    "sessions_open_by_camera": ["camera", "opened_at", "name"],
}


def upgrade() -> None:
    for name, columns in _OPEN.items():
        op.create_index(name, "sessions", columns, sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN)
    op.create_index("sessions_by_camera", "sessions", ["camera", "opened_at", "name"])
    op.drop_index("sessions_on_relay", "sessions")
