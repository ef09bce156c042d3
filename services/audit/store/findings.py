"""The list of findings in the database: one row per subject and rule, written with the record of its fact."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.audit.finding import Finding, Owed
from services.audit.findings_listing import Query, Sight
from services.audit.store.tables import findings

Key = tuple[str, str]
_KEY = sa.tuple_(findings.c.subject, findings.c.rule)


async def known(transaction: AsyncConnection, keys: Sequence[Key]) -> dict[Key, Finding]:
    """Those of ``keys`` that are in the list, open or resolved."""
    rows = await transaction.execute(sa.select(findings).where(_KEY.in_(keys)))
    return {found.owed.key: found for found in map(_finding, rows)}


async def put(transaction: AsyncConnection, changed: Sequence[Finding]) -> None:
    """Write ``changed`` in the place of what was there."""
    if changed:
        await transaction.execute(findings.delete().where(_KEY.in_([finding.owed.key for finding in changed])))
        await transaction.execute(findings.insert(), [_row(finding) for finding in changed])


async def page(transaction: AsyncConnection, sight: Sight, query: Query, limit: int) -> list[Finding]:
    """At most ``limit`` of what ``sight`` shows and ``query`` asks for, the newest raise first, behind its token."""
    key = (findings.c.raised_at, findings.c.subject, findings.c.rule)
    wanted = sa.select(findings).where(_seen_by(sight)).order_by(*(column.desc() for column in key)).limit(limit)
    if not query.includes_resolved:
        wanted = wanted.where(findings.c.resolved_at.is_(None))
    if query.article:
        paragraphs = findings.c.article.startswith(f"{query.article} ", autoescape=True)
        wanted = wanted.where(sa.or_(findings.c.article == query.article, paragraphs))
    if (place := query.behind()) is not None:
        at = sa.literal(_stored(place.raised_at), sa.DateTime)
        wanted = wanted.where(sa.tuple_(*key) < sa.tuple_(at, sa.literal(place.subject), sa.literal(place.rule)))
    return [_finding(row) for row in await transaction.execute(wanted)]


async def count_open(transaction: AsyncConnection) -> dict[str, int]:
    """How many are open, by article as told; those about state secrets are in no count (Article 11)."""
    is_counted = findings.c.resolved_at.is_(None) & findings.c.is_sealed.is_(sa.false())
    counted = sa.select(findings.c.article, sa.func.count().label("number")).where(is_counted)
    rows = await transaction.execute(counted.group_by(findings.c.article))
    return {row.article: row.number for row in rows}


def _seen_by(sight: Sight) -> sa.ColumnElement[bool]:
    """Its agency's own, and of the others those that it supervises."""
    supervised = findings.c.districts.contains(f",{sight.district},", autoescape=True)
    if sight.is_city_wide:
        supervised = sa.true()
    if not sight.shows_sealed:
        supervised = sa.and_(supervised, findings.c.is_sealed.is_(sa.false()))
    own = findings.c.operator == sight.agency
    return sa.or_(own, supervised) if sight.is_city_wide or sight.district else own


def _row(finding: Finding) -> dict[str, Any]:
    owed = finding.owed
    return {
        "subject": owed.subject,
        "rule": owed.rule,
        "article": owed.article,
        "sentence": owed.sentence,
        "operator": owed.operator,
        "districts": "".join(f",{district}" for district in owed.districts) + ",",
        "count": owed.count,
        "consequence": owed.consequence,
        "due_at": _stored(owed.due_at),
        "raised_at": _stored(finding.raised_at),
        "resolved_at": _stored(finding.resolved_at),
        "told_at": _stored(finding.told_at),
        "is_sealed": owed.is_sealed,
    }


def _finding(row: Any) -> Finding:
    owed = Owed(
        row.subject,
        row.rule,
        row.article,
        row.sentence,
        row.operator,
        tuple(row.districts.strip(",").split(",")) if row.districts != "," else (),
        row.count,
        row.consequence,
        _aware(row.due_at),
        row.is_sealed,
    )
    raised_at, told_at = row.raised_at.replace(tzinfo=UTC), row.told_at.replace(tzinfo=UTC)
    return Finding(owed, raised_at, _aware(row.resolved_at), told_at)


def _stored(moment: datetime | None) -> datetime | None:
    return moment and moment.replace(tzinfo=None)


def _aware(moment: datetime | None) -> datetime | None:
    return moment and moment.replace(tzinfo=UTC)
