"""Snapshots: cameras that a principal listed, so that it can speak of them by number for a while. Bounded, in memory.

A snapshot holds names as they were given, whether a camera is called so or not, and so tells nothing of any (Article
11). What is known of the cameras is asked for anew when it is older than the memory of cameras allows, or has changed.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.decider.facts import Camera, Principal
from services.decider.roster import Roster, roster

LIFETIME = timedelta(minutes=10)
LARGEST = 10_000  # cameras
MOST_OF_ONE = 4  # snapshots of one principal
LIMIT = 500_000  # cameras in all snapshots; about 250 bytes each


@dataclass(frozen=True, slots=True)
class Known:
    """Cameras as the memory has them, and the ``others`` asked for, which it never keeps: they are asked for each time.

    generation  the memory's, when they were asked for: whatever was forgotten since may be among them
    until_s     when the first of them is too old, in seconds of a monotonic clock
    """

    cameras: Mapping[str, Camera]
    others: Sequence[str]
    generation: int
    until_s: float


@dataclass(slots=True)
class Snapshot:
    """A list of names with a name of its own, and the cameras of it as they were last known."""

    name: str
    principal: str
    cameras: Sequence[str]
    expires_at: datetime
    known: Known | None = None
    _roster: tuple[Known, Principal, Roster] | None = field(default=None, repr=False)

    def roster(self, known: Known, others: Mapping[str, Camera], principal: Principal) -> Roster:
        """Its cameras as they stand to ``principal``; made anew when anything of what they are made from differs."""
        if others:
            return roster(self.cameras, {**known.cameras, **others}, principal)
        if self._roster is None or self._roster[0] is not known or self._roster[1] != principal:
            self._roster = known, principal, roster(self.cameras, known.cameras, principal)
        return self._roster[2]


class Snapshots:
    """The oldest goes first: of the principal that has too many, and of all when they hold too many cameras."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._kept: OrderedDict[str, Snapshot] = OrderedDict()
        self._limit = limit
        self._size = 0

    def __len__(self) -> int:
        return len(self._kept)

    def keep(self, snapshot: Snapshot, now: datetime) -> None:
        """Hold it until it expires, at the expense of older ones."""
        mine = [kept.name for kept in self._kept.values() if kept.principal == snapshot.principal]
        over = [kept.name for kept in self._kept.values() if kept.expires_at <= now]
        for name in {*mine[: max(0, len(mine) + 1 - MOST_OF_ONE)], *over}:
            self._drop(name)
        self._kept[snapshot.name] = snapshot
        self._size += len(snapshot.cameras)
        while self._size > self._limit:
            self._drop(next(iter(self._kept)))

    def find(self, name: str, principal: str, now: datetime) -> Snapshot | None:
        """The principal's own snapshot of this name, while it lives."""
        found = self._kept.get(name)
        return found if found and found.principal == principal and now < found.expires_at else None

    def _drop(self, name: str) -> None:
        self._size -= len(self._kept.pop(name).cameras)
