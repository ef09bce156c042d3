"""The use cases of streams: open, renew, close, list, record a copy, move.

Opening, as a sequence: 1 permissions decides; 2 a relay is chosen; 3 registry seals the source to it; 4 session and
fact are committed together; 5 the relay keeps the assignment; 6 the token is answered. Nothing is looked at that is not
on record.
"""

import asyncio
import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.chassis import errors
from services.chassis.clock import Clock
from services.streams import domain
from services.streams.addresses import urls
from services.streams.copies import Copy, checked_copy
from services.streams.domain import Ended, Move, Order, Permit, Session, Shown
from services.streams.lost import LONGEST_STANDING, is_lost
from services.streams.placement import Relay
from services.streams.ports import Facts, Opened, Permissions, Registry, Relays, Sessions, Tokens, Warrant

log = logging.getLogger(__name__)
OPEN_SESSIONS_LIMIT = 500
_RETRY_AFTER = timedelta(seconds=1)


@dataclass(frozen=True)
class Streams:
    """The use cases, complete once constructed."""

    sessions: Sessions
    permissions: Permissions
    registry: Registry
    relays: Relays
    facts: Facts
    tokens: Tokens
    clock: Clock

    async def open(self, order: Order) -> Opened:
        """Open a session for ``order.principal``, when permissions allows it."""
        order = domain.checked(order)
        await self._refuse_too_many(order.principal)
        name = f"sessions/{uuid.uuid4()}"
        permit = await self.permissions.decide(order, name)
        relay = self.relays.place(order.camera)
        warrant = await self._warrant(permit, order.camera, relay)
        session = domain.opened(order, permit, name, relay.name, self.clock.now())
        await self.sessions.add(session, self.facts.session("opened", session))
        try:
            session = await self._taken(session, relay, warrant)
        except errors.Error as refusal:
            # A session that no relay keeps can't be joined: its record says so instead of staying open.
            reason = f"the relay did not take it: {refusal.message}"[:200]
            await asyncio.shield(self._close(session, reason))
            raise
        return self._admitted(session, relay)

    async def renew(self, principal: str, name: str, shown: Shown = Shown()) -> Opened:  # noqa: B008 - a value
        """Decide an open session of the principal's anew and give it a fresh token.

        The relay takes it first: when it does not, the session stays as it was, on record and at the relay.
        """
        former = await self._own(principal, name)
        session = domain.showing(former, shown)
        permit = await self.permissions.decide(domain.order_of(session), name)
        relay = self.relays.place(session.camera)
        warrant = await self._warrant(permit, session.camera, relay)
        session = domain.renewed(session, permit, relay.name, self.clock.now())
        await self.relays.assign(session, relay, warrant)
        if not await self.sessions.change(session, self.facts.session("renewed", session)):
            await self._end_at_relay(session)
            raise errors.FailedPrecondition(
                "STATE_WRONG", f"{name} was closed meanwhile; open a new one", state="CLOSED"
            )
        if former.relay != relay.name:
            await self._end_at_relay(former)
        return self._admitted(session, relay)

    async def close(self, principal: str, name: str, reason: str = "closed by its owner") -> Session:
        """Close a session of the principal's and end its viewers. Closing twice is no error."""
        closed = await self._close(await self._own(principal, name), reason)
        try:
            await self.relays.close(closed)
        except errors.Unavailable:
            await self.sessions.leave_untold(closed, self.clock.now())
            raise
        return closed

    async def list(self, principal: str, before: tuple[datetime, str] | None, size: int) -> Sequence[Session]:
        """The principal's own sessions, newest first."""
        return await self.sessions.page(principal, before, size)

    async def record_copy(self, principal: str, copy: Copy) -> Copy:
        """Put the hash of a finished copy on record (Articles 16, 21)."""
        session = await self._own(principal, copy.session)
        copy = checked_copy(copy, session)
        await self.sessions.record(self.facts.copy(copy, session))
        return copy

    async def move(self, principal: str, camera: str, move: Move) -> tuple[int, str]:
        """Move a camera that the principal controls; (epoch, relay). On record before the camera is told."""
        move = domain.checked_move(camera, move)
        permit = await self.permissions.grant_control(principal, camera)
        relay = self.relays.place(camera)
        sealed_source = await self.registry.seal_source(camera, relay)
        await self.sessions.record(self.facts.move_ordered(principal, camera, move, permit))
        return await self.relays.control(relay, permit, move, sealed_source), relay.name

    async def end_standing_on(self, ended: Ended) -> None:
        """Close the record of what stands on the subject and was decided before its ending.

        The relays end its viewers by themselves.
        """
        for session in await self.sessions.open_on(ended.subject):
            if session.number < ended.number:
                await self._close(domain.sealed(session) if ended.is_sealed else session, ended.reason)

    async def all_open(self) -> Sequence[Session]:
        """Every session that runs."""
        return await self.sessions.all_open()

    async def running(self, after: str, most: int) -> Sequence[Session]:
        """The first ``most`` of them behind the name ``after``, by name: for permissions."""
        return await self.sessions.open_after(after, most)

    async def assign_again(self, session: Session) -> Session:
        """Decided anew, kept by its relay under that decision, and on record so. Its time is not prolonged.

        Raises errors.Denied when it is not permitted any more, errors.Unavailable while its relay is away.
        """
        permit = await self.permissions.decide(domain.order_of(session), session.name)
        relay = self.relays.find(session.relay)
        warrant = await self._warrant(permit, session.camera, relay)
        session = domain.decided_anew(session, permit)
        await self.relays.assign(session, relay, warrant)
        if not await self.sessions.change(session, self.facts.session("decided_anew", session)):
            await self._end_at_relay(session)  # closed meanwhile
        return session

    async def end(self, session: Session, reason: str) -> None:
        """Close its record and end its viewers; a relay that is away is told later."""
        await self._end_at_relay(await self._close(session, reason))

    async def close_expired(self) -> None:
        """Close every session whose time is over, at its relay too: a renewal that got lost may have prolonged it."""
        for session in await self.sessions.expired(self.clock.now()):
            await self.end(session, "its time is over")

    async def close_lost(self) -> None:
        """Close the record of sessions on relays that are silent for longer than the lease of each: they serve nobody.

        What was silent may be the way to here only; then the relay is told when it is heard again.
        """
        for relay in await self.sessions.open_relays():
            heard_at = self.relays.heard_at(relay)
            if self.clock.now() - heard_at <= LONGEST_STANDING:
                continue
            for session in await self.sessions.open_on(relay):
                if is_lost(session, heard_at, self.clock.now()):
                    reason = f"relay lost, last heard at {heard_at.isoformat(timespec='seconds')}"
                    await self.sessions.leave_untold(await self._close(session, reason), self.clock.now())

    async def tell_untold(self) -> None:
        """Have relays that are heard again close what was closed or moved while they were away."""
        for relay in await self.sessions.untold_relays():
            try:
                self.relays.find(relay)
                for session in await self.sessions.untold_at(relay):
                    await self.relays.close(session)
                    await self.sessions.is_told(session)
            except errors.Unavailable:
                continue  # still: the next round tries again
            except errors.Error as refusal:  # for ever, perhaps: what it does not end then ends by itself
                log.error("%s can't be told what is over: %s", relay, refusal)

    async def _taken(self, session: Session, relay: Relay, warrant: Warrant) -> Session:
        """The session as its relay keeps it: decided once more if the relay knows of something newer."""
        try:
            await self.relays.assign(session, relay, warrant)
        except errors.Aborted:
            return await self.assign_again(session)
        return session

    async def _warrant(self, permit: Permit, camera: str, relay: Relay) -> Warrant:
        return Warrant(permit.signed_facts, await self.registry.seal_source(camera, relay))

    def _admitted(self, session: Session, relay: Relay) -> Opened:
        token_expires_at = self.clock.now() + domain.TOKEN_LIFETIME
        token = self.tokens.issue(session, token_expires_at)
        return Opened(session, token, token_expires_at, urls(relay, session.name, token))

    async def _close(self, session: Session, reason: str) -> Session:
        """The session closed on record; the first reason stands."""
        closed = domain.closed(session, reason, self.clock.now())
        if session.closed_at is None and not await self.sessions.change(closed, self.facts.session("closed", closed)):
            return await self.sessions.find(session.name) or closed
        return closed

    async def _end_at_relay(self, session: Session) -> None:
        try:
            await self.relays.close(session)
        except errors.Unavailable as away:
            log.warning("%s: %s", session.name, away)  # its lease may let it go on there until the relay is back
            await self.sessions.leave_untold(session, self.clock.now())

    async def _own(self, principal: str, name: str) -> Session:
        session = await self.sessions.find(name)
        if session is None or session.principal != principal:
            # One answer for both, so that nobody learns of another's sessions.
            raise errors.NotFound("RESOURCE_MISSING", f"{name}: you have no such session", name=name)
        return session

    async def _refuse_too_many(self, principal: str) -> None:
        count = await self.sessions.count_open(principal)
        if count >= OPEN_SESSIONS_LIMIT:
            raise errors.Exhausted(
                "LIMIT_REACHED", f"{count} sessions are open; close some", retry_after=_RETRY_AFTER, limit="sessions"
            )
