"""Agencies, their principals and the principals' certificates."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.decider.facts import AgencyKind, Principal, Tier
from services.permissions.agencies.domain import Account, Agency, acting
from services.permissions.ending import Ending
from services.permissions.store.agency_tables import agencies, certificates, principals
from services.permissions.store.policy_tables import policies


@dataclass(frozen=True, slots=True)
class Record:
    """A principal with its agency, as both are on record now."""

    account: Account
    agency: Agency
    policy_revision: int  # of the policy in force in the same view of the database

    @property
    def acting(self) -> Principal:
        """As the decider reads it."""
        return acting(self.account, self.agency)


async def insert(transaction: AsyncConnection, found: tuple[Agency, ...], accounts: tuple[Account, ...]) -> None:
    """Put agencies and principals on record."""
    rows = [
        {
            "name": agency.name,
            "display_name": agency.display_name,
            "kind": agency.kind.value,
            "tier": agency.tier.value,
            "jurisdiction": agency.jurisdiction,
        }
        for agency in found
    ]
    await transaction.execute(agencies.insert(), rows)
    people = [
        {"name": a.name, "agency": a.agency, "clearance": a.clearance, "roles": roles_text(a.roles)} for a in accounts
    ]
    await transaction.execute(principals.insert(), people)
    prints = [{"sha256": print_, "principal": a.name} for a in accounts for print_ in sorted(a.certificates)]
    if prints:
        await transaction.execute(certificates.insert(), prints)


async def find(transaction: AsyncConnection, name: str) -> Record | None:
    """The principal, without its certificates."""
    return (await find_each(transaction, [name])).get(name)


async def find_each(transaction: AsyncConnection, names: Collection[str]) -> dict[str, Record]:
    """Those of ``names`` that are principals, without their certificates."""
    rows = await transaction.execute(_named(), {"names": list(names)})
    return {row.name: record(row) for row in rows}


@cache
def _named() -> sa.Select[Any]:
    """Those of some names; built once, since building costs more than asking."""
    return with_agency().where(principals.c.name.in_(sa.bindparam("names", expanding=True)))


def with_agency() -> sa.Select[Any]:
    """Principals with what ``record`` reads of their agencies."""
    of_agency = (
        agencies.c.display_name, agencies.c.kind, agencies.c.tier, agencies.c.jurisdiction, agencies.c.suspended_at
    )  # fmt: skip
    newest = sa.select(sa.func.coalesce(sa.func.max(policies.c.revision), 0)).scalar_subquery().label("policy_revision")
    return sa.select(principals, *of_agency, newest).join(agencies, principals.c.agency == agencies.c.name)


async def missing_agencies(transaction: AsyncConnection, names: frozenset[str]) -> list[str]:
    """Those of ``names`` that are no agency on record, sorted."""
    found = await transaction.execute(sa.select(agencies.c.name).where(agencies.c.name.in_(names)))
    return sorted(names - set(found.scalars()))


async def all_agencies(transaction: AsyncConnection) -> list[Agency]:
    """Every agency on record, by name."""
    rows = await transaction.execute(sa.select(agencies).order_by(agencies.c.name))
    return [Agency(r.name, r.display_name, AgencyKind(r.kind), Tier(r.tier), r.jurisdiction) for r in rows]


async def role_holders(transaction: AsyncConnection) -> dict[str, set[str]]:
    """The agencies, by name, that have a principal with a role, by role."""
    query = sa.select(principals.c.agency, principals.c.roles).where(principals.c.roles != "").distinct()
    found: dict[str, set[str]] = {}
    for row in await transaction.execute(query):
        for role in row.roles.split():
            found.setdefault(role, set()).add(row.agency)
    return found


async def agency_names(transaction: AsyncConnection, kind: str, tier: str) -> list[str]:
    """The agencies of a kind and tier, by name."""
    query = sa.select(agencies.c.name).where(agencies.c.kind == kind, agencies.c.tier == tier)
    return list(await transaction.scalars(query.order_by(agencies.c.name)))


async def set_revoked(transaction: AsyncConnection, name: str, ending: Ending, reason: str) -> None:
    """The principal has no rights since ``ending``."""
    values = {"revoked_at": ending.occurred_at, "revoked_number": ending.number, "revoked_reason": reason}
    await transaction.execute(principals.update().where(principals.c.name == name).values(**values))


async def set_reinstated(transaction: AsyncConnection, name: str) -> None:
    """The principal has its rights back."""
    values = {"revoked_at": None, "revoked_number": None, "revoked_reason": None}
    await transaction.execute(principals.update().where(principals.c.name == name).values(**values))


async def set_roles(transaction: AsyncConnection, name: str, roles: frozenset[str], clearance: int) -> None:
    """The principal has these roles and no others, and this clearance."""
    values = {"roles": roles_text(roles), "clearance": clearance}
    await transaction.execute(principals.update().where(principals.c.name == name).values(**values))


def record(row: Any) -> Record:
    """One row of ``with_agency``."""
    kind, tier = AgencyKind(row.kind), Tier(row.tier)
    is_suspended = row.suspended_at is not None
    agency = Agency(row.agency, row.display_name, kind, tier, row.jurisdiction, is_suspended)
    return Record(account(row), agency, row.policy_revision)


def account(row: Any) -> Account:
    """One row of principals, without its certificates."""
    roles = frozenset(row.roles.split())
    is_revoked = row.revoked_at is not None
    return Account(row.name, row.agency, row.clearance, frozenset(), roles, is_revoked, is_person=row.is_person)


def roles_text(roles: frozenset[str]) -> str:
    """As they are kept."""
    return " ".join(sorted(roles))
