"""The papers of Article 19."""

import json
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.decider.facts import LegalBasis
from services.permissions.basis import Registered
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


async def covering(transaction: AsyncConnection, name: str, principal: str, camera: str) -> tuple[LegalBasis, ...]:
    """The named papers as far as they are the principal's and name the camera; nothing otherwise."""
    joined = sa.select(legal_bases).join(legal_basis_cameras, legal_basis_cameras.c.legal_basis == legal_bases.c.name)
    is_meant = (
        (legal_bases.c.name == name) & (legal_bases.c.principal == principal) & (legal_basis_cameras.c.camera == camera)
    )
    row = (await transaction.execute(joined.where(is_meant))).first()
    return (LegalBasis(row.name, row.principal, frozenset({camera}), row.starts_at, row.ends_at),) if row else ()


async def in_force(transaction: AsyncConnection, principal: str, now: datetime, most: int) -> tuple[LegalBasis, ...]:
    """The principal's valid papers, one entry for each camera that they name: the first ``most`` by camera."""
    joined = sa.select(legal_bases, legal_basis_cameras.c.camera).join(
        legal_basis_cameras, legal_basis_cameras.c.legal_basis == legal_bases.c.name
    )
    is_valid = (legal_bases.c.starts_at <= now) & (now < legal_bases.c.ends_at)
    mine = joined.where((legal_bases.c.principal == principal) & is_valid)
    rows = await transaction.execute(mine.order_by(legal_basis_cameras.c.camera).limit(most))
    return tuple(LegalBasis(r.name, r.principal, frozenset({r.camera}), r.starts_at, r.ends_at) for r in rows)
