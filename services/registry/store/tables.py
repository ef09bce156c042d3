"""The registry's tables. Those that only one database can have (words) are in `words`, by dialect."""

import sqlalchemy as sa

from services.chassis import outbox

metadata = sa.MetaData()
sa.Table("outbox", metadata, *outbox.columns())

counters = sa.Table(
    "counters",
    metadata,
    sa.Column("name", sa.String(32), primary_key=True, comment="change, alarm, request or levels"),
    sa.Column("value", sa.BigInteger, nullable=False, comment="last number given; its row's lock orders the commits"),
)
operators = sa.Table(
    "operators",
    metadata,
    sa.Column("name", sa.String(100), primary_key=True, comment="operators/{operator}"),
    sa.Column("display_name", sa.String(200), nullable=False, comment="as the organisation calls itself"),
    sa.Column("record", sa.Text, nullable=False, comment="JSON of its responsible entities, Article 7"),
    sa.Column("revision", sa.Integer, nullable=False, comment="changes from 1; gives the etag"),
    sa.Column("updated_at", sa.DateTime, nullable=False, comment="UTC"),
)
systems = sa.Table(
    "systems",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, comment="ours; cameras and classes point to it"),
    sa.Column("name", sa.String(160), nullable=False, unique=True, comment="operators/{operator}/systems/{system}"),
    sa.Column("operator", sa.String(100), nullable=False, index=True, comment="agencies/{agency} that runs it"),
    sa.Column("display_name", sa.String(200), nullable=False, comment="as its operator calls it"),
    sa.Column("state", sa.SmallInteger, nullable=False, comment="LifeState, Articles 8 and 10"),
    sa.Column("record", sa.Text, nullable=False, comment="JSON of what Articles 6, 9, 12, 13 and 20 to 23 ask for"),
    sa.Column("revision", sa.Integer, nullable=False, comment="changes from 1; gives the etag"),
    sa.Column("created_at", sa.DateTime, nullable=False, comment="UTC"),
    sa.Column("updated_at", sa.DateTime, nullable=False, comment="UTC"),
)
system_states = sa.Table(
    "system_states",
    metadata,
    sa.Column("system_id", sa.ForeignKey("systems.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, comment="from 1, in order"),
    sa.Column("state", sa.SmallInteger, nullable=False, comment="LifeState from then on"),
    sa.Column("started_at", sa.DateTime, nullable=False, comment="UTC"),
    sa.Column("principal", sa.String(100), nullable=False, comment="who made the step"),
    sa.Column("reason", sa.String(500), nullable=False, comment="why"),
)
classes = sa.Table(
    "classes",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, comment="ours; rows are added, never changed but for the count"),
    sa.Column("system_id", sa.ForeignKey("systems.id"), nullable=False),
    sa.Column("kind", sa.BigInteger, nullable=False, comment="district, category, level, state, health as one number"),
    sa.Column("count", sa.Integer, nullable=False, comment="cameras in it; kept, never scanned for"),
    sa.UniqueConstraint("system_id", "kind", name="classes_by_system"),
)
cameras = sa.Table(
    "cameras",
    metadata,
    sa.Column(
        "id",
        sa.BigInteger().with_variant(sa.Integer, "sqlite"),
        primary_key=True,
        autoincrement=False,
        comment="number of the change that registered it",
    ),
    sa.Column("code", sa.String(20), nullable=False, unique=True, comment="GB/T 28181, 20 digits as text"),
    sa.Column(
        "change",
        sa.BigInteger,
        nullable=False,
        unique=True,
        comment="number of its last change; watchers go on from it",
    ),
    sa.Column("class_id", sa.ForeignKey("classes.id"), nullable=False, comment="its system and its kind"),
    sa.Column("stock", sa.Integer, nullable=False, comment="kind without state and health"),
    sa.Column("kind", sa.BigInteger, nullable=False, comment="as its class has it; here for the indexes"),
    sa.Column("display_name", sa.String(200), nullable=False, comment="as people of the city say it"),
    sa.Column("display_name_en", sa.String(200), nullable=False, comment="English, may be empty"),
    sa.Column("premises", sa.SmallInteger, nullable=False, comment="kapok.registry.v1.Premises, Article 6 paragraph 2"),
    sa.Column("place", sa.String(200), nullable=False, comment="where it hangs, in words"),
    sa.Column("folded", sa.Text, nullable=False, comment="both names and the place as searches compare them"),
    sa.Column("latitude", sa.Double, nullable=False, comment="degrees, WGS 84"),
    sa.Column("longitude", sa.Double, nullable=False, comment="degrees, WGS 84"),
    sa.Column("tile", sa.BigInteger, nullable=False, comment="five-hundredth of a degree that the position lies in"),
    sa.Column("direction", sa.Double, comment="degrees from north, clockwise; NULL when it turns or nobody said"),
    sa.Column("mounting", sa.SmallInteger, nullable=False, comment="kapok.registry.v1.Mounting"),
    sa.Column("purpose", sa.String(500), nullable=False, comment="what it is for, Article 22"),
    sa.Column("is_pointable", sa.Boolean, nullable=False, comment="has a control address"),
    sa.Column("is_retired", sa.Boolean, nullable=False, comment="by itself, whatever its system does"),
    sa.Column("locked_source", sa.LargeBinary, comment="nonce + AES-GCM of the source; NULL without one"),
    sa.Column("revision", sa.Integer, nullable=False, comment="changes of the record from 1; gives the etag"),
    sa.Column("created_at", sa.DateTime, nullable=False, comment="UTC"),
    sa.Column("updated_at", sa.DateTime, nullable=False, comment="UTC; since then this revision is in force"),
    sa.Column("confirmed_at", sa.DateTime, nullable=False, comment="UTC; basic data entered or confirmed, Article 16"),
    sa.Column("changed_by", sa.String(100), nullable=False, comment="principals/… of this revision"),
    sa.Column("cause", sa.String(600), nullable=False, comment="registered, updated, retired: …, or a change request"),
    # A page is a merge of few ranges: the finest that a filter needs. See docs/design/registry.md.
    *(
        sa.Index(f"cameras_by_{unit}_{key}", unit, key)
        for unit in ("stock", "kind", "class_id")
        for key in ("code", "change")
    ),
    sa.Index("cameras_by_tile", "tile"),
    sa.Index("cameras_by_confirmed_at", "confirmed_at"),
)
tiles = sa.Table(
    "tiles",
    metadata,
    sa.Column("tile", sa.BigInteger, primary_key=True, autoincrement=False, comment="five-hundredth of a degree"),
    sa.Column("district", sa.String(6), primary_key=True, comment="six digits"),
    sa.Column("count", sa.Integer, nullable=False, comment="cameras of the district in the tile"),
)
revisions = sa.Table(
    "revisions",
    metadata,
    sa.Column("camera_id", sa.ForeignKey("cameras.id"), primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True, comment="of the record; the newest is the camera's own row"),
    sa.Column("record", sa.Text, nullable=False, comment="JSON of what the record said, without its source"),
    sa.Column("started_at", sa.DateTime, nullable=False, comment="UTC"),
    sa.Column("ended_at", sa.DateTime, nullable=False, comment="UTC"),
    sa.Column("principal", sa.String(100), nullable=False, comment="who made it say so"),
    sa.Column("cause", sa.String(600), nullable=False, comment="why it was made"),
)
requests = sa.Table(
    "requests",
    metadata,
    sa.Column(
        "number",
        sa.BigInteger().with_variant(sa.Integer, "sqlite"),
        primary_key=True,
        autoincrement=False,
        comment="in order",
    ),
    sa.Column("name", sa.String(60), nullable=False, unique=True, comment="cameraChanges/{uuid}"),
    sa.Column("camera_id", sa.ForeignKey("cameras.id"), nullable=False, index=True),
    sa.Column("agency", sa.String(100), nullable=False, comment="agencies/… that asked"),
    sa.Column("state", sa.SmallInteger, nullable=False, comment="CameraChange.State"),
    sa.Column("wanted", sa.Text, nullable=False, comment="JSON of the fields that are to change, Article 22"),
    sa.Column("reason", sa.String(500), nullable=False, comment="why it is asked for"),
    sa.Column("requested_by", sa.String(100), nullable=False, comment="principals/…"),
    sa.Column("requested_at", sa.DateTime, nullable=False, comment="UTC"),
    sa.Column("decided_by", sa.String(100), nullable=False, comment="principals/…, empty while it is open"),
    sa.Column("decided_at", sa.DateTime, comment="UTC; NULL while it is open"),
    sa.Column("decision_reason", sa.String(500), nullable=False, comment="of whoever decided"),
)
alarms = sa.Table(
    "alarms",
    metadata,
    sa.Column(
        "number",
        sa.BigInteger().with_variant(sa.Integer, "sqlite"),
        primary_key=True,
        autoincrement=False,
        comment="in commit order; watchers go on from it",
    ),
    sa.Column("camera_id", sa.ForeignKey("cameras.id"), nullable=False),
    sa.Column("class_id", sa.ForeignKey("classes.id"), nullable=False, comment="the camera's then: who may know"),
    sa.Column("before", sa.SmallInteger, nullable=False, comment="Health"),
    sa.Column("after", sa.SmallInteger, nullable=False, comment="Health"),
    sa.Column("occurred_at", sa.DateTime, nullable=False, comment="UTC"),
    sa.Column("cause", sa.String(100), nullable=False, comment="what was reported last"),
)
findings = sa.Table(
    "findings",
    metadata,
    sa.Column("subject", sa.String(160), primary_key=True, comment="operators/… or operators/…/systems/…"),
    sa.Column("rule", sa.String(64), primary_key=True, comment="of the duty that is owed"),
    sa.Column("sentence", sa.String(1000), nullable=False, comment="as it was told last: a change is told again"),
    sa.Column("count", sa.Integer, nullable=False, comment="cameras, when it is about cameras"),
    sa.Column("raised_at", sa.DateTime, nullable=False, comment="UTC"),
)
