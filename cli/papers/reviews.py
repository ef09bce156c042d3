"""`kapok papers review`: an operator's look at papers before they open its cameras (Article 19)."""

from typing import Annotated, Any

import typer

from cli import names, screen
from cli.grounds import ReasonOption
from cli.invocation import Context
from cli.listing import LimitOption, ResumeOption, follow, show_list
from cli.papers.group import group
from kapok.permissions.v1 import papers_review_pb2
from kapok.permissions.v1 import papers_service_pb2 as pb

review_group = typer.Typer(no_args_is_help=True, help="Reviews of papers: terms, list, watch, show, decide, overrule.")
group.add_typer(review_group, name="review")
_REVIEW = papers_review_pb2.PapersReview
_PAGE = 500
ReviewArgument = Annotated[
    str, typer.Argument(parser=names.review, metavar="REVIEW", help="legalBases/ID/reviews/AGENCY, as listed.")
]


@review_group.command("terms")
def set_terms(
    context: Context,
    hours: Annotated[int | None, typer.Option(min=0, max=24, help="Until the deadline; 0 is no review.")] = None,
    reason: ReasonOption = "",
) -> None:
    """Whether papers wait for your look before they open your cameras; with --hours, say so from now on."""
    name = f"{context.obj.gateway.agency}/reviewTerms"
    if hours is None:
        said = context.obj.gateway.call(pb.GetReviewTermsRequest(name=name))
    else:
        terms = papers_review_pb2.ReviewTerms(name=name, deadline_hours=hours, reason=reason)
        said = context.obj.gateway.call(pb.UpdateReviewTermsRequest(review_terms=terms))
    waits = f"{said.deadline_hours} h at most" if said.deadline_hours else "no review"
    context.obj.screen.fields(
        said, ("papers wait", waits), ("because", said.reason), ("set by", said.set_by),
        ("at", screen.moment(said.set_time)),
    )  # fmt: skip


@review_group.command("list")
def list_reviews(context: Context, limit: LimitOption = 100) -> None:
    """Reviews of your cameras' operator, of your papers, or of all when you oversee them; newest first."""
    request = pb.ListPapersReviewsRequest(parent="legalBases/-", page_size=_PAGE)
    show_list(context, request, limit, ("review", "state", "deadline", "objection", "decided by"), _row)


@review_group.command("watch")
def watch_reviews(context: Context, resume: ResumeOption = "") -> None:
    """Your reviews as they are requested and decided, until Ctrl-C. With --json one answer a line, with its token."""
    follow(context, pb.WatchPapersReviewsRequest(resume_token=resume), lambda one: "  ".join(_row(one)))


@review_group.command("show")
def show_review(context: Context, review: ReviewArgument) -> None:
    """One review."""
    _show(context, context.obj.gateway.call(pb.GetPapersReviewRequest(name=review)))


@review_group.command("accept")
def accept(context: Context, review: ReviewArgument, note: str = "") -> None:
    """The papers open your cameras from now on."""
    _show(context, context.obj.gateway.call(pb.DecidePapersReviewRequest(name=review, accepted=True, note=note)))


@review_group.command("refuse")
def refuse(
    context: Context,
    review: ReviewArgument,
    objection: Annotated[
        int,
        typer.Option(parser=names.choice(_REVIEW.Objection, "OBJECTION_"), metavar="WORD",
                     help=names.choices(_REVIEW.Objection, "OBJECTION_")),
    ],
    note: Annotated[str, typer.Option(help="In words; it goes on record.")],
) -> None:  # fmt: skip
    """The papers open none of your cameras, unless municipal public security overrules it."""
    request = pb.DecidePapersReviewRequest(name=review, objection=_REVIEW.Objection.Name(objection), note=note)
    _show(context, context.obj.gateway.call(request))


@review_group.command("overrule")
def overrule(context: Context, review: ReviewArgument, reason: ReasonOption) -> None:
    """Let papers pass that an operator refused: municipal public security only."""
    _show(context, context.obj.gateway.call(pb.OverrulePapersReviewRequest(name=review, reason=reason)))


def _row(one: Any) -> tuple[str, ...]:
    objection = names.label("OBJECTION_", _REVIEW.Objection.Name(one.objection)) if one.objection else ""
    state = names.label("STATE_", _REVIEW.State.Name(one.state))
    return one.name, state, screen.moment(one.deadline_time), objection, one.decided_by


def _show(context: Context, one: Any) -> None:
    name, state, deadline, objection, decided_by = _row(one)
    context.obj.screen.fields(
        one, ("review", name), ("state", state), ("deadline", deadline), ("objection", objection),
        ("decided by", decided_by), ("at", screen.moment(one.decide_time)), ("note", one.note),
        ("overruled by", one.overruled_by), ("because", one.overrule_reason),
    )  # fmt: skip
