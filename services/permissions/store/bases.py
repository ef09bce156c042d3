"""The papers of Article 19, and each use of them."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.decider.facts import AgencyKind, LegalBasis
from services.permissions.basis import Officer, Papers, Registered, Revocation
from services.permissions.store.endings import FEW
from services.permissions.store.tables import agencies, legal_bases, legal_basis_cameras, legal_basis_uses, principals

_COVERED = sa.select(legal_bases, legal_basis_cameras.c.camera).join(
    legal_basis_cameras, legal_basis_cameras.c.legal_basis == legal_bases.c.name
)


@dataclass(frozen=True, slots=True)
class Record:
    """Papers on record, the agency that holds them, and the kind of the one that issued them."""

    basis: Registered
    holder: str
    issuer_kind: AgencyKind


async def insert(transaction: AsyncConnection, basis: Registered) -> None:
    """Put papers on record."""
    papers = basis.papers
    row = {
        "name": basis.name,
        "number": papers.number,
        "issuer": papers.issuer,
        "principal": basis.principal,
        "officers": json.dumps([[o.display_name, o.certificate_number] for o in papers.officers], ensure_ascii=False),
        "starts_at": papers.starts_at,
        "ends_at": papers.ends_at,
        "purpose": papers.purpose,
        "document_sha256": papers.document_sha256,
        "use_limit": papers.use_limit or None,
    }
    await transaction.execute(legal_bases.insert(), row)
    cameras = [{"legal_basis": basis.name, "camera": camera} for camera in sorted(papers.cameras)]
    await transaction.execute(legal_basis_cameras.insert(), cameras)


async def lock(transaction: AsyncConnection, name: str) -> None:
    """Queue behind whoever uses or revokes these papers now, so that no use is counted twice or not at all."""
    await transaction.execute(sa.select(legal_bases.c.name).where(legal_bases.c.name == name).with_for_update())


async def find(transaction: AsyncConnection, name: str) -> Record | None:
    """Papers on record, valid or not."""
    holding = sa.select(legal_bases, principals.c.agency.label("holder"), agencies.c.kind.label("issuer_kind"))
    joined = holding.join(principals, principals.c.name == legal_bases.c.principal)
    joined = joined.join(agencies, agencies.c.name == legal_bases.c.issuer)
    row = (await transaction.execute(joined.where(legal_bases.c.name == name))).first()
    if row is None:
        return None
    covered = sa.select(legal_basis_cameras.c.camera).where(legal_basis_cameras.c.legal_basis == name)
    cameras = frozenset(await transaction.scalars(covered))
    uses = (await transaction.execute(sa.select(_uses()).where(legal_bases.c.name == name))).scalar_one()
    return Record(_registered(row, cameras, uses), row.holder, AgencyKind(row.issuer_kind))


async def use(transaction: AsyncConnection, name: str, used_for: str, camera: str, now: datetime) -> bool:
    """Count a use, once for each session or takeover; False when it was counted before. Needs the ``lock``."""
    is_known = (legal_basis_uses.c.legal_basis == name) & (legal_basis_uses.c.used_for == used_for)
    if (await transaction.execute(sa.select(legal_basis_uses.c.used_for).where(is_known))).first():
        return False
    row = {"legal_basis": name, "used_for": used_for, "camera": camera, "used_at": now}
    await transaction.execute(legal_basis_uses.insert(), row)
    return True


async def set_revoked(transaction: AsyncConnection, basis: Registered, revocation: Revocation) -> None:
    """End the papers now; the end that they were registered with is kept beside it."""
    values = {
        "ends_at": revocation.at,
        "registered_ends_at": basis.papers.ends_at,
        "revoked_by": revocation.principal,
        "revoked_reason": revocation.reason,
    }
    await transaction.execute(legal_bases.update().where(legal_bases.c.name == basis.name).values(**values))


async def named(
    transaction: AsyncConnection, names: Collection[str], cameras: Collection[str] | None, used_for: str = ""
) -> dict[str, LegalBasis]:
    """The papers of these names, with those of ``cameras`` that they cover; with all that they do, when asked for many
    or for None.

    Whose they are is for the caller to see to. Those that are used up are not among them, but for ``used_for`` if it
    used them itself: whoever asks again for what is open uses nothing more.
    """
    chosen = legal_bases.c.name.in_(names) & _is_left(used_for)
    if cameras is not None and len(cameras) <= FEW:
        chosen &= legal_basis_cameras.c.camera.in_(cameras)
    covered: dict[str, tuple[Any, set[str]]] = {}
    for row in await transaction.execute(_COVERED.where(chosen)):
        covered.setdefault(row.name, (row, set()))[1].add(row.camera)
    return {
        name: LegalBasis(name, row.principal, frozenset(those), row.starts_at, row.ends_at)
        for name, (row, those) in covered.items()
    }


async def in_force(transaction: AsyncConnection, principal: str, now: datetime, most: int) -> tuple[LegalBasis, ...]:
    """The principal's valid papers, one entry for each camera that they name: the first ``most`` by camera."""
    is_valid = (legal_bases.c.starts_at <= now) & (now < legal_bases.c.ends_at)
    mine = _COVERED.where((legal_bases.c.principal == principal) & is_valid & _is_left())
    rows = await transaction.execute(mine.order_by(legal_basis_cameras.c.camera).limit(most))
    return tuple(LegalBasis(r.name, r.principal, frozenset({r.camera}), r.starts_at, r.ends_at) for r in rows)


def _is_left(used_for: str = "") -> sa.ColumnElement[bool]:
    """The papers may be used once more, or by ``used_for`` again."""
    return legal_bases.c.use_limit.is_(None) | (_uses(used_for) < legal_bases.c.use_limit)


def _uses(but: str = "") -> sa.ScalarSelect[int]:
    """How often the papers were used for anything but ``but``."""
    is_counted = (legal_basis_uses.c.legal_basis == legal_bases.c.name) & (legal_basis_uses.c.used_for != but)
    return sa.select(sa.func.count()).where(is_counted).correlate(legal_bases).scalar_subquery()


def _registered(row: Any, cameras: frozenset[str], uses: int) -> Registered:
    papers = Papers(
        number=row.number,
        issuer=row.issuer,
        officers=tuple(Officer(name, certificate) for name, certificate in json.loads(row.officers)),
        cameras=cameras,
        starts_at=row.starts_at,
        ends_at=row.registered_ends_at or row.ends_at,
        purpose=row.purpose,
        document_sha256=row.document_sha256,
        use_limit=row.use_limit or 0,
    )
    revocation = Revocation(row.revoked_by, row.ends_at, row.revoked_reason) if row.revoked_by else None
    return Registered(row.name, papers, row.principal, uses, revocation)
