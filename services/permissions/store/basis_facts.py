"""Papers of Article 19 as the decider reads them: the cameras that they cover, while a use of them is left."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.decider.facts import LegalBasis
from services.permissions.store import reviews
from services.permissions.store.basis_tables import legal_bases, legal_basis_cameras, legal_basis_uses
from services.permissions.store.endings import FEW


async def named(
    transaction: AsyncConnection,
    names: Collection[str],
    cameras: Collection[str] | None,
    now: datetime,
    used_for: str = "",
) -> dict[str, LegalBasis]:
    """The papers of these names, with those of ``cameras`` that they cover; with all that they do, when asked for many
    or for None. Reviews are as they stand at ``now``.

    Whose they are is for the caller to see to. Those that are used up are not among them, but for ``used_for`` if it
    used them itself: whoever asks again for what is open uses nothing more.
    """
    chosen = legal_bases.c.name.in_(names) & _is_left(used_for)
    if cameras is not None and len(cameras) <= FEW:
        chosen &= legal_basis_cameras.c.camera.in_(cameras)
    covered = await _by_name(transaction, _covered(now).where(chosen))
    return {name: _fact(rows) for name, rows in covered.items()}


async def named_each(
    transaction: AsyncConnection, asked: Mapping[str, str], cameras: Collection[str], now: datetime
) -> dict[str, dict[str, LegalBasis]]:
    """For each session in ``asked`` what ``named`` gives for the papers that it names there, all read at once."""
    if not asked:
        return {}
    names, given = set(asked.values()), {}
    is_own = legal_basis_uses.c.legal_basis.in_(names) & legal_basis_uses.c.used_for.in_(asked)
    used = {
        (one.used_for, one.legal_basis) for one in await transaction.execute(legal_basis_uses.select().where(is_own))
    }
    chosen = legal_bases.c.name.in_(names) & legal_basis_cameras.c.camera.in_(cameras)
    covered = await _by_name(transaction, _covered(now).add_columns(uses().label("uses")).where(chosen))
    for session, name in asked.items():
        rows = covered.get(name, [])
        others = rows[0].uses - ((session, name) in used) if rows else 0
        if rows and (rows[0].use_limit is None or others < rows[0].use_limit):
            given[session] = {name: _fact(rows)}
    return given


async def in_force(transaction: AsyncConnection, principal: str, now: datetime, most: int) -> tuple[LegalBasis, ...]:
    """The principal's valid papers, one entry for each camera that they name: the first ``most`` by camera."""
    is_valid = (legal_bases.c.starts_at <= now) & (now < legal_bases.c.ends_at)
    mine = _covered(now).where((legal_bases.c.principal == principal) & is_valid & _is_left())
    rows = await transaction.execute(mine.order_by(legal_basis_cameras.c.camera).limit(most))
    return tuple(_fact([row]) for row in rows)


def uses(but: str = "") -> sa.ScalarSelect[int]:
    """How often the papers were used for anything but ``but``."""
    is_counted = (legal_basis_uses.c.legal_basis == legal_bases.c.name) & (legal_basis_uses.c.used_for != but)
    return sa.select(sa.func.count()).where(is_counted).correlate(legal_bases).scalar_subquery()


def _covered(now: datetime) -> sa.Select[Any]:
    """Papers with each camera that they cover, and whether a review keeps them from opening it."""
    held = reviews.holds(now).label("is_held")
    return sa.select(legal_bases, legal_basis_cameras.c.camera, held).join(
        legal_basis_cameras, legal_basis_cameras.c.legal_basis == legal_bases.c.name
    )


async def _by_name(transaction: AsyncConnection, query: sa.Select[Any]) -> dict[str, list[Any]]:
    """The rows of papers, one for each camera, by the papers' name."""
    covered: dict[str, list[Any]] = {}
    for row in await transaction.execute(query):
        covered.setdefault(row.name, []).append(row)
    return covered


def _fact(rows: Sequence[Any]) -> LegalBasis:
    """The papers of these rows, one for each camera, as the decider reads them."""
    first, cameras = rows[0], frozenset(row.camera for row in rows)
    held = frozenset(row.camera for row in rows if row.is_held)
    return LegalBasis(first.name, first.principal, cameras, first.starts_at, first.ends_at, held=held)


def _is_left(used_for: str = "") -> sa.ColumnElement[bool]:
    """The papers may be used once more, or by ``used_for`` again."""
    return legal_bases.c.use_limit.is_(None) | (uses(used_for) < legal_bases.c.use_limit)
