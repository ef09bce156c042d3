"""Agencies: the keys that they sign with; who put them, their principals and certificates on record,
and took them off; trainings and duty shifts of their persons.

To the release before a suspended agency is one in good standing: upgrade every replica before one is suspended.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the tables and columns."""
    _keys()
    _staff()
    for table in ("agencies", "principals", "certificates"):
        op.add_column(table, sa.Column("registered_at", sa.DateTime, comment="when; empty = with the genesis"))
        by = "principals/{principal}; empty = with the genesis"
        op.add_column(table, sa.Column("registered_by", sa.String(100), comment=by))
    for column in (
        sa.Column("suspended_at", sa.DateTime, comment="since when it has no rights; empty = it has them"),
        sa.Column("suspended_number", sa.Integer, comment="number of the ending that said so"),
        sa.Column("suspended_reason", sa.String(500), comment="in the words of who suspended it"),
    ):
        op.add_column("agencies", column)
    person = "calls with tokens; else a system"
    op.add_column(
        "principals", sa.Column("is_person", sa.Boolean, nullable=False, server_default=sa.false(), comment=person)
    )
    for column in (
        sa.Column("uri", sa.String(110), comment="the name of ours in it; empty = with the genesis"),
        sa.Column("ends_at", sa.DateTime, comment="as it says itself; empty = with the genesis"),
        sa.Column("revoked_at", sa.DateTime, comment="since when it opens nothing; empty = it was not revoked"),
        sa.Column("revoked_by", sa.String(100), comment="principals/{principal}"),
        sa.Column("revoked_reason", sa.String(500), comment="in the words of who revoked it"),
    ):
        op.add_column("certificates", column)


def _keys() -> None:
    op.create_table(
        "agency_keys",
        sa.Column("key_id", sa.String(64), primary_key=True, comment="SHA-256 of public_key, hex"),
        sa.Column(
            "agency", sa.String(100), sa.ForeignKey("agencies.name"), nullable=False, index=True, comment="whose it is"
        ),
        sa.Column("purpose", sa.String(20), nullable=False, comment="what it signs: tokens or letters"),
        sa.Column("public_key", sa.LargeBinary, nullable=False, comment="Ed25519, 32 bytes"),
        sa.Column("registered_at", sa.DateTime, nullable=False, comment="when"),
        sa.Column("registered_by", sa.String(100), nullable=False, comment="principals/{principal}"),
        sa.Column("revoked_at", sa.DateTime, comment="since when it is none; empty = it was not revoked"),
        sa.Column("revoked_by", sa.String(100), comment="principals/{principal}"),
        sa.Column("revoked_reason", sa.String(500), comment="in the words of who revoked it"),
    )


def _staff() -> None:
    op.create_table(
        "staff_entries",
        sa.Column("name", sa.String(100), primary_key=True, comment="trainings/{uuid} or shifts/{uuid}"),
        sa.Column("kind", sa.String(20), nullable=False, comment="trainings or shifts"),
        sa.Column("person", sa.String(100), sa.ForeignKey("principals.name"), nullable=False, comment="whose it is"),
        sa.Column("number", sa.String(100), nullable=False, comment="of a training's certificate; empty for a shift"),
        sa.Column("starts_at", sa.DateTime, nullable=False, comment="from when on it counts"),
        sa.Column("ends_at", sa.DateTime, nullable=False, comment="until when, this moment excluded"),
        sa.Column("entered_at", sa.DateTime, nullable=False, comment="when; never changed afterwards"),
        sa.Column("entered_by", sa.String(100), nullable=False, comment="principals/{principal}"),
        sa.Column("ended_at", sa.DateTime, comment="when it was ended before its time; empty = it was not"),
        sa.Column("ended_by", sa.String(100), comment="principals/{principal}"),
        sa.Column("ended_reason", sa.String(500), comment="in the words of who ended it"),
        sa.Index("ix_staff_entries_person", "person", "kind", "ends_at"),
    )
