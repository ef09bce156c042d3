"""The register of use, read off the books (Articles 16, 17, 21)."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create it empty: the service reads the books from their first record on, those of earlier releases too."""
    op.create_table(
        "uses",
        sa.Column("key", sa.String(200), primary_key=True, comment="sessions/…; of control principal, camera and hour"),
        sa.Column("is_sealed", sa.Boolean, primary_key=True, comment="told by the sealed book (Article 11)"),
        sa.Column("camera", sa.String(64), nullable=False, comment="districts/…/cameras/…"),
        sa.Column("action", sa.String(32), nullable=False, comment="live, copy, live-check, control …"),
        sa.Column("principal", sa.String(100), nullable=False, comment="who used it"),
        sa.Column("rule", sa.String(100), nullable=False, comment="that allowed it"),
        sa.Column("article", sa.String(200), nullable=False, comment="that the rule serves"),
        sa.Column("started_at", sa.DateTime, nullable=False, comment="UTC; of control the first command"),
        sa.Column("agency", sa.String(100), nullable=False, comment="of the principal; empty where no fact says it"),
        sa.Column("session", sa.String(100), nullable=False, comment="sessions/…; empty of control"),
        sa.Column("purpose", sa.String(64), nullable=False, comment="of a session, in words"),
        sa.Column("legal_basis", sa.String(100), nullable=False, comment="legalBases/… or empty"),
        sa.Column("ground", sa.String(100), nullable=False, comment="incidents/…, inspections/…, takeovers/… or empty"),
        sa.Column("ended_at", sa.DateTime, comment="UTC; empty while no end is on record; of control the last command"),
        sa.Column("expires_at", sa.DateTime, comment="UTC; a session lasts no longer"),
        sa.Column("close_reason", sa.String(200), nullable=False, comment="why a session ended"),
        sa.Column("commands", sa.BigInteger, nullable=False, comment="of control"),
        sa.Column("copies", sa.BigInteger, nullable=False, comment="that went out of a session"),
        sa.Column("copy_sha256", sa.String(64), nullable=False, comment="hex, of the last of them"),
    )
    op.create_index("uses_of_camera", "uses", ["camera", "started_at", "key"])
    books_read = op.create_table(
        "books_read",
        sa.Column("book", sa.String(16), primary_key=True, comment="ordinary or sealed"),
        sa.Column("number", sa.BigInteger, nullable=False, comment="of its last record that the register knows"),
    )
    op.bulk_insert(books_read, [{"book": "ordinary", "number": 0}, {"book": "sealed", "number": 0}])
