"""Cameras that give their pictures over UDP only: overtaken, lost, from strangers, and where they may come from."""

import asyncio
import os

import pytest

from services.streams.relay.mark import FILLERS
from tests.eventually import eventually
from tests.integration.relay.datagrams import line, stranger
from tests.integration.relay.lens import PPS, SPS, rtp
from tests.integration.relay.stage import Client, client, relay
from tests.integration.relay.test_sources import failure_of


async def payloads_of(viewer: Client, count: int) -> list[bytes]:
    """The first ``count`` payloads of pictures."""
    while len(found := [m.payload[12:] for m in viewer.packets if m.channel == 0]) < count:
        await viewer.receive()
    return found


async def test_a_camera_that_refuses_tcp_is_pulled_over_udp_in_order_and_from_nobody_else() -> None:
    async with line() as far, relay() as stage, client(stage.port) as viewer:
        source = stage.add("c", far.camera.uri)
        with source.held():
            await eventually(lambda: far.camera.players)
            assert ["TCP" in offer for offer in far.offers] == [True, False, False], "the sound is refused, no more"
            assert far.player is not None
            await stranger(far.player, rtp(11, 90, b"\x65stranger"))
            far.send(10, 90, b"\x65first", marker=False)
            far.send(12, 90, b"\x65third")
            far.send(11, 90, b"\x65second", marker=False)
            await viewer.play(stage.url("c"))
            assert await payloads_of(viewer, 6) == [
                SPS, PPS, FILLERS["H264"], b"\x65first", b"\x65second", b"\x65third",
            ]  # fmt: skip


async def test_another_source_that_a_camera_names_is_not_believed() -> None:
    header = "RTP/AVP;unicast;{client};server_port={port}-{other};source=10.1.2.3"
    async with line(header) as far, relay() as stage:
        source = stage.add("c", far.camera.uri)
        with source.held():
            await eventually(lambda: far.camera.players)
            far.send(10, 90, b"\x65from its own address")
            assert b"H264" in await source.description()


async def test_what_is_lost_delays_the_rest_but_a_moment_and_shows_as_a_gap() -> None:
    async with line() as far, relay() as stage, client(stage.port) as viewer:
        source = stage.add("c", far.camera.uri)
        with source.held():
            await eventually(lambda: far.camera.players)
            far.send(10, 0, b"\x65key")
            await viewer.play(stage.url("c"))
            for number in range(12, 80):  # 11 is lost
                far.send(number, 3600 * number, b"\x41delta")
            found = await payloads_of(viewer, 4 + 60)
            numbers = [int.from_bytes(m.payload[2:4], "big") for m in viewer.packets if m.channel == 0]
        assert found[4] == b"\x41delta"
        assert numbers[4] - numbers[3] == 2


async def test_silence_of_a_udp_camera_is_noticed() -> None:
    async with line() as far, relay() as stage:
        with stage.add("c", far.camera.uri).held():
            await eventually(lambda: far.camera.players)
            far.send(10, 0, b"\x65key")
            await eventually(lambda: far.camera.connections == 2)


@pytest.mark.parametrize(
    "header",
    [
        "RTP/AVP;unicast;{client};server_port=0-1",
        "RTP/AVP;unicast;{client};server_port=70000-70001",
        "RTP/AVP;unicast;{client}",
        "RTP/AVP/TCP;unicast;interleaved=0-1;server_port={port}-{other}",
        "",
    ],
)
async def test_a_camera_that_does_not_say_where_from_it_sends_is_refused(header: str) -> None:
    async with line(header) as far:
        assert (await failure_of(far.camera)).reason == "RTSP_MALFORMED"


async def test_no_port_is_kept_when_a_camera_fails() -> None:
    async with line(header="") as far:
        before = await asyncio.to_thread(_descriptors)
        for _ in range(20):
            await failure_of(far.camera)
        await eventually(lambda: _descriptors() <= before)


def _descriptors() -> int:

    return len(os.listdir("/proc/self/fd"))
