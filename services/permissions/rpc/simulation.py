"""What a proposal would do, as protobuf."""

from kapok.permissions.v1 import policy_service_pb2
from services.decider.facts import CATEGORIES
from services.permissions.joint.census import Concern
from services.permissions.joint.simulations import REGISTRY, STREAMS, Simulation
from services.permissions.joint.trial import Verdict

pb = policy_service_pb2
_MOST_NAMED = 20  # agencies of one effect


def response(found: Simulation) -> pb.SimulatePolicyProposalResponse:
    """Everything that is known; what is not is absent."""
    return pb.SimulatePolicyProposalResponse(
        effects=map(_effect, found.concerns),
        moved_camera_count=found.moved,
        is_registry_away=REGISTRY in found.away,
        is_streams_away=STREAMS in found.away,
        running_sessions=_sessions(found.verdict) if found.verdict else None,
    )


def _effect(found: Concern) -> pb.PolicyEffect:
    effect = found.effect
    return pb.PolicyEffect(
        role=effect.role,
        relation=effect.relation.value,
        action=effect.action.value,
        is_gained=effect.is_gained,
        levels=effect.levels,
        place_categories=() if len(effect.categories) == len(CATEGORIES) else effect.categories,
        conditions=" ".join(effect.besides),
        before_rule=effect.before,
        after_rule=effect.after,
        camera_count=found.cameras,
        agencies=found.agencies[:_MOST_NAMED],
        agency_count=len(found.agencies),
        defined_role=effect.holding,
    )


def _sessions(found: Verdict) -> pb.RunningSessionEffects:
    return pb.RunningSessionEffects(
        lasting_session_count=found.lasting,
        ending_session_count=found.ending,
        ending_sessions=[
            pb.EndingSessions(
                principal=principal, action=action, before_rule=before, after_rule=after, session_count=count
            )
            for (principal, action, before, after), count in found.reasons
        ],
        is_cut_off=found.is_cut_off,
    )
