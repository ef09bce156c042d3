"""Which pictures foreign eyes saw: ffmpeg decodes, and the strip of each picture is read."""

import asyncio
from dataclasses import dataclass

from demo.clips.mark import CELL, CELLS, LEFT, TOP, read

STRIP = (CELL * CELLS, CELL)
AS_STRIPS = (
    *("-vf", f"crop={STRIP[0]}:{STRIP[1]}:{LEFT}:{TOP},format=gray"),
    *("-fps_mode", "passthrough", "-f", "rawvideo", "pipe:1"),
)


@dataclass(frozen=True, slots=True)
class Seen:
    """The (clip, picture) marks that ffmpeg saw, and what it complained about."""

    marks: list[tuple[int, int]]
    complaints: str


async def watch(ffmpeg: str, *source: str) -> Seen:
    """Decode ``source``, ffmpeg arguments that end with ``-i URL`` and any limits."""
    process = await asyncio.create_subprocess_exec(
        *(ffmpeg, "-hide_banner", "-loglevel", "warning", "-nostdin", *source, *AS_STRIPS),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), 60)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    size = STRIP[0] * STRIP[1]
    return Seen([mark(out[at : at + size]) for at in range(0, len(out), size)], err.decode())


def mark(strip: bytes) -> tuple[int, int]:
    """Clip and picture of one cropped strip."""
    return read(lambda x, y: strip[(y - TOP) * STRIP[0] + x - LEFT])
