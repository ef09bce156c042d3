"""The tables of joint setting (Article 14 ¶2): versions of the policy, proposals, levels, sealed lists."""

import sqlalchemy as sa
from sqlalchemy import Column, Integer, LargeBinary, String, Table, Text

from services.permissions.store.tables import Instant, metadata

policies = Table(
    "policies",
    metadata,
    Column("revision", Integer, primary_key=True, comment="1 is the genesis; each version is kept for ever"),
    Column("text", Text, nullable=False, comment="rows as canonical CSV"),
    Column(
        "roles",
        Text,
        nullable=False,
        server_default="",
        comment="definitions of roles as canonical CSV; digest is over both",
    ),
    Column("digest", String(64), nullable=False, comment="SHA-256 of text"),
    Column("document", LargeBinary, nullable=False, comment="what the three organs signed, with their signatures"),
    Column("adopted_at", Instant, nullable=False, comment="when this cell put it in force"),
    Column("proposal", String(100), nullable=False, comment="policyProposals/{uuid}; empty for the genesis"),
    Column("leases", Text, nullable=False, server_default="{}", comment="class of session: seconds, in force; JSON"),
    Column("marks", Text, nullable=False, server_default="[]", comment="classes of session marked, in force; JSON"),
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
