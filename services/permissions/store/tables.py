"""What every table of permissions shares, and the tables of none of its nouns; the others are in ``…_tables.py``.

Times are kept as naive UTC and handed out aware; lists that are only shown are JSON.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy import Column, Integer, String, Table
from sqlalchemy.engine import Dialect

metadata = sa.MetaData()


class Instant(sa.types.TypeDecorator[datetime]):
    """An aware UTC time: SQLite and PostgreSQL's plain DATETIME hold no zone."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value else None


endings = Table(
    "endings",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False, comment="commit order without gaps"),
    Column("cause", String(40), nullable=False, comment="why a right ended"),
    Column("subject", String(100), nullable=False, index=True, comment="resource name that ended"),
    Column("occurred_at", Instant, nullable=False, comment="when"),
    Column("is_kept", sa.Boolean, nullable=False, index=True, comment="the bucket of endings has it"),
    Column("is_sealed", sa.Boolean, server_default=sa.false(), comment="of a state secret (Article 11)"),
)
closures = Table(
    "closures",
    metadata,
    Column("fact", String(64), primary_key=True, comment="SHA-256 of the registry's fact, hex"),
    Column("heard_at", Instant, nullable=False, index=True, comment="forgotten a day later"),
)
counters = Table(
    "counters",
    metadata,
    Column("name", String(20), primary_key=True, comment="what is counted: endings, takeovers"),
    Column("value", Integer, nullable=False, comment="the highest number given; its row lock makes commit order"),
)
