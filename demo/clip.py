"""A clip as it is stored: one line of JSON, the index, then the H.264 byte stream (Annex B) that it indexes.

``tail -n +2 road.clip | ffplay -f h264 -`` shows it. The index gives the size of each picture's bytes, so that a lens
can pace them without parsing; parameter sets come in front of every key picture and in the index.
"""

import json
import os
from base64 import b64decode, b64encode
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

FORMAT = 1
START_CODE = b"\x00\x00\x00\x01"
KEY, SPS, PPS = 5, 7, 8  # nal_unit_type, ITU-T H.264 table 7-1


@dataclass(frozen=True, slots=True)
class Picture:
    """One access unit: its NAL units without start codes, in decoding order."""

    nals: tuple[bytes, ...]

    @property
    def is_key(self) -> bool:
        """Decoding can begin here."""
        return any(nal[0] & 0x1F == KEY for nal in self.nals)


@dataclass(frozen=True, slots=True)
class Clip:
    """A loop of pictures at a fixed rate; ``sps`` and ``pps`` are the parameter sets without start codes."""

    number: int
    title: str
    fps: int
    sps: bytes
    pps: bytes
    pictures: tuple[Picture, ...]


def write(path: Path, clip: Clip, fingerprint: str) -> int:
    """Store ``clip`` in one step, so that no reader sees half of it. Returns the number of bytes."""
    coded = [b"".join(START_CODE + nal for nal in picture.nals) for picture in clip.pictures]
    index = {
        "format": FORMAT,
        "fingerprint": fingerprint,
        "number": clip.number,
        "title": clip.title,
        "fps": clip.fps,
        "sps": b64encode(clip.sps).decode(),
        "pps": b64encode(clip.pps).decode(),
        "sizes": [len(picture) for picture in coded],
    }
    whole = json.dumps(index).encode() + b"\n" + b"".join(coded)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.write_bytes(whole)
    unfinished.replace(path)
    return len(whole)


def read(path: Path) -> Clip:
    """Load a clip. Raises ValueError with what to do when it is missing, of another format, or cut short."""
    try:
        head, _, stream = path.read_bytes().partition(b"\n")
        index = json.loads(head)
        if index["format"] != FORMAT or sum(index["sizes"]) != len(stream):
            raise ValueError("another format, or cut short")
        pictures = tuple(Picture(nals) for nals in _pictures(index["sizes"], stream))
        sets = b64decode(index["sps"]), b64decode(index["pps"])
        return Clip(index["number"], index["title"], index["fps"], *sets, pictures)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path} is no clip ({error}); build it: python -m demo.clips {path.parent}") from error


def fingerprint(path: Path) -> str | None:
    """What ``path`` was built from; None when it is not there or not readable."""
    try:
        with path.open("rb") as file:
            index: dict[str, Any] = json.loads(file.readline(1 << 20))
        return str(index["fingerprint"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def split(stream: bytes) -> tuple[bytes, ...]:
    """NAL units of an Annex B byte stream, whether its start codes have three bytes or four."""
    parts = stream.split(START_CODE[1:])[1:]
    return tuple(part.rstrip(b"\x00") for part in parts)


def _pictures(sizes: list[int], stream: bytes) -> list[tuple[bytes, ...]]:
    starts = [0]
    for size in sizes:
        starts.append(starts[-1] + size)
    return [split(stream[begin:end]) for begin, end in pairwise(starts)]
