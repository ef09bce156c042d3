"""The processes of a cell whose parts run apart, as the kernel sees them, whatever was started again since."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import psutil

_PART, _HOME = "APART", "APART_HOME"


def mark(part: str, home: Path) -> dict[str, str]:
    """In the environment of a part, so that `family` finds it."""
    return {_PART: part, _HOME: str(home)}


def family(home: Path) -> Mapping[str, psutil.Process]:
    """Of the cell at ``home`` that we started: nats-1, registry-2, relay-1 …; the dead are left out."""
    found = {}
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            told = child.environ()
            if told.get(_HOME) == str(home) and child.status() != psutil.STATUS_ZOMBIE:
                found[told[_PART]] = child
    return found
