"""Half a minute of rivals who contend for a camera amid faults; `make chaos` plays ten minutes of it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.at_home("chaos plays in a cell in parts of its own")
@pytest.mark.timeout(300)
def test_control_passes_between_rivals_amid_faults_and_no_older_command_is_carried_out() -> None:
    command = [sys.executable, "-m", "chaos.control", "--seconds", "25", "--seed", "1"]
    told = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert told.returncode == 0, told.stdout + told.stderr
    figures = json.loads(told.stdout.splitlines()[-1])
    assert figures["failed"] == []
    assert figures["stale_epoch_applied"] == figures["two_holders_seen"] == figures["answered_and_lost"] == 0
    happened = ("commands_applied", "takeovers", "turns", "fenced", "refused HELD_BY_ANOTHER")
    struck = ("permissions killed", "bus killed", "streams killed")
    assert min(figures.get(word, 0) for word in (*happened, *struck)) > 0, figures
