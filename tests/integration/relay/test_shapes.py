"""A camera's packets and fragments beside each other: players and browsers of one source, whatever the camera does."""

import asyncio
from contextlib import suppress

import aiohttp

from services.streams.relay.source import FRAGMENTS, PACKETS
from tests.eventually import eventually
from tests.integration.relay.lens import PPS, describe_h265
from tests.integration.relay.stage import client
from tests.integration.relay.test_browsers import START, Socket, kinds, watching
from tests.integration.relay.test_tolerance import heard, play_with_sound
from tests.integration.relay.test_viewers import scene
from tests.unit.relay_mp4.clips import encode, encode_hevc


async def messages(opened: Socket, count: int) -> list[bytes]:
    """The next ``count``, names of codecs too."""
    async with asyncio.timeout(30):
        found = [await opened.receive() for _ in range(count)]
    return [it.data.encode() if it.type is aiohttp.WSMsgType.TEXT else it.data for it in found]


async def test_sound_goes_to_players_that_ask_for_it_and_leaves_browsers_alone() -> None:
    async with scene() as (stage, camera), watching(stage) as browser, client(stage.port) as player:
        await kinds(browser, 3)
        await play_with_sound(player, stage.url("c"))
        camera.hum(b"one")
        camera.delta()
        while not heard(player):
            await player.receive()
        [fragment] = await messages(browser, 1)
        assert b"one" not in fragment
        rings = [stage.sources["c"]._outlets[shape].ring for shape in (PACKETS, FRAGMENTS)]
        assert [bool(ring[ring.head - 1].sound) for ring in rings] == [True, False]


async def test_when_a_camera_changes_its_codec_players_are_ended_and_browsers_see_the_new_one() -> None:
    clip = await asyncio.to_thread(encode_hevc)  # before the camera plays, which must not fall silent meanwhile
    async with scene() as (stage, camera), watching(stage) as browser, client(stage.port) as player:
        await kinds(browser, 3)
        await player.play(stage.url("c"))
        camera.misbehave["DESCRIBE"] = describe_h265
        camera.players.pop().close()
        with suppress(ConnectionError):
            while True:
                await player.receive()
        await eventually(lambda: bool(camera.players))
        camera.delta()  # of the old codec, as it were: nothing begins with it
        for picture in clip.pictures[:2]:
            camera.show(*picture)
        name, init, key, delta = await messages(browser, 4)
        assert b"hvc1.1.6.L60.90" in name
        assert b"hvcC" in init
        assert (key[4:8], delta[4:8]) == (b"moof", b"moof")
        async with watching(stage) as late:
            assert await messages(late, 4) == [name, init, key, delta]
        assert stage.gate.farewells[0] == "the camera changed its format"


async def test_new_parameter_sets_in_the_stream_bring_a_new_init_segment_and_nobody_is_ended() -> None:
    larger = (await asyncio.to_thread(encode, size="640x360")).pictures[0]
    async with scene() as (stage, camera), watching(stage) as browser, client(stage.port) as player:
        await kinds(browser, 3)
        await player.play(stage.url("c"))
        camera.show(*larger)
        name, init, key = await messages(browser, 3)
        assert b"avc1.4d40" in name
        assert (640).to_bytes(2, "big") + (360).to_bytes(2, "big") in init
        assert larger[-1] in key
        while not any(larger[-1] in message.payload for message in player.packets):
            await player.receive()
        camera.key()
        assert len(await messages(browser, 3)) == 3
        assert stage.gate.farewells == []


async def test_parameter_sets_that_no_browser_can_be_told_cost_players_nothing() -> None:
    async with scene() as (stage, camera), watching(stage) as browser, client(stage.port) as player:
        await kinds(browser, 3)
        await player.play(stage.url("c"))
        unreadable = b"\x67\x42\x00\x14\xff"
        camera.show(unreadable, PPS, b"\x65unreadable")
        camera.delta()
        while not any(b"unreadable" in message.payload for message in player.packets):
            await player.receive()
        assert stage.counters.drops == 1
        camera.show(bytes.fromhex("67420014e90a0fd8"), PPS, b"\x65good")
        assert await kinds(browser, 3) == START


async def test_what_was_made_is_let_go_with_the_last_browser_and_made_anew_for_the_next() -> None:
    async with scene() as (stage, camera):
        made = stage.sources["c"]._outlets[FRAGMENTS]
        async with watching(stage) as first:
            await kinds(first, 3)
            assert made.ring.size_bytes > 0
        await eventually(lambda: made.ring.size_bytes == 0)
        camera.delta()
        await eventually(lambda: stage.counters.access_units_in == 2)
        async with watching(stage) as second:
            assert await kinds(second, 4) == [*START, "delta"]
