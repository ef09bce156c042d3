"""Streams and a relay that it does not hear: what closes on record and when, and what the relay is told afterwards."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from demo.platform import watching
from kapok.streams.v1 import session_pb2
from kapok.streams.v1 import streams_service_pb2 as pb
from services.chassis import bus, database, errors
from services.chassis.clock import ManualClock
from services.streams.ends import Ends
from services.streams.events import FactEncoder
from services.streams.events.fleet import RelayFleet
from services.streams.limits import Limits
from services.streams.service import Streams
from services.streams.store import SessionStore
from services.streams.tokens import TokenSigner
from tests.eventually import eventually
from tests.integration.streams.neighbours import Desk, desk
from tests.integration.streams.replica import MIGRATIONS
from tests.integration.streams.stage import RELAY, Stage, stage
from tests.integration.streams.test_outage import kill_bus
from tests.integration.streams.test_outlasting import back, in_s

OPEN = session_pb2.Session.STATE_OPEN
LASTS_S = 120


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder short enough for sockets."""
    with tempfile.TemporaryDirectory(prefix="kapok-") as made:
        yield Path(made)


@asynccontextmanager
async def staged(home: Path, folder: Path) -> AsyncIterator[tuple[Stage, Desk]]:
    """A relay whose holders have two minutes, and the desk before it."""
    async with stage(home) as relay:
        await relay.adopt(takeover_holder=LASTS_S)
        await relay.settled()
        office = desk(relay, home, folder)
        office.permissions.lease_s = LASTS_S
        yield relay, office


@asynccontextmanager
async def later(office: Desk) -> AsyncIterator[tuple[Streams, ManualClock]]:
    """Streams on the same record, by a clock that is turned by hand; it does nothing by itself."""
    clock = ManualClock(datetime.now(UTC))
    nobody: Any = None  # whom closing and telling never ask
    async with (
        database.connect(office.settings.database, MIGRATIONS) as opened,
        bus.connect(office.relay.bus_url, None, "later") as wire,
    ):
        fleet = RelayFleet(wire, office.relay.streams, clock)
        await fleet.listen()
        await eventually(lambda: fleet.process_of(RELAY))
        store, facts, tokens = SessionStore(opened), FactEncoder(clock), TokenSigner(office.relay.streams)
        ends = Ends(store, fleet, facts, clock)
        yield Streams(store, nobody, nobody, fleet, nobody, nobody, ends, facts, tokens, clock, Limits()), clock


async def opened(office: Desk, principal: str, until: datetime | None) -> Any:
    office.principal, office.permissions.taken_until = principal, until
    return await office.open()


async def open_ones(streams: Streams) -> set[str]:
    return {session.principal for session in await streams.all_open()}


async def test_a_holders_record_stays_open_as_long_as_its_relay_may_serve_it(tmp_path: Path, folder: Path) -> None:
    async with staged(tmp_path, folder) as (_, office):
        async with office.serving():
            await opened(office, "principals/ordinary", None)
            await opened(office, "principals/briefly", in_s(60))
            await opened(office, "principals/holder", in_s(3600))
        async with later(office) as (streams, clock):
            kill_bus(tmp_path)
            seen = []
            for second in (13, 17, 70, 118, 127):
                clock.advance(timedelta(seconds=second - clock.elapsed_s))
                await streams.close_lost()
                seen.append(await open_ones(streams))
            everybody = {"principals/ordinary", "principals/briefly", "principals/holder"}
            assert seen == [everybody, everybody - {"principals/ordinary"}, *[{"principals/holder"}] * 2, set()]
            [closed] = await streams.sessions.page("principals/holder", None, 9)
            assert closed.close_reason.startswith("relay lost, last heard at ")


async def test_what_was_closed_while_a_relay_was_away_ends_there_when_it_is_heard_again(
    tmp_path: Path, folder: Path
) -> None:
    async with staged(tmp_path, folder) as (relay, office):
        async with office.serving():
            viewer = watching((await opened(office, "principals/holder", in_s(3600))).rtsp_url)
            assert await asyncio.to_thread(viewer.await_pictures, 5), viewer.why
        async with later(office) as (streams, clock):
            kill_bus(tmp_path)
            clock.advance(timedelta(seconds=LASTS_S + 6))
            await streams.close_lost()
            assert await open_ones(streams) == set()
            await streams.tell_untold()  # nobody is there
            assert await asyncio.to_thread(viewer.await_pictures, viewer.pictures + 10), viewer.why
            with back(relay, tmp_path):

                async def is_told() -> bool:
                    await streams.tell_untold()
                    return not await streams.sessions.untold_relays()

                await eventually(is_told)
                await eventually(viewer.ended.is_set)


async def test_a_session_that_came_back_to_its_relay_is_not_ended_there(tmp_path: Path, folder: Path) -> None:
    async with staged(tmp_path, folder) as (_, office), office.serving():
        answer = await opened(office, "principals/holder", in_s(3600))
        async with database.connect(office.settings.database, MIGRATIONS) as records:
            store = SessionStore(records)
            [session] = await store.all_open()
            gone = session.expires_at + timedelta(seconds=1)
            await store.leave_untold(session, gone)
            await store.leave_untold(session, gone)
            [waiting] = await store.untold_at(RELAY)
            assert (waiting.name, waiting.relay) == (session.name, RELAY)
            await office.ask("RenewSession", pb.RenewSessionRequest(name=answer.session.name))
            assert await store.untold_relays() == []


async def test_a_session_that_outlasted_a_cut_is_one_on_record_and_can_be_renewed(tmp_path: Path, folder: Path) -> None:
    async with staged(tmp_path, folder) as (relay, office), office.serving():
        ordinary = watching((await opened(office, "principals/ordinary", None)).rtsp_url)
        answer = await opened(office, "principals/holder", in_s(3600))
        holder = watching(answer.rtsp_url)
        for viewer in (ordinary, holder):
            assert await asyncio.to_thread(viewer.await_pictures, 5), viewer.why
        kill_bus(tmp_path)
        await eventually(ordinary.ended.is_set)
        with back(relay, tmp_path):
            await eventually(lambda: relay.bus.client.is_connected)
            began = ("streams.session.opened", "relay.viewer.opened", "relay.session.outlasted")
            await office.told(*began)
            renewed = await renewed_once_heard(office, answer.session.name)
            assert (renewed.name, renewed.state) == (answer.session.name, OPEN)
            assert not holder.ended.is_set(), holder.why
            [listed] = await office.sessions()
            assert listed == renewed
            await office.told(*began, "streams.session.renewed")


async def renewed_once_heard(office: Desk, name: str) -> Any:
    """The session, renewed as soon as streams hears its relay again."""

    async def renewed() -> Any:
        try:
            return (await office.ask("RenewSession", pb.RenewSessionRequest(name=name))).session
        except errors.Unavailable:
            return None

    return await eventually(renewed)
