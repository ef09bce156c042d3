"""Health of the policy: a cell without one denies everything, and says so for as long as it does (Article 14 ¶2)."""

import logging
from collections.abc import Awaitable, Callable

from services.permissions import policies
from services.permissions.ports import Ports
from services.permissions.store import policies as store

log = logging.getLogger(__name__)
_SAID_EVERY = 60  # rounds, of a second each


class PolicyHealth:
    """Looks whether a policy decides here, and tells ``health``."""

    def __init__(self, ports: Ports, health: Callable[[bool], Awaitable[None]]) -> None:
        self._ports = ports
        self._health = health
        self._empty_rounds = 0

    async def look_once(self) -> None:
        """One look; a policy that another replica adopted meanwhile decides here from now on."""
        async with self._ports.database.read() as transaction:
            await policies.follow(transaction, self._ports, await store.revision(transaction))
        is_empty = self._ports.decider.is_empty
        await self._health(not is_empty)
        if is_empty and self._empty_rounds % _SAID_EVERY == 0:
            log.error("no policy: everything is denied until a genesis signed by the three organs is loaded")
        elif self._empty_rounds and not is_empty:
            log.warning("policyVersions/%d decides from now on", self._ports.decider.revision)
        self._empty_rounds = self._empty_rounds + 1 if is_empty else 0
