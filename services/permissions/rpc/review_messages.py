"""Reviews of papers and their terms: protobuf ↔ domain."""

from kapok.permissions.v1 import papers_review_pb2 as pb
from kapok.permissions.v1 import papers_service_pb2
from services.chassis.errors import InvalidArgument, Violation
from services.permissions.papers.review import Objection, Review, Terms, Word
from services.permissions.rpc.messages import named, stamp

_OBJECTIONS = {pb.PapersReview.Objection.Value(f"OBJECTION_{one.name}"): one for one in Objection}
_MOST_DIGITS = 9


def review_of(name: str) -> tuple[str, str]:
    """The papers and the operator of a review by its name."""
    basis, _, agency = named("papers_review", name, "name").partition("/reviews/")
    return basis, f"agencies/{agency}"


def terms_of(name: str, field: str) -> str:
    """The operator whose terms are called so."""
    return named("review_terms", name, field).removesuffix("/reviewTerms")


def word(request: papers_service_pb2.DecidePapersReviewRequest) -> Word:
    """What the duty officer says."""
    if request.objection and request.objection not in _OBJECTIONS:
        offer = ", ".join(f"OBJECTION_{one.name}" for one in Objection)
        raise InvalidArgument(Violation("objection", f"must be one of {offer}"))
    return Word(request.accepted, _OBJECTIONS.get(request.objection), request.note)


def behind(resume_token: str) -> int | None:
    """The number behind which a watcher goes on; None for from now on."""
    if not resume_token:
        return None
    if not (resume_token.isascii() and resume_token.isdigit()) or len(resume_token) > _MOST_DIGITS:
        raise InvalidArgument(Violation("resume_token", "is not one of this stream: take the one of its last answer"))
    return int(resume_token)


def review(found: Review) -> pb.PapersReview:
    """A review as it stands."""
    return pb.PapersReview(
        name=found.name,
        legal_basis=found.basis,
        operator=found.operator,
        state=f"STATE_{found.state.name}",
        request_time=stamp(found.requested_at),
        deadline_time=stamp(found.deadline),
        objection=f"OBJECTION_{found.objection.name}" if found.objection else None,
        decided_by=found.decided_by,
        decide_time=stamp(found.decided_at),
        note=found.note,
        overruled_by=found.overruled_by,
        overrule_time=stamp(found.overruled_at),
        overrule_reason=found.overrule_reason,
    )


def terms(operator: str, found: Terms | None) -> pb.ReviewTerms:
    """The terms of an operator; without any it asks for no review."""
    name = f"{operator}/reviewTerms"
    if found is None:
        return pb.ReviewTerms(name=name)
    return pb.ReviewTerms(
        name=name,
        deadline_hours=found.deadline_hours,
        reason=found.reason,
        set_by=found.set_by,
        set_time=stamp(found.set_at),
    )
