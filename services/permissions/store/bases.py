"""The papers of Article 19."""

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.decider.facts import LegalBasis
from services.permissions.basis import Registered
from services.permissions.store.endings import FEW
from services.permissions.store.tables import legal_bases, legal_basis_cameras


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
    }
    await transaction.execute(legal_bases.insert(), row)
    cameras = [{"legal_basis": basis.name, "camera": camera} for camera in sorted(papers.cameras)]
    await transaction.execute(legal_basis_cameras.insert(), cameras)


async def named(
    transaction: AsyncConnection, names: Collection[str], cameras: Collection[str]
) -> dict[str, LegalBasis]:
    """The papers of these names, with those of ``cameras`` that they cover; with all that they do, when asked for many.

    Whose they are is for the caller to see to.
    """
    joined = sa.select(legal_bases, legal_basis_cameras.c.camera).join(
        legal_basis_cameras, legal_basis_cameras.c.legal_basis == legal_bases.c.name
    )
    chosen: sa.ColumnElement[bool] = legal_bases.c.name.in_(names)
    if len(cameras) <= FEW:
        chosen &= legal_basis_cameras.c.camera.in_(cameras)
    covered: dict[str, tuple[Any, set[str]]] = {}
    for row in await transaction.execute(joined.where(chosen)):
        covered.setdefault(row.name, (row, set()))[1].add(row.camera)
    return {
        name: LegalBasis(name, row.principal, frozenset(those), row.starts_at, row.ends_at)
        for name, (row, those) in covered.items()
    }


async def in_force(transaction: AsyncConnection, principal: str, now: datetime, most: int) -> tuple[LegalBasis, ...]:
    """The principal's valid papers, one entry for each camera that they name: the first ``most`` by camera."""
    joined = sa.select(legal_bases, legal_basis_cameras.c.camera).join(
        legal_basis_cameras, legal_basis_cameras.c.legal_basis == legal_bases.c.name
    )
    is_valid = (legal_bases.c.starts_at <= now) & (now < legal_bases.c.ends_at)
    mine = joined.where((legal_bases.c.principal == principal) & is_valid)
    rows = await transaction.execute(mine.order_by(legal_basis_cameras.c.camera).limit(most))
    return tuple(LegalBasis(r.name, r.principal, frozenset({r.camera}), r.starts_at, r.ends_at) for r in rows)
