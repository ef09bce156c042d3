"""What a relay knows of the control of each camera: the highest epoch that it saw, and whether something moves. Pure.

Bounded: a camera that nobody commanded for a minute may be forgotten. Grants of an older epoch have run out long before
(two seconds), so what is forgotten can't come back.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import timedelta

from services.chassis.errors import Aborted, Exhausted

REFRESH_S = 1.0  # a move that is not told again within it is stopped
STOPPING_S = 0.5  # of a grant that are left for the stop, at the least
CAMERAS_MOST = 50_000  # of a takeover at most 5,000
KEPT_S = 60.0
_RETRY_AFTER = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class ControlAddress:
    """Where a camera takes commands; the URI's scheme picks the driver. The password is in no repr."""

    uri: str
    username: str = ""
    password: str = field(default="", repr=False)


@dataclass(slots=True)
class Motion:
    """A camera that was told to go on moving. Seconds are monotonic.

    It is stopped at ``stop_at_s``; nothing is told to the camera after ``until_s``, when the grant of the last command
    runs out: another relay may command it from then on.
    """

    where: ControlAddress
    stop_at_s: float
    until_s: float
    is_stopping: bool = False


def motion(where: ControlAddress, told_s: float, until_s: float) -> Motion:
    """That of a camera told so at ``told_s`` under a grant that runs out at ``until_s``."""
    return Motion(where, min(told_s + REFRESH_S, max(told_s, until_s - STOPPING_S)), until_s)


@dataclass(slots=True)
class Helm:
    """Of one camera."""

    epoch: int
    used_s: float
    motion: Motion | None = None
    is_pointed: bool = False  # under this epoch, by its holder

    def refuse_pointed(self) -> None:
        """Aborted (``STATE_WRONG``) for the platform's own command, once the holder of this epoch chose by itself."""
        if self.is_pointed:
            raise Aborted("STATE_WRONG", "the camera's holder has pointed it: it is not brought back")

    def refuse_stale(self, epoch: int) -> None:
        """Aborted (``EPOCH_STALE``) for an epoch that control has left behind."""
        if epoch < self.epoch:
            raise Aborted(
                "EPOCH_STALE", f"control has passed on: epoch {epoch} is older than {self.epoch}",
                epoch=str(epoch), current=str(self.epoch),
            )  # fmt: skip


@dataclass
class Helms:
    """Of every camera commanded of late, the least recently used first."""

    most: int = CAMERAS_MOST
    _by_camera: OrderedDict[str, Helm] = field(default_factory=OrderedDict)
    _moving: dict[str, Helm] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._by_camera)

    def take(self, camera: str, epoch: int, now_s: float) -> Helm:
        """The camera's helm under that epoch; what moves there by an older one is to be stopped at once.

        Raises Aborted for an older epoch, Exhausted when the control of too many cameras is in use.
        """
        helm = self._by_camera.get(camera)
        if helm is None:
            self._make_room(now_s)
            helm = self._by_camera[camera] = Helm(epoch, now_s)
        helm.refuse_stale(epoch)
        if epoch > helm.epoch:
            helm.is_pointed = False
            if helm.motion is not None:
                helm.motion.stop_at_s = now_s
        helm.epoch, helm.used_s = epoch, now_s
        self._by_camera.move_to_end(camera)
        return helm

    def moves(self, camera: str, motion: Motion) -> None:
        """It was told to go on moving."""
        helm = self._moving[camera] = self._by_camera[camera]
        helm.motion = motion

    def stands(self, camera: str) -> None:
        """It moves no more, or that is not ours to say any more."""
        if (helm := self._moving.pop(camera, None)) is not None:
            helm.motion = None

    def moving(self) -> list[tuple[str, Helm, Motion]]:
        """The cameras that were told to go on moving."""
        return [(camera, helm, helm.motion) for camera, helm in self._moving.items() if helm.motion is not None]

    def _make_room(self, now_s: float) -> None:
        if len(self._by_camera) < self.most:
            return
        oldest, helm = next(iter(self._by_camera.items()))
        if now_s - helm.used_s <= KEPT_S or helm.motion is not None:
            message = "this relay commands no more cameras at a time: come back later"
            raise Exhausted("LIMIT_REACHED", message, retry_after=_RETRY_AFTER, limit="relay-control")
        del self._by_camera[oldest]
