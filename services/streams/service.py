"""The use cases of streams: open, renew, close, list, record a copy.

Opening, as a sequence: 1 permissions decides; 2 a relay with room is chosen; 3 registry seals the source to it;
4 session and fact are committed together, unless a limit is reached; 5 the relay keeps the assignment; 6 the token is
answered. Nothing is looked at that is not on record.
"""

import asyncio
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from prometheus_client import Counter

from services.chassis import errors
from services.chassis.clock import Clock
from services.chassis.metrics import REGISTRY
from services.streams import domain
from services.streams.addresses import urls
from services.streams.copies import Copy, checked_copy
from services.streams.domain import Ended, Order, Permit, Session, Shown
from services.streams.ends import Ends
from services.streams.handover import Handover
from services.streams.limits import Limits, Whose
from services.streams.lost import LONGEST_STANDING, is_lost
from services.streams.placement import Relay
from services.streams.places import Places
from services.streams.pool import Standing
from services.streams.ports import Facts, Opened, Permissions, Registry, Relays, Sessions, Tokens, Warrant
from services.streams.relocation import lost

_RETRY_AFTER = timedelta(seconds=1)
_TRIES = 3
_REFUSED = Counter("kapok_streams_refused_total", "Sessions refused, by limit", ("limit",), registry=REGISTRY)


@dataclass(frozen=True)
class Streams:
    """The use cases, complete once constructed."""

    sessions: Sessions
    permissions: Permissions
    registry: Registry
    relays: Relays
    places: Places
    handover: Handover
    ends: Ends
    facts: Facts
    tokens: Tokens
    clock: Clock
    limits: Limits

    async def open(self, order: Order) -> Opened:
        """Open a session for ``order.principal``, when permissions allows it."""
        order, name = domain.checked(order), f"sessions/{uuid.uuid4()}"
        if order.is_spent:  # not for a session that there is no room for
            await self._placed(order, await self._permitted(order, ""), name)
        session, relay, warrant = await self._added(order, await self._permitted(order, name), name)
        try:
            session = await self._taken(session, relay, warrant)
        except errors.Error as refusal:
            # A session that no relay keeps can't be joined: its record says so instead of staying open.
            reason = f"the relay did not take it: {refusal.message}"[:200]
            await asyncio.shield(self.ends.on_record(session, reason))
            raise
        return self._admitted(session)

    async def renew(self, principal: str, name: str, shown: Shown = Shown()) -> Opened:  # noqa: B008 - a value
        """Decide an open session of the principal's anew and give it a fresh token.

        The relay takes it first: when it does not, the session stays as it was, on record and at the relay. When its
        relay is lost, or is found to be, another one takes it.
        """
        for _ in range(_TRIES):
            if (session := await self._renewed(await self._own(principal, name), shown)) is not None:
                return self._admitted(session)
        raise errors.Unavailable(
            "SERVICE_AWAY", "its relay is lost; try again", retry_after=_RETRY_AFTER, service="relay"
        )

    async def close(self, principal: str, name: str, reason: str = "closed by its owner") -> Session:
        """Close a session of the principal's and end its viewers. Closing twice is no error."""
        closed = await self.ends.on_record(await self._own(principal, name), reason)
        if self.relays.standing(closed.relay) is Standing.LOST:
            await self.ends.at_relay(closed)
            return closed
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

    async def end_standing_on(self, ended: Ended) -> None:
        """Close the record of what stands on the subject and was decided before its ending.

        The relays end its viewers by themselves.
        """
        for session in await self.sessions.open_on(ended.subject):
            if session.number < ended.number:
                await self.ends.on_record(domain.sealed(session) if ended.is_sealed else session, ended.reason)

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
        if self.relays.standing(relay.name) not in (Standing.SERVING, Standing.DRAINING):
            raise errors.Unavailable("SERVICE_AWAY", f"{relay.name} is not heard of; try again", service=relay.name)
        warrant = await self._warrant(permit, session.camera, relay)
        session = domain.decided_anew(session, permit)
        await self.relays.assign(session, relay, warrant)
        if not await self.sessions.change(session, self.facts.session("decided_anew", session)):
            await self.ends.at_relay(session)  # closed meanwhile
        return session

    async def end_denied(self, session: Session, refusal: errors.Denied, why: str) -> None:
        """It was decided anew, because of ``why``, and is permitted no more."""
        await self.ends.end_denied(session, refusal, why)

    async def close_expired(self) -> None:
        """Close every session whose time is over, at its relay too: a renewal that got lost may have prolonged it."""
        for session in await self.sessions.expired(self.clock.now()):
            await self.ends.end(session, "its time is over")

    async def close_lost(self) -> None:
        """Close the record of sessions that no relay took over from one silent for longer than the lease of each.

        What was silent may be the way to here only; then the relay is told when it is heard again.
        """
        for relay in await self.sessions.open_relays():
            heard_at = self.relays.last_heard_at(relay, self.relays.process_of(relay))
            if self.clock.now() - heard_at <= LONGEST_STANDING:
                continue
            for session in await self.sessions.on_relay(relay):
                if is_lost(session, heard_at, self.clock.now()):
                    closed = await self.ends.on_record(session, lost(relay, heard_at).why)
                    await self.sessions.leave_untold(closed, self.clock.now())

    async def tell_untold(self) -> None:
        """Have relays that are heard again close what was closed or moved while they were away."""
        for relay in await self.sessions.untold_relays():
            await self.ends.tell_untold(relay)

    async def _permitted(self, order: Order, name: str) -> Permit:
        permit = await self.permissions.decide(order, name)
        domain.refuse_suspended(order, permit)
        return permit

    async def _placed(self, order: Order, permit: Permit, name: str) -> tuple[Session, Relay]:
        """The session as it would open, at a relay with room for it; errors.Exhausted when a limit is reached."""
        relay = await self.places.of(order.camera)
        now = self.clock.now()
        session = domain.opened(order, permit, name, relay.name, now)
        reached = await self.sessions.reached(session, self.limits.bounds(session, relay))
        if reached is None:
            return session, relay
        if reached.bound.whose is Whose.RELAY:
            another = await self.places.elsewhere(session)
            if another is not None:
                return replace(session, relay=another.name), another
        _REFUSED.labels(reached.limit).inc()
        raise reached.refusal(now)

    async def _added(self, order: Order, permit: Permit, name: str) -> tuple[Session, Relay, Warrant]:
        """The session on record. Where others were faster it is looked for a place once more."""
        for _ in range(_TRIES):
            session, relay = await self._placed(order, permit, name)
            warrant = await self._warrant(permit, order.camera, relay)
            with suppress(errors.Aborted):
                bounds = self.limits.bounds(session, relay)
                reached = await self.sessions.add(session, self.facts.session("opened", session), bounds)
                if reached is None:
                    return session, relay, warrant
        raise errors.Unavailable(
            "SERVICE_AWAY", "others open sessions here at this moment; try again", retry_after=_RETRY_AFTER,
            service="streams",
        )  # fmt: skip

    async def _taken(self, session: Session, relay: Relay, warrant: Warrant) -> Session:
        """The session as its relay keeps it: decided once more if the relay knows of something newer."""
        try:
            await self.relays.assign(session, relay, warrant)
        except errors.Aborted:
            return await self.assign_again(session)
        except errors.Unavailable:
            if self.relays.standing(relay.name) is not Standing.LOST:
                raise
            await self.places.of(session.camera)  # a handover does not wait for one
            return await self.handover.hand_over(session, self.handover.former(session))
        return session

    async def _renewed(self, former: Session, shown: Shown) -> Session | None:
        """The session renewed; None when its relay was lost on the way, or another call moved it: try again."""
        session = domain.showing(former, shown)
        permit = await self.permissions.decide(domain.order_of(session), session.name)
        relay = await self.places.of(session.camera)
        warrant = await self._warrant(permit, session.camera, relay)
        session = domain.renewed(session, permit, relay.name, self.clock.now())
        is_moved = former.relay != relay.name
        left = self.handover.former(former)
        try:
            await self.relays.assign(session, relay, warrant, is_moved=is_moved)
        except errors.Unavailable:
            if self.relays.standing(relay.name) is not Standing.LOST:
                raise
            return None
        fact = self.facts.moved(session, left) if is_moved else self.facts.session("renewed", session)
        if not await self.sessions.change(session, fact, on=former.relay):
            await self._refuse_closed(session)
            return None
        if is_moved or (former.suspended_by and permit.suspension is None):
            # Else its relay told; one that was started again can't take back what it said before.
            await self.sessions.suspend(session.name, relay.name, permit.suspension)
        if is_moved:
            await self.ends.at_relay(former)
        return session

    async def _refuse_closed(self, session: Session) -> None:
        """Another call changed the session while its relay took it."""
        standing = await self._own(session.principal, session.name)
        if standing.closed_at is not None:
            await self.ends.at_relay(session)
            raise errors.FailedPrecondition(
                "STATE_WRONG", f"{session.name} was closed meanwhile; open a new one", state="CLOSED"
            )

    async def _warrant(self, permit: Permit, camera: str, relay: Relay) -> Warrant:
        return Warrant(permit.signed_facts, await self.registry.seal_source(camera, relay))

    def _admitted(self, session: Session) -> Opened:
        relay = self.relays.find(session.relay)
        token_expires_at = self.clock.now() + domain.TOKEN_LIFETIME
        token = self.tokens.issue(session, token_expires_at)
        return Opened(session, token, token_expires_at, urls(relay, session.name, token))

    async def _own(self, principal: str, name: str) -> Session:
        session = await self.sessions.find(name)
        if session is None or session.principal != principal:
            # One answer for both, so that nobody learns of another's sessions.
            raise errors.NotFound("RESOURCE_MISSING", f"{name}: you have no such session", name=name)
        return session
