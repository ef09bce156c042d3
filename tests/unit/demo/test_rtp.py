"""The endless RTP stream of a clip: RFC 3550 headers, RFC 6184 payloads, one continuous clock."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from demo.cameras.rtp import CLOCK_HZ, PACKET_BYTES, Track
from services.rtsp.message import Interleaved, Parser
from tests.unit.demo.clips import made_clip

TRACK = Track(made_clip())
TICKS = st.integers(min_value=0, max_value=2**40)


def packets(tick: int, channel: int = 0) -> list[bytes]:
    messages = Parser().feed(TRACK.picture(tick, channel))
    assert all(isinstance(message, Interleaved) and message.channel == channel for message in messages)
    return [message.payload for message in messages if isinstance(message, Interleaved)]


def nals(rtp: list[bytes]) -> tuple[bytes, ...]:
    """What RFC 6184 §5.8 has a receiver do."""
    units: list[bytes] = []
    for payload in (packet[12:] for packet in rtp):
        if payload[0] & 0x1F != 28:
            units.append(payload)
        elif payload[1] & 0x80:
            units.append(bytes((payload[0] & 0xE0 | payload[1] & 0x1F,)) + payload[2:])
        else:
            units[-1] += payload[2:]
    return tuple(units)


@given(TICKS)
def test_a_receiver_gets_back_the_nal_units_of_the_picture(tick: int) -> None:
    sent = packets(tick, channel=6)
    assert nals(sent) == TRACK.clip.pictures[tick % len(TRACK.clip.pictures)].nals
    assert max(len(packet) for packet in sent) <= 12 + PACKET_BYTES


@given(TICKS)
def test_only_the_last_packet_of_a_picture_carries_the_marker(tick: int) -> None:
    assert [packet[1] >> 7 for packet in packets(tick)] == [0] * (len(packets(tick)) - 1) + [1]


@given(TICKS)
def test_sequence_and_time_go_on_without_a_gap_also_where_the_loop_begins_again(tick: int) -> None:
    both = packets(tick) + packets(tick + 1)
    numbers = [struct.unpack_from("!H", packet, 2)[0] for packet in both]
    assert numbers == [(numbers[0] + index) & 0xFFFF for index in range(len(numbers))]
    first, second = (struct.unpack_from("!I", packet, 4)[0] for packet in (both[0], both[-1]))
    assert (second - first) & 0xFFFF_FFFF == CLOCK_HZ // TRACK.clip.fps


@given(TICKS)
def test_the_key_picture_before_is_a_key_picture_of_the_last_second(tick: int) -> None:
    key = TRACK.key_before(tick)
    assert TRACK.clip.pictures[key % len(TRACK.clip.pictures)].is_key
    assert 0 <= tick - key < TRACK.clip.fps


def test_the_sender_report_ties_rtp_time_to_the_wall_clock() -> None:
    tick = TRACK.tick_at(1_800_000_000.5)
    (message,) = Parser().feed(TRACK.report(tick, 1))
    assert isinstance(message, Interleaved)
    kind, length, ssrc, seconds, part, timestamp = struct.unpack_from("!xBHIIII", message.payload)
    assert (kind, length, ssrc) == (200, 6, TRACK.ssrc)
    assert seconds - 2_208_988_800 + part / 2**32 == TRACK.due_s(tick)
    assert timestamp == TRACK.timestamp(tick)
    sdes_kind, sdes_words = struct.unpack_from("!xBH", message.payload, 28)
    assert (sdes_kind, 28 + 4 + 4 * sdes_words) == (202, len(message.payload))
