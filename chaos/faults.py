"""What breaks while everybody watches: a relay is killed or told to stop, the bus stands still.

Always the same relay: the other one lives from the first minute to the last, so that its memory can be judged.
"""

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import psutil

from chaos.processes import family
from chaos.rights import LEASE_S
from chaos.scene import Scene

VICTIM = "relay-2"
_STEP_S = 0.1


@dataclass(frozen=True)
class Fault:
    """``lasts_s`` with what comes after, until the platform is whole again."""

    name: str
    lasts_s: float
    strike: Callable[[Scene, Random], None]


def _signalled(scene: Scene, number: signal.Signals) -> None:
    victim = family(scene.stage.home).get(VICTIM)
    if victim is not None:  # else it is on its way back from the last time
        victim.send_signal(number)


def _stopped_bus(scene: Scene, seconds: float) -> None:
    """Longer than asked for never: also where the scene ends meanwhile it goes on."""
    bus = family(scene.stage.home)["bus"]
    began_s = time.monotonic()
    bus.suspend()
    try:
        scene.rights.is_away(began_s, began_s + seconds)
        scene.over.wait(seconds)
    finally:
        bus.resume()


FAULTS = (
    Fault("kills", 5.0, lambda scene, _: _signalled(scene, signal.SIGKILL)),
    Fault("short pauses", 6.0, lambda scene, chance: _stopped_bus(scene, chance.uniform(1.0, 4.0))),
    Fault("drains", 5.0, lambda scene, _: _signalled(scene, signal.SIGTERM)),
    Fault("long pauses", 30.0, lambda scene, chance: _stopped_bus(scene, LEASE_S + chance.uniform(2.0, 5.0))),
)


def strike(scene: Scene, chance: Random, until_s: float) -> None:
    """One fault after the other, each once before any comes again, as long as it is over before ``until_s``."""
    order: list[Fault] = []
    while not scene.over.wait(chance.uniform(1.0, 3.0)):
        began_s = time.monotonic()
        order = order or chance.sample(FAULTS, len(FAULTS))
        fault = next((one for one in order if began_s + one.lasts_s < until_s), None)
        if fault is None:
            return
        order.remove(fault)
        try:
            fault.strike(scene, chance)
        except psutil.Error:
            continue  # it ended between two lines
        scene.rights.count(fault.name)
        scene.over.wait(began_s + fault.lasts_s - time.monotonic())
