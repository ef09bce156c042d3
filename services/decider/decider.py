"""The public call: may this principal do this to this camera now, by which rule, until when.

decider = Decider()                                # denies everything
decider.adopt(decider.prepare(policy, revision))   # built aside, warmed, swapped by one assignment
decider.decide(principal, camera, Action.LIVE, circumstances, now).allowed
"""

from dataclasses import dataclass, replace
from datetime import datetime

from services.decider.conditions import CONDITIONS, HELD_BY_OTHER, HOLDS_CONTROL, TIMED, conditions, lasting
from services.decider.decision import Decision
from services.decider.engine import Engine
from services.decider.facts import Action, Camera, Circumstances, Principal, Relation
from services.decider.holder import holder
from services.decider.model import Request, matches
from services.decider.nearest import Near, nearest
from services.decider.policy import Policy
from services.decider.reach import Reach, reach
from services.decider.relation import relation
from services.decider.scope import Scope

_NEAREST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that bears on a decision: conditions that hold, used or not; rows that matched or came near."""

    decision: Decision
    relation: Relation
    roles: tuple[str, ...]
    conditions: tuple[str, ...]
    matched: tuple[Near, ...]
    nearest: tuple[Near, ...]


class Decider:
    """Decides by the engine in force. Without a policy it denies everything."""

    def __init__(self) -> None:
        self._engine = Engine(Policy(()), revision=0)

    @property
    def revision(self) -> int:
        """Number of the policy in force; 0 means none."""
        return self._engine.revision

    @property
    def is_empty(self) -> bool:
        """Whether there is no row to decide by: everything is denied."""
        return not self._engine.policy.rows

    def prepare(self, policy: Policy, revision: int) -> Engine:
        """A new engine, warmed with the classes in use; nothing changes until it is adopted.

        Some µs for each class in use, and 0.5 ms for each of those that rows tell apart.
        """
        engine = Engine(policy, revision)
        engine.warm(self._engine.known)
        return engine

    def adopt(self, engine: Engine) -> None:
        """Put an engine in force, at once for every decision from here on."""
        self._engine = engine

    def decide(
        self, principal: Principal, camera: Camera, action: Action, circumstances: Circumstances, now: datetime
    ) -> Decision:
        """Allow or deny, with the reasons. ``now`` is aware UTC. A few µs once the class of request is known."""
        if circumstances.are_none:  # most requests: no time bears on them, and nobody but the operator holds control
            bits = lasting(principal, camera)
            if principal.agency == camera.operator:
                bits |= HOLDS_CONTROL
            return self._engine.judge(_request(principal, camera, action, bits))[0]
        found = conditions(principal, camera, action, circumstances, now)
        decision, needed = self._engine.judge(_request(principal, camera, action, found.bits))
        if needed & TIMED:
            ends = [end for bit, end in found.until.items() if needed & bit]
            return decision.narrowed(min(ends)) if ends else decision
        if needed & HELD_BY_OTHER:
            return decision.narrowed(None, holder(camera, circumstances.takeovers, now, circumstances.leases).agency)
        return decision

    def explain(
        self, principal: Principal, camera: Camera, action: Action, circumstances: Circumstances, now: datetime
    ) -> Explanation:
        """The decision with every row that matched, and the nearest that did not with what they lack."""
        found = conditions(principal, camera, action, circumstances, now)
        policy = self._engine.policy
        roles = policy.borne(principal.role_text)
        request = (roles, *_request(principal, camera, action, found.bits)[1:])
        near = nearest(policy, request, most=len(policy.rows))
        return Explanation(
            decision=self.decide(principal, camera, action, circumstances, now),
            relation=relation(principal, camera),
            roles=tuple(roles.split()),
            conditions=tuple(name for name, condition in CONDITIONS.items() if condition.bit & found.bits),
            matched=tuple(Near(row, ()) for row in policy.rows if matches(row, request)),
            nearest=tuple(n for n in near if n.lacking)[:_NEAREST_SHOWN],
        )

    def scope(self, principal: Principal, action: Action) -> Scope:
        """The classes of cameras on which the principal may act without any papers, incident or takeover."""
        engine = self._engine
        return Scope(engine.revision, engine.scope(principal, action))

    def reach(self, principal: Principal, action: Action, circumstances: Circumstances, now: datetime) -> Reach:
        """Every camera for which ``decide`` would allow it, whichever there are; ``circumstances`` of any camera."""
        engine = self._engine
        return replace(reach(engine.policy, principal, action, circumstances, now), revision=engine.revision)


def _request(principal: Principal, camera: Camera, action: Action, bits: int) -> Request:
    level, category, _ = camera.traits
    return principal.role_text, relation(principal, camera), action, level, category, bits
