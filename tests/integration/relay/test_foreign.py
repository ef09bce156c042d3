"""The relay between foreign programs: GStreamer's RTSP server as camera, ffmpeg as viewer."""

import asyncio
import json
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import imageio_ffmpeg
import pytest

from tests.eventually import eventually
from tests.integration.relay.stage import client, relay

SYSTEM_PYTHON = "/usr/bin/python3"
SCRIPT = Path(__file__).parents[2] / "foreign" / "gst_camera.py"


@asynccontextmanager
async def gstreamer_camera(*options: str) -> AsyncIterator[str]:
    """The URI of a foreign camera; skips by name where Debian's GStreamer is missing."""
    if not Path(SYSTEM_PYTHON).exists():
        pytest.skip("no system Python for GStreamer's RTSP server (Debian: python3-gi gir1.2-gst-rtsp-server-1.0)")
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(SYSTEM_PYTHON, str(SCRIPT), *options, stdin=pipe, stdout=pipe)
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        port = (await process.stdout.readline()).strip()
        if not port:
            pytest.skip(
                "GStreamer's RTSP server is missing (Debian: gir1.2-gst-rtsp-server-1.0, plugins good and ugly)"
            )
        yield f"rtsp://127.0.0.1:{port.decode()}/live"
    finally:
        process.stdin.close()
        await process.wait()


async def ffmpeg(url: str, pictures: int) -> str:
    """Decode ``pictures`` of ``url``; what ffmpeg had to say, with its last line the count of decoded pictures."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-hide_banner", "-rtsp_transport", "tcp", "-i", url]
    command += ["-frames:v", str(pictures), "-f", "null", "-"]
    process = await asyncio.create_subprocess_exec(*command, stderr=subprocess.PIPE)
    async with asyncio.timeout(20):
        _, said = await process.communicate()
    assert process.returncode == 0, said.decode()
    return said.decode()


@pytest.mark.parametrize(
    ("options", "seen"),
    [
        ("", ["Video: h264"]),
        ("--password geheim", ["Video: h264"]),
        ("--codec h265", ["Video: hevc"]),
        ("--over udp", ["Video: h264"]),
        ("--codec h265 --over udp --sound alaw", ["Video: hevc", "Audio: pcm_alaw, 8000 Hz"]),
        ("--sound aac", ["Video: h264", "Audio: aac (LC), 32000 Hz"]),
        ("--sound mulaw", ["Video: h264", "Audio: pcm_mulaw, 8000 Hz"]),
    ],
)
async def test_a_foreign_viewer_decodes_the_pictures_of_a_foreign_camera(options: str, seen: list[str]) -> None:
    words = options.split()
    async with gstreamer_camera(*words) as uri, relay() as stage:
        stage.add("c", uri, *words[1:2] * ("--password" in words))
        said = await ffmpeg(stage.url("c"), 30)
        assert re.search(r"frame= *30 ", said)
        for track in seen:
            assert track in said
        for complaint in ("error", "missed", "unset", "corrupt", "Invalid", "non-existing"):
            assert complaint not in said, said
        await eventually(lambda: stage.gate.farewells and not stage.sources["c"].is_pulled)
        await eventually(lambda: stage.counters.sources == 0)  # counted when the pull has wound up


async def test_a_second_viewer_joins_a_running_camera_at_once() -> None:
    async with gstreamer_camera("--gop", "250") as uri, relay() as stage:
        stage.add("c", uri)
        seen: list[float] = []
        stage.counters.first_picture = seen.append
        async with client(stage.port) as first:
            await first.play(stage.url("c"))
            await eventually(lambda: stage.counters.access_units_in > 30)
            said = await ffmpeg(stage.url("c"), 20)  # ten seconds from the next key picture
            assert re.search(r"frame= *20 ", said)
            assert stage.counters.sources == 1
        assert len(seen) == 2
        assert seen[1] < 5, "the second joined from the cached group of pictures"


async def test_ffprobe_says_h264() -> None:
    ffprobe = shutil.which("ffprobe")
    if ffprobe is None:
        pytest.skip("ffprobe is missing (Debian: ffmpeg)")
    async with gstreamer_camera() as uri, relay() as stage:
        stage.add("c", uri)
        command = [ffprobe, "-v", "error", "-rtsp_transport", "tcp", "-show_streams", "-of", "json", stage.url("c")]
        process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, said = await process.communicate()
        assert [stream["codec_name"] for stream in json.loads(out)["streams"]] == ["h264"]
        assert not said
