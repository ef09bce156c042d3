"""What a proposed policy would do to the sessions that run: each is decided by it, as its relay will. Pure.

Nothing of a state secret is told to other organs than national security, not even in counts (Article 11): neither of a
camera that is one, nor of one that the proposal makes one.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from services.decider.facts import LEVELS, SEALED_LEVEL, AgencyKind, Camera
from services.decider.replica import Case, Edition, Replica

MOST_TOLD = 100
Reason = tuple[str, str, str, str]  # principal, action, and the rules before and after


@dataclass(frozen=True, slots=True)
class Running:
    """A session as streams has it on record, with the names that it stands on; "" for none."""

    name: str
    principal: str
    camera: str
    action: str
    legal_basis: str
    incident: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many sessions would live on, and those that would end, by reason. ``is_cut_off``: there are more."""

    lasting: int
    ending: int
    reasons: tuple[tuple[Reason, int], ...]
    is_cut_off: bool


@dataclass
class Trial:
    """Of one edition, against the policy in force. ``asking``: of the kind that is to be told."""

    before: Edition
    after: Edition
    asking: AgencyKind
    _lasting: int = 0
    _reasons: Counter[Reason] = field(default_factory=Counter)
    _old: Replica = field(default_factory=Replica)
    _new: Replica = field(default_factory=Replica)

    def __post_init__(self) -> None:
        self._old.adopt(self.before)
        self._new.adopt(self.after)

    def judge(self, case: Case, now: datetime) -> None:
        """One session. What the policy in force does not allow any more is ending already, whatever is proposed."""
        then = case.under(self.after)
        if not (self._is_told(case.camera) and self._is_told(then.camera)):
            return
        before, after = self._old.decide(case, now), self._new.decide(then, now)
        if before.allowed and after.allowed:
            self._lasting += 1
        elif before.allowed:
            self._reasons[case.principal.name, case.action.value, before.rule, after.rule] += 1

    def verdict(self, *, is_cut_off: bool) -> Verdict:
        """What was found, most sessions first."""
        reasons = sorted(self._reasons.items(), key=lambda pair: (-pair[1], pair[0]))
        return Verdict(self._lasting, self._reasons.total(), tuple(reasons[:MOST_TOLD]), is_cut_off)

    def _is_told(self, camera: Camera) -> bool:
        return self.asking is AgencyKind.NATIONAL_SECURITY or camera.level in LEVELS[: SEALED_LEVEL - 1]
