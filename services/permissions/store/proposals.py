"""Proposals and the organs' signatures under them (Article 14 ¶2)."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.decider.facts import AgencyKind
from services.permissions.joint.proposal import Proposal, Signature, State
from services.permissions.store.policy_tables import proposal_signatures, proposals


async def insert(transaction: AsyncConnection, proposal: Proposal, change: bytes) -> None:
    """Put an open proposal on record. Hold the writers' lock: its number is the next one."""
    highest = await transaction.scalar(sa.select(sa.func.coalesce(sa.func.max(proposals.c.number), 0)))
    row = {
        "number": int(highest or 0) + 1, "name": proposal.name, "change": change, "digest": proposal.digest,
        "base_revision": proposal.base_revision, "principal": proposal.principal, "created_at": proposal.created_at,
        "sign_by": proposal.sign_by, **_standing(proposal),
    }  # fmt: skip
    await transaction.execute(proposals.insert(), row)


async def count_open(transaction: AsyncConnection) -> int:
    """How many wait for signatures."""
    counted = sa.select(sa.func.count()).where(proposals.c.state == State.OPEN.value)
    return int((await transaction.execute(counted)).scalar_one())


async def find(transaction: AsyncConnection, name: str) -> tuple[Proposal, bytes] | None:
    """One proposal, and the change as it is signed."""
    found = await _read(transaction, sa.select(proposals).where(proposals.c.name == name))
    return found[0][1:] if found else None


async def page(transaction: AsyncConnection, before: int, most: int) -> list[tuple[int, Proposal]]:
    """The newest whose numbers are below ``before``, with their numbers."""
    columns = [column for column in proposals.c if column.name != "change"]
    chosen = sa.select(*columns, sa.literal(b"").label("change")).where(proposals.c.number < before)
    found = await _read(transaction, chosen.order_by(proposals.c.number.desc()).limit(most))
    return [(number, proposal) for number, proposal, _ in found]


async def unsettled(transaction: AsyncConnection) -> Sequence[Proposal]:
    """Those that are open."""
    found = await _read(transaction, sa.select(proposals).where(proposals.c.state == State.OPEN.value))
    return [proposal for _, proposal, _ in found]


async def update(transaction: AsyncConnection, proposal: Proposal) -> None:
    """Where it stands now."""
    await transaction.execute(proposals.update().where(proposals.c.name == proposal.name).values(**_standing(proposal)))


async def add_signature(transaction: AsyncConnection, proposal: Proposal) -> None:
    """The newest signature under it."""
    newest = proposal.signatures[-1]
    row = {
        "proposal": proposal.name, "organ": newest.organ.value, "principal": newest.principal,
        "signature": newest.signature, "signed_at": newest.at,
    }  # fmt: skip
    await transaction.execute(proposal_signatures.insert(), row)


async def _read(transaction: AsyncConnection, query: sa.Select[Any]) -> list[tuple[int, Proposal, bytes]]:
    rows = (await transaction.execute(query)).all()
    names = [row.name for row in rows]
    chosen = sa.select(proposal_signatures).where(proposal_signatures.c.proposal.in_(names))
    under: dict[str, list[Signature]] = {}
    for row in await transaction.execute(chosen.order_by(proposal_signatures.c.signed_at)):
        signature = Signature(AgencyKind(row.organ), row.principal, row.signature, row.signed_at)
        under.setdefault(row.proposal, []).append(signature)
    return [(row.number, _proposal(row, under.get(row.name, [])), row.change) for row in rows]


def _standing(proposal: Proposal) -> dict[str, Any]:
    return {
        "state": proposal.state.value, "closed_at": proposal.closed_at, "closed_by": proposal.closed_by,
        "close_reason": proposal.close_reason, "adopted_revision": proposal.adopted_revision,
    }  # fmt: skip


def _proposal(row: Any, signatures: Sequence[Signature]) -> Proposal:
    return Proposal(
        row.name, row.digest, row.base_revision, row.principal, row.created_at, row.sign_by, State(row.state),
        tuple(signatures), row.closed_at, row.closed_by, row.close_reason, row.adopted_revision,
    )  # fmt: skip
