"""The tables of operators' reviews of papers (Article 19)."""

import sqlalchemy as sa
from sqlalchemy import Column, Integer, String, Table

from services.permissions.store.tables import Instant, metadata

review_terms = Table(
    "review_terms",
    metadata,
    Column("operator", String(100), primary_key=True, comment="agencies/… whose cameras they are about"),
    Column("deadline_hours", Integer, nullable=False, comment="1 to 24; 0 = it asks for no review"),
    Column("changes", Integer, nullable=False, comment="of its reviews, so far; watchers go on from it"),
    Column("set_by", String(100), nullable=False, comment="principals/…"),
    Column("set_at", Instant, nullable=False, comment="when"),
    Column("reason", String(500), nullable=False, comment="in the words of who set them"),
)
papers_reviews = Table(
    "papers_reviews",
    metadata,
    Column("legal_basis", String(100), sa.ForeignKey("legal_bases.name"), primary_key=True),
    Column("operator", String(100), primary_key=True, comment="agencies/… that looks at the papers"),
    Column("change", Integer, nullable=False, comment="number of its last change among the operator's"),
    Column("requested_at", Instant, nullable=False, comment="when the papers were registered"),
    Column("deadline", Instant, nullable=False, index=True, comment="silent until then, it lets them pass"),
    Column("state", String(20), nullable=False, comment="pending, accepted, refused, lapsed, overruled"),
    Column("objection", String(40), comment="forged, scope or officers; empty = it did not refuse"),
    Column("decided_by", String(100), comment="principals/… of the operator; empty = nobody did"),
    Column("decided_at", Instant, comment="when"),
    Column("note", String(500), comment="in the words of who decided"),
    Column("overruled_by", String(100), comment="principals/…; empty = nobody did"),
    Column("overruled_at", Instant, comment="when"),
    Column("overrule_reason", String(500), comment="in the words of who overruled"),
    sa.Index("papers_reviews_by_change", "operator", "change"),
)
