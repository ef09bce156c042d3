"""Whether a policy decides in this cell, as the gateway tells who looks after it: without one everything is refused."""

import asyncio
from typing import Protocol

from services.chassis import errors
from services.chassis.tasks import stop_if_cancelled

SERVING, NOT_SERVING, UNKNOWN = "SERVING", "NOT_SERVING", "UNKNOWN"
_EVERY_S = 1.0


class Permissions(Protocol):
    """Who knows."""

    async def has_policy(self) -> bool:
        """Whether a policy is in force; errors.Error when it can't be asked."""
        ...


class PolicyHealth:
    """``status`` is as old as the last question; UNKNOWN while permissions doesn't answer."""

    def __init__(self, permissions: Permissions) -> None:
        self._permissions = permissions
        self.status = UNKNOWN

    async def follow_forever(self) -> None:
        """Ask each second."""
        while True:
            stop_if_cancelled()
            try:
                self.status = SERVING if await self._permissions.has_policy() else NOT_SERVING
            except errors.Error:
                self.status = UNKNOWN
            await asyncio.sleep(_EVERY_S)
