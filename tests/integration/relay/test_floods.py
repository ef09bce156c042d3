"""What no client of HTTP/2 sends, at the endpoint for programs: it ends its own connection and nobody else's."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from services.streams.relay.connection import Manners
from services.streams.relay.http2 import frames
from services.streams.relay.http2.frames import frame
from services.streams.relay.server import Door
from services.streams.relay.source import Habits
from tests.eventually import eventually
from tests.integration.relay.program import HELLO, call, fields, program
from tests.integration.relay.stage import HASTY
from tests.integration.relay.test_calls import units, watching
from tests.integration.relay.test_viewers import SMALL, scene

OPEN = frame(frames.HEADERS, frames.END_HEADERS, 1, fields())
PICTURE = 200_000
# A camera that says nothing while a flood keeps this process busy is kept; and let go soon once nobody looks.
PATIENT = Habits(linger=HASTY.linger)


def window(stream: int, by: int) -> bytes:
    return frame(frames.WINDOW_UPDATE, 0, stream, by.to_bytes(4, "big"))


def settings(number: int, value: int) -> bytes:
    return frame(frames.SETTINGS, 0, 0, number.to_bytes(2, "big") + value.to_bytes(4, "big"))


@pytest.mark.parametrize(
    ("first", "flood", "code"),
    [
        (b"", b"GET / HTTP/1.1\r\n\r\n", frames.PROTOCOL_ERROR),
        (frames.PREFACE, frame(frames.PING, 0, 0, bytes(8)), frames.PROTOCOL_ERROR),
        (HELLO + frame(frames.HEADERS, 0, 1), frame(frames.CONTINUATION, 0, 1) * 100, frames.ENHANCE_YOUR_CALM),
        (HELLO, frame(frames.HEADERS, 4, 1, b"\xff" * 100), frames.COMPRESSION_ERROR),
        (HELLO, frame(frames.PING, 0, 0, bytes(8)) * 100, frames.ENHANCE_YOUR_CALM),
        (HELLO, frame(frames.SETTINGS, 0, 0) * 100, frames.ENHANCE_YOUR_CALM),
        (HELLO, frame(frames.PRIORITY, 0, 1, bytes(5)) * 100, frames.ENHANCE_YOUR_CALM),
        (HELLO + OPEN, frame(frames.DATA, 0, 1) * 100, frames.ENHANCE_YOUR_CALM),
        (HELLO, frame(77, 0, 0, b"unknown") * 100, frames.ENHANCE_YOUR_CALM),
        (HELLO, frame(frames.HEADERS, 4, 2, fields()), frames.PROTOCOL_ERROR),
        (HELLO, frame(frames.DATA, 0, 1, b"x"), frames.PROTOCOL_ERROR),
        (HELLO, frame(frames.DATA, 0, 0, b"x"), frames.PROTOCOL_ERROR),
        (HELLO, frame(frames.RST_STREAM, 0, 3, bytes(4)), frames.PROTOCOL_ERROR),
        (HELLO, frame(frames.PUSH_PROMISE, 0, 1, bytes(4)), frames.PROTOCOL_ERROR),
        (HELLO, window(0, 0), frames.PROTOCOL_ERROR),
        (HELLO, window(0, 2**31 - 1), frames.FLOW_CONTROL_ERROR),
        (HELLO + call(1), window(1, 2**31 - 1), frames.FLOW_CONTROL_ERROR),
        (HELLO + settings(4, 2**31 - 1) + call(1), window(1, 1), frames.FLOW_CONTROL_ERROR),
        (HELLO, settings(4, 2**31), frames.FLOW_CONTROL_ERROR),
        (HELLO, b"\0\x40\x01" + bytes(6), frames.FRAME_SIZE_ERROR),
    ],
)  # fmt: skip
async def test_what_no_client_sends_ends_its_own_connection_and_nobody_elses(
    first: bytes, flood: bytes, code: int
) -> None:
    async with (
        scene(habits=PATIENT) as (stage, camera),
        watching(stage) as good,
        program(stage.grpc_port, first) as hostile,
    ):
        await units(good, 1)
        flooding = asyncio.create_task(_flood(hostile, flood))
        with suppress(ConnectionError):  # what it still says is answered by a reset, which may overtake the last word
            assert await hostile.fault() == code
            with pytest.raises(EOFError):
                await hostile.until(-1)
        flooding.cancel()
        camera.delta()
        await units(good, 1)
        await eventually(lambda: (stage.counters.connections, stage.counters.viewers) == (1, 1))


async def _flood(hostile: Any, flood: bytes) -> None:
    with suppress(ConnectionError):
        while True:
            await hostile.say(flood)


async def test_rapid_resets_are_too_much() -> None:
    async with scene() as (stage, _), program(stage.grpc_port) as hostile:
        with suppress(ConnectionError):
            for stream in range(1, 2000, 2):
                await hostile.say(call(stream) + frame(frames.RST_STREAM, 0, stream, bytes(4)))
            assert await hostile.fault() == frames.ENHANCE_YOUR_CALM
        await eventually(lambda: stage.counters.connections == 0)
        assert stage.counters.viewers_total < 300


async def test_a_stranger_opens_few_calls_and_whoever_was_admitted_more() -> None:
    async with scene() as (stage, _), program(stage.grpc_port) as many:
        await many.say(*(frame(frames.HEADERS, frames.END_HEADERS, 2 * n + 1, fields()) for n in range(9)))
        assert (await many.until(frames.RST_STREAM)).stream == 17
        await many.say(call(19)[len(OPEN) :].replace(bytes([0, 0, 0, 19]), bytes([0, 0, 0, 1])))
        assert (await many.message(1)).is_key
        await many.say(call(19))
        assert (await many.message(19)).is_key
        assert stage.counters.connections == 9


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (fields(path="/kapok.streams.v1.MediaService/Other"), {":status": "200", "grpc-status": "12"}),
        (fields(kind="text/html"), {":status": "415"}),
        (fields(method="GET"), {":status": "405"}),
    ],
)
async def test_other_requests_are_answered_as_what_they_are(asked: bytes, status: dict[str, str]) -> None:
    async with scene() as (stage, _), program(stage.grpc_port) as other:
        await other.say(frame(frames.HEADERS, frames.END_HEADERS | frames.END_STREAM, 1, asked))
        assert status.items() <= (await other.fields(1)).items()


@pytest.mark.parametrize("request_bytes", [b"\1\0\0\0\0", b"\0\0\1\0\0", b"\0\0\0\0\0x", b"\0\xff\xff\xff\xff"])
async def test_a_request_that_is_compressed_too_long_or_two_is_refused(request_bytes: bytes) -> None:
    async with scene() as (stage, _), program(stage.grpc_port) as other:
        await other.say(OPEN, frame(frames.DATA, 0, 1, request_bytes))
        assert (await other.fields(1))["grpc-status"] == "3"
        assert (await other.until(frames.RST_STREAM)).payload == bytes(4)


async def test_a_request_in_many_frames_is_one() -> None:
    async with scene() as (stage, _), program(stage.grpc_port) as other:
        asked = call(1)[len(OPEN) + 9 :]
        await other.say(OPEN, *(frame(frames.DATA, 0, 1, bytes([byte])) for byte in asked))
        assert (await other.message(1)).is_key


async def test_a_picture_larger_than_every_window_comes_as_windows_open() -> None:
    begin = frames.PREFACE + settings(4, 1000)
    async with scene(habits=PATIENT) as (stage, camera), program(stage.grpc_port, begin) as slow:
        camera.key(PICTURE)
        await eventually(lambda: stage.counters.access_units_in == 2)
        await slow.say(call(1))
        await eventually(lambda: stage.counters.viewers == 1)
        assert len((await slow.until(frames.DATA)).payload) == 1000
        received = 1000
        while received < PICTURE:
            await slow.say(window(1, 30_000), window(0, 30_000))
            fresh = 0
            while fresh < min(30_000, PICTURE - received):
                fresh += len((await slow.until(frames.DATA)).payload)
            received += fresh
        camera.delta(10)
        await slow.say(window(1, 100_000), window(0, 100_000))
        assert not (await _last_of(slow)).is_key


async def _last_of(slow: Any) -> Any:
    """The picture after the one under way, whose rest may still be coming."""
    while (unit := await slow.until(frames.DATA)) and len(unit.payload) > 200:
        pass
    slow.seen.insert(0, unit)
    return await slow.message(1)


async def test_windows_that_never_open_cost_one_picture_and_its_stream_is_reset() -> None:
    async with scene() as (stage, camera), program(stage.grpc_port, frames.PREFACE + settings(4, 10)) as closed:
        await closed.say(call(1))
        assert len((await closed.until(frames.DATA)).payload) == 10
        for _ in range(5):
            camera.key(PICTURE)
        await eventually(lambda: stage.counters.access_units_in == 6)
        await asyncio.wrap_future(stage.ender.end(stage.gate.viewers, "incident ended"))
        assert (await closed.until(frames.RST_STREAM, 1)).payload[-1] == frames.CANCEL
        assert stage.counters.bytes_out < 500
        assert stage.gate.farewells == ["incident ended"]


async def test_whoever_opens_no_window_has_begun_no_picture_and_is_told_why_it_ends() -> None:
    async with scene() as (stage, camera), program(stage.grpc_port, frames.PREFACE + settings(4, 0)) as closed:
        seen: list[float] = []
        stage.counters.first_picture = seen.append
        await closed.say(call(1))
        await closed.until(frames.HEADERS, 1)
        camera.delta()
        await eventually(lambda: stage.counters.access_units_in == 2)
        await asyncio.wrap_future(stage.ender.end(stage.gate.viewers, "incident ended"))
        trailers = await closed.until(frames.HEADERS, 1)
        assert b"incident ended" in trailers.payload
        assert trailers.flags & frames.END_STREAM
        assert (seen, stage.counters.access_units_out) == ([], 0)


async def test_a_window_that_opens_late_begins_with_the_newest_key_picture() -> None:
    async with scene() as (stage, camera), program(stage.grpc_port, frames.PREFACE + settings(4, 0)) as late:
        await late.say(call(1))
        await late.until(frames.HEADERS, 1)
        for _ in range(3):
            camera.key()
        await eventually(lambda: stage.counters.access_units_in == 4)
        await late.say(window(1, 10_000))
        assert (await late.message(1)).number == 4


async def test_whoever_leaves_pictures_in_the_kernel_is_reset_whole() -> None:
    wide = frames.PREFACE + settings(4, 2**31 - 1) + window(0, 2**30)
    async with scene(door=SMALL) as (stage, camera), program(stage.grpc_port, wide, receive_bytes=4096) as stopped:
        await stopped.say(call(1))
        await stopped.message(1)
        for _ in range(5):
            camera.key(PICTURE)
        await eventually(lambda: stage.counters.access_units_in == 6)
        await asyncio.wrap_future(stage.ender.end(stage.gate.viewers, "incident ended"))
        with pytest.raises(ConnectionResetError):
            await stopped.until(frames.RST_STREAM)
        await eventually(lambda: stage.gate.farewells == ["incident ended"])


async def test_silent_connections_are_asked_and_end() -> None:
    manners = Manners(handshake=timedelta(seconds=0.1), session=timedelta(seconds=0.4))
    async with scene(manners) as (stage, _):
        async with program(stage.grpc_port) as idle:
            assert await idle.fault() == frames.NO_ERROR
        async with program(stage.grpc_port) as dead:
            await dead.say(call(1))
            await dead.message(1)
            assert not (await dead.until(frames.PING)).flags & frames.ACK
            await dead.say(frame(frames.PING, frames.ACK, 0, bytes(8)))
            await dead.until(frames.PING)
            with pytest.raises(EOFError):
                await dead.until(-1)
        await eventually(lambda: stage.gate.farewells == ["no sign of life"])


async def test_strangers_who_fill_the_place_make_room() -> None:
    door = Door(strangers_most=2, stranger_patience=timedelta(seconds=0.05))
    async with scene(door=door) as (stage, _), program(stage.grpc_port), program(stage.grpc_port):
        async with watching(stage) as call:
            assert (await units(call, 1))[0].is_key
        assert stage.counters.connections_refused >= 1
