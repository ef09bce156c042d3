"""Viewers that take RTP over UDP: what reaches them, what never leaves the relay, and when it is over."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from services.rtsp.message import Response
from services.streams.relay import datagrams
from services.streams.relay.connection import Manners
from services.streams.relay.port_pair import port_pair
from tests.eventually import eventually
from tests.integration.relay.lens import Lens, describe_h265, lens
from tests.integration.relay.stage import Client, Stage, client, relay, secure_client

TCP = "RTP/AVP/TCP;unicast;interleaved=0-1"
REPORT = bytes((0x80, 201, 0, 1, 0, 0, 0, 1))  # of a receiver


@asynccontextmanager
async def scene(manners: Manners | None = None) -> AsyncIterator[tuple[Stage, Lens]]:
    """A relay that sends datagrams, with one camera ``c`` that has shown a key picture and is kept pulled."""
    async with lens() as camera, relay(manners=manners, has_datagrams=True) as stage:
        with stage.add("c", camera.uri).held():
            await eventually(lambda: camera.players)
            camera.key()
            await stage.sources["c"].description()
            yield stage, camera


@dataclass
class Ears:
    """A pair of ports of a viewer, and what came to them."""

    rtp: socket.socket
    rtcp: socket.socket
    packets: list[bytes] = field(default_factory=list)
    reports: list[bytes] = field(default_factory=list)
    came_from: set[tuple[str, int]] = field(default_factory=set)

    @property
    def offer(self) -> str:
        port = self.rtp.getsockname()[1]
        return f"RTP/AVP;unicast;client_port={port}-{port + 1}"

    def pictures(self) -> list[int]:
        """Types of the pictures received so far."""
        for one, heard in ((self.rtp, self.packets), (self.rtcp, self.reports)):
            with suppress(BlockingIOError):
                while True:
                    data, address = one.recvfrom(65536)
                    heard.append(data)
                    self.came_from.add(address)
        return [packet[12] & 31 for packet in self.packets if packet[1] & 0x80]


@asynccontextmanager
async def ears() -> AsyncIterator[Ears]:
    rtp, rtcp = port_pair("127.0.0.1")
    rtp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**20)
    with rtp, rtcp:
        yield Ears(rtp, rtcp)


async def play(viewer: Client, url: str, at: Ears) -> Response:
    assert (await viewer.ask("DESCRIBE", url)).status == 200
    setup = await viewer.ask("SETUP", url + "/trackID=0", Transport=at.offer)
    assert setup.status == 200, setup
    assert setup.headers.get("Transport").startswith(at.offer + ";server_port=")
    return await viewer.ask("PLAY", url)


@pytest.mark.parametrize("has_segments", [True, False])
async def test_what_goes_by_datagrams_is_what_goes_interleaved(
    has_segments: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not has_segments:
        monkeypatch.setattr(datagrams, "_UDP_SEGMENT", 9999)  # an option that no kernel knows
    async with scene() as (stage, camera), client(stage.port) as viewer, client(stage.port) as other, ears() as at:
        camera.delta(30_000)
        await eventually(lambda: stage.counters.access_units_in == 2)
        played = await play(viewer, stage.url("c"), at)
        assert played.status == 200
        await other.play(stage.url("c"))
        camera.delta(30_000)
        camera.key(200_000)
        await eventually(lambda: at.pictures() == [5, 1, 1, 5])
        while len([1 for channel, packet in other.packets if channel == 0 and packet[1] & 0x80]) < 4:
            await other.receive()
        assert at.packets == [packet for channel, packet in other.packets if channel == 0]
        assert at.reports == [packet for channel, packet in other.packets if channel == 1]
        assert f"seq={int.from_bytes(at.packets[0][2:4], 'big')};" in played.headers.get("RTP-Info")
        assert (stage.counters.viewers, stage.counters.datagram_viewers, stage.counters.datagrams_lost) == (2, 1, 0)
        assert (await viewer.ask("TEARDOWN", stage.url("c"))).status == 200
        await eventually(lambda: stage.counters.datagram_viewers == 0)


async def test_the_kernel_of_this_machine_cuts_runs() -> None:
    async with ears() as at:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.connect(at.rtp.getsockname())
            try:
                one.setsockopt(socket.IPPROTO_UDP, datagrams._UDP_SEGMENT, 100)
            except OSError:
                pytest.skip("this kernel has no UDP_SEGMENT (Linux 4.18)")
            one.send(bytes(250))
        assert [len(at.rtp.recv(500)) for _ in range(3)] == [100, 100, 50]


async def test_sound_has_ports_of_its_own_and_goes_to_who_set_it_up() -> None:
    async with scene() as (stage, camera), client(stage.port) as viewer, ears() as seen, ears() as heard:
        url = stage.url("c")
        assert (await viewer.ask("SETUP", url + "/trackID=0", Transport=seen.offer)).status == 200
        assert (await viewer.ask("SETUP", url + "/trackID=1", Transport=heard.offer)).status == 200
        assert (await viewer.ask("PLAY", url)).status == 200
        camera.hum(b"\xd5" * 160)
        camera.hum(b"\xd5" * 160)
        camera.delta()
        await eventually(lambda: seen.pictures() == [5, 1])
        heard.pictures()
        assert [packet[12:] for packet in heard.packets] == [b"\xd5" * 160] * 2


async def test_the_other_track_must_go_the_same_way_and_a_second_setup_begins_anew() -> None:
    async with scene() as (stage, camera), client(stage.port) as viewer, ears() as first, ears() as second:
        url = stage.url("c")
        assert (await viewer.ask("SETUP", url + "/trackID=0", Transport=first.offer)).status == 200
        assert (await viewer.ask("SETUP", url + "/trackID=1", Transport=TCP)).status == 461
        assert (await viewer.ask("SETUP", url + "/trackID=0", Transport=TCP)).status == 200
        assert (await viewer.ask("SETUP", url + "/trackID=1", Transport=first.offer)).status == 461
        assert (await viewer.ask("SETUP", url + "/trackID=0", Transport=second.offer)).status == 200
        assert (await viewer.ask("PLAY", url)).status == 200
        assert (await viewer.ask("SETUP", url + "/trackID=0", Transport=first.offer)).status == 455
        camera.delta()
        await eventually(lambda: second.pictures() == [5, 1])
        assert first.pictures() == []


@pytest.mark.parametrize("ports", ["0-1", "65536-65537", "5001-5002", "5000-5009", "5000", "x-y"])
async def test_ports_that_are_no_pair_are_refused(ports: str) -> None:
    async with scene() as (stage, _), client(stage.port) as viewer:
        url = stage.url("c")
        refused = await viewer.ask("SETUP", url, Transport=f"RTP/AVP;unicast;client_port={ports}")
        assert (refused.status, refused.headers.get("Kapok-Reason")) == (461, "TRANSPORT_UNSUPPORTED")
        assert b"client_port" in refused.body
        assert (await viewer.ask("PLAY", url)).status == 455, "nothing was set up"


async def test_datagrams_go_to_the_address_of_the_connection_only() -> None:
    async with scene() as (stage, _), client(stage.port) as viewer, ears() as at:
        aimed = at.offer + ";destination=127.0.0.2"
        assert (await viewer.ask("SETUP", stage.url("c"), Transport=aimed)).status == 461


async def test_over_tls_nothing_goes_in_the_open() -> None:
    async with scene() as (stage, _), secure_client(stage) as viewer, ears() as at:
        refused = await viewer.ask("SETUP", stage.secure("c"), Transport=at.offer)
        assert (refused.status, b"in the open" in refused.body) == (461, True)
        assert (await viewer.ask("SETUP", stage.secure("c"), Transport=f"{at.offer},{TCP}")).status == 200


async def test_an_ending_ends_the_datagrams_too() -> None:
    async with scene() as (stage, camera), client(stage.port) as viewer, ears() as at:
        await play(viewer, stage.url("c"), at)
        await eventually(lambda: at.pictures() == [5])
        await asyncio.wrap_future(stage.ender.end(stage.gate.viewers, "permission revoked"))
        camera.delta()
        await eventually(lambda: stage.gate.farewells == ["permission revoked"])
        camera.delta()
        await eventually(lambda: stage.counters.access_units_in == 3)
        assert at.pictures() == [5]


async def test_a_hung_up_connection_ends_them() -> None:
    async with scene() as (stage, camera), ears() as at:
        async with client(stage.port) as viewer:
            await play(viewer, stage.url("c"), at)
            await eventually(lambda: at.pictures() == [5])
        await eventually(lambda: stage.gate.farewells)
        camera.delta()
        await eventually(lambda: stage.counters.access_units_in == 2)
        assert at.pictures() == [5]


async def test_receiver_reports_keep_a_silent_connection_alive_and_nothing_else_does() -> None:
    manners = Manners(session=timedelta(seconds=0.4))
    async with scene(manners) as (stage, _), AsyncExitStack() as crowd:
        alive, dead = [await crowd.enter_async_context(client(stage.port)) for _ in range(2)]
        good, bad = [await crowd.enter_async_context(ears()) for _ in range(2)]
        await play(alive, stage.url("c"), good)
        await play(dead, stage.url("c"), bad)
        await eventually(lambda: good.pictures() == bad.pictures() == [5])

        async def is_ended() -> bool:
            for one, said in ((good, REPORT), (bad, b"hello, relay")):
                for host, port in one.came_from:
                    one.rtcp.sendto(said, (host, port | 1))
            return bool(stage.gate.farewells)

        await eventually(is_ended)
        assert stage.gate.farewells == ["no sign of life"]
        assert stage.counters.datagram_viewers == 1


async def test_a_viewer_whose_ports_are_shut_or_full_harms_no_other() -> None:
    async with scene() as (stage, camera), client(stage.port) as good, client(stage.port) as shut, ears() as at:
        async with ears() as closing:
            await play(shut, stage.url("c"), closing)
        await play(good, stage.url("c"), at)
        for number in range(20):
            camera.delta(20_000)
            await eventually(lambda number=number: len(at.pictures()) == 2 + number)
        assert stage.counters.datagrams_lost > 0
        assert stage.gate.farewells == [], "its connection says when it goes"


async def test_players_of_a_camera_that_changes_its_codec_are_ended() -> None:
    async with scene() as (stage, camera), client(stage.port) as viewer, ears() as at:
        await play(viewer, stage.url("c"), at)
        await eventually(lambda: at.pictures() == [5])
        camera.misbehave["DESCRIBE"] = describe_h265
        await camera.go()
        await eventually(lambda: stage.gate.farewells == ["the camera changed its format"])


async def test_where_datagrams_are_off_the_refusal_says_what_to_use() -> None:
    async with lens() as camera, relay() as stage, client(stage.port) as viewer, ears() as at:
        with stage.add("c", camera.uri).held():
            await eventually(lambda: camera.players)
            camera.key()
            refused = await viewer.ask("SETUP", stage.url("c"), Transport=at.offer)
            assert (refused.status, b"RTP/AVP/TCP" in refused.body) == (461, True)
