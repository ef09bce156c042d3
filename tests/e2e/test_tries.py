"""Two thousand tries straight at relays' control ports move no camera; `make chaos` makes a million."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.at_home("chaos plays in cells at home of its own")
@pytest.mark.timeout(180)
def test_no_try_at_a_relays_control_port_moves_the_camera_not_even_after_it_stood_still() -> None:
    command = [sys.executable, "-m", "chaos.tries", "--tries", "2000", "--stops", "1", "--seed", "1"]
    told = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert told.returncode == 0, told.stdout + told.stderr
    figures = json.loads(told.stdout.splitlines()[-1])
    assert figures["failed"] == []
    assert figures["tries"] >= 2000
    assert figures["relays_stopped"] == 1
    assert figures["stale_epoch_applied"] == figures["answered_and_lost"] == 0
    assert figures["commands_applied"] > 1
    assert figures["refused"]["EPOCH_STALE"] > 100
