"""A replica of the decider: follows the policy edition by edition, and decides cases again from the facts it was given.

replica = Replica()
replica.adopt(edition)                 # the whole policy, and the levels that this version of it set
replica.decide(case, now).allowed      # as permissions would say it with the same facts
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.decider.conditions import CONDITIONS, INCIDENT, INSPECTION, PAPERS
from services.decider.decider import Decider
from services.decider.decision import Decision
from services.decider.exclusive import Suspension, suspension
from services.decider.facts import Action, Camera, Circumstances, Principal, Takeover
from services.decider.leases import USUAL, Leases
from services.decider.marks import NONE, Marks
from services.decider.policy import Policy


@dataclass(frozen=True, slots=True)
class Edition:
    """A version of the policy: all its rows, leases and marks, and of levels those that it set.

    ``camera_levels`` are by 20-digit code.

    A camera has its own level if one was ever set for it, else that of its place category. ``number`` is of the ending
    that put it in force: whatever claims to be decided by it and knows of fewer was decided on older levels.
    """

    revision: int
    policy: Policy
    category_levels: Mapping[int, int] = field(default_factory=dict)
    camera_levels: Mapping[str, int] = field(default_factory=dict)
    number: int = 0
    leases: Leases = USUAL
    marks: Marks = NONE

    def levelled(self, camera: Camera) -> Camera:
        """The camera as it is from this version on, if it was known as the version before left it."""
        own = self.camera_levels.get(camera.name.rpartition("/")[2])
        if own is not None:
            return replace(camera, level=own, is_level_own=True)
        if camera.is_level_own or camera.category not in self.category_levels:
            return camera
        return replace(camera, level=self.category_levels[camera.category])


@dataclass(frozen=True, slots=True)
class Case:
    """One right in use: who does what to which camera, and what may bear on it."""

    principal: Principal
    camera: Camera
    action: Action
    circumstances: Circumstances

    @property
    def grounds(self) -> Mapping[int, frozenset[str]]:
        """The names of papers, incidents and inspections, by the condition that they give."""
        found = self.circumstances
        named = ((PAPERS, found.bases), (INCIDENT, found.incidents), (INSPECTION, found.inspections))
        return {bit: frozenset(one.name for one in facts) for bit, facts in named}

    @property
    def control(self) -> frozenset[str]:
        """The names whose end takes control from its agency, or gives its view back: of takeovers, what they stand on,
        who asked for them. Of others' only where one is exclusive.
        """
        found = self.circumstances.takeovers
        told = [one for one in found if self.is_exclusive or one.agency == self.principal.agency]
        return frozenset(name for one in told for name in one.stands_on if name)

    def without(self, name: str) -> "Case":
        """The case when the papers, incident, inspection or takeover of that name, or whoever took over, is no more."""
        found = self.circumstances
        left = replace(
            found,
            bases=tuple(one for one in found.bases if one.name != name),
            incidents=tuple(one for one in found.incidents if one.name != name),
            takeovers=tuple(one for one in found.takeovers if name not in one.stands_on),
            inspections=tuple(one for one in found.inspections if one.name != name),
        )
        return replace(self, circumstances=left)

    def taken(self, takeovers: Iterable[Takeover]) -> "Case":
        """The case when these are its camera's takeovers. Of its own agency those stay that it was decided with: what a
        holder may outlast is settled by them, and no agency is suspended by its own.
        """
        own = [one for one in self.circumstances.takeovers if one.agency == self.principal.agency]
        others = [one for one in takeovers if one.agency != self.principal.agency]
        return replace(self, circumstances=replace(self.circumstances, takeovers=(*own, *others)))

    @property
    def is_exclusive(self) -> bool:
        """Whether any takeover that it knows of is."""
        return any(one.is_exclusive for one in self.circumstances.takeovers)

    def suspension(self, now: datetime) -> Suspension | None:
        """What suspends it at ``now``, if anything does."""
        return suspension(self.principal, self.camera, self.action, self.circumstances, now)

    def under(self, edition: Edition) -> "Case":
        """The case from that version of the policy on."""
        return replace(self, camera=edition.levelled(self.camera))

    def stood_on(self, decision: Decision) -> frozenset[str]:
        """The names of the papers, incidents and inspections that ``decision`` about it stands on."""
        bits = [CONDITIONS[name].bit for name in decision.conditions]
        return frozenset().union(*(self.grounds.get(bit, frozenset()) for bit in bits))


class Replica:
    """Denies everything before its first edition. One thread only, as its engine."""

    def __init__(self) -> None:
        self._decider = Decider()

    @property
    def revision(self) -> int:
        """Of the policy in force here; 0 before the first."""
        return self._decider.revision

    def adopt(self, edition: Edition) -> None:
        """Have it decide from here on. Some µs for each class in use, and 0.5 ms for each that its rows tell apart."""
        self._decider.adopt(self._decider.prepare(edition.policy, edition.revision))

    def decide(self, case: Case, now: datetime) -> Decision:
        """Allow or deny by the policy in force here."""
        return self._decider.decide(case.principal, case.camera, case.action, case.circumstances, now)
