"""Agencies and principals as they came on record and left it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.inserting import inserted
from services.decider.facts import AgencyKind, Tier
from services.permissions.agencies.certificate import Certificate
from services.permissions.agencies.domain import Agency
from services.permissions.ending import Ending
from services.permissions.roll import Actor, AgencyEntry, PrincipalEntry
from services.permissions.store import certificates as papers
from services.permissions.store import principals as people
from services.permissions.store.agency_tables import agencies, certificates, principals


async def insert_agency(transaction: AsyncConnection, entry: AgencyEntry) -> bool:
    """Put an agency on record; False when its name is taken."""
    agency = entry.agency
    row = {
        "name": agency.name, "display_name": agency.display_name, "kind": agency.kind.value,
        "tier": agency.tier.value, "jurisdiction": agency.jurisdiction, "registered_at": entry.registered_at,
        "registered_by": entry.registered_by,
    }  # fmt: skip
    return await inserted(transaction, agencies, row)


async def insert_principal(transaction: AsyncConnection, entry: PrincipalEntry) -> bool:
    """Put a principal on record, without its certificates; False when its name is taken."""
    account = entry.account
    row = {
        "name": account.name, "agency": account.agency, "clearance": account.clearance,
        "registered_at": entry.registered_at, "registered_by": entry.registered_by, "is_person": account.is_person,
        "roles": people.roles_text(account.roles),
    }  # fmt: skip
    return await inserted(transaction, principals, row)


async def agency(transaction: AsyncConnection, name: str) -> AgencyEntry | None:
    """One agency; who changes what is the agency's queues behind others who do, in a transaction that writes."""
    chosen = sa.select(agencies).where(agencies.c.name == name)
    row = (await transaction.execute(chosen)).first()
    return _agency(row) if row else None


async def lock_agency(transaction: AsyncConnection, name: str) -> AgencyEntry | None:
    """The same, behind whoever changes what is the agency's now."""
    row = (await transaction.execute(sa.select(agencies).where(agencies.c.name == name).with_for_update())).first()
    return _agency(row) if row else None


async def agency_page(transaction: AsyncConnection, after: str, most: int) -> list[AgencyEntry]:
    """Agencies behind the one of that name, by name."""
    query = sa.select(agencies).where(agencies.c.name > after).order_by(agencies.c.name).limit(most)
    return [_agency(row) for row in await transaction.execute(query)]


async def set_suspended(transaction: AsyncConnection, name: str, ending: Ending, reason: str) -> None:
    """The agency has no rights since ``ending``."""
    values = {"suspended_at": ending.occurred_at, "suspended_number": ending.number, "suspended_reason": reason}
    await transaction.execute(agencies.update().where(agencies.c.name == name).values(**values))


async def set_reinstated(transaction: AsyncConnection, name: str) -> None:
    """The agency has its rights back."""
    values = {"suspended_at": None, "suspended_number": None, "suspended_reason": None}
    await transaction.execute(agencies.update().where(agencies.c.name == name).values(**values))


async def principal_count(transaction: AsyncConnection, agency: str) -> int:
    """How many principals the agency has, revoked ones too."""
    query = sa.select(sa.func.count()).where(principals.c.agency == agency)
    return int((await transaction.execute(query)).scalar_one())


async def principal_page(transaction: AsyncConnection, agency: str, after: str, most: int) -> list[PrincipalEntry]:
    """Principals of the agency behind the one of that name, by name."""
    chosen = (principals.c.agency == agency) & (principals.c.name > after)
    rows = (
        await transaction.execute(sa.select(principals).where(chosen).order_by(principals.c.name).limit(most))
    ).all()
    own = await papers.of_each(transaction, [row.name for row in rows])
    return [_principal(row, own.get(row.name, ())) for row in rows]


async def principal(transaction: AsyncConnection, name: str) -> PrincipalEntry | None:
    """One principal with its certificates."""
    row = (await transaction.execute(sa.select(principals).where(principals.c.name == name))).first()
    return _principal(row, (await papers.of_each(transaction, [name])).get(name, ())) if row else None


async def actors(transaction: AsyncConnection, kind: AgencyKind, tier: Tier, now: datetime) -> Sequence[Actor]:
    """Everybody who can act for agencies of this kind and tier now."""
    joined = certificates.join(principals, principals.c.name == certificates.c.principal).join(
        agencies, agencies.c.name == principals.c.agency
    )
    is_meant = (agencies.c.kind == kind.value) & (agencies.c.tier == tier.value)
    is_in_force = (
        agencies.c.suspended_at.is_(None)
        & principals.c.revoked_at.is_(None)
        & certificates.c.revoked_at.is_(None)
        & (certificates.c.ends_at.is_(None) | (certificates.c.ends_at > now))
    )
    query = sa.select(agencies.c.name, principals.c.name.label("principal"), certificates.c.sha256)
    rows = await transaction.execute(query.select_from(joined).where(is_meant & is_in_force))
    return [Actor(row.name, row.principal, f"certificates/{row.sha256}") for row in rows]


def _agency(row: Any) -> AgencyEntry:
    kind, tier = AgencyKind(row.kind), Tier(row.tier)
    found = Agency(
        row.name, row.display_name, kind, tier, row.jurisdiction, is_suspended=row.suspended_at is not None
    )  # fmt: skip
    return AgencyEntry(
        found, row.registered_at, row.registered_by or "", row.suspended_at, row.suspended_reason or ""
    )  # fmt: skip


def _principal(row: Any, own: tuple[Certificate, ...]) -> PrincipalEntry:
    return PrincipalEntry(
        people.account(row), own, row.registered_at, row.registered_by or "", row.revoked_at, row.revoked_reason or ""
    )  # fmt: skip
