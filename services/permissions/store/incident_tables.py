"""The tables of incidents (Article 18 ¶2): their acts, and whom they concern or open to."""

import sqlalchemy as sa
from sqlalchemy import Column, Integer, String, Table, Text

from services.permissions.store.tables import Instant, metadata

incidents = Table(
    "incidents",
    metadata,
    Column("name", String(100), primary_key=True, comment="incidents/{uuid}"),
    Column("display_name", String(200), nullable=False, comment="as people say it"),
    Column("kind", String(40), nullable=False, comment="one of the four kinds of Article 18 paragraph 2"),
    Column("order_number", String(100), nullable=False, comment="of the declaring order"),
    Column("area", Text, nullable=False, comment="JSON: corners as pairs of latitude and longitude, degrees"),
    Column("letter_number", String(100), nullable=False, comment="of the department's letter (Article 19)"),
    Column("officer_certificates", Text, nullable=False, comment="JSON: numbers of two certificates (Article 19)"),
    Column("principal", String(100), nullable=False, comment="who declared it"),
    Column("agency", String(100), nullable=False, comment="the declaring agency"),
    Column("starts_at", Instant, nullable=False, comment="since when it is in force; its end, while it never was"),
    Column("ends_at", Instant, nullable=False, comment="as its acts in effect say"),
    Column("closed_at", Instant, comment="when it was ended, refused or lapsed before that"),
    Column("declared_at", Instant, comment="when it was declared; empty = when it started"),
    Column(
        "outcome",
        String(20),
        index=True,
        comment="how it is over: ended, expired, refused, lapsed; empty = it is not, or closed",
    ),
)
incident_acts = Table(
    "incident_acts",
    metadata,
    Column("incident", String(100), sa.ForeignKey("incidents.name"), primary_key=True, comment="which incident"),
    Column("number", Integer, primary_key=True, autoincrement=False, comment="from 1, which declares it"),
    Column("kind", String(20), nullable=False, comment="declared, extended or widened"),
    Column("principal", String(100), nullable=False, comment="who acted"),
    Column("agency", String(100), nullable=False, comment="for which agency"),
    Column("tier", String(20), nullable=False, comment="of the agency: an approver's is no lower"),
    Column("acted_at", Instant, nullable=False, comment="when"),
    Column("order_number", String(100), nullable=False, comment="of the order behind it"),
    Column("reason", String(500), nullable=False, comment="in words; a declaration has its name instead"),
    Column("area", Text, nullable=False, comment="JSON: polygon, districts, cameras, bound; what it opens"),
    Column("agencies", Text, nullable=False, comment="JSON: agencies that it opens to, beyond those before it"),
    Column("ends_at", Instant, comment="the incident's new end"),
    Column("letter_number", String(100), nullable=False, comment="of its agencies' letter (Article 19)"),
    Column("officer_certificates", Text, nullable=False, comment="JSON: numbers of two certificates (Article 19)"),
    Column("approve_by", Instant, index=True, comment="until when a second approver may decide; empty = needs none"),
    Column("verdict", String(20), comment="approved, refused or lapsed"),
    Column("decided_by", String(100), nullable=False, comment="the second approver; empty = nobody, or time"),
    Column("decided_at", Instant, comment="when; an approved act is in effect from then on"),
    Column("decision_reason", String(500), nullable=False, comment="in the words of who decided it"),
    Column(
        "are_operators_known",
        sa.Boolean,
        index=True,
        comment="whose cameras are in its area was looked up; empty = not yet",
    ),
)
incident_sealed_concerns = Table(
    "incident_sealed_concerns",
    metadata,
    Column("incident", String(100), sa.ForeignKey("incidents.name"), primary_key=True, comment="which incident"),
    Column("operator", String(100), primary_key=True, index=True, comment="it runs nothing there but state secrets"),
)
incident_concerns = Table(
    "incident_concerns",
    metadata,
    Column("incident", String(100), sa.ForeignKey("incidents.name"), primary_key=True, comment="which incident"),
    Column(
        "subject", String(100), primary_key=True, index=True, comment="a district that it may concern, or an operator"
    ),
)
incident_agencies = Table(
    "incident_agencies",
    metadata,
    Column("incident", String(100), sa.ForeignKey("incidents.name"), primary_key=True, comment="which incident"),
    Column("agency", String(100), primary_key=True, index=True, comment="a department that it opens to"),
)
