"""Evidence of takeovers, read off the books (Article 18 ¶3)."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create it empty: the service reads the books from their first record on, those of earlier releases too."""
    op.create_table(
        "takeover_records",
        sa.Column("takeover", sa.String(100), primary_key=True, comment="takeovers/… that the record tells of"),
        sa.Column("book", sa.String(16), primary_key=True, comment="ordinary or sealed"),
        sa.Column("number", sa.BigInteger, primary_key=True, comment="of the record"),
        sa.Column("camera", sa.String(64), nullable=False, comment="districts/…/cameras/…"),
        sa.Column("kind", sa.String(64), nullable=False, comment="of its fact"),
        sa.Column("act", sa.String(16), nullable=False, comment="granted, renewed, ended or commanded"),
        sa.Column("at", sa.DateTime, nullable=False, comment="UTC; when it happened"),
    )
    evidence_read = op.create_table(
        "evidence_read",
        sa.Column("book", sa.String(16), primary_key=True, comment="ordinary or sealed"),
        sa.Column("number", sa.BigInteger, nullable=False, comment="of its last record that was read for evidence"),
    )
    op.bulk_insert(evidence_read, [{"book": "ordinary", "number": 0}, {"book": "sealed", "number": 0}])
