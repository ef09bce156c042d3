"""Papers: signed letters, waivers, whose each camera is, and the reviews of operators (Article 19).

To the release before, papers under review are papers, so put a policy that needs reviews in force after the rollout.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add columns and tables."""
    for column in (
        sa.Column("registered_at", sa.DateTime, comment="when; empty = when it starts"),
        sa.Column("key_id", sa.String(64), comment="of the issuer's key that signed it; empty = none did"),
        sa.Column("signature", sa.LargeBinary, comment="the issuer's, over the letter"),
        sa.Column("is_waiver", sa.Boolean, comment="an operator's word that it asks for no letter here"),
    ):
        op.add_column("legal_bases", column)
    op.add_column("legal_basis_cameras", sa.Column("operator", sa.String(100), comment="agencies/… that runs it"))
    op.create_index("ix_legal_basis_cameras_operator", "legal_basis_cameras", ["operator"])
    op.create_table(
        "review_terms",
        sa.Column("operator", sa.String(100), primary_key=True, comment="agencies/… whose cameras they are about"),
        sa.Column("deadline_hours", sa.Integer, nullable=False, comment="1 to 24; 0 = it asks for no review"),
        sa.Column("changes", sa.Integer, nullable=False, comment="of its reviews, so far; watchers go on from it"),
        sa.Column("set_by", sa.String(100), nullable=False, comment="principals/…"),
        sa.Column("set_at", sa.DateTime, nullable=False, comment="when"),
        sa.Column("reason", sa.String(500), nullable=False, comment="in the words of who set them"),
    )
    _create_reviews()


def _create_reviews() -> None:
    op.create_table(
        "papers_reviews",
        sa.Column("legal_basis", sa.String(100), sa.ForeignKey("legal_bases.name"), primary_key=True),
        sa.Column("operator", sa.String(100), primary_key=True, comment="agencies/… that looks at the papers"),
        sa.Column("change", sa.Integer, nullable=False, comment="number of its last change among the operator's"),
        sa.Column("requested_at", sa.DateTime, nullable=False, comment="when the papers were registered"),
        sa.Column("deadline", sa.DateTime, nullable=False, index=True, comment="silent until then, it lets them pass"),
        sa.Column("state", sa.String(20), nullable=False, comment="pending, accepted, refused, lapsed, overruled"),
        sa.Column("objection", sa.String(40), comment="forged, scope or officers; empty = it did not refuse"),
        sa.Column("decided_by", sa.String(100), comment="principals/… of the operator; empty = nobody did"),
        sa.Column("decided_at", sa.DateTime, comment="when"),
        sa.Column("note", sa.String(500), comment="in the words of who decided"),
        sa.Column("overruled_by", sa.String(100), comment="principals/…; empty = nobody did"),
        sa.Column("overruled_at", sa.DateTime, comment="when"),
        sa.Column("overrule_reason", sa.String(500), comment="in the words of who overruled"),
    )
    op.create_index("papers_reviews_by_change", "papers_reviews", ["operator", "change"])
