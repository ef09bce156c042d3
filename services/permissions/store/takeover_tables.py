"""The tables of takeovers, a row for each camera of one, of leases, and of who controls a camera under which epoch."""

from sqlalchemy import Column, Index, Integer, String, Table, Text

from services.permissions.store.tables import Instant, metadata

takeovers = Table(
    "takeovers",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False, comment="commit order: who came first"),
    Column("camera", String(100), primary_key=True, index=True, comment="whose control it takes"),
    Column("name", String(100), nullable=False, index=True, comment="takeovers/{uuid}; its cameras share it"),
    Column("agency", String(100), nullable=False, comment="who holds by it"),
    Column("principal", String(100), nullable=False, index=True, comment="who asked for it"),
    Column("kind", String(40), nullable=False, comment="of the agency: its rank"),
    Column("tier", String(20), nullable=False, comment="of the agency: municipal precedes district"),
    Column("cause", String(40), nullable=False, server_default="", comment="of the closed vocabulary"),
    Column("reason", String(500), nullable=False, comment="in words"),
    Column(
        "exclusive_reason",
        String(500),
        nullable=False,
        server_default="",
        comment="why who ranks below sees nothing meanwhile; empty: it sees on",
    ),
    Column("duty_reason", String(500), nullable=False, server_default="", comment="why not even the operator does"),
    Column("ground", String(100), nullable=False, index=True, comment="papers or incident that it stands on"),
    Column("starts_at", Instant, nullable=False, comment="when it was granted"),
    Column("ends_at", Instant, nullable=False, index=True, comment="as asked for, or renewed"),
    Column("ended_at", Instant, comment="when it was over for this camera, once that is on record"),
    Column("ended_by", String(20), comment="released, revoked, withdrawn or expired"),
    Column(
        "change",
        Integer,
        nullable=False,
        server_default="0",
        index=True,
        comment="of its last change: watchers go by it",
    ),
    Index("ix_takeovers_in_order", "starts_at", "name"),
)
control = Table(
    "control",
    metadata,
    Column("camera", String(100), primary_key=True, comment="districts/{district}/cameras/{camera}"),
    Column(
        "facts", Text, nullable=False, comment="JSON: the camera as a takeover found it, so that ends need no registry"
    ),
    Column("agency", String(100), nullable=False, comment="that holds under this epoch"),
    Column("epoch", Integer, nullable=False, comment="fencing number, larger at each change of holder"),
    Column("operator", String(100), nullable=False, server_default="", comment="who runs it"),
    Column("category", Integer, nullable=False, server_default="0", comment="of its place, 1 to 13"),
)
control_leases = Table(
    "control_leases",
    metadata,
    Column("camera", String(100), primary_key=True, comment="whose control it is"),
    Column("agency", String(100), primary_key=True, index=True, comment="agencies/… that commands: one lease each"),
    Column("principal", String(100), nullable=False, index=True, comment="who commanded last"),
    Column("number", Integer, nullable=False, comment="of its first command, in commit order"),
    Column("starts_at", Instant, nullable=False, comment="its first command"),
    Column("ends_at", Instant, nullable=False, index=True, comment="ten seconds after it was last prolonged"),
)
