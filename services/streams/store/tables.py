"""Tables of streams: sessions, places of cameras, where they looked, and what relays are still to be told."""

from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData()
_BOUNDED = ("principal", "agency", "camera", "relay")  # limits count what is open on each of these
_IS_OPEN: dict[str, Any] = {f"{dialect}_where": sa.text("closed_at IS NULL") for dialect in ("sqlite", "postgresql")}
SESSIONS = sa.Table(
    "sessions",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True, comment="sessions/{uuid}"),
    sa.Column("camera", sa.String(64), nullable=False, comment="districts/{district}/cameras/{code}"),
    sa.Column("kind", sa.String(16), nullable=False, comment="live or copy"),
    sa.Column("purpose", sa.String(32), nullable=False, comment="from the closed list"),
    sa.Column("legal_basis", sa.String(64), nullable=False, comment="legalBases/{uuid}, or empty"),
    sa.Column("incident", sa.String(64), nullable=False, comment="incidents/{uuid}, or empty"),
    sa.Column("principal", sa.String(128), nullable=False, comment="whose session it is"),
    sa.Column("agency", sa.String(128), nullable=False, comment="of the principal"),
    sa.Column("rule", sa.String(128), nullable=False, comment="policy row that allowed it"),
    sa.Column("article", sa.String(64), nullable=False, comment="article that the row serves"),
    sa.Column("number", sa.BigInteger, nullable=False, comment="last ending fact when it was decided"),
    sa.Column("is_sealed", sa.Boolean, nullable=False, comment="of a level-5 camera"),
    sa.Column("viewer_limit", sa.Integer, nullable=False, comment="connections at once"),
    sa.Column("relay", sa.String(64), nullable=False, comment="that serves it"),
    sa.Column("opened_at", sa.DateTime, nullable=False, comment="UTC"),
    sa.Column("expires_at", sa.DateTime, nullable=False, comment="UTC; the relay ends it then by itself"),
    sa.Column("closed_at", sa.DateTime, comment="UTC; null while open"),
    sa.Column("close_reason", sa.String(200), nullable=False, comment="why it closed"),
    sa.Column("certificate", sa.String(80), nullable=False, server_default="", comment="certificates/…, shown for it"),
    sa.Column("agency_key", sa.String(80), nullable=False, server_default="", comment="agencyKeys/… of the token"),
    sa.Column("system", sa.String(128), nullable=False, server_default="", comment="principals/… that carried it"),
    sa.Column("stream", sa.String(16), nullable=False, server_default="main", comment="main or secondary"),
    sa.Column("lease_s", sa.Integer, nullable=False, server_default="0", comment="of a takeover's holder; 0: as usual"),
    sa.Column("lease_ends_at", sa.DateTime, comment="UTC; the takeover's end"),
    sa.Column(
        "suspended_by",
        sa.String(100),
        nullable=False,
        server_default="",
        comment="agencies/…; empty: it shows pictures",
    ),
    sa.Column("suspended_until", sa.DateTime, comment="UTC; as its relay told last"),
    sa.Index("sessions_by_principal", "principal", "opened_at"),
    sa.Index("sessions_open", "closed_at", "expires_at"),
    sa.Index("sessions_by_camera", "camera", "opened_at", "name"),
    *(sa.Index(f"sessions_open_of_{of}", of, "expires_at", "viewer_limit", **_IS_OPEN) for of in _BOUNDED),
    sa.Index("sessions_open_by_camera", "camera", "opened_at", "name", **_IS_OPEN),
)
PLACES = sa.Table(
    "places",
    metadata,
    sa.Column("camera", sa.String(64), primary_key=True, comment="districts/{district}/cameras/{code}"),
    sa.Column("relay", sa.String(64), nullable=False, comment="the one that serves and commands it"),
    sa.Column("since", sa.DateTime, nullable=False, comment="UTC; when it came there"),
    sa.Column("used_at", sa.DateTime, nullable=False, comment="UTC; its last use, to half a minute"),
    sa.Column("former", sa.String(64), nullable=False, comment="the relay before, or empty"),
)
UNTOLD = sa.Table(
    "untold",
    metadata,
    sa.Column("session", sa.String(64), primary_key=True, comment="that is over at the relay"),
    sa.Column("relay", sa.String(64), primary_key=True, comment="that does not know yet"),
    sa.Column("reason", sa.String(200), nullable=False, comment="why it is"),
    sa.Column("is_sealed", sa.Boolean, nullable=False, comment="of a level-5 camera"),
    sa.Column("until", sa.DateTime, nullable=False, comment="UTC; then the relay has ended it by itself"),
)
POINTINGS = sa.Table(
    "pointings",
    metadata,
    sa.Column("camera", sa.String(64), primary_key=True, comment="districts/{district}/cameras/{code}"),
    sa.Column("stack", sa.Text, nullable=False, comment="JSON: entries of takeovers, what is owed, whether lost"),
    sa.Column("has_entries", sa.Boolean, nullable=False, index=True, comment="takeovers whose end is waited for"),
    sa.Column("over", sa.String(64), nullable=False, comment="takeovers/… to restore after; empty: nothing to do"),
    sa.Column("over_at", sa.DateTime, index=True, comment="UTC; its end; null: nothing to do"),
    sa.Column("ordered_under", sa.BigInteger, nullable=False, comment="epoch of the order on record; 0: none"),
    sa.Column("is_sealed", sa.Boolean, nullable=False, comment="of a level-5 camera"),
)
