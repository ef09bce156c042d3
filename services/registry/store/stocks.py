"""How many cameras there are of each stock and operator, from the counts of their classes. No camera is looked at."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.kind import Kind, Stock, StockPlace
from services.registry.store.tables import classes, systems
from services.registry.system.record import LifeState

_MOMENT = 100  # of a kind: its last two digits are life state and health
_stock = classes.c.kind // _MOMENT
_level = _stock % 10
_state = classes.c.kind // 10 % 10


async def page(transaction: AsyncConnection, highest_level: int, after: StockPlace, most: int) -> list[Stock]:
    """The first ``most`` behind ``after``. Retired cameras, and those above the level or without one, don't count."""
    is_told = (_level >= 1) & (_level <= highest_level) & (_state != LifeState.RETIRED.value) & (classes.c.count > 0)
    is_behind = sa.or_(_stock > after[0], (_stock == after[0]) & (systems.c.operator > after[1]))
    counted = (
        sa.select(_stock.label("stock"), systems.c.operator, sa.func.sum(classes.c.count).label("cameras"))
        .join(systems, systems.c.id == classes.c.system_id)
        .where(is_told & is_behind)
        .group_by(sa.literal_column("1"), systems.c.operator)
        .order_by(sa.literal_column("1"), systems.c.operator)
        .limit(most)
    )
    rows = (await transaction.execute(counted)).all()
    return [Stock(Kind.of(row.stock * _MOMENT), row.operator, int(row.cameras)) for row in rows]
