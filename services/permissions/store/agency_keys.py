"""Keys of agencies. ``find`` is what a signature is checked with."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.inserting import inserted
from services.permissions.agencies.key import AgencyKey, KeyPurpose, KeyRevocation
from services.permissions.store.agency_tables import agency_keys


async def find(
    transaction: AsyncConnection, agency: str, key_id: str, purpose: KeyPurpose, now: datetime
) -> AgencyKey | None:
    """The agency's key for this purpose, if it holds at ``now``. Another agency's key and a revoked one are none."""
    key = await get(transaction, key_id)
    if key is None or key.revocation is not None:
        return None
    return key if key.agency == agency and key.purpose is purpose and key.registered_at <= now else None


async def get(transaction: AsyncConnection, key_id: str) -> AgencyKey | None:
    """Any key on record, revoked or not."""
    row = (await transaction.execute(sa.select(agency_keys).where(agency_keys.c.key_id == key_id))).first()
    return _key(row) if row else None


async def count(transaction: AsyncConnection, agency: str) -> int:
    """How many of the agency's keys are not revoked."""
    mine = (agency_keys.c.agency == agency) & agency_keys.c.revoked_at.is_(None)
    return int((await transaction.execute(sa.select(sa.func.count()).where(mine))).scalar_one())


async def insert(transaction: AsyncConnection, key: AgencyKey) -> bool:
    """Put a key on record; False when it is there already, whosever it is."""
    row = {
        "key_id": key.key_id, "agency": key.agency, "purpose": key.purpose.value, "public_key": key.public_key,
        "registered_at": key.registered_at, "registered_by": key.registered_by,
    }  # fmt: skip
    return await inserted(transaction, agency_keys, row)


async def set_revoked(transaction: AsyncConnection, key_id: str, revocation: KeyRevocation) -> bool:
    """The key is none any more; False when somebody was faster."""
    chosen = (agency_keys.c.key_id == key_id) & agency_keys.c.revoked_at.is_(None)
    values = {
        "revoked_at": revocation.at, "revoked_by": revocation.principal, "revoked_reason": revocation.reason,
    }  # fmt: skip
    return bool((await transaction.execute(agency_keys.update().where(chosen).values(**values))).rowcount)


async def page(transaction: AsyncConnection, agency: str, after: str, most: int) -> list[AgencyKey]:
    """The agency's keys behind key_id ``after``, by key_id."""
    chosen = (agency_keys.c.agency == agency) & (agency_keys.c.key_id > after)
    query = sa.select(agency_keys).where(chosen).order_by(agency_keys.c.key_id).limit(most)
    return [_key(row) for row in await transaction.execute(query)]


def _key(row: Any) -> AgencyKey:
    revocation = KeyRevocation(row.revoked_by, row.revoked_at, row.revoked_reason) if row.revoked_at else None
    return AgencyKey(
        row.key_id, row.agency, KeyPurpose(row.purpose), row.public_key, row.registered_at, row.registered_by,
        revocation,
    )  # fmt: skip
