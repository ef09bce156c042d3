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
        """Its viewers ended; a relay that is away ends them by its lease, by its roll or the session's end."""
        if self.relays.standing(session.relay) is Standing.LOST:
            return
        try:
            await self.relays.close(session)
        except errors.Unavailable as away:
            log.warning("%s: %s", session.name, away)

    async def end(self, session: Session, reason: str) -> None:
        """Both."""
        await self.at_relay(await self.on_record(session, reason))

    async def end_denied(self, session: Session, refusal: errors.Denied, why: str) -> None:
        """It was decided anew, because of ``why``, and is permitted no more."""
        if refusal.reason == _HIDDEN:  # it may have become a state secret: its record says no more than of others
            await self.end(domain.sealed(session), "camera changed")
        else:
            await self.end(session, f"{why}: {refusal.message}"[:200])
