"""One platform with its demo city for the whole folder, started as `kapok up`; each test leaves it as it found it."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from demo.platform import Platform, apart, at_home, platform
from tests.postgres import Server

SYSTEM_PYTHON = Path("/usr/bin/python3")
SCRIPT = Path(__file__).parents[1] / "foreign" / "gst_camera.py"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """What only a cell of one process can play is skipped apart, with its reason."""
    mark = item.get_closest_marker("at_home")
    if mark is not None and item.config.getoption("apart"):
        pytest.skip(*mark.args)


Start = Callable[..., AbstractContextManager[Platform]]


@pytest.fixture(scope="session")
def start(request: pytest.FixtureRequest) -> Start:
    """Starts a platform at a home: one process; with --apart its services are processes of their own, as the words say.

    Without a word there are two of each service that may have any number.
    """
    if not request.config.getoption("apart"):
        return lambda home, *_words: platform(home, at_home(home))
    server: Server = request.getfixturevalue("postgres_server")
    return lambda home, *words: platform(home, apart(home, server.url("postgres"), *words))


@pytest.fixture(scope="session")
def stage(start: Start, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The platform; its home has a space in its path."""
    with start(tmp_path_factory.mktemp("e2e") / "a home") as running:
        yield running


@pytest.fixture
def own_stage(start: Start, tmp_path: Path) -> Iterator[Platform]:
    """A platform of the test's own, which it need not leave as it found it; small, since it runs beside the other."""
    with start(tmp_path / "home", "--single") as running:
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
