"""What the kernel still holds for a viewer whose look has ended on record never arrives, however the look ended."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from services.streams.relay.connection import Manners
from services.streams.relay.http2 import frames
from services.streams.relay.http2.frames import frame
from tests.eventually import eventually
from tests.integration.relay.program import HELLO, call, program
from tests.integration.relay.stage import Stage, client
from tests.integration.relay.test_browsers import opened
from tests.integration.relay.test_floods import settings, window
from tests.integration.relay.test_viewers import SMALL, scene

WIDE = HELLO + settings(4, 2**31 - 1) + window(0, 2**30)
MALFORMED = {"rtsp": b"BREW\r\n\r\n", "websocket": b"\x81\x00", "grpc": frame(frames.DATA, 0, 0, b"x")}


@asynccontextmanager
async def _watching(stage: Stage, kind: str) -> AsyncIterator[socket.socket]:
    """A viewer who has seen the first picture and reads no further."""
    if kind == "grpc":
        async with program(stage.grpc_port, WIDE, receive_bytes=4096) as caller:
            await caller.say(call(1))
            await caller.message(1)
            yield caller.socket
        return
    async with client(stage.port if kind == "rtsp" else stage.web_port, receive_buffer_bytes=4096) as viewer:
        await (viewer.play(stage.url("c")) if kind == "rtsp" else opened(viewer))
        yield viewer.socket


@pytest.mark.parametrize("kind", MALFORMED)
@pytest.mark.parametrize("why", ["no sign of life", "malformed"])
async def test_a_viewer_that_breaks_off_is_reset_while_pictures_wait_for_it(kind: str, why: str) -> None:
    manners = Manners(session=timedelta(seconds=0.3)) if why == "no sign of life" else Manners()
    async with scene(manners, door=SMALL) as (stage, camera), _watching(stage, kind) as viewer:
        camera.key(400_000)  # more than both sides' buffers hold
        await eventually(lambda: stage.counters.access_units_in == 2)
        if why == "malformed":
            viewer.send(MALFORMED[kind])
        await eventually(lambda: len(stage.gate.farewells) == 1)
        assert stage.gate.farewells[0].startswith(why)
        with pytest.raises(ConnectionResetError):
            await _drained(viewer)


async def _drained(viewer: socket.socket) -> None:
    async with asyncio.timeout(30):
        while await asyncio.get_running_loop().sock_recv(viewer, 65536):
            pass
