"""Figures that a database knows and Prometheus is told: read now and then, never while it asks."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from sqlalchemy.exc import SQLAlchemyError

from services.chassis.tasks import stop_if_cancelled

log = logging.getLogger(__name__)
_EVERY_S = 5.0


async def read_forever(look: Callable[[], Awaitable[None]], every_s: float = _EVERY_S) -> None:
    """Run ``look`` every ``every_s`` seconds. While the database is away the figures stay as they were."""
    while True:
        try:
            await look()
        except (OSError, SQLAlchemyError) as error:
            log.warning("figures wait for the database: %r", error)
        stop_if_cancelled()
        await asyncio.sleep(every_s)
