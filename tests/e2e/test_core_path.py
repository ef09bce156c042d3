"""The core path with foreign programs at both ends. If its viewer can't run, this fails: it must never be skipped."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from demo.platform import Platform
from demo.story import CHAPTERS
from tests.foreign.players import decoded_pictures
from tests.unit.relay_mp4.clips import decoded

ROOT = Path(__file__).parents[2]


@pytest.mark.at_home("plays in a platform of its own; tests/apart plays it apart")
def test_the_story_of_first_light_holds(tmp_path: Path) -> None:
    told = subprocess.run([sys.executable, "-m", "demo.story"], capture_output=True, text=True, check=False, cwd=ROOT)
    assert told.stdout.rstrip().endswith("}"), f"it told no outcome: {told.stdout}{told.stderr}"
    outcome = json.loads(told.stdout.splitlines()[-1])
    assert outcome["failed"] == 0, told.stdout
    assert told.returncode == 0
    assert [step["step"] for step in outcome["steps"]] == [title for title, _ in CHAPTERS]


def test_an_agencys_twenty_lines_see_a_camera(stage: Platform) -> None:
    program = [
        sys.executable,
        str(ROOT / "examples" / "agency.py"),
        str(stage.home / "endpoints.json"),
        "police-yuexiu",
    ]
    printed = subprocess.run(program, capture_output=True, text=True, check=True).stdout.splitlines()
    assert len(printed) == 11
    pictures, said = decoded_pictures(printed[-1], 30)
    assert pictures == 30, said
    assert "Video: h264" in said
    assert "1280x720" in said


def test_a_programs_twenty_lines_save_pictures_that_decode(stage: Platform, tmp_path: Path) -> None:
    saved = tmp_path / "saved.h264"
    program = [str(ROOT / "examples" / "pictures.py"), str(stage.home / "endpoints.json"), "police-yuexiu", str(saved)]
    printed = subprocess.run([sys.executable, *program], capture_output=True, text=True, check=True).stdout
    assert "50 pictures of districts/" in printed
    assert len(decoded(saved)) == 50


def test_ones_own_foreign_camera_is_watched_through_the_platform(stage: Platform, foreign_camera: str) -> None:
    """The README's own words: a system with its papers, in service, and a camera in it."""
    code = "44010400011320999001"
    secret, papers = stage.home / "password", stage.home / "system.json"
    secret.write_text("geheim\n")
    papers.write_text(stage.kapok("systems", "example").stdout)
    own = ("--as", "parks-guangzhou", "systems")
    steps = [stage.kapok(*own, "register", "gate", "--name", "南门", "--from", str(papers))]
    for state in ("built", "accepted", "in-service"):
        steps.append(stage.kapok(*own, "advance", "gate", state, "--reason", "the papers are complete"))
    assert not any(step.returncode for step in steps), [step.stderr for step in steps]
    registered = stage.kapok(
        "--as", "parks-guangzhou", "cameras", "register", code, "--name", "人民公园南门",
        "--category", "public-gathering", "--premises", "entrance", "--place", "south gate",
        "--position", "23.1266,113.2590", "--purpose", "public order",
        "--source", foreign_camera.replace("rtsp://", "rtsp://admin@"), "--password-file", str(secret),
        "--system", "operators/parks-guangzhou/systems/gate",
    )  # fmt: skip
    assert registered.returncode == 0, registered.stderr
    watched = stage.kapok("--as", "parks-guangzhou", "--json", "watch", code)
    assert watched.returncode == 0, watched.stderr
    pictures, said = decoded_pictures(json.loads(watched.stdout)["rtspUrl"], 30)
    assert pictures == 30, said
    assert "320x240" in said, "not the foreign camera's picture"
    shown = stage.kapok("--as", "parks-guangzhou", "--json", "cameras", "show", code)
    assert "geheim" not in shown.stdout, "credentials are write-only"
    assert foreign_camera not in shown.stdout
