"""Relays as a pool: one is killed, stands still or is told to stop, and its viewers go on elsewhere."""

import asyncio
import signal
import tempfile
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack, closing
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from cli.rtsp_pull import Pull
from demo.platform import Viewer, watching
from kapok.streams.v1 import relay_pb2, session_pb2
from kapok.streams.v1 import streams_service_pb2 as pb
from services.chassis import errors
from tests.eventually import eventually
from tests.integration.gateway.nats import serving
from tests.integration.streams.neighbours import Desk, desk
from tests.integration.streams.stage import RELAY, another_relay, stage
from tests.integration.streams.test_outage import kill_bus

SECOND = "relay-2"


@dataclass
class Two:
    """Two relays, and the service that places cameras on them."""

    office: Desk
    home: Path
    processes: dict[str, Process]

    async def opened(self, **changes: Any) -> tuple[pb.OpenSessionResponse, Viewer]:
        """A session whose viewer sees pictures."""
        answer = await self.office.open(**changes)
        return answer, await seen(answer.rtsp_url)

    async def renewed(self, answer: pb.OpenSessionResponse) -> pb.OpenSessionResponse:
        """What its owner is answered who lost the connection."""
        found: pb.OpenSessionResponse = await self.office.ask(
            "RenewSession", pb.RenewSessionRequest(name=answer.session.name)
        )
        return found

    async def session(self) -> session_pb2.Session:
        """The principal's only session, on record."""
        [found] = await self.office.sessions()
        return found

    async def relay_of_it(self) -> str:
        return (await self.session()).relay

    async def look(self, kind: str) -> relay_pb2.Viewer:
        """The first of these facts, once it is told."""

        async def is_told() -> list[Any]:
            return [fact for fact in await self.office.facts() if fact.kind == kind]

        [fact, *_] = await eventually(is_told)  # type: ignore[misc] # facts
        look = relay_pb2.Viewer()
        assert fact.snapshot.Unpack(look)
        return look

    async def move(self) -> relay_pb2.SessionMove:
        """The only move on record, whole."""

        async def is_told() -> list[Any]:
            return [fact for fact in await self.office.facts() if fact.kind == "streams.session.moved"]

        [fact] = await eventually(is_told)  # type: ignore[misc] # one fact
        move = relay_pb2.SessionMove()
        assert fact.snapshot.Unpack(move)
        return move


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[Two]:
    """Both serve, by the same stage's camera and permissions."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kapok-")))
        held = await stack.enter_async_context(stage(tmp_path, KAPOK_DRAIN_S="10"))
        second = await stack.enter_async_context(another_relay(held, tmp_path, SECOND, KAPOK_DRAIN_S="10"))
        office = desk(held, tmp_path, folder)
        await stack.enter_async_context(office.serving())
        made = Two(office, tmp_path, {RELAY: held.process, SECOND: second})
        try:
            yield made
        finally:
            for process in made.processes.values():
                if process.returncode is None:
                    process.send_signal(signal.SIGCONT)
                    process.kill()


async def seen(url: str) -> Viewer:
    viewer = watching(url)
    assert await asyncio.to_thread(viewer.await_pictures, 5), viewer.why
    return viewer


def other(relay: str) -> str:
    return SECOND if relay == RELAY else RELAY


def refusal(url: str) -> str:
    with pytest.raises(errors.Error) as refused, closing(Pull.open(url)):
        pass
    return refused.value.message


async def test_the_viewer_of_a_killed_relay_is_back_on_the_other_one_within_the_same_session(two: Two) -> None:
    answer, viewer = await two.opened()
    died = answer.session.relay
    two.processes[died].kill()
    await eventually(viewer.ended.is_set)
    again = await two.renewed(answer)
    await seen(again.rtsp_url)
    assert (again.session.name, again.session.relay) == (answer.session.name, other(died))
    assert again.token != answer.token
    assert again.session.create_time == answer.session.create_time
    facts = await two.office.told(
        "streams.session.opened", "relay.viewer.opened", "streams.session.moved", "relay.viewer.opened",
        perhaps="streams.session.renewed",  # when streams moved it a moment before its owner asked
    )  # fmt: skip
    assert not [fact for fact in facts if again.token.encode() in fact.SerializeToString()]
    move = await two.move()
    assert (move.former_relay, move.session.relay) == (died, other(died))
    heard_at = move.last_heard_time.ToDatetime(UTC).isoformat(timespec="seconds")
    assert move.reason == f"relay lost, last heard at {heard_at}"
    uses = {request.session for _, request in two.office.permissions.asked}
    assert uses == {answer.session.name}, "papers are used by the session once, wherever it is served"


async def test_the_sessions_of_a_killed_relay_are_elsewhere_before_anybody_asks(two: Two) -> None:
    answer, _ = await two.opened()
    died = answer.session.relay
    two.processes[died].kill()

    async def is_elsewhere() -> bool:
        return await two.relay_of_it() == other(died)

    await eventually(is_elsewhere)
    again = await two.renewed(answer)
    await seen(again.rtsp_url)
    await two.office.told(
        "streams.session.opened", "relay.viewer.opened", "streams.session.moved", "streams.session.renewed",
        "relay.viewer.opened",
    )  # fmt: skip


async def test_opening_on_a_relay_that_has_just_died_opens_on_the_other_one(two: Two) -> None:
    first, _ = await two.opened()
    died = first.session.relay
    two.processes[died].kill()
    await two.processes[died].wait()
    answer, _ = await two.opened()
    assert answer.session.relay == other(died)


async def test_a_relay_that_drains_ends_its_viewers_when_they_have_another_place_and_leaves(two: Two) -> None:
    answer, viewer = await two.opened()
    stops = answer.session.relay
    two.processes[stops].terminate()
    await eventually(viewer.ended.is_set)
    again = await two.renewed(answer)
    await seen(again.rtsp_url)
    assert again.session.relay == other(stops)
    assert (await two.opened())[0].session.relay == other(stops), "no new session for who drains"
    assert await two.processes[stops].wait() == 0
    move = await two.move()
    assert (move.former_relay, move.reason) == (stops, "relay drains")

    async def ends() -> list[str]:
        found = [fact for fact in await two.office.facts() if fact.kind == "relay.viewer.closed"]
        looks = [relay_pb2.Viewer.FromString(fact.snapshot.value) for fact in found]
        return [look.close_reason for look in looks if look.relay == stops]

    assert await eventually(ends) == [f"{stops} drains; renew the session"]


async def test_the_only_relay_that_drains_does_not_wait_for_another_one(two: Two) -> None:
    answer, viewer = await two.opened()
    stays = answer.session.relay
    two.processes[other(stays)].terminate()
    assert await two.processes[other(stays)].wait() == 0
    two.processes[stays].terminate()
    await eventually(viewer.ended.is_set, within_s=5)  # it would wait for ten seconds
    assert await two.processes[stays].wait() == 0
    with pytest.raises(errors.Unavailable) as refused:
        await two.renewed(answer)
    assert refused.value.retry_after


async def test_a_relay_that_stood_still_serves_nothing_that_was_moved_meanwhile(two: Two) -> None:
    answer, before = await two.opened(viewer_limit=2)
    still = answer.session.relay
    two.processes[still].send_signal(signal.SIGSTOP)

    async def is_elsewhere() -> bool:
        return await two.relay_of_it() == other(still)

    await eventually(is_elsewhere)
    after = await seen((await two.renewed(answer)).rtsp_url)
    assert not before.ended.is_set(), "who stands still resets nobody"
    two.processes[still].send_signal(signal.SIGCONT)
    await eventually(before.ended.is_set)
    assert await asyncio.to_thread(refusal, answer.rtsp_url)
    assert not after.ended.is_set()
    assert len([fact for fact in await two.office.facts() if fact.kind == "streams.session.moved"]) == 1

    async def is_taken_in_again() -> bool:
        opened = [await two.office.open(camera=f"districts/440104/cameras/4401040001132000{n:04}") for n in range(20)]
        return any(one.session.relay == still for one in opened)

    await eventually(is_taken_in_again)


async def test_a_relay_started_again_gets_its_sessions_back_and_the_looks_it_lost_are_ended(two: Two) -> None:
    answer, viewer = await two.opened()
    died = answer.session.relay
    two.processes[other(died)].kill()
    await two.processes[other(died)].wait()
    two.processes[died].kill()
    await eventually(viewer.ended.is_set)
    async with another_relay(two.office.relay, two.home, died):
        move = await two.move()
        assert (move.former_relay, move.session.relay) == (died, died)
        assert "relay lost, last heard at" in move.reason
        begun, ended = await two.look("relay.viewer.opened"), await two.look("streams.viewer.closed")
        assert (ended.viewer, ended.relay, ended.open_time) == (begun.viewer, died, begun.open_time)
        assert ended.close_reason == move.reason
        await seen((await two.renewed(answer)).rtsp_url)


async def test_the_bus_started_again_under_all_of_them_moves_nobody(tmp_path: Path) -> None:
    patient = {"KAPOK_LEASE_S": "60"}
    with ExitStack() as buses:
        async with AsyncExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kapok-")))
            held = await stack.enter_async_context(stage(tmp_path, **patient))
            await stack.enter_async_context(another_relay(held, tmp_path, SECOND, **patient))
            office = desk(held, tmp_path, folder)
            await stack.enter_async_context(office.serving())
            two = Two(office, tmp_path, {})
            answer, viewer = await two.opened()
            heard, relay = len(held.heard), answer.session.relay
            kill_bus(tmp_path)
            port = held.bus_url.rpartition(":")[2]
            buses.enter_context(serving("--jetstream", "--store_dir", str(tmp_path / "nats"), "--port", port))
            doubts = await eventually(lambda: {said.relay for said in held.heard[heard:] if said.doubt})
            assert doubts == {relay}, "it was off the bus while it kept a session"

            def is_sure_again() -> bool:
                return not [said.doubt for said in held.heard if said.relay == relay][-1]

            await eventually(is_sure_again)
            assert (await two.renewed(answer)).session.relay == relay
            assert not viewer.ended.is_set()
            assert not [fact for fact in await office.facts() if fact.kind == "streams.session.moved"]


async def test_a_camera_stays_where_it_is_watched_when_others_could_have_it(two: Two) -> None:
    camera = {"camera": "districts/440104/cameras/44010400011320000007"}
    first = await two.office.open(**camera)
    async with AsyncExitStack() as stack:
        for number in range(3, 6):
            await stack.enter_async_context(another_relay(two.office.relay, two.home, f"relay-{number}"))
        relays = {(await two.office.open(**camera)).session.relay for _ in range(5)}
        assert relays == {first.session.relay}
