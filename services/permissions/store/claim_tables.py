"""The table of claims for compensation (Article 18 ¶3)."""

import sqlalchemy as sa
from sqlalchemy import BigInteger, Column, Integer, String, Table, Text

from services.permissions.store.tables import Instant, metadata

claims = Table(
    "claims",
    metadata,
    Column("takeover", String(100), primary_key=True, comment="takeovers/… that took the cameras"),
    Column("operator", String(100), primary_key=True, comment="agencies/… that claims: once for each takeover"),
    Column("agency", String(100), nullable=False, index=True, comment="agencies/… that took over and answers"),
    Column("reason", String(500), nullable=False, comment="in the operator's words"),
    Column("losses", Text, nullable=False, comment="its lines: kind, text, fen, camera, SHA-256 of a document"),
    Column("amount_fen", BigInteger, nullable=False, comment="of renminbi; what the lines sum up to"),
    Column("camera_count", Integer, nullable=False, comment="of the operator's that the takeover took"),
    Column("state", String(20), nullable=False, comment="filed, under-review, more-asked, decided, settled, withdrawn"),
    Column("accepted_fen", BigInteger, nullable=False, comment="0 until accepted, and when rejected"),
    Column("payment_reference", String(100), comment="of the settlement; empty = none yet"),
    Column("steps", Text, nullable=False, comment="what was done: verb, by whom, when, words, SHA-256 of a document"),
    Column("filed_at", Instant, nullable=False, comment="when"),
    Column("decide_by", Instant, nullable=False, comment="the agency's deadline"),
    Column("answer_by", Instant, comment="the operator's, while more is asked"),
    Column("settle_by", Instant, comment="the agency's, once it accepted"),
    Column("due_at", Instant, comment="that of these which runs; empty = nobody has to act any more"),
    Column("is_late", sa.Boolean, nullable=False, comment="that it passed is on record"),
    Column("is_sealed", sa.Boolean, nullable=False, comment="a state secret is among the cameras (Article 11)"),
    sa.Index("claims_by_filing", "filed_at", "takeover", "operator"),
    sa.Index("claims_due", "is_late", "due_at"),
)
