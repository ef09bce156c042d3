"""Joint setting: proposals, the organs' signatures, and the proposal that each version of the policy came from."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column and the tables."""
    op.add_column(
        "policies",
        sa.Column(
            "proposal",
            sa.String(100),
            nullable=False,
            server_default="",
            comment="policyProposals/{uuid}; empty for the genesis",
        ),
    )
    _add_proposals()
    _add_signatures()


def _add_proposals() -> None:
    op.create_table(
        "proposals",
        sa.Column(
            "number",
            sa.Integer,
            primary_key=True,
            autoincrement=False,
            comment="in the order made; lists go by it",
        ),
        sa.Column("name", sa.String(100), nullable=False, unique=True, comment="policyProposals/{uuid}"),
        sa.Column(
            "change",
            sa.LargeBinary,
            nullable=False,
            comment="serialised kapok.permissions.v1.PolicyChange, as signed",
        ),
        sa.Column("digest", sa.LargeBinary, nullable=False, comment="SHA-256 of change"),
        sa.Column("base_revision", sa.Integer, nullable=False, comment="the policy that it changes"),
        sa.Column("principal", sa.String(100), nullable=False, comment="who proposed it"),
        sa.Column("created_at", sa.DateTime, nullable=False, comment="when"),
        sa.Column("sign_by", sa.DateTime, nullable=False, comment="without three signatures by then it expires"),
        sa.Column(
            "state",
            sa.String(20),
            nullable=False,
            index=True,
            comment="open, adopted, withdrawn, rejected, expired, outdated",
        ),
        sa.Column("closed_at", sa.DateTime, comment="when it left open"),
        sa.Column(
            "closed_by",
            sa.String(100),
            nullable=False,
            comment="principals/…; empty when time or another proposal did",
        ),
        sa.Column("close_reason", sa.String(500), nullable=False, comment="in the words of who closed it"),
        sa.Column("adopted_revision", sa.Integer, nullable=False, comment="0 while it is not in force"),
    )


def _add_signatures() -> None:
    op.create_table(
        "proposal_signatures",
        sa.Column(
            "proposal", sa.String(100), sa.ForeignKey("proposals.name"), primary_key=True, comment="of which proposal"
        ),
        sa.Column("organ", sa.String(40), primary_key=True, comment="kind of the agency: one of the three"),
        sa.Column("principal", sa.String(100), nullable=False, comment="who brought it"),
        sa.Column("signature", sa.LargeBinary, nullable=False, comment="Ed25519 by the organ's pinned key"),
        sa.Column("signed_at", sa.DateTime, nullable=False, comment="when"),
    )
