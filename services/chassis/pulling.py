"""Facts pulled from the bus in batches: each is acknowledged once it was taken, and what was not comes again.

A fact that comes alone is taken at once. Where many come, those of a tenth of a second are taken together: what each
reader was given and has acknowledged is kept on the disk of every server of the bus, which one by one costs the bus and
the reader several times what it takes to store the facts.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import Error as JetStreamError
from sqlalchemy.exc import SQLAlchemyError

from services.chassis.bus import FACTS_STREAM, Bus
from services.chassis.tasks import stop_if_cancelled

log = logging.getLogger(__name__)
_MOST = 200  # facts taken together
_ACK_WAIT_S = 5.0  # what a killed reader held comes again after this
_LARGEST_BATCH_BYTES = 8 * 1024 * 1024
_ASKED_AT_ONCE = 20  # for one fact may have almost 1 MiB: what memory holds beyond that, some 18 MB at worst
_IDLE_S = 1.0  # also what a cancellation that nats-py swallowed can cost
_GATHER_S = 0.02  # how long a first fact waits for those that come with it
_APART_S = 0.1  # from a first one to the next first one, while they come
_RETRY_S = 1.0


def consumer(**settings: Any) -> ConsumerConfig:
    """One for ``take_forever``, with ``settings`` of its own beside."""
    return ConsumerConfig(
        ack_policy=AckPolicy.EXPLICIT, ack_wait=_ACK_WAIT_S, max_ack_pending=10 * _MOST, **settings
    )  # fmt: skip


def named(bus: Bus, durable: str, subject: str) -> Callable[[], Awaitable[Any]]:
    """What ``take_forever`` opens for a reader of its own of ``subject``, from its first day on.

    Named with its filter, it is created on a subject that says the filter: the bus lets a service read nothing else.
    """
    config = consumer(
        name=durable, durable_name=durable, filter_subject=subject, deliver_policy=DeliverPolicy.NEW
    )  # fmt: skip

    async def opened() -> Any:
        await bus.jetstream.add_consumer(FACTS_STREAM, config)
        return await bus.jetstream.pull_subscribe_bind(durable, FACTS_STREAM)

    return opened


async def take_forever(opened: Callable[[], Awaitable[Any]], take: Callable[[Sequence[Msg]], Awaitable[None]]) -> None:
    """Give ``take`` what the pull subscription has, batch by batch; nothing, once in a second without any.

    ``opened`` makes the subscription, anew after each failure of the bus or of the database.
    """
    while True:
        try:
            pull = _Pull(await opened())
            while True:
                stop_if_cancelled()
                messages = await pull.batch()
                await take(messages)
                for message in messages:
                    await message.ack()
        except (OSError, NatsError, JetStreamError, SQLAlchemyError) as error:
            log.warning("facts wait in %s: %r", FACTS_STREAM, error)
            await asyncio.sleep(_RETRY_S)


class _Pull:
    """One reader's turn after turn."""

    def __init__(self, subscription: Any) -> None:
        self._subscription = subscription
        self._again_at_s = 0.0

    async def batch(self) -> Sequence[Msg]:
        """A fact and those that come with it; nothing when none came for a while."""
        now_s = asyncio.get_running_loop().time
        await asyncio.sleep(max(0.0, self._again_at_s - now_s()))
        try:
            messages: list[Msg] = await self._subscription.fetch(1, timeout=_IDLE_S)
        except TimeoutError:  # nats-py raises its own, or Python's when the server's word comes late
            return []
        first_s = now_s()
        if await self._is_all_with(messages):
            self._again_at_s = first_s + _APART_S
        return messages

    async def _is_all_with(self, messages: list[Msg]) -> bool:
        """Add what is waiting, as far as there is room; whether that was all."""
        while len(messages) < _MOST and sum(len(message.data) for message in messages) < _LARGEST_BATCH_BYTES:
            some: list[Msg] = []
            with contextlib.suppress(TimeoutError):
                some = await self._subscription.fetch(_ASKED_AT_ONCE, timeout=_GATHER_S)
            messages += some
            if len(some) < _ASKED_AT_ONCE:
                return True
        return False
