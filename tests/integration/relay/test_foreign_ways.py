"""Foreign players over each way out: ffmpeg and GStreamer's rtspsrc, of a foreign camera's pictures."""

import asyncio
import re
import subprocess
from pathlib import Path

import imageio_ffmpeg
import pytest

from tests.eventually import eventually
from tests.integration.relay.stage import relay
from tests.integration.relay.test_foreign import SYSTEM_PYTHON, gstreamer_camera

SCRIPT = Path(__file__).parents[2] / "foreign" / "gst_viewer.py"
COMPLAINTS = ("error", "missed", "unset", "corrupt", "Invalid", "non-existing", "properly terminated")


async def run(*command: str) -> tuple[int, str]:
    """Exit code, and what it had to say."""
    process = await asyncio.create_subprocess_exec(*command, stderr=subprocess.PIPE)
    async with asyncio.timeout(30):
        _, said = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode()


async def ffmpeg(url: str, pictures: int, *options: str) -> str:
    """Decode ``pictures`` of ``url``; what ffmpeg had to say."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-hide_banner", *options, "-i", url]
    code, said = await run(*command, "-frames:v", str(pictures), "-f", "null", "-")
    assert code == 0, said
    assert re.search(rf"frame= *{pictures} ", said)
    return said


async def gstreamer(url: str, pictures: int, *options: str) -> tuple[int, str]:
    """Let rtspsrc take ``pictures`` of ``url``."""
    code, said = await run(SYSTEM_PYTHON, str(SCRIPT), url, str(pictures), *options)
    if code == 3:
        pytest.skip("GStreamer's RTSP client is missing (Debian: python3-gi, gstreamer1.0-plugins-good and -bad)")
    return code, said


@pytest.mark.parametrize("options", ["", "--codec h265 --sound alaw"])
async def test_ffmpeg_decodes_over_rtsps_with_a_verified_certificate(options: str) -> None:
    async with gstreamer_camera(*options.split()) as uri, relay() as stage:
        stage.add("c", uri)
        verified = ("-rtsp_transport", "tcp", "-tls_verify", "1", "-ca_file", str(stage.ca))
        said = await ffmpeg(stage.secure("c"), 30, *verified)
        assert not [complaint for complaint in COMPLAINTS if complaint in said], said
        await eventually(lambda: stage.gate.farewells)


async def test_gstreamer_plays_over_rtsp_and_rtsps_and_trusts_the_cells_authority_only() -> None:
    async with gstreamer_camera() as uri, relay() as stage, relay() as other:
        stage.add("c", uri)
        assert await gstreamer(stage.url("c"), 30) == (0, "")
        assert await gstreamer(stage.secure("c"), 30, "--ca", str(stage.ca)) == (0, "")
        code, said = await gstreamer(stage.secure("c"), 1, "--ca", str(other.ca))
        assert code == 1
        assert "Failed to connect" in said


@pytest.mark.parametrize("options", ["", "--codec h265 --sound alaw"])
async def test_ffmpeg_decodes_over_udp(options: str) -> None:
    async with gstreamer_camera(*options.split()) as uri, relay(has_datagrams=True) as stage:
        stage.add("c", uri)
        said = await ffmpeg(stage.url("c"), 30, "-rtsp_transport", "udp")
        assert not [complaint for complaint in COMPLAINTS if complaint in said], said
        await eventually(lambda: stage.gate.farewells)


async def test_a_player_that_tries_udp_first_falls_back_where_it_is_off() -> None:
    async with gstreamer_camera() as uri, relay() as stage:
        stage.add("c", uri)
        await ffmpeg(stage.url("c"), 10)


async def test_gstreamer_plays_over_udp() -> None:
    async with gstreamer_camera() as uri, relay(has_datagrams=True) as stage:
        stage.add("c", uri)
        assert await gstreamer(stage.url("c"), 30, "--over", "udp") == (0, "")
        await eventually(lambda: stage.counters.datagram_viewers == 0)
