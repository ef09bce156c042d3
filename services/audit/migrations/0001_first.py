"""The ledger's records, which no statement can change or remove (Article 16)."""

import sqlalchemy as sa
from alembic import op

revision = "audit_0001"
down_revision = None

_REFUSE_ON_SQLITE = """
CREATE TRIGGER records_refuse_{verb} BEFORE {verb} ON records
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END
"""
_REFUSE_ON_POSTGRESQL = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$;
CREATE TRIGGER records_refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON records
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    op.create_table(
        "records",
        sa.Column("book", sa.String(16), primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True),
        sa.Column("event_id", sa.String(64), nullable=False, unique=True),
        sa.Column("fact", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("recorded_at", sa.DateTime, nullable=False),
    )
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(_REFUSE_ON_SQLITE.format(verb=verb))
    else:
        op.execute(_REFUSE_ON_POSTGRESQL)
