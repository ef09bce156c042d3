"""Claims for compensation: protobuf ↔ domain."""

from kapok.permissions.v1 import claim_pb2
from kapok.permissions.v1 import claims_service_pb2 as pb
from services.permissions.claims.domain import Claim, Loss, LossKind, Statement, Step
from services.permissions.claims.rules import Answer, Word
from services.permissions.rpc.messages import named, optional, stamp

_KINDS = {claim_pb2.Loss.Kind.Value(f"KIND_{one.name}"): one for one in LossKind}
_ANSWERS = {pb.AnswerClaimRequest.Answer.Value(f"ANSWER_{one.name}"): one for one in Answer}


def claim_of(name: str, field: str = "name") -> tuple[str, str]:
    """The takeover and the operator of a claim by its name."""
    takeover, _, operator = named("claim", name, field).partition("/claims/")
    return takeover, f"agencies/{operator}"


def statement(sent: claim_pb2.Claim) -> Statement:
    """What is claimed."""
    return Statement(sent.reason, tuple(_loss(one, place) for place, one in enumerate(sent.losses)))


def word(request: pb.AnswerClaimRequest) -> Word:
    """What the agency says."""
    return Word(_ANSWERS.get(request.answer), request.text, request.accepted_fen)


def claim(found: Claim) -> claim_pb2.Claim:
    """A claim as it stands."""
    return claim_pb2.Claim(
        name=found.name,
        reason=found.statement.reason,
        losses=map(_shown_loss, found.statement.losses),
        state=f"STATE_{found.state.name}",
        takeover=found.takeover,
        operator=found.operator,
        agency=found.agency,
        amount_fen=found.amount_fen,
        accepted_fen=found.accepted_fen,
        payment_reference=found.payment_reference,
        file_time=stamp(found.filed_at),
        due_time=stamp(found.due_at),
        is_overdue=found.is_late,
        camera_count=found.camera_count,
        steps=map(_step, found.steps),
    )


def _loss(sent: claim_pb2.Loss, place: int) -> Loss:
    camera = optional("camera", sent.camera, f"claim.losses[{place}].camera")
    return Loss(_KINDS.get(sent.kind), sent.text, sent.amount_fen, camera, sent.document_sha256)


def _shown_loss(loss: Loss) -> claim_pb2.Loss:
    return claim_pb2.Loss(
        kind=f"KIND_{loss.kind.name}" if loss.kind else None,
        text=loss.text,
        amount_fen=loss.amount_fen,
        camera=loss.camera,
        document_sha256=loss.document_sha256,
    )


def _step(step: Step) -> claim_pb2.ClaimStep:
    return claim_pb2.ClaimStep(
        verb=f"VERB_{step.verb.name}",
        principal=step.by,
        time=stamp(step.at),
        text=step.text,
        document_sha256=step.document_sha256,
    )
