"""A viewer that is paused, whatever its way out: nothing more comes, it stays, and a key picture is its next."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta

import pytest

from services.streams.relay.connection import Manners
from tests.eventually import eventually
from tests.integration.relay.program import call, program
from tests.integration.relay.stage import Stage, client
from tests.integration.relay.test_browsers import opened
from tests.integration.relay.test_datagram_viewers import ears, play, scene
from tests.integration.relay.test_viewers import SMALL, pictures, until
from tests.integration.relay.test_viewers import scene as narrow

KINDS = ("rtsp", "datagrams", "websocket", "grpc")


@asynccontextmanager
async def joined(stage: Stage, kind: str) -> AsyncIterator[Callable[[], int]]:
    """A viewer who plays; tells the bytes that came since it was asked last."""
    async with AsyncExitStack() as stack:
        if kind == "grpc":
            caller = await stack.enter_async_context(program(stage.grpc_port))
            await caller.say(call(1))
            heard = caller.socket
        elif kind == "websocket":
            browser = await stack.enter_async_context(client(stage.web_port))
            await opened(browser)
            heard = browser.socket
        else:
            viewer = await stack.enter_async_context(client(stage.port))
            heard = viewer.socket
            if kind == "rtsp":
                await viewer.play(stage.url("c"))
            else:
                at = await stack.enter_async_context(ears())
                await play(viewer, stage.url("c"), at)
                heard = at.rtp
        yield lambda: _came(heard)


def _came(heard: socket.socket) -> int:
    count = 0
    with suppress(BlockingIOError):
        while data := heard.recv(65536):
            count += len(data)
    return count


@pytest.mark.parametrize("kind", KINDS)
async def test_nothing_comes_while_it_is_paused_and_a_key_picture_is_the_next(kind: str) -> None:
    async with scene() as (stage, camera), client(stage.port) as other, joined(stage, kind) as came:
        await eventually(lambda: stage.counters.access_units_out)
        [viewer] = stage.gate.viewers
        await other.play(stage.url("c"))
        await until(other, 1)
        viewer.pause()
        came()
        for count, is_key in enumerate((False, True, False), start=2):
            (camera.key if is_key else camera.delta)()
            await until(other, count)
            assert came() == 0, "another viewer has the picture"
        viewer.resume()
        camera.delta()
        assert await until(other, 5) == [5, 1, 5, 1, 1]
        assert came() == 0, "nothing can be made of it without the key picture before"
        camera.key()
        await eventually(came)
        assert stage.gate.farewells == []


async def test_who_is_paused_before_its_first_picture_waits_for_its_turn() -> None:
    async with scene() as (stage, camera), client(stage.port) as viewer, client(stage.port) as other:
        await other.play(stage.url("c"))
        stage.gate.may_open.clear()
        playing = asyncio.create_task(viewer.play(stage.url("c")))
        await eventually(lambda: len(stage.gate.admitted) == 2)
        stage.gate.on_opened = lambda one: one.pause()
        stage.gate.may_open.set()
        assert (await playing).status == 200
        camera.key()
        await until(other, 2)
        assert _came(viewer.socket) == 0
        stage.gate.viewers[-1].resume()
        camera.key()
        assert await until(viewer, 1) == [5]


async def test_a_slow_viewer_gets_the_rest_of_the_picture_under_way_and_no_other() -> None:
    async with narrow(door=SMALL) as (stage, camera), client(stage.port, receive_buffer_bytes=4096) as viewer:
        await viewer.play(stage.url("c"))
        await until(viewer, 1)
        camera.key(400_000)  # more than both sides' buffers hold
        await eventually(lambda: stage.counters.access_units_in == 2)
        [paused] = stage.gate.viewers
        await eventually(lambda: paused.next < 0)
        paused.pause()
        camera.key()
        camera.delta()
        await eventually(lambda: stage.counters.access_units_in == 4)
        assert await until(viewer, 2) == [5, 5], "whole, so that what follows can be read"
        paused.resume()
        camera.key()
        assert await until(viewer, 3) == [5, 5, 5]
        assert pictures(viewer) == [5, 5, 5], "of four"


async def test_a_silent_player_is_not_cut_off_while_it_is_paused() -> None:
    async with scene(Manners(session=timedelta(seconds=0.2))) as (stage, camera), client(stage.port) as viewer:
        await viewer.play(stage.url("c"))
        await until(viewer, 1)
        stage.gate.viewers[0].pause()
        async with client(stage.port) as silent:
            await silent.play(stage.url("c"))
            await eventually(lambda: stage.gate.farewells == ["no sign of life"])
        stage.gate.viewers[0].resume()
        camera.key()
        assert await until(viewer, 2) == [5, 5]
