"""How sessions end: closed on record first, then at their relay. The first reason stands."""

import logging
from dataclasses import dataclass

from services.chassis import errors
from services.chassis.clock import Clock
from services.streams import domain
from services.streams.domain import Session
from services.streams.pool import Standing
from services.streams.ports import Facts, Relays, Sessions

log = logging.getLogger(__name__)
_HIDDEN = "CAMERA_NOT_ACCESSIBLE"


@dataclass(frozen=True)
class Ends:
    """Complete once constructed."""

    sessions: Sessions
    relays: Relays
    facts: Facts
    clock: Clock

    async def on_record(self, session: Session, reason: str) -> Session:
        """The session closed on record, and nowhere else."""
        closed = domain.closed(session, reason, self.clock.now())
        if session.closed_at is None and not await self.sessions.change(closed, self.facts.session("closed", closed)):
            return await self.sessions.find(session.name) or closed
        return closed

    async def at_relay(self, session: Session) -> None:
        """Its viewers ended; a relay that is away is told when it is heard again, before its roll is called."""
        try:
            if self.relays.standing(session.relay) is not Standing.LOST:
                await self.relays.close(session)
                return
        except errors.Unavailable as away:
            log.warning("%s: %s", session.name, away)
        await self.sessions.leave_untold(session, self.clock.now())

    async def tell_untold(self, relay: str) -> None:
        """Have a relay that is heard again close what was closed while it was away, each with its reason."""
        if self.relays.standing(relay) is Standing.LOST:
            return
        try:
            for session in await self.sessions.untold_at(relay):
                await self.relays.close(session)
                await self.sessions.is_told(session)
        except errors.Unavailable:
            return  # still: the next round tries again
        except errors.Error as refusal:  # for ever, perhaps: what it does not end then ends by itself
            log.error("%s can't be told what is over: %s", relay, refusal)

    async def end(self, session: Session, reason: str) -> None:
        """Both."""
        await self.at_relay(await self.on_record(session, reason))

    async def end_denied(self, session: Session, refusal: errors.Denied, why: str) -> None:
        """It was decided anew, because of ``why``, and is permitted no more."""
        if refusal.reason == _HIDDEN:  # it may have become a state secret: its record says no more than of others
            await self.end(domain.sealed(session), "camera changed")
        else:
            await self.end(session, f"{why}: {refusal.message}"[:200])
