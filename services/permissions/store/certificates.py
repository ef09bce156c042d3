"""Certificates of principals: in force, replaced, revoked."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.inserting import inserted
from services.permissions.agencies.certificate import Certificate, Voidance
from services.permissions.store.agency_tables import certificates, principals
from services.permissions.store.tables import endings

_COLLECTION = "certificates/"


async def insert(transaction: AsyncConnection, certificate: Certificate) -> bool:
    """Put a certificate on record; False when it is there already, whosever it is."""
    row = {
        "sha256": certificate.sha256, "principal": certificate.principal, "uri": certificate.uri,
        "ends_at": certificate.ends_at, "registered_at": certificate.registered_at,
        "registered_by": certificate.registered_by,
    }  # fmt: skip
    return await inserted(transaction, certificates, row)


async def find(transaction: AsyncConnection, sha256: str) -> Certificate | None:
    """Any certificate on record, revoked or not."""
    row = (await transaction.execute(sa.select(certificates).where(certificates.c.sha256 == sha256))).first()
    return _certificate(row) if row else None


async def of_each(transaction: AsyncConnection, owners: Collection[str]) -> dict[str, tuple[Certificate, ...]]:
    """The certificates of each of these owners."""
    chosen = sa.select(certificates).where(certificates.c.principal.in_(owners)).order_by(certificates.c.sha256)
    found: dict[str, tuple[Certificate, ...]] = {}
    for row in await transaction.execute(chosen):
        found[row.principal] = (*found.get(row.principal, ()), _certificate(row))
    return found


def of_revoked(prints: Any) -> sa.Select[Any]:
    """Those of the certificates by fingerprint whose principal has no rights now."""
    joined = certificates.join(principals, principals.c.name == certificates.c.principal)
    chosen = certificates.c.sha256.in_(prints) & principals.c.revoked_at.is_not(None)
    return sa.select(certificates.c.sha256).select_from(joined).where(chosen)


def prints(names: Collection[str]) -> list[str]:
    """The fingerprints of those of ``names`` that are certificates."""
    return [name.removeprefix(_COLLECTION) for name in names if name.startswith(_COLLECTION)]


async def void(transaction: AsyncConnection, names: Collection[str]) -> frozenset[str]:
    """Those of ``names`` (certificates, keys) that open nothing now: they were revoked, or whose they are was."""
    ended = set(await transaction.scalars(sa.select(endings.c.subject).where(endings.c.subject.in_(names))))
    orphaned = await transaction.scalars(of_revoked(prints(names)))
    return frozenset(ended | {_COLLECTION + one for one in orphaned})


async def set_revoked(transaction: AsyncConnection, sha256: str, voidance: Voidance) -> bool:
    """The certificate opens nothing any more; False when somebody was faster."""
    chosen = (certificates.c.sha256 == sha256) & certificates.c.revoked_at.is_(None)
    values = {"revoked_at": voidance.at, "revoked_by": voidance.principal, "revoked_reason": voidance.reason}
    return bool((await transaction.execute(certificates.update().where(chosen).values(**values))).rowcount)


def _certificate(row: Any) -> Certificate:
    voidance = Voidance(row.revoked_by, row.revoked_at, row.revoked_reason) if row.revoked_at else None
    return Certificate(
        row.sha256, row.principal, row.uri or "", row.ends_at, row.registered_at, row.registered_by or "", voidance
    )  # fmt: skip
