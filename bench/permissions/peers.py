"""Other engines on the same rules and the same requests: Cedar (cedarpy) and CEL in Rust (common-expression-language).

Each is used as its documentation says is fastest: rules parsed once, entities parsed once. Both get what our call has
to work out by itself (relation, conditions) ready made, outside the clock. An engine that is not installed is said to
be so: `uv pip install -e '.[bench]'`.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from importlib import import_module
from statistics import median
from typing import Any

from services.decider.conditions import CONDITIONS
from services.decider.facts import Action
from services.decider.model import Request, among, needs_mask
from services.decider.policy import Policy, Row
from services.decider.vocabulary import ANY

_ASKED, _RUNS = 2_000, 3


@dataclass(frozen=True)
class Peer:
    """An engine with our rules in it. ``decide`` says allowed and the rule that said so, "" for none."""

    name: str
    module: str
    make: Callable[[Any, Policy], Callable[[Any], tuple[bool, str]]]
    pack: Callable[[Request], Any]  # a request in the engine's own words; made before the clock runs


@dataclass(frozen=True)
class Outcome:
    """What a peer took for a decision, in microseconds: None when it is not installed."""

    name: str
    p50_us: float | None


def measured(policy: Policy, requests: Sequence[Request], answers: Sequence[bool]) -> list[Outcome]:
    """Every peer on the same requests. Each must answer as ``answers`` say, or the comparison would mean nothing."""
    return [_outcome(peer, policy, requests[:_ASKED], answers[:_ASKED]) for peer in PEERS]


def _outcome(peer: Peer, policy: Policy, requests: Sequence[Request], answers: Sequence[bool]) -> Outcome:
    try:
        module = import_module(peer.module)
    except ImportError:
        return Outcome(peer.name, None)
    decide, packed, runs = peer.make(module, policy), [peer.pack(request) for request in requests], []
    for request, question, expected in zip(requests, packed, answers, strict=True):
        assert decide(question)[0] == expected, f"{peer.name} answers {request} otherwise"
    for _ in range(_RUNS):
        taken = []
        for question in packed:
            started = time.perf_counter_ns()
            decide(question)
            taken.append(time.perf_counter_ns() - started)
        runs.append(median(taken) / 1000)
    return Outcome(peer.name, median(runs))


def _cedar(module: Any, policy: Policy) -> Callable[[Any], tuple[bool, str]]:
    """Deny overrides allow in Cedar by itself."""
    rules = module.PolicySet.from_str("\n".join(_cedar_rule(row) for row in policy.rows))
    nobody = module.Entities.from_json_str("[]")
    allow = module.Decision.Allow

    def decide(question: Any) -> tuple[bool, str]:
        found = module.is_authorized(question, rules, nobody)
        return found.decision == allow, next(iter(found.diagnostics.reasons), "")

    return decide


def _cedar_rule(row: Row) -> str:
    clauses = [
        _any_of(row.role, lambda words: f"context.roles.containsAny({json.dumps(words)})"),
        _any_of(row.relation, lambda words: f"{json.dumps(words)}.contains(context.relation)"),
        _any_of(row.action, lambda words: f"{json.dumps(words)}.contains(context.act)"),
        _any_of(row.levels, lambda words: f"[{','.join(words)}].contains(context.level)"),
        _any_of(row.categories, lambda words: f"[{','.join(words)}].contains(context.category)"),
        f"context.conditions.containsAll({json.dumps(row.needs.split())})" if row.needs else "",
    ]
    effect, said = "permit" if row.is_allow else "forbid", " && ".join(filter(None, clauses)) or "true"
    return f'@id("{row.rule}")\n{effect} (principal, action, resource) when {{ {said} }};'


def _cedar_question(request: Request) -> Any:
    one = {"type": "One", "id": "one"}
    return {"principal": one, "action": {"type": "Action", "id": "do"}, "resource": one, "context": _words(request)}


def _cel(module: Any, policy: Policy) -> Callable[[Any], tuple[bool, str]]:
    """One expression that names the rule: the action first, so that it reads that action's rows only (and keeps below
    the parser's depth), then denials, then allowances from those that need least.
    """
    rows = [row for row in policy.rows if not row.is_allow]
    rows += sorted((row for row in policy.rows if row.is_allow), key=lambda row: needs_mask(row.needs).bit_count())
    allows = {row.rule: row.is_allow for row in rows}
    text = '""'
    for action in Action:
        of_action = [row for row in rows if among(action, row.action)]
        chosen = reduce(lambda rest, row: f'({_cel_rule(row)}) ? "{row.rule}" : ({rest})', reversed(of_action), '""')
        text = f'act == "{action}" ? ({chosen}) : ({text})'
    execute = module.compile(text).execute

    def decide(question: Any) -> tuple[bool, str]:
        rule = execute(question)
        return allows.get(rule, False), rule

    return decide


def _cel_rule(row: Row) -> str:
    """The cheapest and most telling clause first."""
    clauses = [
        _any_of(row.relation, lambda words: f"relation in {json.dumps(words)}"),
        _any_of(row.role, lambda words: " || ".join(f'"{word}" in roles' for word in words)),
        _any_of(row.levels, lambda words: f"level in [{','.join(words)}]"),
        _any_of(row.categories, lambda words: f"category in [{','.join(words)}]"),
        *(f'"{need}" in conditions' for need in row.needs.split()),
    ]
    return " && ".join(f"({clause})" for clause in clauses if clause) or "true"


def _any_of(cell: str, clause: Callable[[list[str]], str]) -> str:
    return "" if cell == ANY else clause(cell.split())


def _words(request: Request) -> dict[str, Any]:
    roles, relation, action, level, category, bits = request
    return {
        "roles": roles.split(),
        "relation": str(relation),
        "act": str(action),
        "level": level,
        "category": category,
        "conditions": [name for name, condition in CONDITIONS.items() if condition.bit & bits],
    }


PEERS = (
    Peer("cedarpy", "cedarpy", _cedar, _cedar_question),
    Peer("common-expression-language (CEL in Rust)", "cel", _cel, _words),
)
