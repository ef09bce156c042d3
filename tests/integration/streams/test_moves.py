"""A session that moves is kept by its new relay before its record says so: what comes between the two steps."""

import asyncio
from collections.abc import Sequence
from contextvars import ContextVar
from typing import Any

import pytest

from kapok.streams.v1 import streams_service_pb2 as pb
from services.streams.domain import Session
from services.streams.events.fleet import RelayFleet
from services.streams.handover import Handover
from services.streams.placement import Relay
from services.streams.store import SessionStore
from tests.eventually import eventually
from tests.integration.streams.test_pool import Two, other, seen, two
from tests.integration.streams.test_replicas import spoken_since

__all__ = ["two"]  # a fixture


class Slowly:
    """Streams, with a move held up before its record is changed, and a roll between its look and its call."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.fleet: RelayFleet | None = None
        self.has_taken, self.has_looked, self.may_call = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.roll: Sequence[str] | None = None
        change, call_roll, look_round = SessionStore.change, RelayFleet.call_roll, RelayFleet.look_round

        async def changed(store: SessionStore, *arguments: Any, **options: Any) -> bool:
            self.has_taken.set()
            await self.has_looked.wait()
            return await change(store, *arguments, **options)

        async def called(fleet: RelayFleet, relay: Relay, sessions: Sequence[str], reason: str) -> Sequence[str]:
            self.has_looked.set()
            await self.may_call.wait()
            missing = await call_roll(fleet, relay, sessions, reason)
            self.roll = sessions
            return missing

        def looked_round(fleet: RelayFleet) -> None:
            self.fleet = fleet
            look_round(fleet)

        monkeypatch.setattr(SessionStore, "change", changed)
        monkeypatch.setattr(RelayFleet, "call_roll", called)
        monkeypatch.setattr(RelayFleet, "look_round", looked_round)


async def test_a_roll_ends_no_session_that_the_relay_took_before_its_record_says_so(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, _ = await two.opened()
    died, heard = answer.session.relay, two.office.relay.heard
    await spoken_since(two.office, len(heard))  # whose first rolls are over then: on a busy machine they come late
    slowly = Slowly(monkeypatch)
    two.processes[died].kill()
    asked = asyncio.create_task(two.office.ask("RenewSession", pb.RenewSessionRequest(name=answer.session.name)))
    await slowly.has_taken.wait()
    before = len(heard)
    await eventually(lambda: any(said.relay == other(died) and said.orders for said in heard[before:]))
    fleet: Any = await eventually(lambda: slowly.fleet)
    fleet.call_all_again()
    viewer = await seen((await asked).rtsp_url)
    slowly.may_call.set()
    await eventually(lambda: slowly.roll is not None)
    assert (slowly.roll, viewer.ended.is_set()) == ([answer.session.name], False)
    assert await two.relay_of_it() == other(died)


def let_owners_be_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """An owner's renewal gets on record only after streams has moved the session unasked."""
    is_unasked, has_moved = ContextVar("is_unasked", default=False), asyncio.Event()
    change, hand_over = SessionStore.change, Handover.hand_over

    async def changed(store: SessionStore, *arguments: Any, **options: Any) -> bool:
        if not is_unasked.get():
            await has_moved.wait()
        return await change(store, *arguments, **options)

    async def handed_over(handover: Handover, *arguments: Any) -> Session:
        is_unasked.set(True)
        session = await hand_over(handover, *arguments)
        has_moved.set()
        return session

    monkeypatch.setattr(SessionStore, "change", changed)
    monkeypatch.setattr(Handover, "hand_over", handed_over)


async def test_an_owner_who_comes_back_while_its_session_is_moved_gets_it_where_it_was_moved_to(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, before = await two.opened()
    died = answer.session.relay
    let_owners_be_late(monkeypatch)
    two.processes[died].kill()
    await eventually(before.ended.is_set)
    again = await two.renewed(answer)
    viewer = await seen(again.rtsp_url)
    assert (again.session.relay, viewer.ended.is_set()) == (other(died), False)
    await two.office.told(
        "streams.session.opened", "relay.viewer.opened", "streams.session.moved", "streams.session.renewed",
        "relay.viewer.opened",
    )  # fmt: skip
