"""The clips are real H.264 that foreign eyes can read, within their bit rate, and are built once."""

import subprocess
import sys
from pathlib import Path

import pytest

from demo.clip import START_CODE, Clip, read
from demo.clips.build import SCENES
from tests.integration.demo.conftest import ROOT
from tests.integration.demo.marks import watch

NUMBERS = {title: number for number, title in enumerate(SCENES, 1)}


def clip(directory: Path, title: str) -> Clip:
    return read(directory / f"{title}.clip")


@pytest.mark.parametrize("title", SCENES)
async def test_ffmpeg_decodes_every_picture_in_order(clips: Path, ffmpeg: str, tmp_path: Path, title: str) -> None:
    stream = tmp_path / "clip.h264"
    stream.write_bytes(b"".join(START_CODE + nal for p in clip(clips, title).pictures for nal in p.nals))
    seen = await watch(ffmpeg, "-f", "h264", "-i", str(stream))
    assert seen.complaints == ""
    assert seen.marks == [(NUMBERS[title], index) for index in range(250)]


@pytest.mark.parametrize("title", SCENES)
def test_no_second_of_a_clip_takes_over_a_megabit_and_each_has_a_key_picture(clips: Path, title: str) -> None:
    loaded = clip(clips, title)
    bits = [8 * sum(len(nal) for nal in picture.nals) for picture in loaded.pictures]
    assert max(sum((bits + bits)[first : first + 25]) for first in range(250)) <= 1_000_000, "any second of the loop"
    assert [index for index, p in enumerate(loaded.pictures) if p.is_key] == list(range(0, 250, 25))
    assert loaded.sps[1] in (66, 77)  # profile_idc: baseline or main


@pytest.mark.parametrize("title", SCENES)
def test_every_picture_is_one_slice_and_key_pictures_bring_their_parameter_sets(clips: Path, title: str) -> None:
    for picture in clip(clips, title).pictures:
        assert [nal[0] & 0x1F for nal in picture.nals] == ([7, 8, 5] if picture.is_key else [1])


def test_clips_that_stand_are_not_built_again(clips: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in clips.glob("*.clip")}
    command = [sys.executable, "-m", "demo.clips", str(clips)]
    told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=60).stdout
    assert "up to date" in told
    assert {path: path.stat().st_mtime_ns for path in clips.glob("*.clip")} == before
