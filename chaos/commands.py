"""What rivals were told about one camera, and what the camera did: the judge of control.

Every command is a velocity that no other command has, so a line of the camera's own log names the command that made it.
The camera's clock and ours are one machine's monotonic clock.

A history holds when each command that the camera carried out was its lawful holder's at that moment. The epoch orders
holders, and only the database gives a new one, so it is enough to see that
1. the camera's epochs never fall: the holders' turns don't overlap;
2. all commands of one epoch are of one agency: a turn is one holder's;
3. after a takeover was answered as fenced, nothing of an older epoch arrives: the turn before it is over. One that was
   answered as granted alone is fenced by time: two seconds after the answer at the latest;
4. what was answered as done was done, under the epoch that was answered: nothing answered is lost.
What brings the camera back is the platform's own, nobody's: it keeps 1 and 3, and no command of its epoch is before it.
Then the order of the camera's log is a sequential history that agrees with what everybody was told.
"""

import json
import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

GRANT_LIFETIME_S = 2.0  # of a command; docs/design/control.md
PLATFORM = 0  # the number of its commands
_STEPS = 1_000_000  # of a velocity: as many commands either way


@dataclass(frozen=True, slots=True)
class Answer:
    """A command's: under which epoch it was carried out, and when that was known; monotonic seconds."""

    agency: str
    epoch: int
    at_s: float


@dataclass(frozen=True, slots=True)
class Line:
    """One of the camera's log: which command it was, under which epoch, when."""

    number: int  # PLATFORM: nobody's, to bring the camera back to where it looked
    epoch: int
    at_s: float


@dataclass
class Commands:
    """Written by actors in many threads."""

    sent: dict[int, str] = field(default_factory=dict)  # by number: the agency
    answered: dict[int, Answer] = field(default_factory=dict)
    settled: list[tuple[int, float]] = field(default_factory=list)  # an epoch, and when every older one was over
    fenced: int = 0  # of these, told so in the answer
    held: list[tuple[int, str]] = field(default_factory=list)  # an epoch of which an agency was told that it holds it
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, agency: str) -> tuple[int, float]:
        """A new command's number, and the velocity that is it."""
        with self._lock:
            number = len(self.sent) + 1
            self.sent[number] = agency
        return number, velocity(number)

    def done(self, number: int, epoch: int, at_s: float) -> None:
        """It was answered."""
        with self._lock:
            self.answered[number] = Answer(self.sent[number], epoch, at_s)

    def granted(self, agency: str, epoch: int, at_s: float, *, is_fenced: bool) -> None:
        """A takeover was answered, and holds the camera."""
        with self._lock:
            self.held.append((epoch, agency))
            self.settled.append((epoch, at_s if is_fenced else at_s + GRANT_LIFETIME_S))
            self.fenced += is_fenced

    def judged(self, lines: Sequence[Line]) -> tuple[Mapping[str, int], list[str]]:
        """The figures, and in words what did not hold."""
        stale = _falls(lines)
        late = [
            f"a command of epoch {line.epoch} came {line.at_s - at_s:.3f} s after epoch {epoch} was fenced"
            for epoch, at_s in self.settled
            for line in lines
            if line.epoch < epoch and line.at_s > at_s
        ]
        twice, lost, forced = self._shared(lines), self._lost(lines), _forced(lines)
        figures = {
            "commands_sent": len(self.sent), "commands_answered": len(self.answered),
            "commands_applied": sum(line.number != PLATFORM for line in lines),
            "stale_epoch_applied": len(stale), "two_holders_seen": len(late) + len(twice),
            "answered_and_lost": len(lost), "fenced": self.fenced,
            "fenced_by_time": len(self.settled) - self.fenced, "turns": len({line.epoch for line in lines}),
            "brought_back": sum(line.number == PLATFORM for line in lines),
        }  # fmt: skip
        return figures, [*stale, *late, *twice, *lost, *forced]

    def _shared(self, lines: Sequence[Line]) -> list[str]:
        """Epochs of which more than one agency held or commanded the camera."""
        agencies = defaultdict[int, set[str]](set)
        for epoch, agency in self.held:
            agencies[epoch].add(agency)
        for line in (one for one in lines if one.number != PLATFORM):
            agencies[line.epoch].add(self.sent.get(line.number, "nobody whom we know"))
        return [f"epoch {epoch} had {sorted(several)}" for epoch, several in agencies.items() if len(several) > 1]

    def _lost(self, lines: Sequence[Line]) -> list[str]:
        applied = {(line.number, line.epoch) for line in lines}
        return [
            f"command {number} of {one.agency} was answered and not carried out under epoch {one.epoch}"
            for number, one in self.answered.items()
            if (number, one.epoch) not in applied
        ]


def velocity(number: int) -> float:
    """Of a command."""
    return number / _STEPS


def read(log: Iterable[str], code: str) -> list[Line]:
    """The camera's own log, without commands that stop it: the relay's."""
    found = []
    for said in map(json.loads, log):
        told = said["command"]
        is_brought_back = "to" in told  # no rival has it look anywhere
        number = PLATFORM if is_brought_back else round(told["pan"] * _STEPS)
        if said["code"] == code and (number or is_brought_back):
            found.append(Line(number, int(said["epoch"]), said["monotonic_ns"] / 1e9))
    return found


def _falls(lines: Sequence[Line]) -> list[str]:
    highest, found = 0, []
    for line in lines:
        if line.epoch < highest:
            found.append(f"epoch {line.epoch} was applied after epoch {highest}")
        highest = max(highest, line.epoch)
    return found


def _forced(lines: Sequence[Line]) -> list[str]:
    commanded, found = set[int](), []
    for line in lines:
        if line.number == PLATFORM and line.epoch in commanded:
            found.append(f"the camera was brought back under epoch {line.epoch} after its holder had commanded it")
        elif line.number != PLATFORM:
            commanded.add(line.epoch)
    return found
