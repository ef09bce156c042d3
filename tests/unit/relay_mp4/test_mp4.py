"""The muxer against a foreign reader: what it writes, ffmpeg decodes, picture for picture and second for second."""

import re
import struct
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest

from services.rtsp.message import ProtocolError
from services.streams.relay import avc, mp4
from tests.unit.relay_mp4.clips import FFMPEG, Clip, encode, is_key

_FRAME_TICKS = 3600  # 25 pictures a second


def _samples(clip: Clip, timestamps: list[int]) -> list[mp4.Sample]:
    timeline = mp4.Timeline()
    samples = [timeline.push(p, t % 2**32, is_key(p)) for p, t in zip(clip.pictures, timestamps, strict=True)]
    return [sample for sample in [*samples, timeline.finish()] if sample is not None]


def _write(path: Path, clip: Clip, samples: list[mp4.Sample], pictures_each: int) -> None:
    duration = sum(sample.duration for sample in samples)
    parts = [mp4.init_segment(clip.parameter_sets, duration)]
    for sequence, at in enumerate(range(0, len(samples), pictures_each), start=1):
        parts.append(mp4.fragment(sequence, samples[at : at + pictures_each]))
    path.write_bytes(b"".join(parts))


def _decoded_times(path: Path) -> list[float]:
    """The times at which ffmpeg shows the pictures; fails when it finds anything wrong with the file."""
    run = subprocess.run(
        [FFMPEG, "-v", "warning", "-xerror", "-i", path, "-fps_mode", "passthrough", "-copyts",
         "-enc_time_base", "1:90000", "-f", "framecrc", "-"], capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    # Reordered pictures are decoded one tick apart, see mp4.Timeline: remarked by ffmpeg, and shown at the right times.
    assert [line for line in run.stderr.splitlines() if "DTS discontinuity" not in line] == []
    rows = [line.split(",") for line in run.stdout.splitlines() if not line.startswith("#")]
    return [int(row[2]) / 90_000 for row in rows]


def _described(path: Path) -> str:
    return subprocess.run([FFMPEG, "-i", path], capture_output=True, text=True, timeout=60, check=False).stderr


@pytest.mark.parametrize("pictures_each", [1, 10, 30])
def test_a_foreign_decoder_sees_every_picture_at_its_time(tmp_path: Path, pictures_each: int) -> None:
    clip = encode()
    _write(path := tmp_path / "a.mp4", clip, _samples(clip, [n * _FRAME_TICKS for n in range(30)]), pictures_each)
    assert _decoded_times(path) == pytest.approx([n / 25 for n in range(30)])


def test_the_file_tells_its_length_and_its_cropped_size(tmp_path: Path) -> None:
    clip = encode()
    _write(path := tmp_path / "a.mp4", clip, _samples(clip, [n * _FRAME_TICKS for n in range(30)]), 10)
    said = _described(path)
    assert "Duration: 00:00:01.20" in said
    assert re.search(r"h264 \(Main\) \(avc1 / .*322x182", said)


@pytest.mark.parametrize("profile", ["baseline", "high"])
def test_profiles_with_and_without_chroma_fields_are_read(tmp_path: Path, profile: str) -> None:
    clip = encode(size="1920x1080", frames=3, profile=profile)
    _write(path := tmp_path / "a.mp4", clip, _samples(clip, [0, 3600, 7200]), 3)
    assert "1920x1080" in _described(path)
    assert len(_decoded_times(path)) == 3


def test_timestamps_that_wrap_and_start_anywhere_make_one_timeline(tmp_path: Path) -> None:
    clip = encode()
    samples = _samples(clip, [2**32 - 5 * _FRAME_TICKS + n * _FRAME_TICKS for n in range(30)])
    assert [sample.decode_time for sample in samples] == [n * _FRAME_TICKS for n in range(30)]
    assert {sample.duration for sample in samples} == {_FRAME_TICKS}


def test_uneven_pictures_keep_their_own_durations() -> None:
    clip = encode()
    steps = [3000, 4500] * 15
    samples = _samples(clip, [sum(steps[:n]) for n in range(30)])
    assert [sample.duration for sample in samples[:29]] == steps[:29]
    assert all(a.decode_time + a.duration == b.decode_time for a, b in pairwise(samples))


def test_a_clock_that_jumps_does_not_stretch_the_file() -> None:
    clip = encode()
    jumped = [n * _FRAME_TICKS + (10**9 if n >= 15 else 0) for n in range(30)]
    assert sum(sample.duration for sample in _samples(clip, jumped)) == 30 * _FRAME_TICKS


def test_reordered_pictures_are_shown_in_their_order(tmp_path: Path) -> None:
    clip = encode(b_frames=2)
    shown = [0, 3, 1, 2, 6, 4, 5, 9, 7, 8]  # decode order of a group of ten, by place in the display order
    order = [group + place for group in (0, 10, 20) for place in shown]
    samples = _samples(clip, [place * _FRAME_TICKS for place in order])
    assert any(sample.composition_offset < 0 for sample in samples)
    _write(path := tmp_path / "a.mp4", clip, samples, 10)
    times = _decoded_times(path)
    assert [round((time - times[0]) * 25) for time in times] == list(range(30))


def test_parameter_sets_stand_in_the_header_alone() -> None:
    clip = encode()
    [sample] = _samples(Clip(clip.pictures[:1], clip.parameter_sets), [0])
    at, kinds = 0, []
    while at < len(sample.data):
        [length] = struct.unpack_from(">I", sample.data, at)
        kinds.append(sample.data[at + 4] & 31)
        at += 4 + length
    assert 5 in kinds
    assert not {7, 8} & set(kinds)


def test_a_header_written_again_with_its_duration_keeps_its_length() -> None:
    sets = encode().parameter_sets
    assert len(mp4.init_segment(sets, 0)) == len(mp4.init_segment(sets, 123_456_789_012))
    assert b"mehd" not in mp4.init_segment(sets)


def test_the_codec_is_named_as_browsers_ask_for_it() -> None:
    sets = encode(profile="baseline").parameter_sets
    assert re.fullmatch(r"avc1\.42[0-9a-f]{4}", avc.codec(sets))


def test_missing_parameter_sets_are_named() -> None:
    sps, pps = encode().parameter_sets
    with pytest.raises(ProtocolError, match="no PPS"):
        mp4.init_segment([sps])
    with pytest.raises(ProtocolError, match="no SPS"):
        mp4.init_segment([pps])
