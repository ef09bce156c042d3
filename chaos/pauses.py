"""What stands in the way of control: parts of the cell are killed, told to stop, stand still, or are cut off the bus.

Always by name, and each fault once before any comes again, so that a short run leaves out few of them.
"""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from random import Random

import psutil

from chaos.parts.starter import RELAYS
from chaos.rivals import Contest
from demo.apart.processes import family

_SERVICES = ("permissions", "streams")
_PAUSE_S = (0.2, 4.0)  # longer than a grant of control lasts, and than a relay may be silent
_REPLACED_S = (4.0, 6.0)  # of the relay that commands the camera: another one is chosen, and waits its grants out


@dataclass(frozen=True)
class Fault:
    """``strike`` says whether it struck."""

    name: str
    strike: Callable[[Contest, Random], bool]


@contextmanager
def _still(contest: Contest, name: str) -> Iterator[psutil.Process | None]:
    """That part stands still while inside; None when it is on its way back from the last time."""
    process = family(contest.scene.stage.home).get(name)
    if process is not None:
        process.suspend()
    try:
        yield process
    finally:
        if process is not None:
            with suppress(psutil.Error):
                process.resume()


def _signalled(number: signal.Signals, *names: str) -> Callable[[Contest, Random], bool]:
    def strike(contest: Contest, chance: Random) -> bool:
        victim = family(contest.scene.stage.home).get(chance.choice(names))
        if victim is not None:
            victim.send_signal(number)
        return victim is not None

    return strike


def _stand_still(*names: str) -> Callable[[Contest, Random], bool]:
    def strike(contest: Contest, chance: Random) -> bool:
        with _still(contest, chance.choice(names)) as process:
            contest.scene.over.wait(chance.uniform(*_PAUSE_S))
        return process is not None

    return strike


def _cut(*names: str) -> Callable[[Contest, Random], bool]:
    """Off the bus: first nothing arrives any more, then the connection ends; it may come back."""

    def strike(contest: Contest, chance: Random) -> bool:
        with _still(contest, f"line-{chance.choice(names)}") as process:
            contest.scene.over.wait(chance.uniform(*_PAUSE_S))
            if process is not None:
                process.kill()
        return process is not None

    return strike


def _replace(contest: Contest, chance: Random) -> bool:
    """The relay that commands the camera stands still with commands in it, another one takes the camera, it goes on."""
    before = contest.commander
    with _still(contest, before) as process:
        until_s = time.monotonic() + chance.uniform(*_REPLACED_S)
        while process is not None and time.monotonic() < until_s and not contest.scene.over.wait(0.1):
            if contest.commander != before:
                contest.scene.rights.count("relays replaced")
                break
    return process is not None


FAULTS = (
    Fault("relay stopped and continued", _replace),
    Fault("permissions killed", _signalled(signal.SIGKILL, "permissions")),
    Fault("bus killed", _signalled(signal.SIGKILL, "bus")),
    Fault("relay cut off", _cut(*RELAYS)),
    Fault("streams killed", _signalled(signal.SIGKILL, "streams")),
    Fault("relay killed", _signalled(signal.SIGKILL, *RELAYS)),
    Fault("service cut off", _cut(*_SERVICES)),
    Fault("service paused", _stand_still(*_SERVICES)),
    Fault("bus paused", _stand_still("bus")),
    Fault("relay drained", _signalled(signal.SIGTERM, *RELAYS)),
    Fault("relay paused", _stand_still(*RELAYS)),
)


def strike(contest: Contest, chance: Random) -> None:
    """One fault after the other until the scene is over, which ends each as well. First in the order above."""
    over, order = contest.scene.over, list(FAULTS)
    while not over.wait(chance.uniform(0.5, 2.5)):
        fault = order.pop(0)
        order = order or chance.sample(FAULTS, len(FAULTS))
        with suppress(psutil.Error):  # it ended between two lines
            if fault.strike(contest, chance):
                contest.scene.rights.count(fault.name)
