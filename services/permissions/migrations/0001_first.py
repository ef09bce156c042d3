"""Everything that permissions keeps at first, and the outbox of its facts."""

import sqlalchemy as sa
from alembic import op

from services.chassis import outbox

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the first tables."""
    op.create_table("outbox", *outbox.columns())
    for create in (_policy, _people, _papers, _control, _endings):
        create()


def _policy() -> None:
    op.create_table(
        "policies",
        sa.Column("revision", sa.Integer, primary_key=True, comment="1 is the genesis; each version is kept for ever"),
        sa.Column("text", sa.Text, nullable=False, comment="rows as canonical CSV"),
        sa.Column("digest", sa.String(64), nullable=False, comment="SHA-256 of text"),
        sa.Column(
            "document", sa.LargeBinary, nullable=False, comment="what the three organs signed, with their signatures"
        ),
        sa.Column("adopted_at", sa.DateTime, nullable=False, comment="when this cell put it in force"),
    )
    op.create_table(
        "category_levels",
        sa.Column("category", sa.Integer, primary_key=True, comment="place category 1 to 13 of Article 6"),
        sa.Column("level", sa.Integer, nullable=False, comment="level of a camera without an entry of its own"),
    )
    op.create_table(
        "camera_levels",
        sa.Column("code", sa.String(20), primary_key=True, comment="20 digits of GB/T 28181, as text"),
        sa.Column("level", sa.Integer, nullable=False, comment="1 public service to 5 state secret"),
        sa.Column("revision", sa.Integer, nullable=False, comment="policy revision that gave it"),
    )


def _people() -> None:
    op.create_table(
        "agencies",
        sa.Column("name", sa.String(100), primary_key=True, comment="agencies/{agency}"),
        sa.Column("display_name", sa.String(200), nullable=False, comment="as people say it"),
        sa.Column("kind", sa.String(40), nullable=False, comment="one of the seven kinds"),
        sa.Column("tier", sa.String(20), nullable=False, comment="municipal or district"),
        sa.Column("jurisdiction", sa.String(6), nullable=False, comment="GB/T 2260"),
    )
    op.create_table(
        "principals",
        sa.Column("name", sa.String(100), primary_key=True, comment="principals/{principal}"),
        sa.Column("agency", sa.String(100), sa.ForeignKey("agencies.name"), nullable=False, comment="whose it is"),
        sa.Column("clearance", sa.Integer, nullable=False, comment="highest level it is cleared for"),
        sa.Column("revoked_at", sa.DateTime, comment="since when it has no rights; empty = it has them"),
        sa.Column("revoked_number", sa.Integer, comment="number of the ending that said so"),
        sa.Column("revoked_reason", sa.String(500), comment="in the words of who revoked it"),
    )
    op.create_table(
        "certificates",
        sa.Column("sha256", sa.String(64), primary_key=True, comment="fingerprint, hex"),
        sa.Column("principal", sa.String(100), sa.ForeignKey("principals.name"), nullable=False, comment="whose it is"),
    )


def _papers() -> None:
    op.create_table(
        "legal_bases",
        sa.Column("name", sa.String(100), primary_key=True, comment="legalBases/{uuid}"),
        sa.Column("number", sa.String(100), nullable=False, comment="of the letter of introduction"),
        sa.Column("issuer", sa.String(100), nullable=False, comment="agencies/{agency} whose organ issued it"),
        sa.Column("principal", sa.String(100), nullable=False, comment="who registered it, and whose it is"),
        sa.Column("officers", sa.Text, nullable=False, comment="JSON: two pairs of name and certificate number"),
        sa.Column("starts_at", sa.DateTime, nullable=False, comment="valid from"),
        sa.Column("ends_at", sa.DateTime, nullable=False, comment="valid until, this moment excluded"),
        sa.Column("purpose", sa.String(500), nullable=False, comment="what it is for, in words"),
        sa.Column("document_sha256", sa.String(64), nullable=False, comment="of the scan; empty when none was made"),
    )
    op.create_table(
        "legal_basis_cameras",
        sa.Column(
            "legal_basis", sa.String(100), sa.ForeignKey("legal_bases.name"), primary_key=True, comment="which papers"
        ),
        sa.Column("camera", sa.String(100), primary_key=True, comment="a camera that they cover"),
    )
    op.create_table(
        "incidents",
        sa.Column("name", sa.String(100), primary_key=True, comment="incidents/{uuid}"),
        sa.Column("display_name", sa.String(200), nullable=False, comment="as people say it"),
        sa.Column("kind", sa.String(40), nullable=False, comment="one of the four kinds of Article 18 paragraph 2"),
        sa.Column("order_number", sa.String(100), nullable=False, comment="of the declaring order"),
        sa.Column("area", sa.Text, nullable=False, comment="JSON: corners as pairs of latitude and longitude, degrees"),
        sa.Column("letter_number", sa.String(100), nullable=False, comment="of the department's letter (Article 19)"),
        sa.Column(
            "officer_certificates", sa.Text, nullable=False, comment="JSON: numbers of two certificates (Article 19)"
        ),
        sa.Column("principal", sa.String(100), nullable=False, comment="who declared it"),
        sa.Column("agency", sa.String(100), nullable=False, comment="the declaring agency"),
        sa.Column("starts_at", sa.DateTime, nullable=False, comment="when it was declared"),
        sa.Column("ends_at", sa.DateTime, nullable=False, comment="as declared"),
        sa.Column("closed_at", sa.DateTime, comment="when it was ended before that"),
    )
    op.create_table(
        "incident_agencies",
        sa.Column(
            "incident", sa.String(100), sa.ForeignKey("incidents.name"), primary_key=True, comment="which incident"
        ),
        sa.Column("agency", sa.String(100), primary_key=True, index=True, comment="a department that it opens to"),
    )


def _control() -> None:
    op.create_table(
        "takeovers",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False, comment="commit order: who came first"),
        sa.Column("name", sa.String(100), nullable=False, unique=True, comment="takeovers/{uuid}"),
        sa.Column("camera", sa.String(100), nullable=False, index=True, comment="whose control it takes"),
        sa.Column("agency", sa.String(100), nullable=False, comment="who holds by it"),
        sa.Column("principal", sa.String(100), nullable=False, index=True, comment="who asked for it"),
        sa.Column("kind", sa.String(40), nullable=False, comment="of the agency: its rank"),
        sa.Column("tier", sa.String(20), nullable=False, comment="of the agency: municipal precedes district"),
        sa.Column("reason", sa.String(500), nullable=False, comment="in words"),
        sa.Column("ground", sa.String(100), nullable=False, index=True, comment="papers or incident that it stands on"),
        sa.Column("starts_at", sa.DateTime, nullable=False, comment="when it was granted"),
        sa.Column("ends_at", sa.DateTime, nullable=False, index=True, comment="as asked for"),
        sa.Column("ended_at", sa.DateTime, comment="when it was over, once that is on record"),
        sa.Column("ended_by", sa.String(20), comment="released, withdrawn or expired"),
    )
    op.create_table(
        "control",
        sa.Column("camera", sa.String(100), primary_key=True, comment="districts/{district}/cameras/{camera}"),
        sa.Column(
            "facts",
            sa.Text,
            nullable=False,
            comment="JSON: the camera as a takeover found it, so that ends need no registry",
        ),
        sa.Column("agency", sa.String(100), nullable=False, comment="that holds under this epoch"),
        sa.Column("epoch", sa.Integer, nullable=False, comment="fencing number, larger at each change of holder"),
    )


def _endings() -> None:
    op.create_table(
        "endings",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False, comment="commit order without gaps"),
        sa.Column("cause", sa.String(40), nullable=False, comment="why a right ended"),
        sa.Column("subject", sa.String(100), nullable=False, comment="resource name that ended"),
        sa.Column("occurred_at", sa.DateTime, nullable=False, comment="when"),
        sa.Column("is_kept", sa.Boolean, nullable=False, index=True, comment="the bucket of endings has it"),
    )
    counters = op.create_table(
        "counters",
        sa.Column("name", sa.String(20), primary_key=True, comment="what is counted: endings, takeovers"),
        sa.Column(
            "value", sa.Integer, nullable=False, comment="the highest number given; its row lock makes commit order"
        ),
    )
    op.bulk_insert(counters, [{"name": "endings", "value": 0}, {"name": "takeovers", "value": 0}])
