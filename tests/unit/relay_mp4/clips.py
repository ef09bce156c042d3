"""Real H.264 and H.265 for the muxer's tests: a foreign encoder's pictures, as NAL units."""

import functools
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
_START_CODE = re.compile(rb"\x00\x00\x00?\x01")


@dataclass(frozen=True)
class Clip:
    """Pictures in decode order; each a list of NAL units."""

    pictures: list[list[bytes]]
    parameter_sets: list[bytes]


@functools.cache
def encode(size: str = "322x182", frames: int = 30, b_frames: int = 0, profile: str = "main") -> Clip:
    """``frames`` pictures of a moving test card at 25 a second, a key picture every ten."""
    options = f"aud=1:bframes={b_frames}:b-adapt=0:keyint=10:scenecut=0:b-pyramid=none:open-gop=0"
    made = subprocess.run(
        [FFMPEG, "-v", "error", "-f", "lavfi", "-i", f"testsrc2=size={size}:rate=25", "-frames:v", str(frames),
         "-pix_fmt", "yuv420p", "-c:v", "libx264", "-profile:v", profile, "-x264-params", options, "-f", "h264", "-"],
        stdout=subprocess.PIPE, check=True, timeout=60,
    )  # fmt: skip
    return _taken(made.stdout, kind_mask=31, delimiter=9, sets=(7, 8))


@functools.cache
def encode_hevc(size: str = "322x182", frames: int = 20, pixels: str = "yuv420p") -> Clip:
    """The same by x265."""
    options = "aud=1:bframes=0:keyint=10:min-keyint=10:scenecut=0:log-level=none:pools=1:frame-threads=1"
    made = subprocess.run(
        [FFMPEG, "-v", "error", "-f", "lavfi", "-i", f"testsrc2=size={size}:rate=25", "-frames:v", str(frames),
         "-pix_fmt", pixels, "-c:v", "libx265", "-x265-params", options, "-f", "hevc", "-"],
        stdout=subprocess.PIPE, check=True, timeout=60,
    )  # fmt: skip
    return _taken(made.stdout, kind_mask=126, delimiter=2 * 35, sets=(2 * 32, 2 * 33, 2 * 34))


def _taken(stream: bytes, kind_mask: int, delimiter: int, sets: tuple[int, ...]) -> Clip:
    """The pictures of a byte stream; a kind is the masked first byte, and a delimiter begins each picture."""
    pictures: list[list[bytes]] = []
    for unit in filter(None, _START_CODE.split(stream)):
        if unit[0] & kind_mask == delimiter:
            pictures.append([])
        pictures[-1].append(unit)
    return Clip(pictures, [unit for unit in pictures[0] if unit[0] & kind_mask in sets])


def decoded(file: Path) -> list[list[str]]:
    """The pictures that ffmpeg decodes of ``file``, one row of its framecrc each; fails when it remarks anything."""
    run = subprocess.run(
        [FFMPEG, "-v", "warning", "-xerror", "-i", file, "-f", "framecrc", "-"],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert run.stderr == ""
    return [line.split(",") for line in run.stdout.splitlines() if not line.startswith("#")]


def is_key(picture: list[bytes]) -> bool:
    """Whether it holds an IDR slice."""
    return any(unit[0] & 31 == 5 for unit in picture)
