"""Incidents as the acts about them: approvals, extensions, widenings, and whom each concerns.

What the release before wrote stays as it is and is read as one act; what it writes meanwhile is read so too. It sees an
incident that waits for its approval as one without a moment in force.
"""

import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

# The districts as this revision knows them: south, north, west and east of the frame around each, in degrees.
_FRAMES = {
    "440103": (23.03, 23.16, 113.17, 113.26),
    "440104": (23.10, 23.17, 113.23, 113.32),
    "440105": (23.04, 23.12, 113.24, 113.42),
    "440106": (23.10, 23.25, 113.29, 113.44),
    "440111": (23.13, 23.45, 113.14, 113.50),
    "440112": (23.03, 23.45, 113.38, 113.61),
    "440113": (22.86, 23.09, 113.23, 113.58),
    "440114": (23.24, 23.63, 112.95, 113.47),
    "440115": (22.43, 23.10, 113.21, 113.75),
    "440117": (23.37, 23.94, 113.27, 114.06),
    "440118": (23.08, 23.63, 113.53, 114.00),
}
_NEAR = 0.1
_SAID_NOW = {
    "starts_at": "since when it is in force; its end, while it never was",
    "ends_at": "as its acts in effect say",
    "closed_at": "when it was ended, refused or lapsed before that",
}
metadata = sa.MetaData()  # the schema of this revision, whatever store/tables.py says later
incidents = sa.Table(
    "incidents",
    metadata,
    sa.Column("name", sa.String(100), primary_key=True),
    sa.Column("area", sa.Text),
    sa.Column("ends_at", sa.DateTime),
    sa.Column("closed_at", sa.DateTime),
    sa.Column("outcome", sa.String(20)),
)


def upgrade() -> None:
    """Add columns and tables, and say of former incidents whom they concern and which are over."""
    op.add_column(
        "incidents", sa.Column("declared_at", sa.DateTime, comment="when it was declared; empty = when it started")
    )
    op.add_column(
        "incidents",
        sa.Column(
            "outcome",
            sa.String(20),
            comment="how it is over: ended, expired, refused, lapsed; empty = it is not, or closed",
        ),
    )
    op.create_index("ix_incidents_outcome", "incidents", ["outcome"])
    if op.get_bind().dialect.name == "postgresql":  # SQLite keeps no comments
        for name, said in _SAID_NOW.items():
            op.alter_column("incidents", name, existing_type=sa.DateTime(), comment=said)
    _add_acts()
    _carry_over(op.get_bind(), _add_concerns())


def _add_acts() -> None:
    op.create_table(
        "incident_acts",
        sa.Column(
            "incident", sa.String(100), sa.ForeignKey("incidents.name"), primary_key=True, comment="which incident"
        ),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False, comment="from 1, which declares it"),
        sa.Column("kind", sa.String(20), nullable=False, comment="declared, extended or widened"),
        sa.Column("principal", sa.String(100), nullable=False, comment="who acted"),
        sa.Column("agency", sa.String(100), nullable=False, comment="for which agency"),
        sa.Column("tier", sa.String(20), nullable=False, comment="of the agency: an approver's is no lower"),
        sa.Column("acted_at", sa.DateTime, nullable=False, comment="when"),
        sa.Column("order_number", sa.String(100), nullable=False, comment="of the order behind it"),
        sa.Column("reason", sa.String(500), nullable=False, comment="in words; a declaration has its name instead"),
        sa.Column("area", sa.Text, nullable=False, comment="JSON: polygon, districts, cameras, bound; what it opens"),
        sa.Column(
            "agencies", sa.Text, nullable=False, comment="JSON: agencies that it opens to, beyond those before it"
        ),
        sa.Column("ends_at", sa.DateTime, comment="the incident's new end"),
        sa.Column("letter_number", sa.String(100), nullable=False, comment="of its agencies' letter (Article 19)"),
        sa.Column(
            "officer_certificates", sa.Text, nullable=False, comment="JSON: numbers of two certificates (Article 19)"
        ),
        sa.Column(
            "approve_by", sa.DateTime, index=True, comment="until when a second approver may decide; empty = needs none"
        ),
        sa.Column("verdict", sa.String(20), comment="approved, refused or lapsed"),
        sa.Column("decided_by", sa.String(100), nullable=False, comment="the second approver; empty = nobody, or time"),
        sa.Column("decided_at", sa.DateTime, comment="when; an approved act is in effect from then on"),
        sa.Column("decision_reason", sa.String(500), nullable=False, comment="in the words of who decided it"),
    )


def _add_concerns() -> sa.Table:
    return op.create_table(
        "incident_concerns",
        sa.Column(
            "incident", sa.String(100), sa.ForeignKey("incidents.name"), primary_key=True, comment="which incident"
        ),
        sa.Column(
            "subject",
            sa.String(100),
            primary_key=True,
            index=True,
            comment="a district that it may concern, or an operator",
        ),
    )


def _carry_over(connection: sa.Connection, concerns: sa.Table) -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    is_past = incidents.c.closed_at.is_(None) & (incidents.c.ends_at <= now)
    connection.execute(incidents.update().where(is_past).values(outcome="expired"))
    for name, area in connection.execute(sa.select(incidents.c.name, incidents.c.area)).all():
        kept = json.loads(area)
        for subject in [kept["bound"]] if kept["bound"] else _near(kept["polygon"]):
            connection.execute(concerns.insert(), {"incident": name, "subject": subject})


def _near(polygon: list[list[float]]) -> list[str]:
    """The districts to whose frames the polygon's own comes near."""
    latitudes, longitudes = zip(*polygon, strict=True)
    return [
        district
        for district, (south, north, west, east) in _FRAMES.items()
        if max(latitudes) >= south - _NEAR
        and min(latitudes) <= north + _NEAR
        and max(longitudes) >= west - _NEAR
        and min(longitudes) <= east + _NEAR
    ]
