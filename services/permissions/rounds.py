"""What permissions does each second unasked: a heartbeat, endings into their bucket, ends by time on record."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from typing import Any, Protocol

from sqlalchemy.exc import SQLAlchemyError

from services.chassis.clock import Clock
from services.chassis.database import Database
from services.chassis.tasks import stop_if_cancelled
from services.permissions.ending import Ending, Heartbeat
from services.permissions.store import endings, policies
from services.permissions.takeovers.takings import filled

log = logging.getLogger(__name__)
INTERVAL_S = 1.0
_BATCH = 100


class Relays(Protocol):
    """Whom the rounds speak to; OSError when nobody can be reached."""

    async def beat(self, heartbeat: Heartbeat) -> None:
        """Say where permissions is."""
        ...

    async def keep(self, ending: Ending) -> None:
        """Have it kept for whoever was away."""
        ...


class Rounds:
    """Each round is one look at the database."""

    def __init__(self, database: Database, relays: Relays, clock: Clock) -> None:
        self._database = database
        self._relays = relays
        self._clock = clock

    async def beat_once(self) -> None:
        """Only who can read the database now has a heartbeat: relays close what nobody can vouch for."""
        async with self._database.read() as transaction:
            number, revision = await endings.committed(transaction), await policies.revision(transaction)
        await self._relays.beat(Heartbeat(number, revision, self._clock.now()))

    async def keep_once(self) -> None:
        """Put into the bucket what it may not hold yet, oldest first."""
        while True:
            async with self._database.read() as transaction:
                waiting = [await filled(transaction, one) for one in await endings.unkept(transaction, _BATCH)]
            if not waiting:
                return
            await asyncio.gather(*(self._relays.keep(ending) for ending in waiting))
            async with self._database.write() as transaction:
                await endings.mark_kept(transaction, [ending.number for ending in waiting])


Once = Callable[[], Awaitable[None]]


def in_turn(*each: Once) -> Iterator[Coroutine[Any, Any, None]]:
    """Run each of them each second, spread over it: all at the same moment they would keep a call waiting."""
    return (each_second(once, begins_s=INTERVAL_S * place / len(each)) for place, once in enumerate(each))


async def each_second(once: Once, sooner: asyncio.Event | None = None, begins_s: float = 0.0) -> None:
    """Run ``once`` after ``begins_s``, each second, and whenever ``sooner`` is set.

    A neighbour that is away costs one round.
    """
    await asyncio.sleep(begins_s)
    while True:
        if sooner:
            sooner.clear()
        try:
            await once()
        except (SQLAlchemyError, OSError) as error:
            log.warning("%s: %r; again in %s s", once.__qualname__, error, INTERVAL_S)
        stop_if_cancelled()
        try:
            async with asyncio.timeout(INTERVAL_S):
                await (sooner or asyncio.Event()).wait()
        except TimeoutError:
            continue
