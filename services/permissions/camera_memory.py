"""Cameras as the registry last described them: bounded, and never older than half a minute.

State secrets are not kept: they take the same road as a name that never existed, in time too (Article 11).
"""

from collections import OrderedDict
from collections.abc import Iterable

from services.decider.facts import SEALED_LEVEL, Camera

LIMIT = 200_000  # cameras; about 400 bytes each
LIFETIME_S = 30.0


class CameraMemory:
    """Least recently used goes first. Times are seconds of a monotonic clock."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._kept: OrderedDict[str, tuple[Camera, float]] = OrderedDict()
        self._limit = limit
        self.generation = 0  # changes at each ``forget``: what was asked before then may be stale when it is answered

    def __len__(self) -> int:
        return len(self._kept)

    def recall(self, names: Iterable[str], now_s: float) -> dict[str, Camera]:
        """Those of ``names`` that are known and fresh."""
        return self.recall_until(names, now_s)[0]

    def recall_until(self, names: Iterable[str], now_s: float) -> tuple[dict[str, Camera], float]:
        """The same, and when the first of them will not be fresh any more."""
        found, oldest_s = {}, now_s
        for name in names:
            camera, learnt_s = self._kept.get(name, (None, 0.0))
            if camera and now_s - learnt_s < LIFETIME_S:
                self._kept.move_to_end(name)
                found[name] = camera
                oldest_s = min(oldest_s, learnt_s)
        return found, oldest_s + LIFETIME_S

    def learn(self, cameras: Iterable[Camera], asked_s: float, generation: int) -> None:
        """Keep what was asked at ``asked_s``, unless something was forgotten since ``generation``."""
        if generation != self.generation:
            return
        for camera in cameras:
            if camera.level < SEALED_LEVEL:
                self._kept[camera.name] = (camera, asked_s)
                self._kept.move_to_end(camera.name)
        while len(self._kept) > self._limit:
            self._kept.popitem(last=False)

    def forget(self, names: Iterable[str]) -> None:
        """These cameras have changed."""
        self.generation += 1
        for name in names:
            self._kept.pop(name, None)

    def forget_all(self) -> None:
        """Something has changed, and it can't be known what."""
        self.generation += 1
        self._kept.clear()
