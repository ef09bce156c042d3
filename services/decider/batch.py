"""Many cameras in one question: those that no decision can tell apart are decided once, by the same call as one camera.

A decision reads of a camera its class, whether papers, incidents and inspections cover it, and the takeovers of it.
Cameras alike in all of these form a group; its first one is decided, and the answer holds for every one of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np

from services.decider.decider import Decider
from services.decider.decision import Decision
from services.decider.facts import Action, Circumstances, ControlLease, Principal, Takeover
from services.decider.roster import EMPTY, Marks, Places, Roster, covered, named

Takeovers = Mapping[str, tuple[Takeover, ...]]  # by camera
ControlLeases = Mapping[str, tuple[ControlLease, ...]]


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of every camera of a roster. Takeovers and leases of ``circumstances`` stand apart, by camera."""

    principal: Principal
    action: Action
    circumstances: Circumstances
    takeovers: Takeovers
    now: datetime
    leases: ControlLeases = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The different decisions, and for each camera which of them is its own; EMPTY where a place is empty."""

    decisions: tuple[Decision, ...]
    which: Places

    @property
    def allowed(self) -> Marks:
        """Which cameras are allowed; an empty place never is."""
        table = np.array([*(decision.allowed for decision in self.decisions), False])  # EMPTY reads the last one
        marks: Marks = table[self.which]
        return marks


def decide_each(decider: Decider, request: Request, cameras: Roster) -> Verdicts:
    """The decision for each camera: what ``decider.decide`` says of it with everything that bears on it."""
    is_there = cameras.classes != EMPTY
    groups = cameras.classes
    for marks in _coverings(request, cameras):
        if marks.any():
            groups = np.unique(groups * 2 + marks, return_inverse=True)[1]
    groups = _taken_apart(groups, [*request.takeovers, *request.leases], cameras)
    at = np.flatnonzero(is_there)
    _, firsts, members = np.unique(groups[at], return_index=True, return_inverse=True)
    decisions: dict[Decision, int] = {}
    own = [
        decisions.setdefault(_decided(decider, request, cameras, place), len(decisions))
        for place in at[firsts].tolist()
    ]
    which = np.full(len(groups), EMPTY, np.int64)
    which[at] = np.array(own, np.int64)[members]
    return Verdicts(tuple(decisions), which)


def _coverings(request: Request, cameras: Roster) -> Iterator[Marks]:
    """For each fact that covers some cameras and not others, which ones."""
    circumstances = request.circumstances
    for basis in circumstances.bases:
        yield named(basis.cameras, cameras)
        yield named(basis.held, cameras)
    areas = [*(one.area for one in circumstances.incidents), *(one.area for one in circumstances.inspections)]
    for area in areas:
        yield covered(area, cameras)
    for inspection in circumstances.inspections:
        yield named(inspection.spent, cameras)


def _taken_apart(groups: Places, held: Sequence[str], cameras: Roster) -> Places:
    """Each camera that somebody took over or commands, in a group of its own."""
    if not held:
        return groups
    at = np.flatnonzero(named(held, cameras))
    apart = groups.copy()
    apart[at] = groups.max(initial=0) + 1 + np.arange(len(at))
    return apart


def _decided(decider: Decider, request: Request, cameras: Roster, place: int) -> Decision:
    camera = cameras.cameras[place]
    assert camera is not None, "an empty place is in no group"
    takeovers = request.takeovers.get(camera.name, ())
    circumstances = replace(request.circumstances, takeovers=takeovers, leases=request.leases.get(camera.name, ()))
    return decider.decide(request.principal, camera, request.action, circumstances, request.now)
