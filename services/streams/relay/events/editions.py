"""How the policy comes to a relay: pushed when it is adopted, else read where it is kept, version after version."""

import asyncio
import logging
from dataclasses import dataclass, field

from google.protobuf.message import DecodeError
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from services.chassis.bus import Bus
from services.chassis.errors import Error
from services.decider.replica import Edition
from services.streams.relay.doorkeeper import Doorkeeper
from services.streams.relay.events import facts
from services.streams.relay.events.keys import Keys

log = logging.getLogger(__name__)
PUSHES = "kapok.v1.permissions.policies"
_BUCKET = "policies"


@dataclass
class Editions:
    """One at a time and never an older one, whichever way they come."""

    bus: Bus
    keys: Keys
    doorkeeper: Doorkeeper
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def heard(self, message: Msg) -> None:
        """A push. What it leaves out is read before it."""
        edition = self._read(message.data)
        if edition is not None:
            await self.follow(edition.revision, edition)

    async def follow(self, newest: int, pushed: Edition | None = None) -> None:
        """Have the policy of revision ``newest`` decide here; what is not kept yet comes with a later heartbeat.

        Versions are kept in their order: where the newest is and one before it is not, that one is no more.
        """
        async with self._turn:
            while (own := self.doorkeeper.lease.revision) < newest:
                wanted = own + 1 if own else newest  # a new relay has no session that an older one could concern
                found = pushed if pushed and pushed.revision == wanted else await self._kept(wanted)
                if found is None and wanted < newest:
                    found = await self._kept(newest)
                if found is None:
                    return
                self.doorkeeper.adopt(found)
                log.info("decides by policy %d", found.revision)

    async def _kept(self, revision: int) -> Edition | None:
        try:
            signed = await self.bus.value(await self.bus.bucket(_BUCKET), str(revision))
        except NatsError as error:
            log.warning("policy %d can't be read now: %r", revision, error)
            return None
        return self._read(signed) if signed is not None else None

    def _read(self, signed: bytes) -> Edition | None:
        try:
            return facts.edition(self.keys.edition(signed))
        except (Error, DecodeError, ValueError) as unreadable:
            log.error("a policy can't be followed: what it concerns ends with the lease: %s", unreadable)
            return None
