"""What the registry does unasked, round after round. A round that fails costs itself only."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from services.chassis.errors import Unavailable
from services.chassis.tasks import stop_if_cancelled

log = logging.getLogger(__name__)
_SOON_S = 5.0  # after the start, and after a neighbour that was away


async def each(every: timedelta, run: Callable[[], Awaitable[Any]], sooner: asyncio.Event | None = None) -> None:
    """Run it soon, then each ``every``, and whenever ``sooner`` is set."""
    sooner = sooner or asyncio.Event()
    is_soon = True
    while True:
        stop_if_cancelled()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(every.total_seconds(), _SOON_S) if is_soon else every.total_seconds()):
                await sooner.wait()
        sooner.clear()
        is_soon = False
        try:
            await run()
        except Unavailable as away:
            is_soon = True
            log.warning("a round waits: %s", away.message)
        except Exception:  # a round that fails is tried again at the next one; the service goes on
            log.exception("a round failed")
