"""Running sessions under an exclusive takeover, each process a real one: restarted in the middle, and messages lost."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from demo.platform import watching
from kapok.permissions.v1 import takeovers_service_pb2 as pb
from kapok.streams.v1 import session_pb2, streams_service_pb2
from services.chassis.errors import Aborted, Denied, Unavailable
from tests.eventually import eventually
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage
from tests.integration.permissions.viewing import Desk, relaying, streaming
from tests.integration.relay.lens import lens
from tests.integration.streams.stage import playing
from tests.integration.streams.test_outage import refused

COMMAND, BELOW = "command-guangzhou", "urban-yuexiu"
SUSPENDED, OPEN = session_pb2.Session.STATE_SUSPENDED, session_pb2.Session.STATE_OPEN


@pytest.fixture
async def filmed(still: Stage) -> AsyncIterator[Stage]:
    """The street's camera plays; nothing runs yet."""
    async with lens() as camera, playing(camera):
        still.stream_uri = camera.uri
        yield still


@asynccontextmanager
async def suspended(stage: Stage, desk: Desk) -> AsyncIterator[Any]:
    """A session of urban management's at the street that an exclusive takeover suspends: the takeover."""
    incident = await stage.incident("police-guangzhou", COMMAND)
    await desk.open(BELOW, city.STREET)
    taken = await stage.take_over(
        COMMAND, city.STREET, incident=incident, is_exclusive=True, exclusive_reason="victims are to be spared"
    )
    await eventually(lambda: is_in(desk, SUSPENDED))
    yield taken


async def is_in(desk: Desk, state: session_pb2.Session.State.ValueType) -> bool:
    return (await desk.newest(BELOW)).state == state


async def renewed(desk: Desk) -> str:
    """A fresh URL of the session, once streams and a relay can give one."""
    name = (await desk.newest(BELOW)).name

    async def answered() -> str:
        try:
            answer = await desk.ask(BELOW, "RenewSession", streams_service_pb2.RenewSessionRequest(name=name))
        except (Unavailable, Aborted):
            return ""
        return str(answer.rtsp_url)

    return str(await eventually(answered))


async def give_back(stage: Stage, takeover: str) -> None:
    await stage.ask(COMMAND, "ReleaseTakeover", pb.ReleaseTakeoverRequest(name=takeover))


async def sees(desk: Desk) -> None:
    viewer = watching(await renewed(desk))
    assert await asyncio.to_thread(viewer.await_pictures, 5), viewer.why


async def test_it_outlives_a_restart_of_permissions_and_streams_and_their_gates_know_it(
    filmed: Stage, sockets: Path
) -> None:
    async with relaying(filmed):
        async with filmed.running(), streaming(filmed, sockets) as desk:
            await filmed.register_cameras()
            async with suspended(filmed, desk) as taken:
                assert (await asyncio.to_thread(refused, await renewed(desk))).reason == "HELD_BY_ANOTHER"
        async with filmed.running(), streaming(filmed, sockets) as desk:
            assert await is_in(desk, SUSPENDED)
            told = await asyncio.to_thread(refused, await renewed(desk))
            assert (told.reason, f"agencies/{COMMAND}" in told.message) == ("HELD_BY_ANOTHER", True)
            with pytest.raises(Denied) as refusal:
                await desk.open(BELOW, city.STREET)
            assert refusal.value.reason == "HELD_BY_ANOTHER"
            assert refusal.value.metadata["holder"] == f"agencies/{COMMAND}"
            assert refusal.value.metadata["article"] == "Article 18"
            assert refusal.value.metadata["until"] in refusal.value.message
            await give_back(filmed, taken.name)
            await eventually(lambda: is_in(desk, OPEN))
            await sees(desk)


@pytest.mark.parametrize("is_over", [False, True])
async def test_a_relay_that_takes_the_session_over_suspends_it_by_what_it_is_assigned(
    filmed: Stage, sockets: Path, is_over: bool
) -> None:
    async with filmed.running(), streaming(filmed, sockets) as desk:
        async with relaying(filmed) as relay:
            await filmed.register_cameras()
            async with suspended(filmed, desk) as taken:
                relay.send_signal(signal.SIGKILL)
                await relay.wait()
        if is_over:  # while no relay is there to say so
            await give_back(filmed, taken.name)
        async with relaying(filmed):
            url = await renewed(desk)
            if not is_over:
                assert (await asyncio.to_thread(refused, url)).reason == "HELD_BY_ANOTHER"
                assert await is_in(desk, SUSPENDED)
                await give_back(filmed, taken.name)
            await eventually(lambda: is_in(desk, OPEN))
            await sees(desk)
