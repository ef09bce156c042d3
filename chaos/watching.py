"""Those who watch: they come in every way that a relay serves, and behave and misbehave as viewers do."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random

from chaos.browser import Browser
from chaos.player import Player
from chaos.program import Program
from chaos.rights import Look
from chaos.scene import Scene
from chaos.viewer import OverError, Viewer
from demo.chapters import Opened
from services.chassis import errors

Join = Callable[[Scene, Opened], Viewer]
WAYS: dict[str, Join] = {
    "rtsp": lambda scene, one: Player(one.rtsp_url, scene.authority),
    "datagrams": lambda scene, one: Player(one.rtsp_url, scene.authority, has_datagrams=True),
    "rtsps": lambda scene, one: Player(one.rtsps_url, scene.authority),
    "websocket": lambda scene, one: Browser(one.websocket_url, one.token, scene.authority),
    "secure websocket": lambda scene, one: Browser(one.wss_url, one.token, scene.authority),
    "grpc": lambda scene, one: Program(one.grpc_target, one.session.name, one.token, scene.pem),
}
_STEP_S = 0.1
_LEFT_MOST = 3  # sessions that one watcher leaves open behind it
_SETTLE_S = 0.5


def warm(scene: Scene) -> None:
    """One look in each way, so that what is opened at its first use is open."""
    chance = Random(0)
    principal = scene.principals[0]
    for kind in WAYS:
        answer = scene.open(principal, scene.a_camera(principal, chance))
        name = answer.session.name
        watched(scene, answer, Look(kind, name, frozenset({name}), time.monotonic()), Habits(0.5))
        scene.close(principal, name)
        scene.close(principal, name)  # refused, and so on record


@dataclass
class Watcher:
    """Opens sessions and looks, one after the other, until the scene is over."""

    scene: Scene
    chance: Random
    left: deque[tuple[str, str]] = field(default_factory=deque)  # principal and session, still open

    def act(self) -> None:
        """Until the scene is over; then what was left open is closed."""
        while not self.scene.over.is_set():
            try:
                self._visit(self.chance.choice(self.scene.principals))
            except errors.Error as refusal:
                self.scene.refused(refusal)
                self.scene.over.wait(self.chance.uniform(0.2, 1.0))
            self._tidy(_LEFT_MOST)
        self._tidy(0)

    def _visit(self, principal: str) -> None:
        """One session, and one to three looks in it."""
        scene, camera = self.scene, self.scene.a_camera(principal, self.chance)
        answer = scene.open(principal, camera, viewer_limit=self.chance.randint(1, 3))
        granted_s, name = time.monotonic(), answer.session.name
        self.left.append((principal, name))
        for number in range(self.chance.randint(1, 3)):
            if number:
                granted_s = time.monotonic()  # a renewal is decided anew, on what stands when it is asked
                answer = scene.renewed(principal, name)
            look = Look(self.chance.choice(list(WAYS)), name, frozenset({principal, name}), granted_s)
            closes = self.chance.random() < 0.2
            midway = partial(self._close, principal) if closes else None
            watched(scene, answer, look, Habits.drawn(self.chance, midway))
            if closes or scene.over.is_set():
                return

    def _close(self, principal: str) -> None:
        name = self.left.pop()[1]
        if self.scene.close(principal, name):
            self.scene.rights.end(name, time.monotonic())
        else:
            self.left.append((principal, name))  # refused: later again

    def _tidy(self, most: int) -> None:
        while len(self.left) > most:
            self.scene.close(*self.left.popleft())


@dataclass(frozen=True)
class Habits:
    """How one viewer behaves. Seconds; ``midway`` is called half way through, while it watches."""

    watches_s: float
    stops_s: float = 0.0  # reads nothing for so long
    is_polite: bool = True
    midway: Callable[[], None] | None = None

    @classmethod
    def drawn(cls, chance: Random, midway: Callable[[], None] | None = None) -> "Habits":
        """By chance: most watch for a moment, one in five stops reading, half leave without a word."""
        stops_s = chance.uniform(1.0, 6.0) if chance.random() < 0.2 else 0.0
        return cls(chance.uniform(0.3, 4.0), stops_s, chance.random() < 0.5, midway)


def watched(scene: Scene, answer: Opened, look: Look, habits: Habits) -> None:
    """Join, watch as ``habits`` say, leave; what was seen is in ``look``."""
    try:
        viewer = WAYS[look.kind](scene, answer)
    except OverError as end:
        scene.rights.count("joins refused", f"join {str(end)[:40]}")
        return
    look.address = viewer.address
    scene.rights.count("viewers", look.kind)
    scene.rights.begin(look)
    try:
        _watch(scene, viewer, look, habits)
    except OverError:
        scene.rights.count("ended by the relay")
        viewer.vanish()
        return
    scene.rights.count("left" if habits.is_polite else "vanished")
    (viewer.leave if habits.is_polite else viewer.vanish)()


def _watch(scene: Scene, viewer: Viewer, look: Look, habits: Habits) -> None:
    _see(scene, viewer, look, habits.watches_s / 2)
    if habits.stops_s:
        scene.rights.count("stopped")
        _stop(scene, viewer, look, habits.stops_s)
    if habits.midway:
        habits.midway()
        if (ended_s := scene.rights.ended_at_s(look)) is not None:
            _see(scene, viewer, look, scene.rights.shown_until_s(ended_s) + _SETTLE_S - time.monotonic())
    _see(scene, viewer, look, habits.watches_s / 2)


def _see(scene: Scene, viewer: Viewer, look: Look, seconds: float) -> None:
    """Take what comes; the end of the scene cuts it short."""
    until_s = time.monotonic() + seconds
    while time.monotonic() < until_s and not scene.over.is_set():
        if count := viewer.take(_STEP_S):
            look.saw(count, time.monotonic())


def _stop(scene: Scene, viewer: Viewer, look: Look, seconds: float) -> None:
    """Read nothing for a while. Where the right ends meanwhile, nothing more may reach our kernel; then it is over."""
    viewer.queued()
    scene.over.wait(seconds)
    ended_s = scene.rights.ended_at_s(look)
    if ended_s is None:
        return
    if scene.over.wait(max(0.0, scene.rights.shown_until_s(ended_s) - time.monotonic())):
        return
    before = viewer.queued()
    scene.over.wait(_SETTLE_S)
    look.late_bytes = max(0, viewer.queued() - before)
    raise OverError("its right ended while it had stopped")
