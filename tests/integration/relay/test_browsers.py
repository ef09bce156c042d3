"""Viewers over WebSocket: aiohttp as a foreign client, and byte by byte what no client should send."""

import asyncio
import contextlib
import itertools
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import aiohttp
import pytest

from services.chassis.errors import Denied
from services.streams.relay.connection import Manners
from services.streams.relay.server import Door
from services.streams.relay.viewer import Viewer
from tests.eventually import eventually
from tests.integration.relay.lens import Lens
from tests.integration.relay.stage import ORIGIN, Client, Stage, client
from tests.integration.relay.test_viewers import SMALL, scene

Socket = aiohttp.ClientWebSocketResponse
PROTOCOLS = ("kapok.v1", "abc.def")
HANDSHAKE = (
    "GET /s/c HTTP/1.1\r\nHost: relay\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    f"Origin: {ORIGIN}\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: kapok.v1, abc.def\r\n"
    "\r\n"
).encode()
PING = bytes([0x89, 0x80, 0, 0, 0, 0])


@asynccontextmanager
async def watching(stage: Stage, origin: str | None = ORIGIN) -> AsyncIterator[Socket]:
    """A viewer by aiohttp."""
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(stage.web("c"), protocols=PROTOCOLS, origin=origin, autoclose=False) as opened,
    ):
        yield opened


async def kinds(opened: Socket, count: int) -> list[str]:
    """What the next ``count`` messages are: the codec's name, the init segment, a key picture, another one."""
    found = []
    async with asyncio.timeout(30):
        for _ in range(count):
            message = await opened.receive()
            if message.type is aiohttp.WSMsgType.TEXT:
                found.append(message.json()["type"])
            else:
                assert message.type is aiohttp.WSMsgType.BINARY, message
                found.append(_kind(message.data))
    return found


def _kind(data: bytes) -> str:
    if data[4:8] == b"ftyp":
        return "init"
    assert data[4:8] == b"moof"
    # A key picture begins with the place of marks, since its parameter sets stand in the init segment.
    return {6: "key", 1: "delta"}[data[data.index(b"mdat") + 8] & 31]


START = ['video/mp4; codecs="avc1.420014"', "init", "key"]


async def test_a_viewer_starts_with_the_init_segment_and_the_cached_group() -> None:
    async with scene() as (stage, camera):
        camera.delta()
        await eventually(lambda: stage.counters.access_units_in == 2)
        async with watching(stage) as first, watching(stage) as second:
            for opened in (first, second):
                assert opened.protocol == "kapok.v1"
                assert await kinds(opened, 4) == [*START, "delta"]
            camera.delta()
            camera.key()
            for opened in (first, second):
                assert await kinds(opened, 4) == ["delta", *START]
            assert stage.gate.admitted == ["/s/c?token=abc.def"] * 2
            assert stage.counters.viewers == 2
        await eventually(lambda: stage.gate.farewells == ["closed by the viewer"] * 2)


async def test_every_viewer_is_handed_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    handed: list[bytes] = []
    take = Viewer.take
    monkeypatch.setattr(Viewer, "take", lambda self, unit: handed.append(unit.buffer) or take(self, unit))
    async with scene() as (stage, camera), watching(stage) as first, watching(stage) as second:
        await kinds(first, 3)
        await kinds(second, 3)
        camera.delta()
        await kinds(first, 1)
        await kinds(second, 1)
        assert len(handed) == 2
        assert handed[0] is handed[1]


async def test_nothing_is_made_in_a_shape_that_nobody_watches() -> None:
    async with scene() as (stage, camera), client(stage.port) as viewer:
        await viewer.play(stage.url("c"))
        camera.delta()
        await eventually(lambda: stage.counters.access_units_in == 2)
        packets, *made = (outlet.ring.head for outlet in stage.sources["c"]._outlets.values())
        assert (packets, any(made)) == (2, False)


async def test_nothing_is_sent_before_the_fact_is_durable() -> None:
    async with scene() as (stage, _), watching(stage) as opened:
        stage.gate.may_open.clear()
        async with watching(stage) as waiting:
            await kinds(opened, 3)
            reading = asyncio.create_task(kinds(waiting, 3))
            await eventually(lambda: len(stage.gate.admitted) == 2)
            assert not reading.done()
            stage.gate.may_open.set()
            assert await reading == START


async def test_a_refusal_closes_with_its_reason_and_is_no_look() -> None:
    async with scene() as (stage, _):
        stage.gate.refusal = Denied("TOKEN_INVALID", "this token has expired")
        async with watching(stage) as opened:
            message = await opened.receive()
            assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 4403)
            assert message.extra == "TOKEN_INVALID: this token has expired"
        assert stage.gate.farewells == []


async def test_a_page_of_another_site_opens_nothing() -> None:
    async with scene() as (stage, _):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with watching(stage, "https://elsewhere.example"):
                pass
        assert refused.value.status == 403
        assert stage.gate.admitted == []
        async with watching(stage, None) as program:
            assert await kinds(program, 3) == START


async def test_ended_viewers_are_reset_and_see_no_picture_more() -> None:
    async with scene() as (stage, camera), watching(stage) as doomed, watching(stage) as other:
        for opened in (doomed, other):
            await kinds(opened, 3)
        assert await asyncio.wrap_future(stage.ender.end(stage.gate.viewers[:1], "permission revoked")) == 1
        camera.delta()
        assert await kinds(other, 1) == ["delta"]
        message = await doomed.receive()
        assert message.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR, aiohttp.WSMsgType.CLOSE), message
        assert doomed.close_code == 1006, "a reset, no good-bye"
        await eventually(lambda: stage.gate.farewells == ["permission revoked"])


async def opened(viewer: Client) -> bytes:
    """Send the handshake; what follows the answer."""
    loop = asyncio.get_running_loop()
    viewer.socket.send(HANDSHAKE)
    seen = b""
    while b"\r\n\r\n" not in seen:
        seen += await loop.sock_recv(viewer.socket, 65536)
    assert seen.startswith(b"HTTP/1.1 101 ")
    return seen.partition(b"\r\n\r\n")[2]


async def _rest(connection: socket.socket) -> bytes:
    """All that comes until the end, which must be none of a crash, and must come."""
    loop, seen = asyncio.get_running_loop(), b""
    async with asyncio.timeout(30):
        try:
            while data := await loop.sock_recv(connection, 65536):
                seen += data
        except ConnectionResetError:
            pass
    return seen


@pytest.mark.parametrize(
    ("wire", "answer"),
    [
        (b"GET /s/c?token=abc HTTP/1.1\r\nHost: relay\r\n\r\n", b"HTTP/1.1 426 "),
        (HANDSHAKE.replace(b"/s/c", b"/s/c?token=abc"), b"HTTP/1.1 404 "),
        (HANDSHAKE + b"early", b"HTTP/1.1 400 "),
        (b"GET /" + b"a" * 9000, b"HTTP/1.1 431 "),
        (b"\x16\x03\x01\x02\x00" + bytes(600) + b"\r\n\r\n", b"HTTP/1.1 400 "),
    ],
)
async def test_a_bad_handshake_is_answered_once_and_hung_up_on(wire: bytes, answer: bytes) -> None:
    async with scene() as (stage, _), client(stage.web_port) as viewer:
        viewer.socket.send(wire)
        assert (await _rest(viewer.socket)).startswith(answer)
        assert stage.gate.admitted == []


async def test_a_handshake_split_at_every_byte_is_one_handshake() -> None:
    async with scene() as (stage, _), client(stage.web_port) as viewer:
        for byte in HANDSHAKE:
            viewer.socket.send(bytes([byte]))
            await asyncio.sleep(0)
        assert (await asyncio.get_running_loop().sock_recv(viewer.socket, 65536)).startswith(b"HTTP/1.1 101 ")


@pytest.mark.parametrize(
    ("wire", "code"),
    [
        (bytes([0x82, 0x81, 0, 0, 0, 0, 1]), 1003),  # a message
        (bytes([0x89, 0]), 1002),  # a ping without a mask
        (bytes([0x89, 0xFF]) + b"\xff" * 8, 1002),  # a giant one
        (bytes([0x88, 0x80, 0, 0, 0, 0]), 1000),  # good-bye
    ],
)
async def test_a_client_that_says_more_than_it_may_is_closed(wire: bytes, code: int) -> None:
    async with scene() as (stage, _), client(stage.web_port) as viewer:
        await opened(viewer)
        viewer.socket.send(PING + wire)
        seen = await _rest(viewer.socket)
        assert b"\x8a\x00\x88" in seen, "the ping before it was answered"
        assert code.to_bytes(2, "big") in seen[-128:]
        await eventually(lambda: len(stage.gate.farewells) == 1)


async def test_one_that_asks_without_reading_is_not_served_further() -> None:
    async with scene(door=SMALL) as (stage, camera), client(stage.web_port, receive_buffer_bytes=4096) as viewer:
        await opened(viewer)
        camera.key(300_000)  # more than both sides' buffers hold
        await eventually(lambda: stage.counters.access_units_in == 2)
        flood = (bytes([0x89, 0xFD, 0, 0, 0, 0]) + bytes(125)) * 100
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(30):
            with contextlib.suppress(OSError):  # reset or broken pipe, as the kernel has it
                while True:
                    await loop.sock_sendall(viewer.socket, flood)
        await eventually(lambda: stage.gate.farewells == ["asks without reading"])


async def test_silent_viewers_are_asked_once_and_then_dropped() -> None:
    manners = Manners(session=timedelta(seconds=0.2))
    async with scene(manners) as (stage, camera), client(stage.web_port) as viewer, watching(stage) as answering:
        reading = asyncio.create_task(kinds(answering, 4))  # aiohttp answers pings while it reads
        await opened(viewer)
        assert b"\x89\x00" in await _rest(viewer.socket)
        assert stage.gate.farewells == ["no sign of life"]
        camera.delta()
        assert await reading == [*START, "delta"]


async def test_a_handshake_that_takes_too_long_is_dropped() -> None:
    async with scene(Manners(handshake=timedelta(seconds=0.1))) as (stage, _), client(stage.web_port) as viewer:
        viewer.socket.send(HANDSHAKE[:40])
        assert await _rest(viewer.socket) == b""
        assert stage.gate.farewells == []


async def test_a_stalled_viewer_harms_no_other_and_is_cut_back_to_a_key_picture() -> None:
    async with scene(door=SMALL) as (stage, camera), AsyncExitStack() as crowd:
        stalled = await crowd.enter_async_context(client(stage.web_port, receive_buffer_bytes=4096))
        seen = await opened(stalled)
        good = await crowd.enter_async_context(watching(stage))
        assert await kinds(good, 3) == START
        for _ in range(4):
            await _group(camera, good)
        loop = asyncio.get_running_loop()
        camera.delta(777)
        async with asyncio.timeout(30):
            while not seen.endswith(b"\x41" + bytes(777)):
                seen += await loop.sock_recv(stalled.socket, 65536)
        sequences = [int.from_bytes(seen[at + 8 : at + 12], "big") for at in _places(seen, b"mfhd")]
        gaps = [i for i, (a, b) in enumerate(itertools.pairwise(sequences)) if b - a != 1]
        assert 1 <= len(gaps) == stage.counters.cut_backs
        inits = _places(seen, b"ftyp")
        for gap in gaps:
            after = _places(seen, b"mfhd")[gap + 1]
            assert any(0 < after - at < 1200 for at in inits), "it goes on with an init segment and a key picture"


async def _group(camera: Lens, good: Socket) -> None:
    for _ in range(10):
        camera.delta(20_000)
        assert await kinds(good, 1) == ["delta"]
    camera.key(20_000)
    assert await kinds(good, 3) == START


def _places(data: bytes, word: bytes) -> list[int]:
    return [at for at in range(len(data)) if data.startswith(word, at)] if len(data) < 10**7 else []


async def test_strangers_are_pushed_out_when_they_fill_the_place() -> None:
    door = Door(strangers_most=2, stranger_patience=timedelta(seconds=0.05))
    async with scene(door=door) as (stage, _), AsyncExitStack() as crowd:
        for _ in range(6):
            await crowd.enter_async_context(client(stage.web_port))
        async with watching(stage) as opened:
            assert await kinds(opened, 3) == START
        assert stage.counters.connections_refused >= 4
