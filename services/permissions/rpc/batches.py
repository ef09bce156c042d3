"""Batches of decisions: names, numbers and bits on the wire ↔ domain."""

from collections.abc import Sequence

import numpy as np

from kapok.permissions.v1 import decision_pb2, permissions_service_pb2
from services.chassis.errors import InvalidArgument, Violation
from services.decider.roster import EMPTY, Places
from services.permissions.batches import Answers
from services.permissions.rpc import answers, messages
from services.permissions.snapshots import LARGEST, Snapshot

pb = permissions_service_pb2
NOT_ACCESSIBLE = "not-accessible"  # in the place of a rule's name
_SENTENCE = "No such camera, or its existence is not for you to know (Article 11)."
_MOST_VIOLATIONS = 20


def listed(cameras: Sequence[str], *, may_repeat: bool) -> list[str]:
    """1 to 10,000 names of cameras; InvalidArgument names the first few that are not spelt as they are."""
    names = list(cameras)
    if not 1 <= len(names) <= LARGEST:
        raise InvalidArgument(Violation("cameras", f"must be 1 to {LARGEST} names"))
    wrong = [index for index, name in enumerate(names) if not messages.is_named("camera", name)]
    if wrong:
        described = f"must be a name such as {messages.spelling('camera')}"
        raise InvalidArgument(*(Violation(f"cameras[{index}]", described) for index in wrong[:_MOST_VIOLATIONS]))
    if not may_repeat and len(set(names)) < len(names):
        raise InvalidArgument(Violation("cameras", "must name each camera once: a number is one camera's"))
    return names


def numbers(request: pb.CheckBatchRequest) -> Places:
    """The numbers asked for."""
    if len(request.numbers) > LARGEST:
        raise InvalidArgument(Violation("numbers", f"must be at most {LARGEST}"))
    return np.fromiter(request.numbers, np.int64, len(request.numbers))


def response(made: Answers, *, has_reasons: bool) -> pb.CheckBatchResponse:
    """Bits, and the reasons when they are wanted."""
    answer = pb.CheckBatchResponse(
        allowed=np.packbits(made.allowed, bitorder="little").tobytes(),
        policy_revision=made.revision,
        valid_until=messages.stamp(made.valid_until),
        number=made.number,
    )
    if has_reasons:
        reasons = [answers.decision(decision, number) for decision, number in made.reasons]
        if (made.which == EMPTY).any():
            reasons.append(_not_accessible(made.revision))
        answer.decisions.extend(reasons)
        answer.decision_places.extend(np.where(made.which == EMPTY, len(reasons) - 1, made.which).tolist())
    return answer


def snapshot(made: Snapshot) -> pb.CameraSnapshot:
    """What a caller is told of its snapshot: nothing of any camera."""
    return pb.CameraSnapshot(
        name=made.name, camera_count=len(made.cameras), expire_time=messages.stamp(made.expires_at)
    )


def _not_accessible(revision: int) -> decision_pb2.Decision:
    """For a camera that is absent and for one that is hidden."""
    return decision_pb2.Decision(
        rule=NOT_ACCESSIBLE, article="Article 11", sentence=_SENTENCE, policy_revision=revision
    )
