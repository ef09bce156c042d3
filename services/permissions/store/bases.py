"""The papers of Article 19 on record, and each use of them; basis_facts.py reads them for the decider."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.decider.facts import AgencyKind, Principal
from services.permissions.agencies.domain import is_municipal_police
from services.permissions.papers.basis import Registered, Revocation
from services.permissions.papers.letter import Officer, Papers
from services.permissions.store.agency_tables import agencies, principals
from services.permissions.store.basis_facts import uses
from services.permissions.store.basis_tables import legal_bases, legal_basis_cameras, legal_basis_uses

_registered_at: sa.ColumnElement[datetime] = sa.func.coalesce(legal_bases.c.registered_at, legal_bases.c.starts_at)


Key = tuple[datetime, str]  # when papers were registered, and their name: their place in a list


@dataclass(frozen=True, slots=True)
class Record:
    """Papers on record, the agency that holds them, the kind of the one that issued them (of a waiver: that holds it),
    and who runs which of their cameras ("" when the release before registered them).
    """

    basis: Registered
    holder: str
    issuer_kind: AgencyKind
    operators: Mapping[str, str]


async def insert(transaction: AsyncConnection, basis: Registered, operators: Mapping[str, str]) -> None:
    """Put papers on record; ``operators`` run their cameras, by camera."""
    papers = basis.papers
    row = {
        "name": basis.name,
        "number": papers.number,
        "issuer": papers.issuer,
        "principal": basis.principal,
        "officers": json.dumps([_officer(one) for one in papers.officers], ensure_ascii=False),
        "starts_at": papers.starts_at,
        "ends_at": papers.ends_at,
        "purpose": papers.purpose,
        "document_sha256": papers.document_sha256,
        "use_limit": papers.use_limit or None,
        "registered_at": basis.registered_at,
        "key_id": papers.key_id or None,
        "signature": papers.signature or None,
        "is_waiver": basis.is_waiver or None,
    }
    await transaction.execute(legal_bases.insert(), row)
    cameras = [
        {"legal_basis": basis.name, "camera": camera, "operator": operators[camera]}
        for camera in sorted(papers.cameras)
    ]
    await transaction.execute(legal_basis_cameras.insert(), cameras)


async def lock(transaction: AsyncConnection, name: str) -> None:
    """Queue behind whoever uses or revokes these papers now, so that no use is counted twice or not at all."""
    await transaction.execute(sa.select(legal_bases.c.name).where(legal_bases.c.name == name).with_for_update())


async def find(transaction: AsyncConnection, name: str) -> Record | None:
    """Papers on record, valid or not."""
    return next(iter(await _records(transaction, legal_bases.c.name == name)), None)


async def page(transaction: AsyncConnection, viewer: Principal, before: Key | None, most: int) -> list[Record]:
    """The papers that ``viewer`` may read (``basis.is_shown``), last registered first."""
    chosen = _shown_to(viewer)
    if before:
        chosen &= (_registered_at < before[0]) | ((_registered_at == before[0]) & (legal_bases.c.name < before[1]))
    return await _records(transaction, chosen, most)


async def _records(
    transaction: AsyncConnection, chosen: sa.ColumnElement[bool], most: int | None = None
) -> list[Record]:
    query = _HOLDING.where(chosen).order_by(_registered_at.desc(), legal_bases.c.name.desc()).limit(most)
    rows = (await transaction.execute(query)).all()
    covered: dict[str, dict[str, str]] = {row.name: {} for row in rows}
    named = legal_basis_cameras.c.legal_basis.in_(covered)
    for one in await transaction.execute(sa.select(legal_basis_cameras).where(named)):
        covered[one.legal_basis][one.camera] = one.operator or ""
    return [
        Record(
            _registered(row, frozenset(covered[row.name])), row.holder, AgencyKind(row.issuer_kind), covered[row.name]
        )
        for row in rows
    ]


def _shown_to(viewer: Principal) -> sa.ColumnElement[bool]:
    of = sa.select(legal_basis_cameras.c.legal_basis).where(legal_basis_cameras.c.operator == viewer.agency)
    chosen = (
        (principals.c.agency == viewer.agency) | (legal_bases.c.issuer == viewer.agency) | legal_bases.c.name.in_(of)
    )
    if is_municipal_police(viewer):
        chosen |= AgencyKind.NATIONAL_SECURITY.value != _KIND
    return chosen


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


_HOLDERS = agencies.alias("holders")
# A waiver is an operator's paper; who may read it is as of the papers in whose place it stands: its holder's.
_KIND = sa.case((legal_bases.c.is_waiver.is_(True), _HOLDERS.c.kind), else_=agencies.c.kind)
_HOLDING = (
    sa.select(legal_bases, principals.c.agency.label("holder"), _KIND.label("issuer_kind"), uses().label("uses"))
    .join(principals, principals.c.name == legal_bases.c.principal)
    .join(agencies, agencies.c.name == legal_bases.c.issuer)
    .join(_HOLDERS, _HOLDERS.c.name == principals.c.agency)
)


def _registered(row: Any, cameras: frozenset[str]) -> Registered:
    papers = Papers(
        number=row.number,
        issuer=row.issuer,
        officers=tuple(_read_officer(kept) for kept in json.loads(row.officers)),
        cameras=cameras,
        starts_at=row.starts_at,
        ends_at=row.registered_ends_at or row.ends_at,
        purpose=row.purpose,
        document_sha256=row.document_sha256,
        use_limit=row.use_limit or 0,
        key_id=row.key_id or "",
        signature=row.signature or b"",
    )
    revocation = Revocation(row.revoked_by, row.ends_at, row.revoked_reason) if row.revoked_by else None
    at = row.registered_at or row.starts_at
    return Registered(row.name, papers, row.principal, row.uses, revocation, at, bool(row.is_waiver))


def _officer(officer: Officer) -> list[str]:
    ends_at = officer.certificate_ends_at
    return [officer.display_name, officer.certificate_number, *([ends_at.isoformat()] if ends_at else [])]


def _read_officer(kept: Sequence[str]) -> Officer:
    """The release before kept no end of a certificate."""
    name, number, *ends_at = kept
    return Officer(name, number, datetime.fromisoformat(ends_at[0]) if ends_at else None)
