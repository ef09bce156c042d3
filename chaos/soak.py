"""`python -m chaos.soak`: a whole platform under churn for a while, seeded; then everything is judged.

warmed ─► churn: watchers, strangers, endings, faults, samples ─► everybody leaves ─► settled ─► judged
"""

import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random

from chaos import endings, faults, record, strangers
from chaos.processes import Sample, Samples, at_work, grown, held_beyond
from chaos.run import Chosen, chosen, outcome
from chaos.scene import Scene
from chaos.watching import Watcher, warm
from demo.platform import platform

_WATCHERS, _STRANGERS = 10, 2
_LAST_FAULT_S = 4.0  # before the end
_SETTLE_S = 60.0  # a camera is let go 10 s after its last viewer, a lost relay's looks are closed after 15 s
_AT_REST_S = 1.0  # until the gateway has closed what we have left
_MEMORY_FROM_S = 300.0  # shorter runs say nothing of memory: caches and pools fill for minutes


@dataclass
class Soak:
    """One run on ``scene``; ``wrong`` says what did not hold."""

    scene: Scene
    run: Chosen
    samples: Samples = field(init=False)
    looks: record.Looks = field(init=False)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.samples = Samples(self.scene.stage.home)
        self.looks = record.Looks(self.scene.stage)

    def play(self) -> Mapping[str, object]:
        """Churn for the time, then judge; the figures."""
        before = self._warmed()
        began_s = time.monotonic()
        self._churn(began_s + self.run.seconds)
        growth = self.samples.growth_mib(began_s, time.monotonic())
        self._settle(before)
        after = self._now()
        self.wrong += held_beyond(before, after)
        self.wrong += grown(growth) if self.run.seconds >= _MEMORY_FROM_S else []
        self._judge_looks()
        names = sorted(before.keys() & after.keys())
        figures = {
            word: {name: [getattr(before[name], word), getattr(after[name], word)] for name in names}
            for word in ("descriptors", "threads")
        }
        return self.scene.rights.figures() | self.looks.figures() | {"rss_growth_mib": growth} | figures

    def _warmed(self) -> dict[str, Sample]:
        """How it was at first: relays before anybody came, the cell after one act of each kind."""
        before = self._now()
        warm(self.scene)
        endings.revoke_one(self.scene, Random(0))
        self.looks.read()
        return before | {"cell": self._now()["cell"]}

    def _churn(self, until_s: float) -> None:
        chances = (Random(f"{self.run.seed} {number}") for number in range(100))  # one of its own for each actor
        scene = self.scene
        acts: list[Callable[[], None]] = [Watcher(scene, next(chances)).act for _ in range(_WATCHERS)]
        acts += [partial(strangers.act, scene, next(chances)) for _ in range(_STRANGERS)]
        acts += [partial(act, scene, next(chances)) for act in (endings.revoke, endings.declare)]
        acts.append(partial(faults.strike, scene, next(chances), until_s - _LAST_FAULT_S))
        acts.append(partial(self.samples.watch, scene.over))
        actors = [threading.Thread(target=self._guarded, args=(act,), daemon=True) for act in acts]
        for actor in actors:
            actor.start()
        scene.over.wait(until_s - time.monotonic())
        scene.over.set()
        for actor in actors:
            actor.join()

    def _guarded(self, act: Callable[[], None]) -> None:
        try:
            act()
        except Exception as error:  # noqa: BLE001 - whatever it is, it did not hold
            self.wrong.append(f"an actor fell: {error!r}")

    def _now(self) -> dict[str, Sample]:
        """Everybody at rest, once the gateway has seen us leave."""
        self.scene.leave()
        time.sleep(_AT_REST_S)
        return at_work(self.scene.stage.home)

    def _settle(self, before: Mapping[str, Sample]) -> None:
        """Wait until what must come to an end has: looks on record, descriptors."""
        deadline_s = time.monotonic() + _SETTLE_S
        while time.monotonic() < deadline_s:
            self.looks.read()
            if not self.looks.faults() and not held_beyond(before, self._now()):
                return

    def _judge_looks(self) -> None:
        stage, rights = self.scene.stage, self.scene.rights
        self.wrong += [f"late: {one}" for one in rights.late()]
        self.wrong += [f"{seen} strangers saw pictures" for seen in [rights.counts["strangers who saw"]] if seen]
        self.wrong += self.looks.faults()[:5] + self.looks.missing(rights.looks)[:5]
        self.wrong += record.raised(stage.home) + record.verified(stage)


def main() -> int:
    """Play, print, and say whether everything held."""
    run = chosen("soak")
    with tempfile.TemporaryDirectory(prefix="kapok-soak-") as folder, platform(Path(folder) / "home") as stage:
        soak = Soak(Scene(stage), run)
        figures = soak.play()
    return outcome(run, figures, soak.wrong)


if __name__ == "__main__":
    sys.exit(main())
