"""How far the ledger has read the facts on the bus: a backup waits for it, a restore has it read them once more."""

import asyncio
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from nats.errors import Error as NatsError
from nats.js.errors import Error as JetStreamError
from nats.js.errors import NotFoundError

from services.cell.backup.stores import BusAccess
from services.cell.rights import SETUP
from services.chassis import bus, errors
from services.chassis.bus import FACTS_STREAM, Bus

CONSUMER = "audit"
_LOOK_EVERY_S = 0.05


async def recorded(access: BusAccess, within_s: float) -> None:
    """Return once every fact that the bus has by now is on record; errors.Unavailable when it takes longer."""
    behind = -1
    try:
        async with asyncio.timeout(within_s), _connected(access) as wire:
            last = (await wire.jetstream.stream_info(FACTS_STREAM)).state.last_seq
            while (behind := last - await _acknowledged(wire)) > 0:  # noqa: ASYNC110 - another process's state
                await asyncio.sleep(_LOOK_EVERY_S)
    except TimeoutError:
        why = f"the ledger is {behind} facts behind" if behind >= 0 else "the bus does not answer"
        message = f"{why} after {within_s:.0f} s: without them a backup would lose what was answered"
        raise errors.Unavailable("SERVICE_AWAY", message, service="audit") from None
    except (NatsError, JetStreamError) as error:
        message = f"the bus does not say how far the ledger is: {error!r}"
        raise errors.Unavailable("SERVICE_AWAY", message, service="nats") from error


async def read_again(access: BusAccess, within_s: float) -> None:
    """Forget how far the ledger has read: it takes in what it does not have yet, each fact once by its id.

    errors.Unavailable when the bus does not answer.
    """
    try:
        async with asyncio.timeout(within_s), _connected(access) as wire:
            await wire.jetstream.delete_consumer(FACTS_STREAM, CONSUMER)
    except NotFoundError:
        return
    except (TimeoutError, NatsError, JetStreamError) as error:
        raise errors.Unavailable("SERVICE_AWAY", f"the bus does not answer: {error!r}", service="nats") from error


async def _acknowledged(wire: Bus) -> int:
    """The fact up to which all are on record; 0 before the ledger ever read."""
    try:
        info = await wire.jetstream.consumer_info(FACTS_STREAM, CONSUMER)
    except NotFoundError:
        return 0
    return info.ack_floor.stream_seq if info.ack_floor else 0


def _connected(access: BusAccess) -> AbstractAsyncContextManager[Bus]:
    return bus.connect(access.url, Path(access.seed_file), SETUP.name, Path(access.ca_file) if access.ca_file else None)
