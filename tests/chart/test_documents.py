"""The chart's page is what its values say, and what it tells to copy is what there is."""

import itertools
import re
import subprocess
import sys

from tests.chart.rendered import CHART
from tests.house.tree import ROOT


def test_the_table_of_values_is_current() -> None:
    command = [sys.executable, ROOT / "scripts" / "chart-readme", "--print"]
    made = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert (CHART / "README.md").read_text() == made, "run scripts/chart-readme"


def test_every_value_says_what_it_is() -> None:
    """A line `name: value` without a comment above is either opened by the next line or a word of a value."""
    lines = (CHART / "values.yaml").read_text().splitlines()
    silent = []
    for before, line in itertools.pairwise(lines):
        is_scalar = re.match(r" *[\w.-]+: *(&\w+ )?[^ &]", line) and not line.lstrip().startswith("#")
        if is_scalar and "# -- " not in before and not re.match(r" *(requests|limits):", line):
            silent.append(line)
    assert not silent
