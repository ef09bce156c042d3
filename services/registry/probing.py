"""The round of probes: every camera that should answer is asked whether it does (Article 22)."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial

from services.chassis import errors
from services.chassis.database import Database
from services.registry.domain import Source
from services.registry.health import Reporter
from services.registry.lifecycle import is_accepted
from services.registry.probe import Limits, Target, sweep
from services.registry.signals import Signals
from services.registry.store.cameras import CameraStore
from services.registry.vault import Vault
from services.rtsp.address import Network

log = logging.getLogger(__name__)
_PAGE = 500


@dataclass(frozen=True)
class Probing:
    """``networks`` are those that the cell lists for sources, ``own`` the cell's addresses (host:port)."""

    database: Database
    store: CameraStore
    vault: Vault
    signals: Signals
    networks: tuple[Network, ...]
    own: frozenset[str]
    limits: Limits

    async def round(self) -> None:
        """Ask every accepted camera with a source once."""
        await sweep(self._targets(), self.networks, self.own, partial(self.signals.hear, Reporter.PROBE), self.limits)

    async def _targets(self) -> AsyncIterator[Target]:
        """Page by page, so that a million cameras are never held at once."""
        after = -1
        while True:
            async with self.database.read() as transaction:
                page = await self.store.with_sources(transaction, after, _PAGE)
            for stored, locked in page:
                if is_accepted(stored.camera.state) and (source := self._opened(stored.camera.name, locked)):
                    yield Target(stored.camera.name, source)
            if len(page) < _PAGE:
                return
            after = page[-1][0].id

    def _opened(self, camera: str, locked: bytes) -> Source | None:
        """Its source; None when it does not open: the other cameras are asked even so."""
        try:
            return self.vault.unlock(camera, locked)
        except errors.Error as error:
            log.error("not probed: %s", error)
            return None
