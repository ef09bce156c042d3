"""Incidents: the operators of cameras in their areas.

The release before leaves the column empty: its acts are looked up as soon as this one runs.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


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
