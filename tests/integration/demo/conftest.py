"""The demo's clips, built once under build/ as the installation does, and ffmpeg from its wheel: a foreign viewer."""

import subprocess
import sys
from pathlib import Path

import imageio_ffmpeg
import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def clips() -> Path:
    """The directory of the clips; building takes half a minute the first time and nothing afterwards."""
    directory = ROOT / "build" / "clips"
    subprocess.run([sys.executable, "-m", "demo.clips", str(directory)], cwd=ROOT, check=True, timeout=110)
    return directory


@pytest.fixture(scope="session")
def ffmpeg() -> str:
    """The program of the wheel imageio-ffmpeg."""
    return str(imageio_ffmpeg.get_ffmpeg_exe())
