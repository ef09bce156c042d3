"""Incidents: the operators of cameras in their areas. Inspections: what is on record of them.

The release before leaves the column empty: its acts are looked up as soon as this one runs.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
_OF = "which one"


def upgrade() -> None:
    """Add the column and the table."""
    comment = "whose cameras are in its area was looked up; empty = not yet"
    op.add_column("incident_acts", sa.Column("are_operators_known", sa.Boolean, comment=comment))
    op.create_index("ix_incident_acts_are_operators_known", "incident_acts", ["are_operators_known"])
    op.create_table(
        "incident_sealed_concerns",
        sa.Column(
            "incident", sa.String(100), sa.ForeignKey("incidents.name"), primary_key=True, comment="which incident"
        ),
        sa.Column(
            "operator", sa.String(100), primary_key=True, index=True, comment="it runs nothing there but state secrets"
        ),
    )
    _create_inspections()


def _create_inspections() -> None:
    op.create_table(
        "inspections",
        sa.Column("name", sa.String(100), primary_key=True, comment="inspections/{uuid}"),
        sa.Column("principal", sa.String(100), nullable=False, comment="who opened it"),
        sa.Column(
            "agency",
            sa.String(100),
            sa.ForeignKey("agencies.name"),
            nullable=False,
            index=True,
            comment="that inspects",
        ),
        sa.Column("order_number", sa.String(100), nullable=False, comment="of the order behind it"),
        sa.Column("purpose", sa.String(500), nullable=False, comment="what it is for, in words"),
        sa.Column("officers", sa.Text, nullable=False, comment="JSON: of two, name, certificate number and its end"),
        sa.Column("area", sa.Text, nullable=False, comment="JSON: polygon, districts, cameras, operators, bound"),
        sa.Column("starts_at", sa.DateTime, nullable=False, index=True, comment="when it was opened"),
        sa.Column("ends_at", sa.DateTime, nullable=False, index=True, comment="as planned"),
        sa.Column("closed_at", sa.DateTime, comment="when it was closed before that; empty = it was not"),
        sa.Column("is_over", sa.Boolean, nullable=False, index=True, comment="its end is on record, with its ending"),
        sa.Column("report", sa.Text, comment="what was found; empty = it is owed, or not yet due"),
        sa.Column("report_sha256", sa.String(64), comment="of the report's document"),
        sa.Column("reported_by", sa.String(100), comment="principals/…"),
        sa.Column("reported_at", sa.DateTime, comment="when"),
    )
    of = [sa.Column("inspection", sa.String(100), sa.ForeignKey("inspections.name"), primary_key=True, comment=_OF)]
    op.create_table(
        "inspection_operators",
        *of,
        sa.Column(
            "operator", sa.String(100), primary_key=True, index=True, comment="agencies/… that runs cameras there"
        ),
    )
    of = [sa.Column("inspection", sa.String(100), sa.ForeignKey("inspections.name"), primary_key=True, comment=_OF)]
    op.create_table(
        "inspection_checks",
        *of,
        sa.Column("session", sa.String(100), primary_key=True, comment="the live check"),
        sa.Column("camera", sa.String(100), nullable=False, comment="of which camera"),
        sa.Column("started_at", sa.DateTime, nullable=False, comment="it ends a minute later"),
    )
