"""Cameras, and the outbox of their facts."""

import sqlalchemy as sa
from alembic import op

from services.chassis import outbox

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the first tables."""
    op.create_table("outbox", *outbox.columns())
    op.create_table(
        "cameras",
        sa.Column("name", sa.String(64), primary_key=True, comment="districts/{district}/cameras/{code}"),
        sa.Column("code", sa.String(20), nullable=False, unique=True, comment="GB/T 28181, 20 digits as text"),
        sa.Column("district", sa.String(6), nullable=False, comment="GB/T 2260, six digits"),
        sa.Column("display_name", sa.String(200), nullable=False, comment="as people of the city say it"),
        sa.Column("display_name_en", sa.String(200), nullable=False, comment="English, may be empty"),
        sa.Column("category", sa.SmallInteger, nullable=False, comment="1 to 13, Article 6 paragraph 1"),
        sa.Column(
            "premises", sa.SmallInteger, nullable=False, comment="kapok.registry.v1.Premises, Article 6 paragraph 2"
        ),
        sa.Column("place", sa.String(200), nullable=False, comment="where it hangs, in words"),
        sa.Column("latitude", sa.Double, nullable=False, comment="degrees, WGS 84"),
        sa.Column("longitude", sa.Double, nullable=False, comment="degrees, WGS 84"),
        sa.Column("purpose", sa.String(500), nullable=False, comment="what it is for, Article 22"),
        sa.Column("operator", sa.String(80), nullable=False, comment="agencies/{agency} that runs it"),
        sa.Column("acceptance_certificate", sa.String(100), nullable=False, comment="number, empty before acceptance"),
        sa.Column("level", sa.SmallInteger, nullable=False, comment="1 to 5, from the approved policy, Article 14"),
        sa.Column("is_pointable", sa.Boolean, nullable=False, comment="has a control address"),
        sa.Column("locked_source", sa.LargeBinary, comment="nonce + AES-GCM of the source; NULL without one"),
        sa.Column("revision", sa.Integer, nullable=False, comment="changes since registration, from 1; gives the etag"),
        sa.Column("created_at", sa.DateTime, nullable=False, comment="UTC"),
        sa.Column("updated_at", sa.DateTime, nullable=False, comment="UTC"),
    )
    op.create_index("cameras_by_position", "cameras", ["latitude", "longitude"])
    op.create_index("cameras_by_operator", "cameras", ["operator", "name"])
