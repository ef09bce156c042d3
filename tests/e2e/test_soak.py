"""Half a minute of what `make chaos` does for ten: everything is judged but memory, which says nothing so soon."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from chaos.watching import WAYS

ROOT = Path(__file__).parents[2]


@pytest.mark.at_home("chaos plays in cells at home of its own")
@pytest.mark.timeout(240)
def test_a_platform_under_churn_and_faults_leaves_nothing_behind_and_shows_nothing_beyond_a_right() -> None:
    command = [sys.executable, "-m", "chaos.soak", "--seconds", "25", "--seed", "2"]
    told = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert told.returncode == 0, told.stdout + told.stderr
    figures = json.loads(told.stdout.splitlines()[-1])
    assert figures["failed"] == []
    assert all(figures[way] for way in WAYS)
    assert figures["kills"] + figures.get("short pauses", 0) + figures.get("drains", 0) >= 2
    assert min(figures[word] for word in ("endings", "ended by the relay", "strangers", "half-open", "stopped")) > 0
    assert figures["looks_on_record"] >= figures["viewers"] // 2
