"""The thin list of findings, made of registry's facts (Articles 24 to 29)."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the list. It begins empty: no release before this one published facts of findings."""
    op.create_table(
        "findings",
        sa.Column(
            "subject", sa.String(200), primary_key=True, comment="operators/… or operators/…/systems/… that owes"
        ),
        sa.Column("rule", sa.String(64), primary_key=True, comment="stable name of the duty, e.g. art12-sign"),
        sa.Column("article", sa.String(100), nullable=False, comment="the article broken, e.g. Article 12"),
        sa.Column("sentence", sa.String(1000), nullable=False, comment="what is missing and what to do"),
        sa.Column("operator", sa.String(100), nullable=False, comment="agencies/… that answers for the subject"),
        sa.Column(
            "districts", sa.String(500), nullable=False, comment="of its cameras, each between commas: ,440103,440104,"
        ),
        sa.Column("count", sa.BigInteger, nullable=False, comment="of cameras, where it is about cameras; else 0"),
        sa.Column(
            "consequence", sa.String(200), nullable=False, comment="article of the legal consequence: a reference"
        ),
        sa.Column("due_at", sa.DateTime, comment="UTC; until when it is to be corrected, if there is a term"),
        sa.Column(
            "raised_at", sa.DateTime, nullable=False, comment="UTC; since when it is open, or was before it was met"
        ),
        sa.Column("resolved_at", sa.DateTime, comment="UTC; empty while it is open"),
        sa.Column(
            "told_at", sa.DateTime, nullable=False, comment="UTC; of the newest fact in this row: older ones lose"
        ),
        sa.Column("is_sealed", sa.Boolean, nullable=False, comment="concerns a state secret (Article 11)"),
    )
    op.create_index("findings_newest", "findings", ["raised_at", "subject", "rule"])
    is_open = sa.text("resolved_at IS NULL")  # little beside what was resolved
    op.create_index(
        "findings_open", "findings", ["raised_at", "subject", "rule"], sqlite_where=is_open, postgresql_where=is_open
    )
    op.create_index("findings_of_operator", "findings", ["operator", "raised_at", "subject", "rule"])
