"""What the decider answers, as protobuf."""

from collections.abc import Iterable

from kapok.permissions.v1 import decision_pb2, permissions_service_pb2
from services.decider.decider import Explanation
from services.decider.decision import Decision
from services.decider.nearest import Near
from services.decider.scope import Scope, ScopeClass
from services.decider.vocabulary import article_text
from services.permissions.rpc.messages import stamp


def decision(made: Decision, number: int) -> decision_pb2.Decision:
    """A decision, and the number of the last ending that it knew of."""
    return decision_pb2.Decision(
        allowed=made.allowed,
        rule=made.rule,
        article=made.article,
        sentence=made.sentence,
        policy_revision=made.revision,
        conditions=made.conditions,
        nearest_rule=made.nearest_rule,
        lacking=made.lacking,
        valid_until=stamp(made.valid_until),
        number=number,
        held_by=made.held_by,
    )


def explanation(reasons: Explanation, number: int) -> permissions_service_pb2.ExplainResponse:
    """Everything that bears on a decision."""
    return permissions_service_pb2.ExplainResponse(
        decision=decision(reasons.decision, number),
        relation=reasons.relation.value,
        roles=reasons.roles,
        conditions=reasons.conditions,
        matched=_matches(reasons.matched),
        nearest=_matches(reasons.nearest),
    )


def scope(found: Scope, cameras: Iterable[str]) -> permissions_service_pb2.DescribeScopeResponse:
    """Classes of cameras, and cameras by name beyond them."""
    return permissions_service_pb2.DescribeScopeResponse(
        classes=map(scope_class, found.classes), cameras=cameras, policy_revision=found.revision
    )


def scope_class(found: ScopeClass) -> decision_pb2.ScopeClass:
    """A class of cameras."""
    return decision_pb2.ScopeClass(
        rule=found.rule,
        districts=found.districts,
        excluded_districts=found.excluded_districts,
        operator=found.operator,
        is_operator_excluded=found.is_operator_excluded,
        levels=found.levels,
        categories=found.categories,
    )


def _matches(rows: Iterable[Near]) -> list[decision_pb2.RuleMatch]:
    return [
        decision_pb2.RuleMatch(
            rule=near.row.rule,
            article=article_text(near.row.article),
            sentence=near.row.sentence,
            effect=near.row.effect,
            lacking=near.lacking,
        )
        for near in rows
    ]
