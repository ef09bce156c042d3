"""What stands in the way of control: relays killed or told to stop, every process made to stand still for a while."""

import signal
import time
from contextlib import suppress
from random import Random

import psutil

from chaos.processes import family
from chaos.scene import Scene

_STANDS_STILL = ("bus", "cell", "relay-1", "relay-2")
_PAUSE_S = (0.2, 4.0)  # longer than a grant of control lasts, and than a relay may be silent


def strike(scene: Scene, chance: Random, until_s: float) -> None:
    """One fault after the other until then, and none that is not over by then."""
    while not scene.over.wait(chance.uniform(0.5, 3.0)):
        pause_s = chance.uniform(*_PAUSE_S)
        if time.monotonic() + pause_s > until_s:
            return
        with suppress(psutil.Error):  # it ended between two lines
            if chance.random() < 0.4:
                _end(scene, chance)
            else:
                _stand_still(scene, chance, pause_s)


def _end(scene: Scene, chance: Random) -> None:
    relay, number = chance.choice(("relay-1", "relay-2")), chance.choice((signal.SIGKILL, signal.SIGTERM))
    victim = family(scene.stage.home).get(relay)
    if victim is not None:  # else it is on its way back from the last time
        victim.send_signal(number)
        scene.rights.count("kills" if number is signal.SIGKILL else "drains")


def _stand_still(scene: Scene, chance: Random, seconds: float) -> None:
    name = chance.choice(_STANDS_STILL)
    process = family(scene.stage.home).get(name)
    if process is None:
        return
    process.suspend()
    try:
        scene.over.wait(seconds)
    finally:
        process.resume()
    scene.rights.count(f"{name.partition('-')[0]} paused")
