"""Cameras that are wrong, or change: formats, sound that is refused, junk. Viewers see on, or know why they don't."""

import asyncio
import os
from contextlib import suppress

import pytest

from services.rtsp.message import Headers, Interleaved, Request, Response
from tests.eventually import eventually
from tests.integration.relay.lens import Lens, answer, describe_h265, lens
from tests.integration.relay.stage import Client, client, relay

HEVC_KEY = b"\x26\x01key"


async def play_with_sound(viewer: Client, url: str) -> Response:
    """Both tracks, as players ask for them."""
    described = await viewer.ask("DESCRIBE", url)
    assert b"PCMA/8000" in described.body
    for track, channels in ((0, "0-1"), (1, "2-3")):
        transport = f"RTP/AVP/TCP;unicast;interleaved={channels}"
        setup = await viewer.ask("SETUP", f"{url}/trackID={track}", Transport=transport)
        assert (setup.status, setup.headers.get("Transport")) == (200, transport)
    return await viewer.ask("PLAY", url)


def heard(viewer: Client) -> list[bytes]:
    return [m.payload[12:] for m in viewer.packets if isinstance(m, Interleaved) and m.channel == 2]


async def test_sound_is_carried_to_those_who_ask_for_it_and_to_nobody_else() -> None:
    async with lens() as camera, relay() as stage, client(stage.port) as hears, client(stage.port) as sees:
        with stage.add("c", camera.uri).held():
            await eventually(lambda: camera.players)
            camera.key()
            played = await play_with_sound(hears, stage.url("c"))
            assert f"url={stage.url('c')}/trackID=1" in played.headers.get("RTP-Info")
            await sees.play(stage.url("c"))
            camera.hum(b"one")
            camera.hum(b"two")
            camera.key()
            camera.hum(b"three")
            camera.delta()
            while len(heard(hears)) < 3:
                await hears.receive()
            while sum(m.channel == 0 for m in sees.packets) < 7:
                await sees.receive()
        assert heard(hears) == [b"one", b"two", b"three"]
        assert {m.channel for m in sees.packets} <= {0, 1}
        assert 3 in {m.channel for m in hears.packets}, "a report of the sound at the key picture"


async def test_a_slow_listener_gets_every_byte_whole() -> None:
    async with lens() as camera, relay() as stage, client(stage.port, receive_buffer_bytes=4096) as hears:
        with stage.add("c", camera.uri).held():
            await eventually(lambda: camera.players)
            camera.key()
            await play_with_sound(hears, stage.url("c"))
            for number in range(40):
                camera.hum(b"%d" % number + bytes(1000))
                camera.delta(40_000)
            await eventually(lambda: stage.counters.access_units_in == 41)
            while not heard(hears) or not heard(hears)[-1].startswith(b"39"):
                await hears.receive()
        assert [int(payload[:2].strip(b"\0")) for payload in heard(hears)] == list(range(40))


async def test_a_camera_that_refuses_its_sound_is_watched_without() -> None:
    async def refuse(camera: Lens, request: Request, writer: asyncio.StreamWriter) -> None:
        if request.uri.endswith("audio"):
            writer.write(Response(500, headers=Headers({"CSeq": str(request.cseq)})).encode())
        else:
            await answer(camera, request, writer)

    async with lens(SETUP=refuse) as camera, relay() as stage, client(stage.port) as viewer:
        with stage.add("c", camera.uri).held():
            await eventually(lambda: camera.players)
            camera.key()
            assert b"m=audio" not in (await viewer.ask("DESCRIBE", stage.url("c"))).body
            assert (await viewer.ask("SETUP", stage.url("c") + "/trackID=1", Transport="RTP/AVP/TCP")).status == 404


async def test_sound_on_the_channel_of_the_pictures_is_not_taken_for_pictures() -> None:
    async def confuse(camera: Lens, request: Request, writer: asyncio.StreamWriter) -> None:
        fields = {"CSeq": str(request.cseq), "Session": "7", "Transport": "RTP/AVP/TCP;unicast;interleaved=0-1"}
        writer.write(Response(200, headers=Headers(fields)).encode())

    async with lens(SETUP=confuse) as camera, relay() as stage, client(stage.port) as viewer:
        with stage.add("c", camera.uri).held():
            await eventually(lambda: camera.players)
            camera.key()
            assert b"m=audio" not in (await viewer.ask("DESCRIBE", stage.url("c"))).body


async def test_viewers_of_a_camera_that_changes_its_codec_are_ended_and_new_ones_see_the_new_one() -> None:
    async with lens() as camera, relay() as stage:
        source = stage.add("c", camera.uri)
        with source.held():
            async with client(stage.port) as old, client(stage.port) as between:
                await eventually(lambda: camera.players)
                camera.key()
                await old.play(stage.url("c"))
                await between.ask("DESCRIBE", stage.url("c"))
                await between.ask("SETUP", stage.url("c") + "/trackID=0", Transport="RTP/AVP/TCP")
                camera.misbehave["DESCRIBE"] = describe_h265
                camera.players[0].close()
                with suppress(ConnectionError):
                    while True:
                        await old.receive()
                assert all(m.payload[12:14] != HEVC_KEY[:2] for m in old.packets)
                assert (await between.ask("PLAY", stage.url("c"))).status == 503, "it was told of the old format"
            await eventually(lambda: camera.connections == 2 and camera.players)
            camera.show(HEVC_KEY)
            async with client(stage.port) as new:
                assert b"H265/90000" in (await new.ask("DESCRIBE", stage.url("c"))).body
        await eventually(lambda: "the camera changed its format" in stage.gate.farewells)


async def test_junk_between_the_packets_of_a_camera_harms_nothing() -> None:
    async with lens() as camera, relay() as stage, client(stage.port) as viewer:
        with stage.add("c", camera.uri).held():
            await eventually(lambda: camera.players)
            camera.key()
            await viewer.play(stage.url("c"))
            junk = [b"", b"\x80", bytes(1400), b"\xff" * 65_535, b"\x80\xc8\x00\x06short"]
            for player in camera.players:
                player.write(b"".join(Interleaved(channel, j).encode() for channel in range(256) for j in junk[:3]))
                player.write(b"".join(Interleaved(channel, j).encode() for channel in range(5) for j in junk))
                player.write(b"\r\nRTSP/1.0 200 OK\r\nCSeq: 4294967295\r\n\r\n")
            camera.key()
            while sum(m.payload[12] == 0x65 for m in viewer.packets if m.channel == 0) < 2:
                await viewer.receive()
        assert camera.connections == 1
        assert stage.counters.drops > 0


@pytest.mark.parametrize(("public", "method"), [("DESCRIBE, GET_PARAMETER", "GET_PARAMETER"), ("DESCRIBE", "OPTIONS")])
async def test_a_camera_is_kept_alive_as_it_asks(public: str, method: str) -> None:
    async def options(_camera: Lens, request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(Response(200, headers=Headers({"CSeq": str(request.cseq), "Public": public})).encode())

    async def hurry(_camera: Lens, request: Request, writer: asyncio.StreamWriter) -> None:
        fields = {"Session": "9;timeout=1", "Transport": request.headers.get("Transport")}
        writer.write(Response(200, headers=Headers({"CSeq": str(request.cseq), **fields})).encode())

    async with lens(OPTIONS=options, SETUP=hurry) as camera, relay() as stage:

        def is_kept_alive() -> bool:
            camera.key()
            later = camera.requests[5:]
            return [(request.method, request.headers.get("Session")) for request in later[:2]] == [(method, "9")] * 2

        with stage.add("c", camera.uri).held():
            await eventually(is_kept_alive)
        assert camera.connections == 1


async def test_a_camera_that_refuses_for_ever_costs_no_descriptor() -> None:
    async def refuse(_camera: Lens, request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(Response(401, headers=Headers({"CSeq": str(request.cseq)})).encode())

    async with lens(OPTIONS=refuse) as camera, relay() as stage:
        with stage.add("c", camera.uri, "geheim").held():
            await eventually(lambda: camera.connections >= 3)
            before = await asyncio.to_thread(_descriptors)
            await eventually(lambda: camera.connections >= 8, within_s=10)
            assert await asyncio.to_thread(_descriptors) <= before + 2, "one connection at a time, at both of its ends"


def _descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))
