"""Claims for compensation (Article 18 ¶3)."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Create their table."""
    op.create_table(
        "claims",
        sa.Column("takeover", sa.String(100), primary_key=True, comment="takeovers/… that took the cameras"),
        sa.Column(
            "operator", sa.String(100), primary_key=True, comment="agencies/… that claims: once for each takeover"
        ),
        sa.Column("agency", sa.String(100), nullable=False, comment="agencies/… that took over and answers"),
        sa.Column("reason", sa.String(500), nullable=False, comment="in the operator's words"),
        sa.Column(
            "losses", sa.Text, nullable=False, comment="its lines: kind, text, fen, camera, SHA-256 of a document"
        ),
        sa.Column("amount_fen", sa.BigInteger, nullable=False, comment="of renminbi; what the lines sum up to"),
        sa.Column("camera_count", sa.Integer, nullable=False, comment="of the operator's that the takeover took"),
        sa.Column(
            "state",
            sa.String(20),
            nullable=False,
            comment="filed, under-review, more-asked, decided, settled, withdrawn",
        ),
        sa.Column("accepted_fen", sa.BigInteger, nullable=False, comment="0 until accepted, and when rejected"),
        sa.Column("payment_reference", sa.String(100), comment="of the settlement; empty = none yet"),
        sa.Column(
            "steps", sa.Text, nullable=False, comment="what was done: verb, by whom, when, words, SHA-256 of a document"
        ),
        sa.Column("filed_at", sa.DateTime, nullable=False, comment="when"),
        sa.Column("decide_by", sa.DateTime, nullable=False, comment="the agency's deadline"),
        sa.Column("answer_by", sa.DateTime, comment="the operator's, while more is asked"),
        sa.Column("settle_by", sa.DateTime, comment="the agency's, once it accepted"),
        sa.Column("due_at", sa.DateTime, comment="that of these which runs; empty = nobody has to act any more"),
        sa.Column("is_late", sa.Boolean, nullable=False, comment="that it passed is on record"),
        sa.Column("is_sealed", sa.Boolean, nullable=False, comment="a state secret is among the cameras (Article 11)"),
    )
    op.create_index("ix_claims_agency", "claims", ["agency"])
    op.create_index("claims_by_filing", "claims", ["filed_at", "takeover", "operator"])
    op.create_index("claims_due", "claims", ["is_late", "due_at"])
