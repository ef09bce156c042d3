"""Sessions of relays that serve them no more, given to others: of lost relays, of drained ones, of ones started again.

    who fell silent? whose roll is to be called? ─► each session concerned: decided anew ─► its camera's relay takes it
    ─► on record, where it is and where it was ─► a relay that drains ends its viewers

Who comes back for a fresh token before its turn is served at once (`service.renew`): the same steps for one session.
"""

import asyncio
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from prometheus_client import Counter

from services.chassis import errors
from services.chassis.metrics import REGISTRY
from services.chassis.tasks import stop_if_cancelled
from services.streams import domain, relocation
from services.streams.domain import Session
from services.streams.ends import Ends
from services.streams.placement import Relay
from services.streams.places import Places
from services.streams.pool import Standing
from services.streams.ports import Facts, Permissions, Registry, Relays, Sessions, Warrant
from services.streams.relocation import Former

log = logging.getLogger(__name__)
_LOOK_EVERY_S = 0.1
_ROUND_S = 0.2
_AT_ONCE = 4  # owners who ask for a fresh token are served beside these, and are many when a relay dies
_MOVED = Counter(
    "kapok_streams_sessions_moved_total", "Sessions given to a relay unasked, by why", ("why",), registry=REGISTRY
)


@dataclass(frozen=True)
class Handover:
    """Complete once constructed; ``watch_forever`` and ``call_forever`` must run, ``work_forever`` in one replica.

    Each replica knows relays by its own ears, so each calls rolls; what is missing in one the leader gives out again.
    ``places`` are not waited for.
    """

    sessions: Sessions
    permissions: Permissions
    registry: Registry
    relays: Relays
    places: Places
    facts: Facts
    ends: Ends
    leading: asyncio.Event = field(default_factory=asyncio.Event)

    async def watch_forever(self) -> None:
        """Several times a second: silence is measured by it."""
        while True:
            stop_if_cancelled()
            self.relays.look_round()
            await asyncio.sleep(_LOOK_EVERY_S)

    async def call_forever(self) -> None:
        """The rolls of relays that are new, came back, were started again or ask for it."""
        while True:
            stop_if_cancelled()
            await asyncio.gather(*map(self._call, self.relays.to_call()))
            await asyncio.sleep(_LOOK_EVERY_S)

    async def work_forever(self) -> None:
        """The sessions of relays that are lost or drain; what fails is due again in the next round."""
        self.relays.call_all_again()  # what was missing in a roll before is this one's to see to
        self.leading.set()
        try:
            while True:
                stop_if_cancelled()
                await asyncio.gather(*map(self._relieve, await self.sessions.open_relays()))
                await asyncio.sleep(_ROUND_S)
        finally:
            self.leading.clear()

    async def hand_over(self, session: Session, former: Former) -> Session:
        """The session on the relay that its camera has now; errors.Denied when it is permitted no more."""
        permit = await self.permissions.decide(domain.order_of(session), session.name)
        relay = await self.places.of(session.camera)
        moved = relocation.relocated(session, permit, relay.name)
        warrant = Warrant(permit.signed_facts, await self.registry.seal_source(session.camera, relay))
        await self.relays.assign(moved, relay, warrant, is_moved=True)
        if not await self.sessions.change(moved, self.facts.moved(moved, former), on=session.relay):
            standing = await self.sessions.find(session.name)  # closed, or its owner was faster
            if standing is None or standing.closed_at is not None:
                await self.ends.at_relay(moved)
            return standing or moved
        # What the former relay said of it is not this one's to take back.
        await self.sessions.suspend(moved.name, relay.name, permit.suspension)
        return moved

    def former(self, session: Session) -> Former:
        """Why a session is no more where its record says."""
        is_draining = self.relays.standing(session.relay) is Standing.DRAINING
        make = relocation.drained if is_draining else relocation.lost
        return make(session.relay, self.relays.last_heard_at(session.relay))

    async def _call(self, relay: Relay) -> None:
        """Bring what the relay keeps and what is its own together. What it does not take now, it takes when renewed.

        A session that moves is taken by the relay before its record says so; its camera's place says so before that.
        """
        leads = self.leading.is_set()
        await self.ends.tell_untold(relay.name)  # with the reason of each; a roll has one for all
        placed = await self.sessions.placed_on(relay.name)
        recorded = await self.sessions.on_relay(relay.name)
        former = relocation.lost(relay.name, self.relays.last_heard_at(relay.name))
        if relay.doubt:  # the same process as before: its lease ran out while it was away
            former = relocation.let_go(relay.name, relay.heard_at)
        own = {*placed, *(session.name for session in recorded)}
        missing = await self._called(relay, sorted(own), "it is at another relay")
        if leads:  # what was opened after the relay spoke, by another replica perhaps, is on its way there
            lacking = [one for one in recorded if one.name in missing and one.opened_at < relay.heard_at]
            await self._hand_over_all(lacking, former, "restarted")

    async def _called(self, relay: Relay, own: Sequence[str], reason: str) -> Collection[str]:
        try:
            return frozenset(await self.relays.call_roll(relay, own, reason))
        except errors.Error as failure:
            log.warning("the roll of %s could not be called: %s", relay.name, failure)
            return ()

    async def _relieve(self, name: str) -> None:
        """Give the sessions of a relay to others, if it serves them no more; a relay that drains then ends its viewers.

        One that drains and that nobody follows is told at once to let go: it would wait in vain.
        """
        standing = self.relays.standing(name)
        if standing is Standing.DRAINING and self.relays.is_nobody_serving():
            await self._called(self.relays.find(name), [], "the relay stops, and there is no other one")
        elif standing in (Standing.LOST, Standing.DRAINING) and self.relays.is_any_serving():
            recorded = await self.sessions.on_relay(name)
            former = self.former(recorded[0]) if recorded else relocation.lost(name, self.relays.last_heard_at(name))
            for before in await self._hand_over_all(recorded, former, standing.value):
                if standing is Standing.DRAINING:
                    await self.ends.at_relay(replace(before, close_reason=f"{name} drains; renew the session"))

    async def _hand_over_all(self, sessions: Sequence[Session], former: Former, why: str) -> Sequence[Session]:
        """Those that have another place now, as they were."""
        turns = asyncio.Semaphore(_AT_ONCE)

        async def is_elsewhere(session: Session) -> bool:
            async with turns:
                return await self._is_elsewhere(session, former, why)

        are_elsewhere = await asyncio.gather(*map(is_elsewhere, sessions))
        return [session for session, is_gone in zip(sessions, are_elsewhere, strict=True) if is_gone]

    async def _is_elsewhere(self, session: Session, former: Former, why: str) -> bool:
        current = await self.sessions.find(session.name)
        if current is None or current != session:  # its owner came first
            return current is not None and current.relay != session.relay
        try:
            await self.hand_over(session, former)
        except errors.Denied as refusal:
            await self.ends.end_denied(session, refusal, former.why)
            return False
        except errors.Error as failure:
            log.warning("%s waits for another relay: %s", session.name, failure)
            return False
        _MOVED.labels(why).inc()
        return True
