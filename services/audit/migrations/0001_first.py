"""The books, with triggers that refuse whatever is not an append (Article 16: nobody, administrators included)."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# The insert trigger of SQLite also stops INSERT OR REPLACE, which deletes without telling the delete trigger.
_APPEND_ONLY = {
    "sqlite": (
        "CREATE TRIGGER records_no_update BEFORE UPDATE ON records"
        " BEGIN SELECT RAISE(ABORT, 'records are append-only'); END",
        "CREATE TRIGGER records_no_delete BEFORE DELETE ON records"
        " BEGIN SELECT RAISE(ABORT, 'records are append-only'); END",
        "CREATE TRIGGER records_no_replace BEFORE INSERT ON records"
        " WHEN NEW.number <> 1 + (SELECT coalesce(max(number), 0) FROM records WHERE book = NEW.book)"
        " OR EXISTS (SELECT 1 FROM records WHERE event_id = NEW.event_id)"
        " BEGIN SELECT RAISE(ABORT, 'records are append-only'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'records are append-only'; END $$",
        "CREATE TRIGGER records_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON records"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    ),
}


def upgrade() -> None:
    """Create the first tables."""
    op.create_table(
        "records",
        sa.Column("book", sa.String(16), primary_key=True, comment="ordinary or sealed"),
        sa.Column("number", sa.BigInteger, primary_key=True, comment="from 1 without gaps, per book"),
        sa.Column("event_id", sa.String(64), nullable=False, unique=True, comment="id of the fact: once in the ledger"),
        sa.Column("fact", sa.LargeBinary, nullable=False, comment="serialised kapok.fact.v1.Fact exactly as received"),
        sa.Column("hash", sa.LargeBinary, nullable=False, comment="32 bytes over the previous hash and the fact"),
        sa.Column("recorded_at", sa.DateTime, nullable=False, comment="UTC; not part of the hash"),
    )
    for statement in _APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)
