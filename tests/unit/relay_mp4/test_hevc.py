"""H.265 in the container against a foreign encoder and reader, and its RTP payloads taken apart."""

import re
import subprocess
from pathlib import Path

import pytest

from services.rtsp.message import ProtocolError
from services.streams.relay import hevc, mp4
from tests.unit.relay_mp4.clips import FFMPEG, Clip, decoded
from tests.unit.relay_mp4.clips import encode_hevc as encode

_IDR = (19, 20)


def _file(path: Path, clip: Clip) -> Path:
    parts = [mp4.init_segment(clip.parameter_sets, None, hevc)]
    for n, picture in enumerate(clip.pictures):
        is_key = any(hevc.kind(unit) in _IDR for unit in picture)
        sample = mp4.Sample(mp4.prefixed(picture, hevc), n * 3600, 3600, 0, is_key)
        parts.append(mp4.fragment(n + 1, [sample]))
    path.write_bytes(b"".join(parts))
    return path


@pytest.mark.parametrize("pixels", ["yuv420p", "yuv420p10le", "yuv444p"])
def test_a_foreign_decoder_sees_every_picture(tmp_path: Path, pixels: str) -> None:
    path = _file(tmp_path / "a.mp4", encode(pixels=pixels))
    assert len(decoded(path)) == 20
    said = subprocess.run([FFMPEG, "-i", path], capture_output=True, text=True, timeout=60, check=False).stderr
    assert re.search(r"hevc \(.*\) \(hvc1 / .*322x182", said)


def test_the_codec_is_named_as_browsers_ask_for_it() -> None:
    assert hevc.codec(encode().parameter_sets) == "hvc1.1.6.L60.90"
    assert hevc.codec(encode(pixels="yuv420p10le").parameter_sets) == "hvc1.2.4.L60.90"


def test_the_record_repeats_the_profile_and_every_parameter_set() -> None:
    sets = encode().parameter_sets
    entry = hevc.sample_entry(sets)
    record = entry[entry.index(b"hvcC") + 4 :]
    assert record[:2] == b"\x01\x01"
    assert record[12] == hevc.parse(sets[1]).profile[11]
    assert [record.count(unit) for unit in sets] == [1, 1, 1]


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_parameter_sets_that_do_not_suffice_are_refused(missing: int) -> None:
    sets = list(encode().parameter_sets)
    del sets[missing]
    with pytest.raises(ProtocolError):
        hevc.sample_entry(sets)


def test_an_sps_cut_anywhere_is_refused_or_read_and_never_crashes() -> None:
    sps = encode().parameter_sets[1]
    needed = next(n for n in range(15, len(sps) + 1) if _is_read(sps[:n]))
    assert not any(_is_read(sps[:n]) for n in range(needed))


def _is_read(sps: bytes) -> bool:
    try:
        return bool(hevc.parse(sps))
    except ProtocolError:
        return False


def _fragmented(unit: bytes, size: int) -> list[bytes]:
    head = bytes([unit[0] & 0x81 | 49 << 1, unit[1]])
    pieces = [unit[at : at + size] for at in range(2, len(unit), size)]
    last = len(pieces) - 1
    marks = [(i == 0) << 7 | (i == last) << 6 | hevc.kind(unit) for i in range(len(pieces))]
    return [head + bytes([mark]) + piece for mark, piece in zip(marks, pieces, strict=True)]


def test_single_aggregated_and_fragmented_units_come_out_as_they_went_in() -> None:
    *small, large = encode().pictures[0]
    aggregated = bytes([48 << 1, 1]) + b"".join(len(unit).to_bytes(2, "big") + unit for unit in small)
    assert hevc.units([*small, aggregated, *_fragmented(large, 100)]) == [*small, *small, large]


@pytest.mark.parametrize(
    "payloads",
    [
        [b"\x40"],  # too short
        [bytes([48 << 1, 1, 0, 9, 1])],  # an aggregate's length reaches beyond its packet
        [bytes([48 << 1, 1, 0, 0])],  # or is nothing
        _fragmented(bytes(300), 100)[1:],  # the beginning is missing
        _fragmented(bytes(300), 100)[:-1],  # the end is missing
        [bytes([50 << 1, 1, 0, 0])],  # PACI, which nobody agreed on
    ],
)
def test_lies_are_refused(payloads: list[bytes]) -> None:
    with pytest.raises(ProtocolError):
        hevc.units(payloads)
