"""The processes of a cell apart, as the kernel sees them: each by its name, whatever was started again since."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import psutil


def family(home: Path) -> Mapping[str, psutil.Process]:
    """Of the cell at ``home`` that we started: nats-1, registry-2, relay-1 …; who is just ending is left out."""
    found = {}
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            told = child.environ()
            if told.get("APART_HOME") == str(home) and child.status() != psutil.STATUS_ZOMBIE:
                found[told["APART"]] = child
    return found
