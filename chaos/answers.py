"""What was answered is not lost: each takeover, renewal, release and command is on record when all is over.

A call that was not answered may have been carried out or not, and nothing is said of it. One that was answered stands,
whatever was killed a moment later: permissions answers when its database is synchronous on disk, with the fact for the
ledger in the same transaction.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from chaos.commands import Commands, velocity
from chaos.record import facts
from chaos.scene import Scene
from kapok.fact.v1 import fact_pb2
from kapok.permissions.v1 import takeover_pb2
from kapok.permissions.v1 import takeovers_service_pb2 as takeovers
from kapok.streams.v1 import relay_pb2
from services.chassis import errors

REQUESTED, RENEWED, RELEASED = (f"permissions.takeover.{verb}" for verb in ("requested", "renewed", "released"))
MOVED = "streams.camera.move_ordered"
_LEDGER_WITHIN_S = 30.0  # what waits in outboxes of who was killed
_NEAR = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Answer:
    """One act on a takeover as its agency was answered; ``ends_at`` of a request or renewal."""

    principal: str
    kind: str
    takeover: str
    ends_at: datetime | None = None


@dataclass
class Answers:
    """Written by actors in many threads."""

    acts: list[Answer] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def heard(self, principal: str, kind: str, takeover: takeover_pb2.Takeover) -> None:
        """An answer."""
        ends_at = None if kind == RELEASED else takeover.end_time.ToDatetime(UTC)
        with self._lock:
            self.acts.append(Answer(principal, kind, takeover.name, ends_at))

    def count(self, kind: str) -> int:
        """Of that kind."""
        return sum(one.kind == kind for one in self.acts)

    def not_in_database(self, scene: Scene) -> list[str]:
        """What permissions knows nothing of, once the last takeover is over."""
        lost = []
        for name, acts in self._by_takeover().items():
            try:
                found = _found(scene, acts[0].principal, name)
            except errors.NotFound:
                lost.append(f"{name} of {acts[0].principal} was answered and is not on record")
            else:
                lost += contradictions(acts, found)
        return lost

    def not_in_ledger(self, scene: Scene, told: Commands) -> list[str]:
        """What the ledger has no record of, within the time that outboxes and JetStream may take."""
        until_s = time.monotonic() + _LEDGER_WITHIN_S
        while (lost := self.missing(facts(scene.stage), told)) and time.monotonic() < until_s:
            time.sleep(0.5)
        return lost

    def missing(self, recorded: Iterable[fact_pb2.Fact], told: Commands) -> list[str]:
        """The acts and commands of which ``recorded`` says nothing."""
        acts, moves = set[tuple[str, str, datetime | None]](), set[float]()
        taken, move = takeover_pb2.Takeover(), relay_pb2.CameraMove()
        for fact in recorded:
            if fact.kind in (REQUESTED, RENEWED, RELEASED) and fact.snapshot.Unpack(taken):
                ends_at = None if fact.kind == RELEASED else taken.end_time.ToDatetime(UTC)
                acts.add((fact.kind, taken.name, ends_at))
            elif fact.kind == MOVED and fact.snapshot.Unpack(move):
                moves.add(move.pan)
        lost = [f"{one.kind} of {one.takeover} was answered and is not in the ledger"
                for one in self.acts if (one.kind, one.takeover, one.ends_at) not in acts]  # fmt: skip
        return lost + [
            f"command {number} was answered and is not in the ledger"
            for number in told.answered
            if velocity(number) not in moves
        ]

    def _by_takeover(self) -> dict[str, list[Answer]]:
        found = defaultdict[str, list[Answer]](list)
        for one in self.acts:
            found[one.takeover].append(one)
        return found


def _found(scene: Scene, principal: str, name: str) -> takeover_pb2.Takeover:
    """The takeover as its agency reads it, once somebody answers; errors.NotFound."""
    until_s = time.monotonic() + _LEDGER_WITHIN_S
    while True:
        try:
            found = scene.stage.ask(principal, takeovers.GetTakeoverRequest(name=name))
        except errors.Unavailable:
            if time.monotonic() > until_s:
                raise
            time.sleep(0.5)
        else:
            assert isinstance(found, takeover_pb2.Takeover)
            return found


def contradictions(acts: list[Answer], found: takeover_pb2.Takeover) -> list[str]:
    """What a takeover that is over should be by its answers, and is not."""
    wrong = []
    latest = max((one.ends_at for one in acts if one.ends_at is not None), default=None)
    if latest is not None and found.end_time.ToDatetime(UTC) < latest - _NEAR:
        wrong.append(f"{found.name} was answered to end at {latest} and ends at {found.end_time.ToDatetime(UTC)}")
    if any(one.kind == RELEASED for one in acts) and {one.over_by for one in found.taken} != {"released"}:
        wrong.append(f"{found.name} was answered as released and was over by {[one.over_by for one in found.taken]}")
    return wrong
