"""Fragments for browsers: made of the relay's packets, decoded by a foreign reader, whole from any key picture."""

import itertools
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.rtsp.message import ProtocolError
from services.streams.relay import websocket
from services.streams.relay.fragments import Fragments
from services.streams.relay.rtp import AccessUnit, Arrival, Assembler
from services.streams.relay.sdp import Track
from tests.integration.relay.lens import rtp
from tests.unit.relay_mp4.clips import Clip, decoded, encode


class Camera:
    """Sends a clip over RTP, single units and fragments, and has the relay's assembler join it."""

    def __init__(self) -> None:
        self.assembler = Assembler(1)
        self.assembler.restart(Track("", 97, "H264", 90_000))
        self.maker = Fragments()
        self.sequence = 0

    def units(self, clip: Clip, timestamps: list[int]) -> list[AccessUnit]:
        found: list[AccessUnit] = []
        for picture, timestamp in zip(clip.pictures, timestamps, strict=True):
            payloads = [payload for unit in picture for payload in _cut(unit)]
            for i, payload in enumerate(payloads):
                self.sequence += 1
                packet = rtp(self.sequence, timestamp, payload, marker=i == len(payloads) - 1)
                found += self.assembler.push(packet, Arrival(timestamp / 90_000, 0))
        return found

    def make(self, unit: AccessUnit) -> list[tuple[int, bytes]]:
        assert self.assembler.inspector is not None
        return list(_messages(self.maker.make(unit, self.assembler.inspector).buffer))


def _cut(unit: bytes) -> list[bytes]:
    if len(unit) <= 1000:
        return [unit]
    pieces = [unit[at : at + 1000] for at in range(1, len(unit), 1000)]
    marks = [(i == 0) << 7 | (i == len(pieces) - 1) << 6 | unit[0] & 31 for i in range(len(pieces))]
    return [bytes([unit[0] & 0xE0 | 28, mark]) + piece for mark, piece in zip(marks, pieces, strict=True)]


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
def test_a_foreign_reader_decodes_every_picture_from_any_key_picture_on(tmp_path: Path, first: int) -> None:
    camera, clip = Camera(), encode()
    made = [camera.make(unit) for unit in camera.units(clip, [n * 3600 for n in range(30)])]
    assert [len(messages) for messages in made] == ([3] + [1] * 9) * 3
    kinds = [kind for kind, _ in made[first]]
    assert kinds == [websocket.TEXT, websocket.BINARY, websocket.BINARY]
    assert json.loads(made[first][0][1]) == {"type": 'video/mp4; codecs="avc1.4d400d"'}
    path = _written(tmp_path / "a.mp4", [message for messages in made[first:] for message in messages])
    rows = decoded(path)
    assert len(rows) == 30 - first


def test_a_clock_that_jumps_leaves_no_hole_that_stops_a_browser() -> None:
    camera, clip = Camera(), encode()
    made = [camera.make(unit)[-1][1] for unit in camera.units(clip, [n * 3600 + (n > 14) * 10**7 for n in range(30)])]
    times = [int.from_bytes(fragment[fragment.index(b"tfdt") + 8 :][:8], "big") for fragment in made]
    steps = [b - a for a, b in itertools.pairwise(times)]
    assert steps[14] == 4 * 3600
    assert set(steps[:14]) == {3600}


def test_a_torn_picture_is_refused() -> None:
    camera, clip = Camera(), encode(size="640x360")
    unit, *_ = camera.units(clip, [n * 3600 for n in range(30)])
    assert camera.assembler.inspector is not None
    torn = replace(unit, buffer=unit.buffer[: unit.buffer.rindex(b"$\0\x03")])
    with pytest.raises(ProtocolError):
        camera.maker.make(torn, camera.assembler.inspector)


def test_a_change_of_size_brings_a_new_init_segment(tmp_path: Path) -> None:
    camera = Camera()
    small, large = encode(frames=10), encode(size="640x360", frames=10)
    first = [camera.make(unit) for unit in camera.units(small, [n * 3600 for n in range(10)])]
    second = [camera.make(unit) for unit in camera.units(large, [n * 3600 for n in range(10, 20)])]
    assert first[0][1] != second[0][1]
    path = _written(tmp_path / "b.mp4", [message for messages in second for message in messages])
    assert len(decoded(path)) == 10
