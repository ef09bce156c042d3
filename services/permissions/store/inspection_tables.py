"""The tables of inspections (Article 17)."""

import sqlalchemy as sa
from sqlalchemy import Column, String, Table, Text

from services.permissions.store.tables import Instant, metadata

inspections = Table(
    "inspections",
    metadata,
    Column("name", String(100), primary_key=True, comment="inspections/{uuid}"),
    Column("principal", String(100), nullable=False, comment="who opened it"),
    Column("agency", String(100), sa.ForeignKey("agencies.name"), nullable=False, index=True, comment="that inspects"),
    Column("order_number", String(100), nullable=False, comment="of the order behind it"),
    Column("purpose", String(500), nullable=False, comment="what it is for, in words"),
    Column("officers", Text, nullable=False, comment="JSON: of two, name, certificate number and its end"),
    Column("area", Text, nullable=False, comment="JSON: polygon, districts, cameras, operators, bound"),
    Column("starts_at", Instant, nullable=False, index=True, comment="when it was opened"),
    Column("ends_at", Instant, nullable=False, index=True, comment="as planned"),
    Column("closed_at", Instant, comment="when it was closed before that; empty = it was not"),
    Column("is_over", sa.Boolean, nullable=False, index=True, comment="its end is on record, with its ending"),
    Column("report", Text, comment="what was found; empty = it is owed, or not yet due"),
    Column("report_sha256", String(64), comment="of the report's document"),
    Column("reported_by", String(100), comment="principals/…"),
    Column("reported_at", Instant, comment="when"),
)
inspection_operators = Table(
    "inspection_operators",
    metadata,
    Column("inspection", String(100), sa.ForeignKey("inspections.name"), primary_key=True, comment="which one"),
    Column("operator", String(100), primary_key=True, index=True, comment="agencies/… that runs cameras there"),
)
inspection_checks = Table(
    "inspection_checks",
    metadata,
    Column("inspection", String(100), sa.ForeignKey("inspections.name"), primary_key=True, comment="which one"),
    Column("session", String(100), primary_key=True, comment="the live check"),
    Column("camera", String(100), nullable=False, comment="of which camera"),
    Column("started_at", Instant, nullable=False, comment="it ends a minute later"),
)
