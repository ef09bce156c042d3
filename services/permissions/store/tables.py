"""The tables of permissions. Times are kept as naive UTC and handed out aware; lists that are only shown are JSON."""

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy import Column, Integer, LargeBinary, String, Table, Text
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


policies = Table(
    "policies",
    metadata,
    Column("revision", Integer, primary_key=True, comment="1 is the genesis; each version is kept for ever"),
    Column("text", Text, nullable=False, comment="rows as canonical CSV"),
    Column("digest", String(64), nullable=False, comment="SHA-256 of text"),
    Column("document", LargeBinary, nullable=False, comment="what the three organs signed, with their signatures"),
    Column("adopted_at", Instant, nullable=False, comment="when this cell put it in force"),
    Column("proposal", String(100), nullable=False, comment="policyProposals/{uuid}; empty for the genesis"),
    Column("leases", Text, nullable=False, server_default="{}", comment="class of session: seconds, in force; JSON"),
)
proposals = Table(
    "proposals",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False, comment="in the order made; lists go by it"),
    Column("name", String(100), nullable=False, unique=True, comment="policyProposals/{uuid}"),
    Column("change", LargeBinary, nullable=False, comment="serialised kapok.permissions.v1.PolicyChange, as signed"),
    Column("digest", LargeBinary, nullable=False, comment="SHA-256 of change"),
    Column("base_revision", Integer, nullable=False, comment="the policy that it changes"),
    Column("principal", String(100), nullable=False, comment="who proposed it"),
    Column("created_at", Instant, nullable=False, comment="when"),
    Column("sign_by", Instant, nullable=False, comment="without three signatures by then it expires"),
    Column(
        "state", String(20), nullable=False, index=True, comment="open, adopted, withdrawn, rejected, expired, outdated"
    ),
    Column("closed_at", Instant, comment="when it left open"),
    Column("closed_by", String(100), nullable=False, comment="principals/…; empty when time or another proposal did"),
    Column("close_reason", String(500), nullable=False, comment="in the words of who closed it"),
    Column("adopted_revision", Integer, nullable=False, comment="0 while it is not in force"),
)
proposal_signatures = Table(
    "proposal_signatures",
    metadata,
    Column("proposal", String(100), sa.ForeignKey("proposals.name"), primary_key=True, comment="of which proposal"),
    Column("organ", String(40), primary_key=True, comment="kind of the agency: one of the three"),
    Column("principal", String(100), nullable=False, comment="who brought it"),
    Column("signature", LargeBinary, nullable=False, comment="Ed25519 by the organ's pinned key"),
    Column("signed_at", Instant, nullable=False, comment="when"),
)
category_levels = Table(
    "category_levels",
    metadata,
    Column("category", Integer, primary_key=True, comment="place category 1 to 13 of Article 6"),
    Column("level", Integer, nullable=False, comment="level of a camera without an entry of its own"),
)
camera_levels = Table(
    "camera_levels",
    metadata,
    Column("code", String(20), primary_key=True, comment="20 digits of GB/T 28181, as text"),
    Column("level", Integer, nullable=False, comment="1 public service to 5 state secret"),
    Column("revision", Integer, nullable=False, comment="policy revision that gave it"),
)
sealed_lists = Table(
    "sealed_lists",
    metadata,
    Column("name", String(100), primary_key=True, comment="sealedLevels/{uuid}"),
    Column("salt", sa.LargeBinary, nullable=False, comment="32 random bytes, first in what is hashed"),
    Column("principal", String(100), nullable=False, comment="who drew it up"),
    Column("drawn_at", Instant, nullable=False, comment="when"),
    Column("adopted_revision", Integer, nullable=False, comment="0 while it is not in force"),
)
sealed_list_cameras = Table(
    "sealed_list_cameras",
    metadata,
    Column("list", String(100), sa.ForeignKey("sealed_lists.name"), primary_key=True, comment="on which list"),
    Column("code", String(20), primary_key=True, comment="GB/T 28181"),
    Column("level", Integer, nullable=False, comment="5 makes it a state secret, another no more one"),
)
secret_cameras = Table(
    "secret_cameras",
    metadata,
    Column("code", String(20), primary_key=True, comment="GB/T 28181; it need not be registered"),
    Column("is_secret", sa.Boolean, nullable=False, comment="false: whatever its place category says"),
    Column("revision", Integer, nullable=False, index=True, comment="of the policy that set it"),
)
agencies = Table(
    "agencies",
    metadata,
    Column("name", String(100), primary_key=True, comment="agencies/{agency}"),
    Column("display_name", String(200), nullable=False, comment="as people say it"),
    Column("kind", String(40), nullable=False, comment="one of the seven kinds"),
    Column("tier", String(20), nullable=False, comment="municipal or district"),
    Column("jurisdiction", String(6), nullable=False, comment="GB/T 2260"),
    Column("registered_at", Instant, comment="when; empty = with the genesis"),
    Column("registered_by", String(100), comment="principals/{principal}; empty = with the genesis"),
    Column("suspended_at", Instant, comment="since when it has no rights; empty = it has them"),
    Column("suspended_number", Integer, comment="number of the ending that said so"),
    Column("suspended_reason", String(500), comment="in the words of who suspended it"),
)
principals = Table(
    "principals",
    metadata,
    Column("name", String(100), primary_key=True, comment="principals/{principal}"),
    Column("agency", String(100), sa.ForeignKey("agencies.name"), nullable=False, comment="whose it is"),
    Column("clearance", Integer, nullable=False, comment="highest level it is cleared for"),
    Column("revoked_at", Instant, comment="since when it has no rights; empty = it has them"),
    Column("revoked_number", Integer, comment="number of the ending that said so"),
    Column("revoked_reason", String(500), comment="in the words of who revoked it"),
    Column("registered_at", Instant, comment="when; empty = with the genesis"),
    Column("registered_by", String(100), comment="principals/{principal}; empty = with the genesis"),
    Column(
        "is_person", sa.Boolean, nullable=False, server_default=sa.false(), comment="calls with tokens; else a system"
    ),
)
certificates = Table(
    "certificates",
    metadata,
    Column("sha256", String(64), primary_key=True, comment="fingerprint, hex"),
    Column("principal", String(100), sa.ForeignKey("principals.name"), nullable=False, comment="whose it is"),
    Column("uri", String(110), comment="the name of ours in it; empty = with the genesis"),
    Column("ends_at", Instant, comment="as it says itself; empty = with the genesis"),
    Column("registered_at", Instant, comment="when; empty = with the genesis"),
    Column("registered_by", String(100), comment="principals/{principal}; empty = with the genesis"),
    Column("revoked_at", Instant, comment="since when it opens nothing; empty = it was not revoked"),
    Column("revoked_by", String(100), comment="principals/{principal}"),
    Column("revoked_reason", String(500), comment="in the words of who revoked it"),
)
legal_bases = Table(
    "legal_bases",
    metadata,
    Column("name", String(100), primary_key=True, comment="legalBases/{uuid}"),
    Column("number", String(100), nullable=False, comment="of the letter of introduction"),
    Column("issuer", String(100), nullable=False, comment="agencies/{agency} whose organ issued it"),
    Column("principal", String(100), nullable=False, comment="who registered it, and whose it is"),
    Column("officers", Text, nullable=False, comment="JSON: two pairs of name and certificate number"),
    Column("starts_at", Instant, nullable=False, comment="valid from"),
    Column("ends_at", Instant, nullable=False, comment="valid until, this moment excluded"),
    Column("purpose", String(500), nullable=False, comment="what it is for, in words"),
    Column("document_sha256", String(64), nullable=False, comment="of the scan; empty when none was made"),
    Column("use_limit", Integer, comment="how often it may be used; empty = as often as needed"),
    Column("registered_ends_at", Instant, comment="the end before it was revoked: that is one too"),
    Column("revoked_by", String(100), comment="who withdrew it; empty = nobody did"),
    Column("revoked_reason", String(500), comment="in the words of who withdrew it"),
    Column("registered_at", Instant, comment="when; empty = when it starts"),
    Column("key_id", String(64), comment="of the issuer's key that signed it; empty = none did"),
    Column("signature", LargeBinary, comment="the issuer's, over the letter"),
    Column("is_waiver", sa.Boolean, comment="an operator's word that it asks for no letter here"),
)
legal_basis_uses = Table(
    "legal_basis_uses",
    metadata,
    Column("legal_basis", String(100), sa.ForeignKey("legal_bases.name"), primary_key=True, comment="which papers"),
    Column("used_for", String(100), primary_key=True, comment="the session or takeover that opened on it"),
    Column("camera", String(100), nullable=False, comment="of which camera"),
    Column("used_at", Instant, nullable=False, comment="when"),
)
legal_basis_cameras = Table(
    "legal_basis_cameras",
    metadata,
    Column("legal_basis", String(100), sa.ForeignKey("legal_bases.name"), primary_key=True, comment="which papers"),
    Column("camera", String(100), primary_key=True, comment="a camera that they cover"),
    Column("operator", String(100), index=True, comment="agencies/… that runs it"),
)
incidents = Table(
    "incidents",
    metadata,
    Column("name", String(100), primary_key=True, comment="incidents/{uuid}"),
    Column("display_name", String(200), nullable=False, comment="as people say it"),
    Column("kind", String(40), nullable=False, comment="one of the four kinds of Article 18 paragraph 2"),
    Column("order_number", String(100), nullable=False, comment="of the declaring order"),
    Column("area", Text, nullable=False, comment="JSON: corners as pairs of latitude and longitude, degrees"),
    Column("letter_number", String(100), nullable=False, comment="of the department's letter (Article 19)"),
    Column("officer_certificates", Text, nullable=False, comment="JSON: numbers of two certificates (Article 19)"),
    Column("principal", String(100), nullable=False, comment="who declared it"),
    Column("agency", String(100), nullable=False, comment="the declaring agency"),
    Column("starts_at", Instant, nullable=False, comment="since when it is in force; its end, while it never was"),
    Column("ends_at", Instant, nullable=False, comment="as its acts in effect say"),
    Column("closed_at", Instant, comment="when it was ended, refused or lapsed before that"),
    Column("declared_at", Instant, comment="when it was declared; empty = when it started"),
    Column(
        "outcome",
        String(20),
        index=True,
        comment="how it is over: ended, expired, refused, lapsed; empty = it is not, or closed",
    ),
)
incident_acts = Table(
    "incident_acts",
    metadata,
    Column("incident", String(100), sa.ForeignKey("incidents.name"), primary_key=True, comment="which incident"),
    Column("number", Integer, primary_key=True, autoincrement=False, comment="from 1, which declares it"),
    Column("kind", String(20), nullable=False, comment="declared, extended or widened"),
    Column("principal", String(100), nullable=False, comment="who acted"),
    Column("agency", String(100), nullable=False, comment="for which agency"),
    Column("tier", String(20), nullable=False, comment="of the agency: an approver's is no lower"),
    Column("acted_at", Instant, nullable=False, comment="when"),
    Column("order_number", String(100), nullable=False, comment="of the order behind it"),
    Column("reason", String(500), nullable=False, comment="in words; a declaration has its name instead"),
    Column("area", Text, nullable=False, comment="JSON: polygon, districts, cameras, bound; what it opens"),
    Column("agencies", Text, nullable=False, comment="JSON: agencies that it opens to, beyond those before it"),
    Column("ends_at", Instant, comment="the incident's new end"),
    Column("letter_number", String(100), nullable=False, comment="of its agencies' letter (Article 19)"),
    Column("officer_certificates", Text, nullable=False, comment="JSON: numbers of two certificates (Article 19)"),
    Column("approve_by", Instant, index=True, comment="until when a second approver may decide; empty = needs none"),
    Column("verdict", String(20), comment="approved, refused or lapsed"),
    Column("decided_by", String(100), nullable=False, comment="the second approver; empty = nobody, or time"),
    Column("decided_at", Instant, comment="when; an approved act is in effect from then on"),
    Column("decision_reason", String(500), nullable=False, comment="in the words of who decided it"),
    Column(
        "are_operators_known",
        sa.Boolean,
        index=True,
        comment="whose cameras are in its area was looked up; empty = not yet",
    ),
)
incident_sealed_concerns = Table(
    "incident_sealed_concerns",
    metadata,
    Column("incident", String(100), sa.ForeignKey("incidents.name"), primary_key=True, comment="which incident"),
    Column("operator", String(100), primary_key=True, index=True, comment="it runs nothing there but state secrets"),
)
incident_concerns = Table(
    "incident_concerns",
    metadata,
    Column("incident", String(100), sa.ForeignKey("incidents.name"), primary_key=True, comment="which incident"),
    Column(
        "subject", String(100), primary_key=True, index=True, comment="a district that it may concern, or an operator"
    ),
)
incident_agencies = Table(
    "incident_agencies",
    metadata,
    Column("incident", String(100), sa.ForeignKey("incidents.name"), primary_key=True, comment="which incident"),
    Column("agency", String(100), primary_key=True, index=True, comment="a department that it opens to"),
)
takeovers = Table(
    "takeovers",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False, comment="commit order: who came first"),
    Column("name", String(100), nullable=False, unique=True, comment="takeovers/{uuid}"),
    Column("camera", String(100), nullable=False, index=True, comment="whose control it takes"),
    Column("agency", String(100), nullable=False, comment="who holds by it"),
    Column("principal", String(100), nullable=False, index=True, comment="who asked for it"),
    Column("kind", String(40), nullable=False, comment="of the agency: its rank"),
    Column("tier", String(20), nullable=False, comment="of the agency: municipal precedes district"),
    Column("reason", String(500), nullable=False, comment="in words"),
    Column("ground", String(100), nullable=False, index=True, comment="papers or incident that it stands on"),
    Column("starts_at", Instant, nullable=False, comment="when it was granted"),
    Column("ends_at", Instant, nullable=False, index=True, comment="as asked for"),
    Column("ended_at", Instant, comment="when it was over, once that is on record"),
    Column("ended_by", String(20), comment="released, withdrawn or expired"),
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
)
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
