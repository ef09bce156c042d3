"""A copy on disk: whole pictures from the first key picture on, decodable by a foreign program."""

from pathlib import Path

import pytest

from cli.recording import Recording
from services.chassis.errors import FailedPrecondition
from services.streams.relay import rtp
from services.streams.relay.sdp import Track
from tests.unit.relay_mp4.clips import Clip, decoded, encode, encode_hevc

_SECOND = 90_000


def _packets(clip: Clip, start: int = 0, sequence: int = 65_530) -> list[rtp.Packet]:
    """Each NAL unit in a packet of its own, numbered so that they wrap; ``start`` in ticks."""
    made = []
    for place, picture in enumerate(clip.pictures):
        for unit in picture:
            is_last = unit is picture[-1]
            made.append(rtp.Packet(96, is_last, sequence % 2**16, start + place * 3600, 1, unit))
            sequence += 1
    return made


def _record(file: Path, packets: list[rtp.Packet], seconds: float = 1.0, encoding: str = "H264") -> Recording:
    with file.open("wb") as out:
        recording = Recording(out, Track("rtsp://x/0", 96, encoding, 90_000), round(seconds * _SECOND))
        for packet in packets:
            if recording.push(packet):
                break
        recording.finish()
    return recording


def test_a_copy_has_the_length_that_was_asked_for(tmp_path: Path) -> None:
    recording = _record(file := tmp_path / "a.mp4", _packets(encode(frames=40)))
    assert recording.ticks == pytest.approx(_SECOND, abs=2 * 3600)
    assert recording.pictures == len(decoded(file))
    assert recording.lost_pictures == 0


def test_a_copy_of_h265_is_one_too(tmp_path: Path) -> None:
    recording = _record(file := tmp_path / "a.mp4", _packets(encode_hevc()), 0.5, "H265")
    assert recording.ticks == pytest.approx(_SECOND / 2, abs=2 * 3600)
    assert recording.pictures == len(decoded(file)) >= 12


def test_a_copy_begins_with_a_key_picture(tmp_path: Path) -> None:
    packets = _packets(encode(frames=40))
    late = [packet for packet in packets if packet.timestamp >= 3 * 3600]
    recording = _record(file := tmp_path / "a.mp4", late)
    assert len(decoded(file)) == recording.pictures


def test_a_picture_that_lost_a_packet_is_left_out_and_counted(tmp_path: Path) -> None:
    packets = _packets(encode(frames=40))
    del packets[next(i for i, packet in enumerate(packets) if packet.timestamp == 19 * 3600)]
    recording = _record(tmp_path / "a.mp4", packets)
    assert recording.lost_pictures == 1
    assert recording.ticks >= _SECOND


def test_a_camera_that_changes_its_format_ends_the_copy(tmp_path: Path) -> None:
    packets = _packets(encode(frames=12))
    after = packets[-1].sequence + 1
    packets += _packets(encode(size="640x360", frames=12), 12 * 3600, after)
    with pytest.raises(FailedPrecondition, match="changed its format"):
        _record(tmp_path / "a.mp4", packets)


def test_pictures_without_marker_end_where_the_time_changes(tmp_path: Path) -> None:
    packets = [rtp.Packet(p.payload_type, False, p.sequence, p.timestamp, 1, p.payload) for p in _packets(encode())]
    recording = _record(file := tmp_path / "a.mp4", packets)
    assert len(decoded(file)) == recording.pictures
