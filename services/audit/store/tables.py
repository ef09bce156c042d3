"""The tables of audit, as its migrations make them."""

import sqlalchemy as sa

metadata = sa.MetaData()
records = sa.Table(
    "records",
    metadata,
    sa.Column("book", sa.String(16), primary_key=True, comment="ordinary or sealed"),
    sa.Column("number", sa.BigInteger, primary_key=True, comment="from 1 without gaps, per book"),
    sa.Column("event_id", sa.String(64), nullable=False, unique=True, comment="id of the fact: once in the ledger"),
    sa.Column("fact", sa.LargeBinary, nullable=False, comment="serialised kapok.fact.v1.Fact exactly as received"),
    sa.Column("hash", sa.LargeBinary, nullable=False, comment="32 bytes over the previous hash and the fact"),
    sa.Column("recorded_at", sa.DateTime, nullable=False, comment="UTC; not part of the hash"),
)
findings = sa.Table(
    "findings",
    metadata,
    sa.Column("subject", sa.String(200), primary_key=True, comment="operators/… or operators/…/systems/… that owes"),
    sa.Column("rule", sa.String(64), primary_key=True, comment="stable name of the duty, e.g. art12-sign"),
    sa.Column("article", sa.String(100), nullable=False, comment="the article broken, e.g. Article 12"),
    sa.Column("sentence", sa.String(1000), nullable=False, comment="what is missing and what to do"),
    sa.Column("operator", sa.String(100), nullable=False, comment="agencies/… that answers for the subject"),
    sa.Column(
        "districts", sa.String(500), nullable=False, comment="of its cameras, each between commas: ,440103,440104,"
    ),
    sa.Column("count", sa.BigInteger, nullable=False, comment="of cameras, where it is about cameras; else 0"),
    sa.Column("consequence", sa.String(200), nullable=False, comment="article of the legal consequence: a reference"),
    sa.Column("due_at", sa.DateTime, comment="UTC; until when it is to be corrected, if there is a term"),
    sa.Column("raised_at", sa.DateTime, nullable=False, comment="UTC; since when it is open, or was before it was met"),
    sa.Column("resolved_at", sa.DateTime, comment="UTC; empty while it is open"),
    sa.Column("told_at", sa.DateTime, nullable=False, comment="UTC; of the newest fact in this row: older ones lose"),
    sa.Column("is_sealed", sa.Boolean, nullable=False, comment="concerns a state secret (Article 11)"),
    sa.Index("findings_newest", "raised_at", "subject", "rule"),
    sa.Index(  # what is open is little beside what was resolved
        "findings_open",
        "raised_at",
        "subject",
        "rule",
        sqlite_where=sa.text("resolved_at IS NULL"),
        postgresql_where=sa.text("resolved_at IS NULL"),
    ),
    sa.Index("findings_of_operator", "operator", "raised_at", "subject", "rule"),
)
uses = sa.Table(
    "uses",
    metadata,
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
    sa.Index("uses_of_camera", "camera", "started_at", "key"),
)
books_read = sa.Table(
    "books_read",
    metadata,
    sa.Column("book", sa.String(16), primary_key=True, comment="ordinary or sealed"),
    sa.Column("number", sa.BigInteger, nullable=False, comment="of its last record that the register knows"),
)
takeover_records = sa.Table(
    "takeover_records",
    metadata,
    sa.Column("takeover", sa.String(100), primary_key=True, comment="takeovers/… that the record tells of"),
    sa.Column("book", sa.String(16), primary_key=True, comment="ordinary or sealed"),
    sa.Column("number", sa.BigInteger, primary_key=True, comment="of the record"),
    sa.Column("camera", sa.String(64), nullable=False, comment="districts/…/cameras/…"),
    sa.Column("kind", sa.String(64), nullable=False, comment="of its fact"),
    sa.Column("act", sa.String(16), nullable=False, comment="granted, renewed, ended or commanded"),
    sa.Column("at", sa.DateTime, nullable=False, comment="UTC; when it happened"),
)
evidence_read = sa.Table(
    "evidence_read",
    metadata,
    sa.Column("book", sa.String(16), primary_key=True, comment="ordinary or sealed"),
    sa.Column("number", sa.BigInteger, nullable=False, comment="of its last record that was read for evidence"),
)
