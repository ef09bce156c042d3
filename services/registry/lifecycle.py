"""The life cycle of a camera system: which steps there are, who makes them, and the papers that each needs. Pure.

    planned ──► built ──► accepted ──► in service ◄──► suspended by its operator
                                            ▲                    │
                                            └──► suspended by public security
    retired: from everywhere, for good

Its operator makes every step but two: public security suspends, and it alone lifts its suspension. A suspension by the
operator does not bind Articles 17 and 18; one by public security binds everybody.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from itertools import chain

from services.chassis.errors import FailedPrecondition
from services.registry import duties
from services.registry.duties import Duty
from services.registry.system.record import CameraSystem, LifeState, Work

__all__ = [
    "STEPS",
    "Authority",
    "LifeState",
    "is_accepted",
    "is_barred",
    "is_operating",
    "missing_for",
    "steps_from",
    "transition",
]


class Authority(StrEnum):
    """Who makes a step: the system's operator, or the public security that supervises it."""

    OPERATOR = "its operator"
    PUBLIC_SECURITY = "public security"


_PLANNED, _BUILT, _ACCEPTED = LifeState.PLANNED, LifeState.BUILT, LifeState.ACCEPTED
_IN_SERVICE, _RETIRED = LifeState.IN_SERVICE, LifeState.RETIRED
_PAUSED, _BARRED = LifeState.SUSPENDED_BY_OPERATOR, LifeState.SUSPENDED_BY_PUBLIC_SECURITY
# From, to → who makes the step.
STEPS = {
    (_PLANNED, _BUILT): Authority.OPERATOR,
    (_BUILT, _ACCEPTED): Authority.OPERATOR,
    (_ACCEPTED, _IN_SERVICE): Authority.OPERATOR,
    (_IN_SERVICE, _PAUSED): Authority.OPERATOR,
    (_PAUSED, _IN_SERVICE): Authority.OPERATOR,
    (_IN_SERVICE, _BARRED): Authority.PUBLIC_SECURITY,
    (_PAUSED, _BARRED): Authority.PUBLIC_SECURITY,
    (_BARRED, _IN_SERVICE): Authority.PUBLIC_SECURITY,
    **{(state, _RETIRED): Authority.OPERATOR for state in (_PLANNED, _BUILT, _ACCEPTED, _IN_SERVICE, _PAUSED, _BARRED)},
}


def is_accepted(state: LifeState) -> bool:
    """Whether the completion acceptance is behind it and it is not retired: suspended ones too (Articles 8, 10)."""
    return state in {_ACCEPTED, _IN_SERVICE, _PAUSED, _BARRED}


def is_operating(state: LifeState) -> bool:
    """Whether it is in service."""
    return state == _IN_SERVICE


def is_barred(state: LifeState) -> bool:
    """Whether nobody may use it, Articles 17 and 18 included."""
    return state in {_BARRED, _RETIRED}


def steps_from(state: LifeState) -> dict[LifeState, Authority]:
    """Where it can go from ``state``, and who makes each step."""
    return {to: by for (start, to), by in STEPS.items() if start == state}


def transition(system: CameraSystem, to: LifeState, by: Authority, missing: Sequence[Duty]) -> CameraSystem:
    """``system`` in the state ``to``; its revision is the caller's to count (`CameraSystem.revised`).

    ``missing`` is what `missing_for` found. Raises errors.FailedPrecondition: STATE_WRONG when ``by`` can't make this
    step from here, SYSTEM_INCOMPLETE with everything that is missing for it.
    """
    if STEPS.get((system.state, to)) != by:
        message = f"{system.name} is {_word(system.state)}; {_offer(system.state)}"
        raise FailedPrecondition("STATE_WRONG", message, state=system.state.name)
    if missing:
        told = "; ".join(f"{duty.sentence} ({duty.article})" for duty in missing)
        raise FailedPrecondition(
            "SYSTEM_INCOMPLETE",
            f"{system.name} can't be {_word(to)} yet: {told}",
            article=", ".join(dict.fromkeys(duty.article for duty in missing)),
            missing=",".join(duty.rule for duty in missing),
        )
    return replace(system, state=to)


def missing_for(system: CameraSystem, to: LifeState, has_finance_cameras: bool, now: datetime) -> tuple[Duty, ...]:
    """The papers that the step to ``to`` needs and that are not on record, valid at ``now``: all of them at once.

    Built: qualifications of designer and builder (Article 13), procedure of government money (9). Accepted: the
    certificate (8, 10). In service, again after a suspension: sign (12), maintainer's qualification (13), password
    exclusion where finance places are watched (6 ¶3), thirty days of storage or the law that says otherwise (21 ¶2).
    """
    if to == _BUILT:
        qualified = (duties.qualification(system, work, now) for work in (Work.DESIGN, Work.CONSTRUCTION))
        return (*duties.funding(system), *chain.from_iterable(qualified))
    if to == _ACCEPTED:
        return tuple(duties.acceptance(system, now))
    if to == _IN_SERVICE:
        return tuple(duties.service_papers(system, now, has_finance_cameras))
    return ()


def _offer(state: LifeState) -> str:
    if not (steps := steps_from(state)):
        return "no step leads on from there"
    offers = (f"{_word(to)} (made by {by})" for to, by in steps.items())
    return f"from there it can become: {', '.join(offers)}"


def _word(state: LifeState) -> str:
    return state.name.lower().replace("_", " ")
