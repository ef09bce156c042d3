"""One platform with its demo city for the whole folder, started as `kapok up`; each test leaves it as it found it."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.platform import Platform, apart, at_home, platform
from tests.postgres import Server

SYSTEM_PYTHON = Path("/usr/bin/python3")
SCRIPT = Path(__file__).parents[1] / "foreign" / "gst_camera.py"


@pytest.fixture(scope="session")
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The platform; its home has a space in its path. With --apart its services are processes of their own."""
    home = tmp_path_factory.mktemp("e2e") / "a home"
    command = at_home(home)
    if request.config.getoption("apart"):
        server: Server = request.getfixturevalue("postgres_server")
        command = apart(home, server.url("postgres"), "--single")
    with platform(home, command) as running:
        yield running


@pytest.fixture
def foreign_camera() -> Iterator[str]:
    """The URI of GStreamer's RTSP server, with admin:geheim; skips by name where it is missing."""
    if not SYSTEM_PYTHON.exists():
        pytest.skip("no system Python for GStreamer's RTSP server (Debian: python3-gi gir1.2-gst-rtsp-server-1.0)")
    command = [str(SYSTEM_PYTHON), str(SCRIPT), "--password", "geheim"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as camera:
        assert camera.stdin is not None
        assert camera.stdout is not None
        port = camera.stdout.readline().strip()
        if not port:
            pytest.skip("no GStreamer RTSP server here (Debian: gir1.2-gst-rtsp-server-1.0, plugins good and ugly)")
        yield f"rtsp://127.0.0.1:{port}/live"
        camera.stdin.close()
