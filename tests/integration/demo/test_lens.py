"""The lens's protocol on real sockets, with a clock that only the test moves."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from demo.cameras.feed import Feed
from demo.cameras.lens import HANDSHAKE_TIMEOUT_S, SESSION_TIMEOUT_S, Connection, Lenses
from demo.cameras.rtp import Track
from services.rtsp.digest import Credentials
from services.rtsp.message import Interleaved
from tests.eventually import eventually
from tests.integration.demo.puller import pull
from tests.unit.demo.clips import made_clip

WHO = Credentials("lens", "secret")
CODE, OTHER = "44010400041320000001", "44010400041320000002"
START_S = 1_800_000_000.5


@dataclass
class Stand:
    """A server of two cameras that play the same clip."""

    port: int = 0
    now_s: float = START_S
    feed: Feed = field(default_factory=lambda: Feed(Track(made_clip()), START_S))

    def __post_init__(self) -> None:
        self.lenses = Lenses({CODE: self.feed, OTHER: self.feed}, WHO, lambda: self.now_s)

    def pass_time(self, seconds: float) -> None:
        """Let it pass picture by picture, as the pacer does."""
        end_s = self.now_s + seconds
        while self.now_s < end_s:
            self.now_s = min(end_s, self.now_s + 0.04)
            self.feed.advance(self.now_s)


@pytest.fixture
async def stand() -> AsyncIterator[Stand]:
    made = Stand()
    server = await asyncio.get_running_loop().create_server(lambda: Connection(made.lenses), "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    made.lenses.close()
    server.close()


def rtp(packets: list[Interleaved]) -> list[tuple[int, int]]:
    """(sequence, timestamp) of the RTP packets among ``packets``."""
    return [struct.unpack_from("!HI", packet.payload, 2) for packet in packets if packet.channel == 0]


async def test_a_puller_begins_with_the_key_picture_that_rtp_info_names(stand: Stand) -> None:
    async with pull(stand.port, CODE, WHO) as puller:
        await puller.set_up()
        info = (await puller.ask("PLAY")).headers.get("RTP-Info")
        report, *packets = await puller.receive(6)
        sequence, timestamp = rtp(packets)[0]
        assert info.endswith(f"/trackID=0;seq={sequence};rtptime={timestamp}")
        assert (report.channel, report.payload[1]) == (1, 200)
        assert [packet.payload[12] & 0x1F for packet in packets[:3]] == [7, 8, 28]


async def test_all_pullers_see_the_same_phase(stand: Stand) -> None:
    async with pull(stand.port, CODE, WHO) as one, pull(stand.port, OTHER, WHO) as two:
        await one.set_up()
        await one.ask("PLAY")
        stand.pass_time(0.4)
        await two.set_up()
        await two.ask("PLAY")
        stand.pass_time(1.0)
        assert (await one.receive(60))[1:] == (await two.receive(60))[1:]


async def test_nothing_is_streamed_before_play(stand: Stand) -> None:
    async with pull(stand.port, CODE, WHO) as puller:
        await puller.set_up()
        stand.pass_time(2.0)
        assert (await puller.ask("GET_PARAMETER")).status == 200
        assert puller.packets == []


async def test_teardown_ends_the_connection(stand: Stand) -> None:
    async with pull(stand.port, CODE, WHO) as puller:
        await puller.set_up()
        await puller.ask("PLAY")
        assert (await puller.ask("TEARDOWN")).status == 200
        await eventually(lambda: not stand.lenses.connections)


async def test_a_wrong_password_an_unknown_camera_and_udp_are_refused(stand: Stand) -> None:
    async with pull(stand.port, CODE, Credentials("lens", "wrong")) as puller:
        assert (await puller.ask("DESCRIBE")).status == 401
    async with pull(stand.port, "44010400041320009999", WHO) as puller:
        assert (await puller.ask("DESCRIBE")).status == 404
    async with pull(stand.port, CODE, WHO) as puller:
        assert (await puller.ask("SETUP", "RTP/AVP;unicast;client_port=5000-5001")).status == 461
        assert (await puller.ask("PLAY")).status == 454
        assert (await puller.ask("RECORD")).status == 405


async def test_garbage_is_answered_with_400_and_a_closed_connection(stand: Stand) -> None:
    async with pull(stand.port, CODE, WHO) as puller:
        puller.writer.write(b"\x00\x01garbage\r\n\r\n")
        assert (await asyncio.wait_for(puller.reader.read(), 10)).startswith(b"RTSP/1.0 400 ")


async def test_a_puller_that_takes_nothing_is_dropped_and_harms_no_other(stand: Stand) -> None:
    async with pull(stand.port, CODE, WHO) as good, pull(stand.port, CODE, WHO) as slow:
        for puller in (good, slow):
            await puller.set_up()
            await puller.ask("PLAY")
        slow.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.reader._transport.pause_reading()  # type: ignore[attr-defined] # the one way to stop a StreamReader
        taken: list[Interleaved] = []

        async def only_one_is_left() -> bool:
            stand.pass_time(1.0)
            taken.extend(await good.receive(75))
            return len(stand.lenses.connections) == 1

        await eventually(only_one_is_left, within_s=30)
        numbers = [sequence for sequence, _ in rtp(taken)]
        assert numbers == [(numbers[0] + index) & 0xFFFF for index in range(len(numbers))]


async def test_who_does_not_begin_to_play_in_time_is_dropped(stand: Stand) -> None:
    async with pull(stand.port, CODE, WHO) as puller:
        await puller.set_up()
        stand.now_s += HANDSHAKE_TIMEOUT_S + 1
        stand.lenses.reap()
        await eventually(lambda: not stand.lenses.connections)


async def test_a_player_that_falls_silent_is_dropped_and_one_that_keeps_alive_is_not(stand: Stand) -> None:
    async with pull(stand.port, CODE, WHO) as kept, pull(stand.port, CODE, WHO) as silent:
        for puller in (kept, silent):
            await puller.set_up()
            await puller.ask("PLAY")
        stand.now_s += SESSION_TIMEOUT_S - 5
        await kept.ask("GET_PARAMETER")
        stand.now_s += 10
        stand.lenses.reap()
        await eventually(lambda: len(stand.lenses.connections) == 1)
        assert (await kept.ask("GET_PARAMETER")).status == 200


async def test_after_standing_still_it_goes_on_with_a_key_picture_and_not_with_the_past(stand: Stand) -> None:
    async with pull(stand.port, CODE, WHO) as puller:
        await puller.set_up()
        await puller.ask("PLAY")
        stand.now_s += 3600
        before = stand.feed.last
        stand.feed.advance(stand.now_s)
        assert stand.feed.last - before == 3600 * 25
        resumed = stand.feed.track.timestamp(stand.feed.first)
        await eventually(lambda: _has_come(puller.receive, resumed))


async def _has_come(receive: object, timestamp: int) -> bool:
    (packet,) = rtp(await receive(1)) or [(0, 0)]  # type: ignore[operator]
    return packet[1] == timestamp
