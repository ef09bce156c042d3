"""One policy revision at work: Casbin behind a bounded memo. Never changed once built; a new revision is a new engine.

The memo answers a class of requests that was asked before (under 1 µs). A new class is told what its kin were told, the
classes that no row tells apart from it (some µs); Casbin is asked once for all of them (0.2 to 1 ms). Casbin parses its
matcher at each call and CPython 3.11's parser is not safe in several threads, so only the thread that built the
engine may ask something new.
"""

import functools
import threading
from collections.abc import Iterable
from typing import TypeVar

import casbin

from services.chassis.errors import Internal
from services.decider.conditions import TIMED
from services.decider.decision import DEFAULT_DENY, DEFAULT_DENY_ARTICLE, Decision
from services.decider.facts import Action, Principal
from services.decider.kinship import Kin, Kinship, Likeness
from services.decider.model import FUNCTIONS, TEXT, Request, needs_mask
from services.decider.nearest import Near, nearest, refusal_sentence
from services.decider.policy import Policy, Row
from services.decider.scope import ScopeClass, classes
from services.decider.vocabulary import article_text

_SCOPES = 1_024  # of a principal and an action; some kilobytes each
_ROLE_SETS = 4_096  # of principals: what of it each bears by this policy
MEMO_LIMIT = 65_536  # classes kept; 400 bytes each, so at most about 26 MB

K = TypeVar("K")
V = TypeVar("V")
Judgement = tuple[Decision, int]  # the decision of a class, and the condition bits of the row that made it


class Engine:
    """Decides classes of requests by one policy. ``revision`` is the policy's number, 0 for none."""

    def __init__(self, policy: Policy, revision: int, memo_limit: int = MEMO_LIMIT) -> None:
        self.policy = policy
        self.revision = revision
        self._rows = {row.rule: row for row in policy.rows}
        self._enforcer = _enforcer(policy)
        self._memo: dict[Request, Judgement] = {}
        self._borne = functools.lru_cache(_ROLE_SETS)(policy.borne)
        self._kinship = Kinship(policy)
        self._rulings: dict[Kin, Judgement | None] = {}  # what Casbin said; None: no row of ours
        self._nears: dict[Likeness, Near | None] = {}
        self._memo_limit = memo_limit
        self._thread = threading.get_ident()
        self.scope = functools.lru_cache(_SCOPES)(self._scope)  # a list asks anew for each of its pages

    def _scope(self, principal: Principal, action: Action) -> tuple[ScopeClass, ...]:
        """The classes of cameras on which the principal may act."""
        return tuple(classes(self.policy, principal, action))

    def judge(self, request: Request) -> Judgement:
        """The decision for a class of requests. Raises Internal when another thread asks for a class not yet known."""
        return self._memo.get(request) or self._learn(request)

    def warm(self, requests: Iterable[Request]) -> None:
        """Decide these classes now, before the engine is put to use."""
        for request in requests:
            self.judge(request)

    @property
    def known(self) -> tuple[Request, ...]:
        """The classes decided so far, oldest first: what a successor is warmed with."""
        return tuple(self._memo)

    def _learn(self, request: Request) -> Judgement:
        if threading.get_ident() != self._thread:
            raise Internal("INTERNAL", "the policy engine was asked from a second thread")
        known = (self._borne(request[0]), *request[1:])
        return self._kept(self._memo, request, self._judged(known))

    def _kept(self, memo: dict[K, V], key: K, value: V) -> V:
        """Remember ``value``, at the expense of the oldest."""
        if len(memo) >= self._memo_limit:
            del memo[next(iter(memo))]
        memo[key] = value
        return value

    def _judged(self, request: Request) -> Judgement:
        kin = self._kinship.of(request)
        ruling = self._rulings[kin] if kin in self._rulings else self._kept(self._rulings, kin, self._ask(request))
        return ruling or (self._default_deny(request), 0)

    def _ask(self, request: Request) -> Judgement | None:
        """What Casbin says. An allowance that names no row of ours is none: so answers a disabled or empty enforcer."""
        scalars = [str(value) if isinstance(value, str) else value for value in request]
        is_allowed, cells = self._enforcer.enforce_ex(*scalars)
        row = self._rows.get(cells[0]) if cells else None
        if row is None or row.is_allow != is_allowed:
            return None
        needed = needs_mask(row.needs)
        names = tuple(row.needs.split())
        article = article_text(row.article)
        return Decision(is_allowed, row.rule, article, row.sentence, self.revision, conditions=names), needed

    def _default_deny(self, request: Request) -> Decision:
        if not self.policy.rows:
            sentence = "No policy is in force: load one signed by the three organs of Article 14 ¶2."
            return Decision(False, DEFAULT_DENY, DEFAULT_DENY_ARTICLE, sentence, self.revision)
        near = self._nearest(request)
        sentence = refusal_sentence(request, near)
        rule, lacking = (near.row.rule, near.lacking) if near else ("", ())
        return Decision(
            False, DEFAULT_DENY, DEFAULT_DENY_ARTICLE, sentence, self.revision, nearest_rule=rule, lacking=lacking
        )

    def _nearest(self, request: Request) -> Near | None:
        alike = self._kinship.likeness(request)
        if alike in self._nears:
            return self._nears[alike]
        return self._kept(self._nears, alike, next(iter(nearest(self.policy, request, most=1)), None))


def _enforcer(policy: Policy) -> casbin.Enforcer:
    """A Casbin enforcer with our rows put in one by one: adapters would carry them through comma-separated text."""
    model = casbin.Enforcer.new_model(text=TEXT)
    for row in sorted(policy.rows, key=_lasting):
        cells = [row.rule, row.role, row.relation, row.action, row.levels, row.categories, row.needs, row.effect]
        model.add_policy("p", "p", cells)
    enforcer = casbin.Enforcer(model)
    for name, function in FUNCTIONS.items():
        enforcer.add_function(name, function)
    return enforcer


def _lasting(row: Row) -> tuple[bool, int, int]:
    """Casbin names the first denial and the last allowance that match: denials go first in the file's order, then
    allowances from those that hang on most, so that an answer rests on the row that lasts longest.
    """
    needed = needs_mask(row.needs)
    return (False, 0, 0) if not row.is_allow else (True, -(needed & TIMED).bit_count(), -needed.bit_count())
