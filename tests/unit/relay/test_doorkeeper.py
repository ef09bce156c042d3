"""The gate of a relay: who stands when it matters, at the moment of the first picture."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.chassis.clock import ManualClock
from services.chassis.errors import Aborted, Denied, Exhausted, Unavailable
from services.decider.facts import Circumstances
from services.decider.leases import Leases
from services.decider.replica import Edition
from services.streams.relay import doorkeeper
from services.streams.relay.book import Book
from services.streams.relay.doorkeeper import Doorkeeper
from services.streams.relay.ender import Ender
from services.streams.relay.gate import Peer, Token
from services.streams.relay.intake import SourceSpec
from services.streams.relay.lease import Lease
from services.streams.relay.record import Look
from services.streams.relay.room import Room
from services.streams.relay.sessions import Session
from tests.unit.decider.cast import CITY_POLICE, GENESIS, takeover
from tests.unit.relay import cases

HERE, THERE = Peer("10.0.0.1", 4000), Peer("10.0.0.2", 4000)


class Record:
    """Remembers looks; ``meanwhile`` happens while a look is being stored."""

    def __init__(self) -> None:
        self.looks: list[Look] = []
        self.meanwhile: Any = lambda: None

    async def opened(self, look: Look) -> None:
        self.looks.append(look)
        self.meanwhile()

    async def closed(self, look: Look) -> None:
        self.looks.append(look)


@pytest.fixture
async def gate() -> AsyncIterator[Doorkeeper]:
    clock = ManualClock()
    lease = Lease(timedelta(seconds=10))
    lease.heartbeat(5, 1, clock.now(), clock.now(), clock.monotonic())
    with Ender() as ender:
        keeper = Doorkeeper(
            read_token=lambda text: Token(f"sessions/{text}", clock.at + timedelta(seconds=60)),
            book=Book(lambda spec: spec),  # type: ignore[arg-type, return-value] # sources are not under test
            record=Record(), ender=ender, lease=lease, clock=clock,
        )  # fmt: skip
        keeper.adopt(cases.FIRST)
        yield keeper


def session(gate: Doorkeeper, **changes: Any) -> Session:
    return cases.session("sessions/s", expires_at=gate.clock.now() + timedelta(minutes=5), **changes)


class Watcher:
    """As much of a viewer as the gate touches."""


async def test_a_right_that_ended_after_a_renewal_admits_nobody_any_more(gate: Doorkeeper) -> None:
    await gate.keep(session(gate))
    admission = await gate.admit("/s/s?token=s", HERE)
    await gate.keep(session(gate))  # renewed between SETUP and PLAY
    gate.apply(6, CITY_POLICE.name, "principal revoked")
    with pytest.raises(Denied):
        await gate.opened(admission, Watcher())  # type: ignore[arg-type]
    assert gate.record.looks == []  # type: ignore[attr-defined]


async def test_an_ending_while_the_look_is_stored_shows_no_picture_and_is_on_record(gate: Doorkeeper) -> None:
    await gate.keep(session(gate))
    admission = await gate.admit("/s/s?token=s", HERE)
    gate.record.meanwhile = lambda: gate.apply(6, CITY_POLICE.name, "principal revoked")  # type: ignore[attr-defined]
    watcher: Any = Watcher()
    watcher.socket = watcher.ended_why = None
    gate.end = lambda sessions, why: None  # type: ignore[method-assign] # no socket to reset here
    with pytest.raises(Denied):
        await gate.opened(admission, watcher)
    assert [look.why for look in gate.waiting.ends] == ["principal revoked"]


async def test_a_viewer_that_leaves_while_its_look_is_stored_gives_its_seat_back_and_is_on_record(
    gate: Doorkeeper,
) -> None:
    def leave() -> None:
        raise asyncio.CancelledError

    await gate.keep(session(gate))
    gate.record.meanwhile = leave  # type: ignore[attr-defined]
    for _ in range(2):  # of a session for one viewer
        with pytest.raises(asyncio.CancelledError):
            await gate.opened(await gate.admit("/s/s?token=s", HERE), Watcher())  # type: ignore[arg-type]
    assert [look.why for look in gate.waiting.ends] == ["left before the first picture"] * 2


async def test_an_ending_that_is_sealed_seals_the_looks_that_it_ends_and_heard_again_no_later_ones(
    gate: Doorkeeper,
) -> None:
    gate.end = lambda sessions, why: None  # type: ignore[method-assign] # no socket to reset here
    for number in (5, 6):
        await gate.keep(session(gate, number=number))
        admission = await gate.admit("/s/s?token=s", HERE)
        await gate.keep(session(gate, number=number))  # renewed: another object in its place, with the same viewers
        watcher: Any = Watcher()
        await gate.opened(admission, watcher)
        gate.apply(6, cases.WATCHED.name, "camera changed", is_sealed=True)  # from the bus, then from the bucket again
        gate.closed(admission, watcher, "camera changed")
    assert [look.is_sealed for look in gate.waiting.ends] == [True, False]


async def test_a_look_whose_beginning_may_have_been_stored_shows_no_picture_and_has_an_end(gate: Doorkeeper) -> None:
    def fail() -> None:
        raise OSError("no acknowledgement")

    await gate.keep(session(gate))
    for _ in range(2):  # the seat is free again
        admission = await gate.admit("/s/s?token=s", HERE)
        gate.record.meanwhile = fail  # type: ignore[attr-defined]
        with pytest.raises(Unavailable, match="on record"):
            await gate.opened(admission, Watcher())  # type: ignore[arg-type]
    assert len(gate.waiting.ends) == 2
    assert all("no picture" in look.why and look.closed_at for look in gate.waiting.ends)


async def test_nobody_sees_pictures_while_too_many_ends_wait_to_be_recorded(gate: Doorkeeper) -> None:
    gate.waiting.most = 0
    await gate.keep(session(gate))
    admission = await gate.admit("/s/s?token=s", HERE)
    with pytest.raises(Unavailable, match="too many"):
        await gate.opened(admission, Watcher())  # type: ignore[arg-type]
    assert gate.record.looks == []  # type: ignore[attr-defined]


async def test_of_two_that_join_at_once_one_has_the_last_place_and_gives_it_back_when_it_leaves(
    gate: Doorkeeper,
) -> None:
    gate.room = Room(viewers_most=1)
    await gate.keep(session(gate, viewer_limit=2))
    first, second = [await gate.admit("/s/s?token=s", HERE) for _ in range(2)]
    watcher: Any = Watcher()
    await gate.opened(first, watcher)
    with pytest.raises(Exhausted, match="full"):
        await gate.opened(second, Watcher())  # type: ignore[arg-type]
    with pytest.raises(Exhausted, match="full"):
        await gate.admit("/s/s?token=s", HERE)
    assert len(gate.record.looks) == 1  # type: ignore[attr-defined]
    gate.closed(first, watcher, "closed by the viewer")
    await gate.opened(second, Watcher())  # type: ignore[arg-type]


async def test_a_viewer_whose_look_is_not_stored_gives_its_place_back(gate: Doorkeeper) -> None:
    def fail() -> None:
        raise OSError("no acknowledgement")

    gate.room = Room(viewers_most=1)
    await gate.keep(session(gate))
    gate.record.meanwhile = fail  # type: ignore[attr-defined]
    with pytest.raises(Unavailable, match="on record"):
        await gate.opened(await gate.admit("/s/s?token=s", HERE), Watcher())  # type: ignore[arg-type]
    gate.record.meanwhile = lambda: None  # type: ignore[attr-defined]
    await gate.opened(await gate.admit("/s/s?token=s", HERE), Watcher())  # type: ignore[arg-type]


async def test_a_session_joined_from_one_network_is_not_joined_from_another(gate: Doorkeeper) -> None:
    await gate.keep(session(gate, viewer_limit=2))
    await gate.admit("/s/s?token=s", HERE)
    with pytest.raises(Denied, match="another network"):
        await gate.admit("/s/s?token=s", THERE)


async def test_a_new_viewer_gets_the_newest_address_of_its_camera(gate: Doorkeeper) -> None:
    await gate.keep(session(gate))
    moved = SourceSpec("rtsp://h/2", ())
    await gate.keep(replace(session(gate, source=moved), name="sessions/t"))
    source: Any = gate.book.source(cases.WATCHED.name)
    assert source == moved


async def test_a_clock_that_is_off_takes_nobody_in(gate: Doorkeeper) -> None:
    gate.lease.heartbeat(5, 1, gate.clock.now() + timedelta(seconds=3), gate.clock.now(), gate.clock.monotonic())
    with pytest.raises(Unavailable, match="2 s off"):
        await gate.keep(session(gate))


@pytest.mark.parametrize("target", ["//[a", "/s/other?token=s", "/s/s?token=", "?token=s", "/s/s/../x?token=s"])
async def test_a_target_that_is_no_url_of_the_session_is_refused(gate: Doorkeeper, target: str) -> None:
    await gate.keep(session(gate))
    with pytest.raises(Denied):
        await gate.admit(target, HERE)


async def test_a_token_of_yesterday_is_refused(gate: Doorkeeper) -> None:
    await gate.keep(session(gate))
    late = replace(gate.read_token("s"), expires_at=gate.clock.now())
    gate.read_token = lambda _: late
    with pytest.raises(Denied, match="expired"):
        await gate.admit("/s/s?token=s", HERE)


async def test_an_assignment_decided_by_a_newer_policy_waits_for_it(gate: Doorkeeper) -> None:
    asked = asyncio.ensure_future(gate.keep(session(gate, revision=2)))
    await asyncio.sleep(0)
    assert not asked.done()
    gate.adopt(Edition(2, GENESIS))
    await asked
    assert gate.sessions.find("sessions/s")


async def test_while_a_newer_policy_is_not_here_no_older_decision_is_taken(
    gate: Doorkeeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doorkeeper, "_CATCH_UP_S", 0.01)
    gate.apply(6, "policyVersions/2", "policy changed")
    with pytest.raises(Unavailable, match="behind"):
        await gate.keep(session(gate, number=6))
    gate.adopt(Edition(2, GENESIS))
    with pytest.raises(Aborted, match="ask again"):
        await gate.keep(session(gate, number=6))


async def test_what_a_new_policy_decided_without_its_own_ending_was_decided_on_older_levels(gate: Doorkeeper) -> None:
    gate.adopt(Edition(2, GENESIS, number=6))
    gate.apply(6, "policyVersions/2", "policy changed")
    with pytest.raises(Aborted, match="ask again"):
        await gate.keep(session(gate, revision=2, number=5))
    await gate.keep(session(gate, revision=2, number=6))


async def test_a_session_that_a_new_policy_denies_admits_nobody_any_more(gate: Doorkeeper) -> None:
    await gate.keep(session(gate))
    admission = await gate.admit("/s/s?token=s", HERE)
    gate.adopt(Edition(2, cases.without(cases.STANDING)))
    with pytest.raises(Denied, match="policy changed"):
        await gate.opened(admission, Watcher())  # type: ignore[arg-type]


async def test_while_nothing_is_heard_a_holders_session_goes_on_and_takes_no_viewer_that_was_admitted_before(
    gate: Doorkeeper,
) -> None:
    gate.adopt(Edition(2, GENESIS, leases=Leases.of({"takeover-holder": 300})))
    taken = replace(takeover(CITY_POLICE, camera=cases.WATCHED), starts_at=gate.clock.now())
    taken = replace(taken, ends_at=taken.starts_at + timedelta(hours=1))
    await gate.keep(session(gate, revision=2, circumstances=Circumstances(takeovers=(taken,))))
    admission = await gate.admit("/s/s?token=s", HERE)
    gate.clock.advance(timedelta(seconds=11))  # type: ignore[attr-defined]
    gate.sweep()
    assert gate.sessions.find("sessions/s")
    with pytest.raises(Unavailable, match="hears nothing"):
        await gate.opened(admission, Watcher())  # type: ignore[arg-type]
    await gate.drain(timedelta())
    [stretch] = gate.waiting.ends
    assert (stretch.why, stretch.session.name) == ("the relay was stopped", "sessions/s")
