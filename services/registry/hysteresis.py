"""When reports of a camera are enough to change its health on record (Articles 15, 22): hysteresis for a whole city.

report ─► what it tells about five aspects ─► a streak per aspect ─► health: the worst that stands

A reporter speaks only of what it can tell: a probe learns that a camera answers, a relay sees its pictures, so a
probe's "OK" uncovers no covered camera, and a relay's repairs no storage. Pure: the caller brings monotonic seconds.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from services.registry.health import Device, Health, Report, Reporter, Signal, Storage


class Rule(NamedTuple):
    """How much it takes: so many reports in a row, the last of them this long after the first."""

    reports: int
    seconds: float = 0.0


RULES: Mapping[Health, Rule] = {
    Health.ONLINE: Rule(2),
    Health.DEGRADED: Rule(3),
    Health.OFFLINE: Rule(3, seconds=10.0),
    Health.TAMPERED: Rule(2),
}
STALE_S = 900.0  # a doubt not heard of for so long makes room for another


class _Aspect(IntEnum):
    """What can be wrong by itself, until somebody who can tell says that it is right again."""

    ARRIVAL = 0  # anything comes
    PICTURE = 1  # and shows what it should
    ACCESS = 2  # the source serves whom it should: the credentials on record are taken
    STORAGE = 3
    DEVICE = 4


_Told = dict[_Aspect, Health]
_STORAGE_TOLD: Mapping[int, _Told] = {
    Storage.OK: {_Aspect.STORAGE: Health.ONLINE},
    Storage.FAILING: {_Aspect.STORAGE: Health.DEGRADED},
}
# What each kind of reporter can tell by its signal, storage and device. What is not here, it can't.
_TELLS: Mapping[Reporter, tuple[Mapping[int, _Told], Mapping[int, _Told], Mapping[int, _Told]]] = {
    Reporter.PROBE: (
        {Signal.OK: {_Aspect.ARRIVAL: Health.ONLINE}, Signal.NONE: {_Aspect.ARRIVAL: Health.OFFLINE}},
        {},
        {Device.OK: {_Aspect.ACCESS: Health.ONLINE}, Device.FAULTY: {_Aspect.ACCESS: Health.DEGRADED}},
    ),
    Reporter.RELAY: (
        {
            Signal.OK: {_Aspect.ARRIVAL: Health.ONLINE, _Aspect.PICTURE: Health.ONLINE},
            Signal.NONE: {_Aspect.ARRIVAL: Health.OFFLINE},
            Signal.OBSTRUCTED: {_Aspect.ARRIVAL: Health.ONLINE, _Aspect.PICTURE: Health.TAMPERED},
        },
        _STORAGE_TOLD,
        {
            Device.OK: {_Aspect.DEVICE: Health.ONLINE},
            Device.FAULTY: {_Aspect.DEVICE: Health.DEGRADED},
            Device.TAMPERED: {_Aspect.DEVICE: Health.TAMPERED},
        },
    ),
}
# Where a health whose beginning nobody here remembers may come from.
_SEATS: Mapping[Health, tuple[_Aspect, ...]] = {
    Health.DEGRADED: (_Aspect.STORAGE, _Aspect.DEVICE, _Aspect.ACCESS),
    Health.TAMPERED: (_Aspect.PICTURE, _Aspect.DEVICE),
}


@dataclass(slots=True)
class _Streak:
    """Reports in a row that say the same of an aspect, and not what stands."""

    towards: Health
    since_s: float
    reports: int = 0


@dataclass(slots=True)
class _Case:
    """What stands of one camera and what is doubted of it. Aspects that are right are left out."""

    faults: _Told = field(default_factory=dict)
    seatless: Health = Health.UNSPECIFIED  # stands on record, and nobody here knows which aspect it came from
    streaks: dict[_Aspect, _Streak] = field(default_factory=dict)
    heard_s: float = 0.0

    @classmethod
    def of(cls, stored: Health) -> "_Case":
        """As much as the record alone says."""
        if stored in _SEATS:
            return cls(seatless=stored)
        return cls(faults={_Aspect.ARRIVAL: stored} if stored is Health.OFFLINE else {})

    @property
    def health(self) -> Health:
        return max((Health.ONLINE, self.seatless, *self.faults.values()))

    @property
    def is_plain(self) -> bool:
        """True when the record alone says as much."""
        return not self.streaks and (not self.faults if self.seatless else not self.faults.keys() - {_Aspect.ARRIVAL})

    def seat(self, told: _Told) -> None:
        """Lay a fault of unknown origin where this report speaks of the same, else where it speaks at all."""
        seats = [aspect for aspect in _SEATS.get(self.seatless, ()) if aspect in told]
        if seats:
            aspect = next((aspect for aspect in seats if told[aspect] is self.seatless), seats[0])
            self.faults[aspect], self.seatless = self.seatless, Health.UNSPECIFIED

    def hear(self, told: _Told, now_s: float) -> None:
        """Count what is told; faults first: what gets worse in the same breath is not reported as better before."""
        self.heard_s = now_s
        for aspect, said in sorted(told.items(), key=lambda item: -item[1]):
            stands = self.faults.get(aspect, Health.ONLINE)
            if said is stands:
                self.streaks.pop(aspect, None)
                continue
            streak = self.streaks.get(aspect)
            if streak is None or streak.towards is not said:
                streak = self.streaks[aspect] = _Streak(said, now_s)
            streak.reports += 1
            streak.since_s = min(streak.since_s, now_s)  # a clock that jumped back must not hold it for ever
            lasted_s, rule = now_s - streak.since_s, RULES[said]
            if streak.reports >= rule.reports and lasted_s >= rule.seconds and not self._waits(said, told):
                del self.streaks[aspect]
                self.faults[aspect] = said
                if said is Health.ONLINE:
                    del self.faults[aspect]

    def _waits(self, said: Health, told: _Told) -> bool:
        """True for good news that comes together with bad news still counted."""
        return said is Health.ONLINE and any(
            worse is not Health.ONLINE and aspect in self.streaks for aspect, worse in told.items()
        )


class _Claims(NamedTuple):
    """What a report of one kind tells, worked out once; ``steady``, by what is on record: nothing of it is news."""

    told: _Told
    steady: tuple[bool, ...]


def _claims(reporter: Reporter, said: tuple[Signal, Storage, Device]) -> _Claims:
    told: _Told = {}
    for tells, word in zip(_TELLS[reporter], said, strict=True):
        told |= tells.get(word, {})
    return _Claims(told, tuple(_is_steady(told, stored) for stored in Health))


def _is_steady(told: _Told, stored: Health) -> bool:
    case = _Case.of(stored)
    case.seat(told)
    agrees = all(case.faults.get(aspect, Health.ONLINE) is said for aspect, said in told.items())
    return agrees and (stored is not Health.UNSPECIFIED or not told)


_CLAIMS = tuple(  # by the numbers of reporter, signal, storage, device
    tuple(tuple(tuple(_claims(reporter, (s, t, d)) for d in Device) for t in Storage) for s in Signal)
    for reporter in Reporter
)


class Watch:
    """Hysteresis for every camera of a cell. It remembers the few that are in doubt, and where known faults came from.

    A camera whose reports agree with its record costs nothing: its record is all the memory it needs. At most ``most``
    doubts are kept, and ``most`` origins. While all doubts are fresh a new one is not taken in: were the oldest dropped
    for it, a city that goes dark at once would never get three reports of one camera together.
    """

    def __init__(self, most: int = 100_000) -> None:
        self._most = most
        self._doubts: OrderedDict[str, _Case] = OrderedDict()  # the one heard of longest ago first
        self._origins: OrderedDict[str, _Case] = OrderedDict()

    def __len__(self) -> int:
        return len(self._doubts) + len(self._origins)

    @property
    def in_doubt(self) -> Sequence[str]:
        """The cameras that another report may decide: worth a probe before their turn."""
        return tuple(self._doubts)

    def step(self, camera: str, stored: Health, report: Report, reporter: Reporter, now_s: float) -> Health | None:
        """The health of ``camera`` to be put on record instead of ``stored``; None when nothing changes (RULES).

        ``now_s`` is monotonic. A health that is not written after all is decided anew from the reports that follow.
        """
        _, signal, storage, device, _ = report
        told, steady = _CLAIMS[reporter][signal][storage][device]
        if steady[stored] and camera not in self._doubts and camera not in self._origins:
            return None
        if not told:
            return None
        case = self._doubts.pop(camera, None) or self._origins.pop(camera, None)
        if case is None or case.health is not stored:  # new, or somebody else wrote
            case = _Case.of(stored)
        if stored is Health.UNSPECIFIED:
            case.faults = {aspect: said for aspect, said in told.items() if said is not Health.ONLINE}
        else:
            case.seat(told)
            case.hear(told, now_s)
        self._remember(camera, case, now_s)
        return case.health if case.health is not stored else None

    def _remember(self, camera: str, case: _Case, now_s: float) -> None:
        if case.streaks and len(self._doubts) >= self._most:
            oldest = next(iter(self._doubts))
            if 0 <= now_s - self._doubts[oldest].heard_s < STALE_S:
                case.streaks.clear()
            else:
                del self._doubts[oldest]
        if case.streaks:
            self._doubts[camera] = case
        elif not case.is_plain:
            self._origins[camera] = case
            if len(self._origins) > self._most:
                self._origins.popitem(last=False)
