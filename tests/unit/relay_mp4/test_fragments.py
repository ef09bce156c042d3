"""Fragments for browsers: made of the relay's packets, decoded by a foreign reader, whole from any key picture."""

import itertools
import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from services.rtsp.message import ProtocolError
from services.streams.relay import websocket
from services.streams.relay.fragments import Fragments
from services.streams.relay.framing import Arrival
from services.streams.relay.rtp import AccessUnit, Assembler
from services.streams.relay.sdp import Track
from tests.integration.relay.lens import rtp
from tests.unit.relay_mp4.clips import Clip, decoded, encode, encode_hevc


class Camera:
    """Sends clips over RTP, single units and fragments, and has the relay's assembler join them."""

    def __init__(self, encoding: str = "H264") -> None:
        self.assembler = Assembler(1)
        self.maker = Fragments()
        self.sequence = 0
        self.connect(encoding)

    def connect(self, encoding: str) -> None:
        self.encoding = encoding
        self.assembler.restart(Track("", 97, encoding, 90_000))

    def units(self, clip: Clip, timestamps: list[int], *, has_markers: bool = True) -> list[AccessUnit]:
        found: list[AccessUnit] = []
        for picture, timestamp in zip(clip.pictures, timestamps, strict=True):
            payloads = [payload for unit in picture for payload in self._cut(unit)]
            for i, payload in enumerate(payloads):
                self.sequence += 1
                is_last = has_markers and i == len(payloads) - 1
                packet = rtp(self.sequence, timestamp, payload, marker=is_last)
                found += self.assembler.push([packet], partial(Arrival, timestamp / 90_000, 0))
        return found

    def make(self, unit: AccessUnit) -> list[tuple[int, bytes]]:
        return list(_messages(self.maker.make(unit).buffer))

    def _cut(self, unit: bytes) -> list[bytes]:
        """In fragments, when it is large."""
        if len(unit) <= 1000:
            return [unit]
        if self.encoding == "H264":
            kind, size, head = unit[0] & 31, 1, bytes([unit[0] & 0xE0 | 28])
        else:
            kind, size, head = unit[0] >> 1 & 63, 2, bytes([unit[0] & 0x81 | 49 << 1, unit[1]])
        pieces = [unit[at : at + 1000] for at in range(size, len(unit), 1000)]
        marks = [(i == 0) << 7 | (i == len(pieces) - 1) << 6 | kind for i in range(len(pieces))]
        return [head + bytes([mark]) + piece for mark, piece in zip(marks, pieces, strict=True)]


def _messages(buffer: bytes) -> Any:
    at = 0
    while at < len(buffer):
        size, head = buffer[at + 1], 2
        if size > 125:
            head = 4 if size == 126 else 10
            size = int.from_bytes(buffer[at + 2 : at + head], "big")
        yield buffer[at] & 15, buffer[at + head : at + head + size]
        at += head + size


def _written(path: Path, messages: list[tuple[int, bytes]]) -> Path:
    """A file has its init segment once; browsers take it again."""
    payloads = [payload for kind, payload in messages if kind == websocket.BINARY]
    path.write_bytes(b"".join(dict.fromkeys(payloads)))
    return path


@pytest.mark.parametrize("first", [0, 10, 20])
@pytest.mark.parametrize(("encoding", "codec"), [("H264", "avc1.4d400d"), ("H265", "hvc1.1.6.L60.90")])
def test_a_foreign_reader_decodes_every_picture_from_any_key_picture_on(
    tmp_path: Path, encoding: str, codec: str, first: int
) -> None:
    camera, clip = Camera(encoding), encode() if encoding == "H264" else encode_hevc(frames=30)
    made = [camera.make(unit) for unit in camera.units(clip, [n * 3600 for n in range(30)])]
    assert [len(messages) for messages in made] == ([3] + [1] * 9) * 3
    kinds = [kind for kind, _ in made[first]]
    assert kinds == [websocket.TEXT, websocket.BINARY, websocket.BINARY]
    assert json.loads(made[first][0][1]) == {"type": f'video/mp4; codecs="{codec}"'}
    path = _written(tmp_path / "a.mp4", [message for messages in made[first:] for message in messages])
    rows = decoded(path)
    assert len(rows) == 30 - first


def test_a_clock_that_jumps_leaves_no_hole_that_stops_a_browser() -> None:
    camera, clip = Camera(), encode()
    made = [camera.make(unit)[-1][1] for unit in camera.units(clip, [n * 3600 + (n > 14) * 10**7 for n in range(30)])]
    times = [_decode_time(fragment) for fragment in made]
    steps = [b - a for a, b in itertools.pairwise(times)]
    assert steps[14] == 4 * 3600
    assert set(steps[:14]) == {3600}


def test_a_torn_picture_is_refused() -> None:
    camera, clip = Camera(), encode(size="640x360")
    unit, *_ = camera.units(clip, [n * 3600 for n in range(30)])
    torn = replace(unit, buffer=unit.buffer[: unit.buffer.rindex(b"$\0\x03")])
    with pytest.raises(ProtocolError):
        camera.make(torn)


def test_a_change_of_size_brings_a_new_init_segment(tmp_path: Path) -> None:
    camera = Camera()
    small, large = encode(frames=10), encode(size="640x360", frames=10)
    first = [camera.make(unit) for unit in camera.units(small, [n * 3600 for n in range(10)])]
    second = [camera.make(unit) for unit in camera.units(large, [n * 3600 for n in range(10, 20)])]
    assert first[0][1] != second[0][1]
    path = _written(tmp_path / "b.mp4", [message for messages in second for message in messages])
    assert len(decoded(path)) == 10


def test_another_codec_brings_its_name_and_init_segment_and_time_goes_on(tmp_path: Path) -> None:
    camera = Camera()
    before = [camera.make(unit) for unit in camera.units(encode(frames=10), [n * 3600 for n in range(10)])]
    camera.connect("H265")
    after = [camera.make(unit) for unit in camera.units(encode_hevc(frames=10), [n * 3600 for n in range(10, 20)])]
    assert [len(messages) for messages in (before[-1], after[0], after[1])] == [1, 3, 1]
    assert "hvc1" in json.loads(after[0][0][1])["type"]
    assert _decode_time(after[0][-1][1]) - _decode_time(before[-1][-1][1]) == 3600
    path = _written(tmp_path / "c.mp4", [message for messages in after for message in messages])
    assert len(decoded(path)) == 10


def test_a_key_picture_is_opened_by_the_sets_it_came_with_though_the_next_ones_are_known_already() -> None:
    camera = Camera()
    small, large = encode(frames=1), encode(size="640x360", frames=1)
    [] = camera.units(small, [0], has_markers=False)
    [first] = camera.units(large, [3600], has_markers=False)  # its first packet ends the picture before
    assert first.parameter_sets == tuple(small.parameter_sets)
    assert camera.assembler.inspector is not None
    assert camera.assembler.inspector.parameter_sets == large.parameter_sets


def test_new_parameter_sets_between_key_pictures_spoil_what_follows_and_are_told_at_the_next_one() -> None:
    camera, clip = Camera(), encode(frames=20)
    other = bytes([clip.parameter_sets[1][0], *clip.parameter_sets[1][1:], 0x80])
    changed = Clip([[*p[:1], other, *p[1:]] if i == 5 else p for i, p in enumerate(clip.pictures)], [])
    units = camera.units(changed, [n * 3600 for n in range(20)])
    for unit in units[:5]:
        camera.make(unit)
    with pytest.raises(ProtocolError):
        camera.make(units[5])
    assert len(camera.make(units[10])) == 3


def _decode_time(fragment: bytes) -> int:
    return int.from_bytes(fragment[fragment.index(b"tfdt") + 8 :][:8], "big")
