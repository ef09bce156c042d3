"""Every service of a platform stands still, as on a machine whose disk hangs, while relays and bus go on."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from demo.apart.processes import family
from demo.apart.starter import REPLICAS
from demo.platform import Platform


@contextmanager
def silent(stage: Platform) -> Iterator[None]:
    """While inside (SIGSTOP)."""
    services = _apart(stage.home) or [_at_home(stage.home)]
    for one in services:
        one.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for one in services:
            one.send_signal(signal.SIGCONT)


def _apart(home: Path) -> list[psutil.Process]:
    return [one for name, one in family(home).items() if name.rpartition("-")[0] in REPLICAS]


def _at_home(home: Path) -> psutil.Process:
    """The one process of all services."""
    return next(one for one in psutil.Process().children() if {str(home), "up"} <= {*one.cmdline()})
