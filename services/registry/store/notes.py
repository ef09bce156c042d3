"""Alarms that were raised, and what was told of findings last."""

from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.decider.facts import SEALED_LEVEL
from services.registry.alarm import Alarm
from services.registry.domain import camera_name
from services.registry.finding import Finding, Told
from services.registry.health import Health
from services.registry.kind import Kind
from services.registry.store import arrays
from services.registry.store.tables import alarms, cameras, classes, findings

_NEVER_TOLD = -1  # a count that no finding has


async def add_alarms(transaction: AsyncConnection, rows: Sequence[tuple[int, Alarm]]) -> None:
    """Alarms of cameras by their ids."""
    class_of = sa.select(cameras.c.class_id).where(cameras.c.id == sa.bindparam("b_id")).scalar_subquery()
    statement = alarms.insert().values(
        number=sa.bindparam("number"), camera_id=sa.bindparam("b_id"), class_id=class_of, before=sa.bindparam("before"),
        after=sa.bindparam("after"), occurred_at=sa.bindparam("occurred_at"), cause=sa.bindparam("cause"),
    )  # fmt: skip
    await transaction.execute(
        statement,
        [
            {
                "number": alarm.number, "b_id": camera_id, "before": alarm.before, "after": alarm.after,
                "occurred_at": alarm.occurred_at.astimezone(UTC).replace(tzinfo=None), "cause": alarm.cause[:100],
            }
            for camera_id, alarm in rows
        ],
    )  # fmt: skip


async def alarms_page(
    transaction: AsyncConnection, within: Sequence[int], bounds: tuple[int, int], limit: int, *, newest_first: bool
) -> list[Alarm]:
    """At most ``limit`` alarms of cameras of these classes, with numbers between ``bounds``, both left out."""
    listed = sa.select(sa.text("value")).select_from(sa.text(arrays.rows(transaction, "within", "integer")))
    number = alarms.c.number
    query = (
        sa.select(alarms, cameras.c.code, classes.c.kind)
        .join(cameras, cameras.c.id == alarms.c.camera_id)
        .join(classes, classes.c.id == cameras.c.class_id)
        .where(cameras.c.class_id.in_(listed), number > bounds[0], number < bounds[1])
        .order_by(number.desc() if newest_first else number)
        .limit(limit)
    )
    rows = await transaction.execute(query, {"within": arrays.encoded(transaction, within)})
    return [
        Alarm(
            row.number, camera_name(row.code), Health(row.before), Health(row.after),
            row.occurred_at.replace(tzinfo=UTC), row.cause, Kind.of(row.kind).level == SEALED_LEVEL,
        )
        for row in rows
    ]  # fmt: skip


async def told(transaction: AsyncConnection, subject: str) -> dict[str, Told]:
    """The open findings of a subject, by rule."""
    columns = (findings.c.rule, findings.c.sentence, findings.c.count, findings.c.raised_at)
    rows = await transaction.execute(sa.select(*columns).where(findings.c.subject == subject))
    return {rule: Told(sentence, count, at.replace(tzinfo=UTC)) for rule, sentence, count, at in rows}


async def tell(transaction: AsyncConnection, finding: Finding, now: datetime) -> None:
    """Keep what is told of a finding, so that it is not told twice."""
    key = (findings.c.subject == finding.subject) & (findings.c.rule == finding.duty.rule)
    if not finding.is_open:
        await transaction.execute(findings.delete().where(key))
        return
    values = {"sentence": finding.duty.sentence[:1000], "count": finding.count}
    if not (await transaction.execute(findings.update().where(key).values(values))).rowcount:
        at = now.astimezone(UTC).replace(tzinfo=None)
        row = values | {"subject": finding.subject, "rule": finding.duty.rule, "raised_at": at}
        await transaction.execute(findings.insert(), row)


async def tell_again(transaction: AsyncConnection, subjects: Sequence[str]) -> None:
    """What was told of these subjects is told anew by the next round, since the same time."""
    await transaction.execute(findings.update().where(findings.c.subject.in_(subjects)).values(count=_NEVER_TOLD))


async def stale(
    transaction: AsyncConnection, before: datetime, limit: int
) -> tuple[dict[int, int], dict[int, list[str]]]:
    """Cameras not confirmed since ``before``: how many by class, and some codes by class. Retired ones count too."""
    at = before.astimezone(UTC).replace(tzinfo=None)
    counted = (
        sa.select(cameras.c.class_id, sa.func.count()).where(cameras.c.confirmed_at < at).group_by(cameras.c.class_id)
    )
    counts = {class_id: int(count) for class_id, count in await transaction.execute(counted)}
    named = sa.select(cameras.c.class_id, cameras.c.code).where(cameras.c.confirmed_at < at)
    codes: dict[int, list[str]] = {}
    for class_id, code in await transaction.execute(named.order_by(cameras.c.confirmed_at).limit(limit)):
        codes.setdefault(class_id, []).append(code)
    return counts, codes
