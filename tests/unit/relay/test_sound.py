"""Sound carried along: what of a camera's offer is taken, how its packets go out, and that its lies cost nothing."""

import struct

import pytest

from services.rtsp.message import Interleaved, Parser, ProtocolError
from services.streams.relay.framing import Arrival
from services.streams.relay.h264 import H264
from services.streams.relay.rtp import Assembler
from services.streams.relay.sdp import Sound, Track, offer, parse
from services.streams.relay.sound import Carried
from services.streams.relay.wallclock import WallClock

VIDEO = "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:video\r\n"
CONFIG = "streamtype=5;profile-level-id=15;mode=AAC-hbr;config=1408;sizelength=13;indexlength=3;indexdeltalength=3"
_97 = "m=audio 0 RTP/AVP 97\r\na=rtpmap:97 "
G711 = Sound("rtsp://c/audio", 8, "PCMA", 8000)
AAC = Sound("rtsp://c/audio", 97, "MPEG4-GENERIC", 16_000, 1, CONFIG)


def rtp(sequence: int, timestamp: int, payload: bytes, kind: int = 8) -> bytes:
    return struct.pack(">BBHII", 0x80, kind, sequence & 0xFFFF, timestamp, 7) + payload


def at(seconds: float) -> Arrival:
    return Arrival(seconds, 1_700_000_000 + seconds)


def carried(track: Sound | None = G711) -> Carried:
    made = Carried(ssrc=9)
    made.restart(track)
    return made


def packets(wire: bytes) -> list[tuple[int, bytes]]:
    return [(m.channel, m.payload) for m in Parser().feed(wire) if isinstance(m, Interleaved)]


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ("m=audio 0 RTP/AVP 8\r\na=control:audio\r\n", G711),
        ("m=audio 0 RTP/AVP 0\r\na=control:audio\r\n", Sound("rtsp://c/audio", 0, "PCMU", 8000)),
        ("m=audio 0 RTP/AVP 98\r\na=rtpmap:98 PCMU/16000/2\r\na=control:audio\r\n",
         Sound("rtsp://c/audio", 98, "PCMU", 16_000, 2)),
        (_97 + f"mpeg4-generic/16000\r\na=fmtp:97 {CONFIG}; x=<script>\r\na=control:audio\r\n",
         AAC),
        (_97 + "mpeg4-generic/16000\r\na=control:audio\r\n", None),
        (_97 + "MPEG4-GENERIC/16000\r\na=fmtp:97 config=1 408\r\na=control:audio\r\n", None),
        (_97 + "OPUS/48000/2\r\na=control:audio\r\n", None),
        (_97 + "PCMA/999999999/2\r\na=control:audio\r\n", None),
        ("m=audio 0 RTP/AVP 8\r\n", None),
        ("m=audio\r\n", None),
        ("", None),
    ],
)  # fmt: skip
def test_of_a_cameras_sound_is_taken_what_can_be_carried(section: str, expected: Sound | None) -> None:
    for body in (section + VIDEO, VIDEO + section):
        assert parse(f"v=0\r\n{body}".encode(), "rtsp://c").sound == expected


@pytest.mark.parametrize("sound", [G711, AAC])
def test_an_offer_with_sound_is_understood_by_our_own_parser(sound: Sound) -> None:
    offered = parse(offer(H264(), sound), "rtsp://relay/s/1").sound
    assert offered is not None
    assert (offered.encoding, offered.clock_rate_hz, offered.fmtp) == (sound.encoding, sound.clock_rate_hz, sound.fmtp)


def test_sound_goes_out_with_the_picture_that_follows() -> None:
    sound = carried()
    made = Assembler(ssrc=42, sound=sound)
    made.restart(Track("rtsp://c/video", 96, "H264", 90_000))
    sound.push(rtp(1, 160, b"before the first key picture"), at(0))
    made.push([rtp(1, 0, b"\x41delta", 0x80 | 96)], lambda: at(0.01))
    sound.push(rtp(2, 320, b"with the key"), at(0.02))
    sound.push(rtp(3, 480, b"too"), at(0.03))
    (key,) = made.push([rtp(2, 3600, b"\x65key", 0x80 | 96)], lambda: at(0.04))
    (delta,) = made.push([rtp(3, 7200, b"\x41delta", 0x80 | 96)], lambda: at(0.08))
    (report_channel, report), *sounds = packets(key.sound)
    assert (report_channel, report[1]) == (3, 200), "a report at each key picture"
    assert [(channel, packet[12:]) for channel, packet in sounds] == [(2, b"with the key"), (2, b"too")]
    assert delta.sound == b""


def test_numbers_and_time_run_on_over_a_reconnect() -> None:
    sound = carried()
    sound.push(rtp(65_535, 0xFFFFFFFF, b"a"), at(1.0))
    sound.push(rtp(0, 159, b"b"), at(1.02))
    (_, first), (_, second) = packets(sound.take(None))
    sound.restart(G711)
    sound.push(rtp(777, 5, b"c"), at(3.02))
    ((_, third),) = packets(sound.take(None))
    numbers = [int.from_bytes(packet[2:4], "big") for packet in (first, second, third)]
    times = [int.from_bytes(packet[4:8], "big") for packet in (first, second, third)]
    assert numbers == [numbers[0], numbers[0] + 1, numbers[0] + 2]
    assert times == [times[0], times[0] + 160, times[0] + 160 + 16_000]


def test_without_pictures_sound_is_bounded() -> None:
    sound = carried()
    for i in range(10_000):
        sound.push(rtp(i, 160 * i, bytes(160)), at(i / 50))
    assert len(sound.take(WallClock())) < 70_000


@pytest.mark.parametrize("payload", [b"\x00", b"\x00\x10", b"\x00\x10ab", b"\xff\xffabc", b"\x00\x00abc"])
def test_aac_headers_that_lie_are_refused(payload: bytes) -> None:
    with pytest.raises(ProtocolError):
        carried(AAC).push(rtp(1, 1, payload, 97), at(0))


def test_other_payload_types_are_left_out() -> None:
    sound = carried()
    sound.push(rtp(1, 1, b"comfort noise", 13), at(0))
    assert sound.take(WallClock()) == b""
