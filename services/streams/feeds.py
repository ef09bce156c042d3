"""The pictures of a takeover: a session of each camera that it has, a few at a time, each with its own outcome."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from itertools import islice

from services.chassis import errors
from services.streams.domain import Order
from services.streams.ports import Opened, Takeovers

_AT_ONCE = 16  # others open sessions too


@dataclass(frozen=True, slots=True)
class Feed:
    """Of one camera: its session, or why there is none."""

    camera: str
    outcome: Opened | errors.Error


@dataclass(frozen=True)
class Feeds:
    """``open_one`` opens a session as for anybody: decided, within the limits, on record."""

    takeovers: Takeovers
    open_one: Callable[[Order], Awaitable[Opened]]

    async def open(self, wanted: Order, takeover: str) -> AsyncIterator[Feed]:
        """A feed of each camera of the takeover, as ``wanted`` says but for camera and ground."""
        taken = await self.takeovers.taken(wanted.principal, takeover)
        orders = (
            replace(wanted, camera=camera, legal_basis=taken.legal_basis, incident=taken.incident)
            for camera in taken.cameras
        )
        while batch := list(islice(orders, _AT_ONCE)):
            for feed in await asyncio.gather(*map(self._feed, batch)):
                yield feed

    async def _feed(self, order: Order) -> Feed:
        try:
            return Feed(order.camera, await self.open_one(order))
        except errors.Error as refusal:
            return Feed(order.camera, refusal)
