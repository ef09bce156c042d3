"""RTSPS and WSS: the same viewers over TLS, slow and ended ones among them, and who may come without it."""

import asyncio
import itertools
import socket
import ssl
from contextlib import AsyncExitStack, ExitStack, suppress
from datetime import timedelta
from ipaddress import ip_network

import aiohttp
import pytest

from services.streams.relay.connection import Manners
from services.streams.relay.server import Door
from services.streams.relay.wire import SecureWire
from tests.eventually import eventually
from tests.integration.relay.lens import Lens, lens
from tests.integration.relay.stage import ORIGIN, client, relay, secure_client
from tests.integration.relay.test_viewers import SMALL, pictures, scene, stalled_picture_after, until, until_level

HELLO = bytes.fromhex("16030100800100007c0303")  # the beginning of a ClientHello, whose rest never comes


async def show(camera: Lens) -> None:
    """Key pictures for ever."""
    while True:
        camera.key()
        await asyncio.sleep(0.05)


async def test_a_viewer_over_tls_sees_what_one_without_sees() -> None:
    async with scene() as (stage, camera), secure_client(stage) as viewer, client(stage.port) as plain:
        camera.delta(40_000)
        await eventually(lambda: stage.counters.access_units_in == 2)
        assert (await viewer.play(stage.secure("c"))).status == 200
        assert (await plain.play(stage.url("c"))).status == 200
        camera.delta(40_000)
        assert await until(viewer, 3) == await until(plain, 3) == [5, 1, 1]
        assert viewer.packets == plain.packets
        assert stage.counters.secure_connections == 1
        assert (await viewer.ask("TEARDOWN", stage.secure("c"))).status == 200
        with pytest.raises(ConnectionResetError):
            await viewer.receive()
        await eventually(lambda: stage.counters.secure_connections == 0)


async def test_sound_goes_out_over_tls_too() -> None:
    async with scene() as (stage, camera), secure_client(stage) as viewer:
        url = stage.secure("c")
        assert (await viewer.ask("SETUP", url + "/trackID=0", Transport="RTP/AVP/TCP;unicast")).status == 200
        assert (await viewer.ask("SETUP", url + "/trackID=1", Transport="RTP/AVP/TCP;unicast")).status == 200
        assert (await viewer.ask("PLAY", url)).status == 200
        await until(viewer, 1)
        camera.hum(b"\xd5" * 160)
        camera.delta(20_000)
        await until(viewer, 2)
        assert [packet[12:] for channel, packet in viewer.packets if channel == 2] == [b"\xd5" * 160]


async def test_a_stalled_viewer_over_tls_is_cut_back_to_a_key_picture_and_its_stream_stays_whole() -> None:
    async with scene(door=SMALL) as (stage, camera), AsyncExitStack() as crowd:
        stalled = await crowd.enter_async_context(secure_client(stage, receive_buffer_bytes=4096))
        good = await crowd.enter_async_context(secure_client(stage))
        await stalled.play(stage.secure("c"))
        await good.play(stage.secure("c"))
        for group in range(1, 5):
            for _ in range(10):
                camera.delta(20_000)
                await until(good, len(pictures(good)) + 1)
            camera.key(20_000)
            assert (await until(good, 1 + 11 * group)).count(5) == 1 + group
        assert stage.sources["c"].ring.size_bytes < 12 * 22_000, "memory is the ring's, whatever a viewer left unread"
        got = await until_level(stalled, stage)
        gaps = [i for i, (a, b) in enumerate(itertools.pairwise(got)) if b - a != 1]
        assert 1 <= len(gaps) == stage.counters.cut_backs
        for gap in gaps:
            assert stalled_picture_after(stalled, gap) == 5, "it goes on with a key picture, the one before it whole"
        camera.delta()
        await until(stalled, len(pictures(stalled)) + 1)


async def test_whoever_always_has_more_to_be_read_over_tls_waits_its_turn() -> None:
    async with scene() as (stage, camera), secure_client(stage) as viewer:
        await viewer.play(stage.secure("c"))
        camera.key(5000)
        flooded, turns = SecureWire(viewer.socket), list[int]()
        await flooded.receive(10)  # of a record that has more
        for number in range(1, 5):
            asyncio.get_running_loop().call_soon(turns.append, number)
            await flooded.receive(10)
            assert len(turns) == number


async def test_a_response_over_tls_never_lands_inside_a_picture() -> None:
    async with scene(door=SMALL) as (stage, camera), secure_client(stage, receive_buffer_bytes=4096) as viewer:
        await viewer.play(stage.secure("c"))
        camera.key(300_000)
        camera.delta()
        await eventually(lambda: stage.counters.access_units_in == 3)
        assert (await viewer.ask("GET_PARAMETER", stage.secure("c"))).status == 200
        assert await until(viewer, 3) == [5, 5, 1]


async def test_viewers_over_tls_are_ended_by_a_reset() -> None:
    async with scene() as (stage, camera), AsyncExitStack() as crowd:
        viewers = [await crowd.enter_async_context(secure_client(stage)) for _ in range(10)]
        for viewer in viewers:
            await viewer.play(stage.secure("c"))
            await until(viewer, 1)
        assert await asyncio.wrap_future(stage.ender.end(stage.gate.viewers[:5], "permission revoked")) == 5
        camera.delta()
        for viewer in viewers[:5]:
            with pytest.raises(ConnectionResetError):
                await until(viewer, 2)
            assert pictures(viewer) == [5]
        for viewer in viewers[5:]:
            assert await until(viewer, 2) == [5, 1]
        await eventually(lambda: stage.gate.farewells == ["permission revoked"] * 5)


@pytest.mark.parametrize("said", [b"", HELLO, b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n", b"\x00" * 600])
async def test_ten_thousand_who_never_finish_a_handshake_harm_nobody(said: bytes) -> None:
    door = Door(strangers_most=32)
    async with scene(door=door) as (stage, camera), secure_client(stage) as viewer:
        await viewer.play(stage.secure("c"))
        with ExitStack() as crowd:
            for number in range(10_000 if said == HELLO else 200):
                stranger = crowd.enter_context(socket.socket())
                stranger.setblocking(False)
                stranger.connect_ex(("127.0.0.1", stage.secure_port))
                await asyncio.sleep(0)
                with suppress(OSError):  # the queue of those who wait is full
                    stranger.send(said)
                if number % 100 == 0:
                    camera.delta()
                    await until(viewer, len(pictures(viewer)) + 1)
            assert stage.counters.connections <= 34, "the others wait outside"
        async with asyncio.TaskGroup() as tasks:
            showing = tasks.create_task(show(camera))  # it must not count as away while the queue is worked off
            async with secure_client(stage) as late:
                assert (await late.play(stage.secure("c"))).status == 200
            showing.cancel()


async def test_a_handshake_that_drips_runs_out_of_time() -> None:
    async with scene(Manners(handshake=timedelta(seconds=0.3))) as (stage, _), client(stage.secure_port) as stranger:
        drops = itertools.chain(HELLO, itertools.repeat(0))

        async def is_hung_up_on() -> bool:
            try:
                return stranger.socket.send(bytes([next(drops)])) == 0
            except OSError:
                return True

        await eventually(is_hung_up_on)
        await eventually(lambda: stage.counters.connections == 0)


async def test_what_the_kernel_holds_for_an_ended_viewer_over_tls_is_thrown_away() -> None:
    async with scene() as (stage, camera), secure_client(stage, receive_buffer_bytes=4096) as viewer:
        await viewer.play(stage.secure("c"))
        for _ in range(20):
            camera.delta(20_000)
        await eventually(lambda: stage.counters.access_units_in == 21)
        await asyncio.wrap_future(stage.ender.end(stage.gate.viewers, "incident ended"))
        with pytest.raises(ConnectionResetError):
            await until(viewer, 21)
        assert sum(len(packet) for _, packet in viewer.packets) < 40_000, "what had reached the viewer's own kernel"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_tls_1_2_and_1_3_are_spoken(version: ssl.TLSVersion) -> None:
    async with scene() as (stage, _):
        trust = ssl.create_default_context(cafile=stage.ca)
        trust.minimum_version = trust.maximum_version = version
        reader, writer = await asyncio.open_connection("127.0.0.1", stage.secure_port, ssl=trust)
        writer.write(b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n")
        assert await reader.readline() == b"RTSP/1.0 200 OK\r\n"
        writer.close()


async def test_tls_1_1_is_not_spoken() -> None:
    async with scene() as (stage, _):
        old = ssl.create_default_context(cafile=stage.ca)
        old.set_ciphers("ALL:@SECLEVEL=0")
        with pytest.warns(DeprecationWarning, match="TLSv1_1"):
            old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
        with pytest.raises(ssl.SSLError):
            await asyncio.open_connection("127.0.0.1", stage.secure_port, ssl=old)


async def test_plain_rtsp_is_answered_to_the_listed_networks_only() -> None:
    elsewhere = (ip_network("192.0.2.0/24"),)
    async with lens() as camera, relay(plain_networks=elsewhere) as stage:
        with stage.add("c", camera.uri).held():
            await eventually(lambda: camera.players)
            camera.key()
            async with client(stage.port) as viewer, secure_client(stage) as secure:
                refused = await viewer.ask("DESCRIBE", stage.url("c"))
                assert (refused.status, refused.headers.get("Kapok-Reason")) == (403, "PLAIN_REFUSED")
                assert b"rtsps_url" in refused.body
                assert not stage.gate.admitted, "a token that came in the open is not even read"
                assert (await secure.play(stage.secure("c"))).status == 200
            async with aiohttp.ClientSession() as http:
                opened = await http.ws_connect(stage.web("c"), protocols=("kapok.v1", "abc.def"), origin=ORIGIN)
                await opened.receive()
                assert opened.close_code == 4403


async def test_a_browser_watches_over_wss() -> None:
    async with scene() as (stage, camera), aiohttp.ClientSession() as http:
        trust = ssl.create_default_context(cafile=stage.ca)
        url = f"wss://127.0.0.1:{stage.secure_web_port}/s/c"
        async with http.ws_connect(url, protocols=("kapok.v1", "abc.def"), origin=ORIGIN, ssl=trust) as opened:
            assert "video/mp4" in await opened.receive_str()
            assert b"ftyp" in await opened.receive_bytes()
            camera.delta(30_000)
            assert b"moof" in await opened.receive_bytes()
