"""Pictures out of packets: boundaries, key pictures, numbering, bounds, and what happens to malformed ones."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.rtsp.message import Interleaved, Parser, ProtocolError
from services.streams.relay.framing import Arrival
from services.streams.relay.h264 import H264, KEY, PARAMETERS
from services.streams.relay.mark import FILLERS
from services.streams.relay.rtp import AccessUnit, Assembler, parse
from services.streams.relay.sdp import Track
from services.streams.relay.wallclock import PICTURE

SPS, PPS = bytes.fromhex("67420014e90a0fd8"), bytes.fromhex("68ce3880")
SPROP = "sprop-parameter-sets=Z0IAFOkKD9g=,aM44gA=="
IDR, DELTA = b"\x65key", b"\x41delta"


def rtp(sequence: int, timestamp: int, payload: bytes, *, marker: bool = True, kind: int = 97, ssrc: int = 1) -> bytes:
    return struct.pack(">BBHII", 0x80, kind | marker << 7, sequence & 0xFFFF, timestamp, ssrc) + payload


def at(seconds: float) -> Arrival:
    return Arrival(seconds, 1_700_000_000 + seconds)


def assembler(fmtp: str = "", most: int = 8 * 2**20) -> Assembler:
    made = Assembler(ssrc=42, picture_bytes_most=most)
    made.restart(Track("rtsp://c/video", 97, "H264", 90_000, fmtp))
    return made


def push(made: Assembler, *packets: bytes, seconds: float = 0.0) -> list[AccessUnit]:
    return made.push(packets, lambda: at(seconds))


def payloads(unit: AccessUnit) -> list[bytes]:
    """The RTP payloads of a unit's buffer, read as a viewer reads them, but for the place of marks."""
    messages = Parser().feed(unit.buffer)
    found = [m.payload[12:] for m in messages if isinstance(m, Interleaved) and m.channel == 0]
    if unit.is_key:
        found.remove(FILLERS["H264"])
    return found


def test_a_picture_ends_at_the_marker() -> None:
    made = assembler()
    (unit,) = push(made, rtp(1, 10, IDR, marker=False), rtp(2, 10, IDR))
    assert payloads(unit) == [IDR, IDR]
    assert unit.is_key


def test_a_picture_ends_where_the_timestamp_changes_when_the_marker_is_forgotten() -> None:
    made = assembler()
    first, second = push(
        made, rtp(1, 10, IDR, marker=False), rtp(2, 20, DELTA, marker=False), rtp(3, 30, DELTA, marker=False)
    )
    assert (payloads(first), payloads(second)) == ([IDR], [DELTA])
    markers = [m.payload[1] >> 7 for m in Parser().feed(second.buffer) if isinstance(m, Interleaved)]
    assert markers == [1], "viewers get the marker that the camera forgot"


def test_nothing_comes_out_before_the_first_key_picture() -> None:
    made = assembler()
    assert push(made, rtp(1, 10, DELTA), rtp(2, 20, DELTA)) == []
    (unit,) = push(made, rtp(3, 30, IDR))
    assert unit.is_key


def test_slices_with_a_marker_each_are_one_key_picture() -> None:
    units = push(assembler(), rtp(1, 10, IDR), rtp(2, 10, IDR), rtp(3, 20, DELTA), rtp(4, 30, IDR))
    assert [unit.is_key for unit in units] == [True, False, False, True]


def test_parameter_sets_of_the_sdp_go_out_with_each_key_picture_that_lacks_them() -> None:
    lacking, bringing = push(assembler(SPROP), rtp(1, 10, IDR), *own_parameters(2, 20))
    assert payloads(lacking) == [SPS, PPS, IDR]
    assert payloads(bringing) == [SPS, PPS, IDR]


def own_parameters(sequence: int, timestamp: int) -> list[bytes]:
    return [
        rtp(sequence, timestamp, SPS, marker=False),
        rtp(sequence + 1, timestamp, PPS, marker=False),
        rtp(sequence + 2, timestamp, IDR),
    ]


def test_late_parameter_sets_replace_those_of_the_sdp() -> None:
    newer = b"\x67\x64\x00\x28new"
    made = assembler(SPROP)
    push(made, rtp(1, 10, IDR), rtp(2, 20, newer, marker=False), rtp(3, 20, PPS, marker=False), rtp(4, 20, IDR))
    assert made.inspector is not None
    assert made.inspector.parameter_sets == [newer, PPS]
    assert "profile-level-id=640028" in made.inspector.fmtp


def test_numbers_run_on_over_a_reconnect_and_time_by_the_clock() -> None:
    made = assembler()
    (before,) = push(made, rtp(65_535, 0xFFFFFFFF, IDR), seconds=1.0)
    made.restart(Track("rtsp://c/video", 97, "H264", 90_000))
    (after,) = push(made, rtp(7, 1234, IDR, ssrc=9), seconds=3.5)
    assert after.first_sequence == (before.first_sequence + 2) & 0xFFFF, "a key picture has one packet more"
    assert (after.timestamp - before.timestamp) & 0xFFFFFFFF == 225_000


def test_a_gap_of_the_camera_stays_a_gap_for_the_viewer() -> None:
    first, second = push(assembler(), rtp(1, 10, IDR), rtp(4, 20, DELTA))
    assert second.first_sequence == first.first_sequence + 3 + 1


@pytest.mark.parametrize("jump", [5000, -200])
def test_a_jump_of_a_cameras_numbers_is_no_gap_for_the_viewer(jump: int) -> None:
    first, second, third = push(assembler(), rtp(300, 10, IDR), rtp(300 + jump, 20, DELTA), rtp(301 + jump, 30, DELTA))
    assert [unit.first_sequence - first.first_sequence for unit in (first, second, third)] == [0, 2, 3]


def test_a_jump_inside_a_picture_does_not_tear_it() -> None:
    (unit,) = push(assembler(), rtp(300, 10, IDR, marker=False), rtp(40_000, 10, IDR))
    numbers = [int.from_bytes(m.payload[2:4], "big") for m in Parser().feed(unit.buffer) if m.channel == 0]  # type: ignore[union-attr]
    assert numbers == [numbers[0], numbers[0] + 1, numbers[0] + 2]


def test_small_steps_back_in_time_are_kept() -> None:
    units = push(assembler(), *(rtp(i, 90_000 + t, IDR) for i, t in enumerate((0, 10_800, 3600, 7200))))
    assert [unit.timestamp - units[0].timestamp for unit in units] == [0, 10_800, 3600, 7200]


@pytest.mark.parametrize("absurd", [5, 2**31, 0xFFFFFFFF - 90_000 * 60])
def test_timestamps_that_break_off_go_on_by_the_time_that_passed(absurd: int) -> None:
    made = assembler()
    (before,) = push(made, rtp(1, 2**30, IDR), seconds=1.0)
    (at_once,) = push(made, rtp(2, absurd, DELTA), seconds=1.04)
    (after,) = push(made, rtp(3, absurd + 3600, DELTA), seconds=1.08)
    assert [unit.timestamp - before.timestamp for unit in (at_once, after)] == [3600, 7200]


def test_a_camera_whose_timestamps_stand_still_still_has_key_pictures() -> None:
    made = assembler()
    units = [unit for i in range(3) for unit in push(made, rtp(2 * i, 0, IDR), rtp(2 * i + 1, 0, DELTA), seconds=i)]
    assert [unit.is_key for unit in units] == [True, False] * 3


def test_parameter_sets_of_the_sdp_may_have_start_codes_and_nonsense_between() -> None:
    made = assembler("sprop-parameter-sets=AAAAAWdCABTpCg/Y,Zm9v====,, aM44gA==")
    (unit,) = push(made, rtp(1, 10, IDR))
    assert payloads(unit) == [SPS, PPS, IDR]


def test_wrong_parameter_sets_of_the_sdp_are_forgotten_once_the_stream_tells_better() -> None:
    right = b"\x67\x64\x00\x28right"
    made = assembler(SPROP)
    push(made, rtp(1, 10, right, marker=False), rtp(2, 10, PPS, marker=False), rtp(3, 10, IDR))
    (later,) = push(made, rtp(4, 20, IDR))
    assert payloads(later) == [right, PPS, IDR]


def test_a_change_of_resolution_goes_through_with_its_parameter_sets() -> None:
    larger = b"\x67\x64\x00\x33larger"
    made = assembler(SPROP)
    push(made, rtp(1, 10, IDR))
    (unit,) = push(made, rtp(2, 20, larger, marker=False), rtp(3, 20, PPS, marker=False), rtp(4, 20, IDR))
    assert payloads(unit) == [larger, PPS, IDR]
    assert made.inspector is not None
    assert made.inspector.parameter_sets == [larger, PPS]


def test_a_gigabyte_without_an_end_is_one_dropped_picture_and_holds_no_memory() -> None:
    made, most = assembler(most=100_000), 0
    payload = b"\x65" + bytes(60_000)
    for i in range(2**30 // len(payload)):
        push(made, rtp(i, 10, payload, marker=False))
        most = max(most, sum(len(held) for _, held in made._pending))
    assert most <= 100_000
    (unit,) = push(made, rtp(0, 20, IDR))
    assert (made.dropped, payloads(unit)) == (1, [IDR])


def test_pictures_are_placed_by_the_cameras_reports() -> None:
    made = assembler()
    ntp = (1_700_000_000 + 2_208_988_800) << 32
    made.clock.hear(PICTURE, struct.pack(">BBHIQIII", 0x80, 200, 6, 1, ntp, 0, 0, 0), at(0.5))
    (unit,) = push(made, rtp(1, 9000, IDR), seconds=0.5)
    assert unit.captured_at_unix_s == pytest.approx(1_700_000_000.1)


def test_a_sender_report_precedes_each_key_picture() -> None:
    key, delta = push(assembler(), rtp(1, 10, IDR), rtp(2, 20, DELTA), seconds=2.0)
    report, *_ = Parser().feed(key.buffer)
    assert isinstance(report, Interleaved)
    _, kind, words, ssrc, ntp_s, _, timestamp = struct.unpack(">BBHIIII", report.payload[:20])
    assert (report.channel, kind, words, ssrc) == (1, 200, 6, 42)
    assert (ntp_s, timestamp) == (1_700_000_002 + 2_208_988_800, key.timestamp)
    assert all(m.channel == 0 for m in Parser().feed(delta.buffer) if isinstance(m, Interleaved))


def test_a_picture_larger_than_allowed_is_dropped_and_the_next_one_is_not() -> None:
    made = assembler(most=1000)
    big = [rtp(i, 10, b"\x65" + bytes(300), marker=i == 9) for i in range(10)]
    assert push(made, *big) == []
    assert made.dropped == 1
    assert len(push(made, rtp(10, 20, IDR))) == 1


def test_other_payload_types_and_malformed_packets_are_left_out() -> None:
    made = assembler()
    assert push(made, rtp(1, 10, IDR, kind=8), b"short", rtp(2, 10, b""), rtp(3, 10, b"\x18\xff\xff\x65")) == []
    assert made.dropped == 3


@pytest.mark.parametrize(
    "packet",
    [
        rtp(1, 1, b"x" * 4)[:11],
        b"\x40" + rtp(1, 1, b"xx")[1:],
        b"\x8f" + rtp(1, 1, b"xx")[1:],
        b"\x90" + rtp(1, 1, b"\xbe\xde\x00\xff")[1:],
        b"\xa0" + rtp(1, 1, b"xx\xff")[1:],
        b"\xa0" + rtp(1, 1, b"xx\x00")[1:],
    ],
    ids=["short", "version", "sources", "extension", "padding", "zero padding"],
)
def test_lengths_that_contradict_each_other_are_refused(packet: bytes) -> None:
    with pytest.raises(ProtocolError):
        parse(packet)


def test_padding_extension_and_sources_are_stripped() -> None:
    packet = b"\xb1" + rtp(1, 1, b"")[1:] + b"csrc" + b"\xbe\xde\x00\x01extn" + IDR + b"\x00\x00\x03"
    assert parse(packet).payload == IDR


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_any_bytes_leave_the_assembler_alive(packets: list[bytes]) -> None:
    made = assembler()
    push(made, *packets, *(rtp(i, i, packet) for i, packet in enumerate(packets)))
    assert push(made, rtp(5, 2**31, IDR))[-1].is_key


@pytest.mark.parametrize(
    ("payload", "flags"),
    [
        (IDR, KEY),
        (DELTA, 0),
        (SPS, PARAMETERS),
        (PPS, 0),
        (b"\x7c\x85start", KEY),
        (b"\x7c\x05middle", 0),
        (b"\x7c\x45end", 0),
        (b"\x7c\x81delta", 0),
        (b"\x06\x06recovery point", KEY),
        (b"\x06\x05user data", 0),
        (b"\x18\x00\x08" + SPS + b"\x00\x04" + PPS + b"\x00\x04" + IDR, KEY | PARAMETERS),
    ],
)
def test_key_pictures_and_parameter_sets_are_seen_in_every_packetisation(payload: bytes, flags: int) -> None:
    assert H264().inspect(payload) == flags


def test_parameter_sets_are_bounded() -> None:
    inspector = H264("sprop-parameter-sets=!!!,,aM44gA==," + "aM44gA==," * 100)
    assert inspector.parameter_sets == [PPS]
    for i in range(100):
        inspector.inspect(b"\x68" + bytes([i]))
    inspector.inspect(b"\x68" + bytes(60_000))
    assert len(inspector.parameter_sets) == 16
