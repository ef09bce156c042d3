"""Viewers: how they come in, what each is answered, how slow ones and ended ones leave the others unharmed."""

import asyncio
import itertools
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import pytest

from services.chassis.errors import Denied, Error, Exhausted, FailedPrecondition, Unauthenticated
from services.streams.relay.connection import Manners
from services.streams.relay.server import Door
from services.streams.relay.source import Habits
from tests.eventually import eventually
from tests.integration.relay.lens import Lens, lens
from tests.integration.relay.stage import HASTY, Client, Stage, client, relay

SMALL = Door(send_buffer_bytes=8192)
TCP = "RTP/AVP/TCP;unicast;interleaved=0-1"


@asynccontextmanager
async def scene(
    manners: Manners | None = None, door: Door | None = None, habits: Habits = HASTY
) -> AsyncIterator[tuple[Stage, Lens]]:
    """A relay with one camera ``c`` that has shown a key picture and is kept pulled."""
    async with lens() as camera, relay(habits, manners, door) as stage:
        with stage.add("c", camera.uri).held():
            await eventually(lambda: camera.players)
            camera.key()
            await stage.sources["c"].description()
            yield stage, camera


def pictures(viewer: Client) -> list[int]:
    """Types of the pictures received so far, by the NAL unit of their last packet: 5 key, 1 delta."""
    return [packet[12] & 31 for channel, packet in viewer.packets if channel == 0 and packet[1] & 0x80]


async def until(viewer: Client, count: int) -> list[int]:
    """Receive until ``count`` pictures are there."""
    async with asyncio.timeout(30):
        while len(pictures(viewer)) < count:
            await viewer.receive()
    return pictures(viewer)


async def test_a_viewer_starts_with_the_cached_group_at_the_packet_that_rtp_info_names() -> None:
    async with scene() as (stage, camera), client(stage.port) as viewer:
        camera.delta()
        camera.delta()
        await eventually(lambda: stage.counters.access_units_in == 3)
        played = await viewer.play(stage.url("c"))
        assert await until(viewer, 3) == [5, 1, 1]
        camera.delta()
        assert await until(viewer, 4) == [5, 1, 1, 1]
        (report_channel, report), (_, first), *_ = viewer.packets
        assert (report_channel, report[1]) == (1, 200), "a sender report comes before the first picture"
        sequence, timestamp = int.from_bytes(first[2:4], "big"), int.from_bytes(first[4:8], "big")
        info = f"url={stage.url('c')}/trackID=0;seq={sequence};rtptime={timestamp}"
        assert played.headers.get("RTP-Info") == info
        assert stage.gate.admitted == ["/s/c?token=abc.def"], "one admission for three requests"


async def test_nothing_is_sent_before_the_fact_is_durable() -> None:
    async with scene() as (stage, camera), client(stage.port) as viewer:
        stage.gate.may_open.clear()
        playing = asyncio.create_task(viewer.play(stage.url("c")))
        camera.delta()
        await eventually(lambda: stage.counters.access_units_in == 2)
        assert not viewer.packets
        assert not playing.done()
        stage.gate.may_open.set()
        assert (await playing).status == 200
        assert await until(viewer, 2) == [5, 1]


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (Denied("NOT_PERMITTED", "not this camera"), 403),
        (Unauthenticated("TOKEN_EXPIRED", "open the session again"), 401),
        (Exhausted("VIEWERS_EXHAUSTED", "one viewer", retry_after=timedelta(seconds=1)), 453),
        (FailedPrecondition("SYSTEM_NOT_ACCEPTED", "Article 8"), 503),
    ],
)
async def test_a_refusal_of_the_gate_says_its_reason(refusal: Error, status: int) -> None:
    async with scene() as (stage, _), client(stage.port) as viewer:
        stage.gate.refusal = refusal
        response = await viewer.ask("DESCRIBE", stage.url("c"))
        assert (response.status, response.headers.get("Kapok-Reason")) == (status, refusal.reason)
        assert response.body.decode().strip() == refusal.message
        assert stage.gate.farewells == []


async def test_verbs_are_answered_as_the_rfc_has_them() -> None:
    async with scene() as (stage, _), client(stage.port) as viewer:
        url = stage.url("c")
        assert "DESCRIBE" in (await viewer.ask("OPTIONS", "*")).headers.get("Public")
        assert (await viewer.ask("PLAY", url)).status == 455
        udp = await viewer.ask("SETUP", url, Transport="RTP/AVP;unicast;client_port=5000-5001")
        assert (udp.status, udp.headers.get("Kapok-Reason")) == (461, "TRANSPORT_UNSUPPORTED")
        assert (await viewer.ask("SETUP", url, Transport=f"RTP/AVP;unicast;client_port=5-6,{TCP}")).status == 200
        assert (await viewer.ask("PLAY", url, Session="another")).status == 454
        assert (await viewer.ask("DESCRIBE", url.replace("/s/c", "/s/d"))).status == 403
        assert (await viewer.ask("PLAY", url)).status == 200
        assert (await viewer.ask("SETUP", url, Transport=TCP)).status == 455
        assert (await viewer.ask("PAUSE", url)).status == 405
        assert (await viewer.ask("REDIRECT", url)).status == 501
        assert (await viewer.ask("GET_PARAMETER", url)).status == 200
        assert (await viewer.ask("DESCRIBE", url, Require="something")).status == 551
        assert (await viewer.ask("TEARDOWN", url)).status == 200
        await eventually(lambda: stage.gate.farewells == ["teardown"])


@pytest.mark.parametrize(
    "wire", [b"GET / HTTP/1.1\r\n\r\n", b"\x00" * 10, b"PLAY rtsp://h/ RTSP/1.0\r\nCSeq: x\r\n\r\n"]
)
async def test_garbage_is_answered_once_and_hung_up_on(wire: bytes) -> None:
    async with scene() as (stage, _), client(stage.port) as viewer:
        viewer.socket.send(wire)
        (response,) = await viewer.receive()
        assert (response.status, response.headers.get("Kapok-Reason")) == (400, "RTSP_MALFORMED")
        with pytest.raises(ConnectionResetError):
            await viewer.receive()


async def test_a_stalled_viewer_harms_no_other_and_is_cut_back_to_a_key_picture() -> None:
    async with scene(door=SMALL) as (stage, camera), AsyncExitStack() as crowd:
        stalled = await crowd.enter_async_context(client(stage.port, receive_buffer_bytes=4096))
        good = await crowd.enter_async_context(client(stage.port))
        await stalled.play(stage.url("c"))
        await good.play(stage.url("c"))
        ring = stage.sources["c"].ring
        for group in range(1, 5):
            for _ in range(10):
                camera.delta(20_000)
                await until(good, len(pictures(good)) + 1)
            camera.key(20_000)
            assert (await until(good, 1 + 11 * group)).count(5) == 1 + group
        assert ring.size_bytes < 12 * 22_000, "memory is the ring's, whatever a viewer left unread"
        got = await until_level(stalled, stage)
        gaps = [i for i, (a, b) in enumerate(itertools.pairwise(got)) if b - a != 1]
        assert 1 <= len(gaps) == stage.counters.cut_backs
        for gap in gaps:
            assert stalled_picture_after(stalled, gap) == 5, "it goes on with a key picture, the one before it whole"
        camera.delta()
        await until(stalled, len(pictures(stalled)) + 1)


async def until_level(viewer: Client, stage: Stage) -> list[int]:
    """Receive until the newest picture is here; the sequence numbers of all."""
    newest = stage.sources["c"].ring[stage.sources["c"].ring.head - 1].timestamp
    async with asyncio.timeout(30):
        while True:
            await viewer.receive()
            rtp = [packet for channel, packet in viewer.packets if channel == 0]
            if int.from_bytes(rtp[-1][4:8], "big") == newest and rtp[-1][1] & 0x80:
                return [int.from_bytes(packet[2:4], "big") for packet in rtp]


def stalled_picture_after(viewer: Client, packet: int) -> int:
    """The type of the picture that follows packet number ``packet``, which must be the last of its own."""
    rtp = [packet for channel, packet in viewer.packets if channel == 0]
    assert rtp[packet][1] & 0x80
    return next(p[12] & 31 for p in rtp[packet + 1 :] if p[12] & 31 not in (6, 7, 8))


async def test_a_response_never_lands_inside_a_picture() -> None:
    async with scene(door=SMALL) as (stage, camera), client(stage.port, receive_buffer_bytes=4096) as viewer:
        await viewer.play(stage.url("c"))
        camera.key(300_000)
        camera.delta()
        await eventually(lambda: stage.counters.access_units_in == 3)
        assert (await viewer.ask("GET_PARAMETER", stage.url("c"))).status == 200
        assert await until(viewer, 3) == [5, 5, 1]


@pytest.mark.parametrize("count", [10, 40], ids=["in the loop", "most by the thread"])
async def test_ended_viewers_are_reset_and_get_one_picture_more_at_most(count: int) -> None:
    async with scene() as (stage, camera), AsyncExitStack() as crowd:
        viewers = [await crowd.enter_async_context(client(stage.port)) for _ in range(count + 10)]
        for viewer in viewers:
            await viewer.play(stage.url("c"))
            await until(viewer, 1)
        doomed = stage.gate.viewers[:count]
        ending = stage.ender.end(doomed, "permission revoked")
        assert ending.done() or count > 10, "few are reset before anything else is done"
        assert await asyncio.wrap_future(ending) == count
        camera.delta()
        for viewer in viewers[:count]:
            with pytest.raises(ConnectionResetError):
                await until(viewer, 2)
            assert pictures(viewer) == [5]
        for viewer in viewers[count:]:
            assert await until(viewer, 2) == [5, 1]
        await eventually(lambda: stage.gate.farewells == ["permission revoked"] * count)
        assert stage.counters.viewers == 10
        assert await asyncio.wrap_future(stage.ender.end(doomed, "again")) == 0


async def test_what_the_kernel_holds_for_an_ended_viewer_is_thrown_away() -> None:
    async with scene() as (stage, camera), client(stage.port, receive_buffer_bytes=4096) as viewer:
        await viewer.play(stage.url("c"))
        for _ in range(20):
            camera.delta(20_000)
        await eventually(lambda: stage.counters.access_units_in == 21)
        await asyncio.wrap_future(stage.ender.end(stage.gate.viewers, "incident ended"))
        with pytest.raises(ConnectionResetError):
            await until(viewer, 21)
        received = sum(len(packet) for _, packet in viewer.packets)
        assert received < 20_000, "only what had reached the viewer's own kernel"


async def test_strangers_who_say_nothing_do_not_keep_a_viewer_out() -> None:
    door = Door(strangers_most=4, stranger_patience=timedelta(seconds=0.05))
    async with scene(door=door) as (stage, _), AsyncExitStack() as crowd:
        for _ in range(8):
            await crowd.enter_async_context(client(stage.port))
        viewer = await crowd.enter_async_context(client(stage.port))
        assert (await viewer.play(stage.url("c"))).status == 200
        assert stage.counters.connections_refused >= 4


async def test_a_handshake_byte_by_byte_runs_out_of_time() -> None:
    manners = Manners(handshake=timedelta(seconds=0.3))
    async with scene(manners) as (stage, _), client(stage.port) as viewer:
        started_s = asyncio.get_running_loop().time()

        async def is_hung_up_on() -> bool:
            try:
                return viewer.socket.send(b"O") == 0
            except OSError:
                return True

        await eventually(is_hung_up_on)
        assert asyncio.get_running_loop().time() - started_s < 2


async def test_a_viewer_without_a_sign_of_life_is_ended_and_one_with_stays() -> None:
    manners = Manners(session=timedelta(seconds=0.4))
    async with scene(manners) as (stage, camera), client(stage.port) as alive, client(stage.port) as dead:
        await alive.play(stage.url("c"))
        await dead.play(stage.url("c"))

        async def is_ended() -> bool:
            await alive.ask("GET_PARAMETER", stage.url("c"))
            return bool(stage.gate.farewells)

        await eventually(is_ended)
        assert stage.gate.farewells == ["no sign of life"]
        camera.delta()
        await until(alive, 2)


async def test_every_opened_viewer_is_closed_once_when_the_relay_stops() -> None:
    async with scene() as (stage, _):
        viewer = socket.create_connection(("127.0.0.1", stage.port))
        viewer.setblocking(False)
        await Client(viewer).play(stage.url("c"))
        gate = stage.gate
    assert gate.farewells == ["relay stopped"]
    viewer.close()
