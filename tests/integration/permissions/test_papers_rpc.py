"""Papers over the wire: their lists, reviews and waivers, as agencies call them."""

from datetime import timedelta
from typing import Any

import pytest

from kapok.permissions.v1 import decision_pb2, papers_review_pb2
from kapok.permissions.v1 import papers_service_pb2 as pb
from services.chassis import errors
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage, after

REVIEW = papers_review_pb2.PapersReview
TERMS = "agencies/metro/reviewTerms"


async def call(stage: Stage, who: str, request: Any) -> Any:
    verb = type(request).__name__.removesuffix("Request")
    return await stage.call_for(who, f"kapok.permissions.v1.PapersService.{verb}", request)


async def waits(stage: Stage, hours: int) -> None:
    terms = papers_review_pb2.ReviewTerms(name=TERMS, deadline_hours=hours, reason="forgeries")
    said = await call(stage, "metro", pb.UpdateReviewTermsRequest(review_terms=terms))
    assert said == await call(stage, "metro", pb.GetReviewTermsRequest(name=TERMS))
    assert (said.deadline_hours, said.set_by) == (hours, "principals/metro")


async def copies(stage: Stage, basis: str) -> decision_pb2.Decision:
    return await stage.check("police-yuexiu", city.TUNNEL, "COPY", legal_basis=basis)


async def test_papers_wait_for_their_review_and_open_when_a_refusal_is_overruled(stage: Stage) -> None:
    await waits(stage, 6)
    basis = await stage.papers("police-yuexiu", city.TUNNEL)
    name = f"{basis}/reviews/metro"
    held = await copies(stage, basis)
    assert (held.allowed, list(held.lacking)) == (False, ["reviewed"])
    listed = await call(stage, "police-yuexiu", pb.ListPapersReviewsRequest(parent="legalBases/-"))
    assert [(one.name, one.state) for one in listed.papers_reviews] == [(name, REVIEW.STATE_PENDING)]
    assert listed.papers_reviews[0].deadline_time.seconds - listed.papers_reviews[0].request_time.seconds == 6 * 3600
    word = pb.DecidePapersReviewRequest(name=name, objection=REVIEW.OBJECTION_SCOPE, note="another platform")
    refused = await call(stage, "metro", word)
    assert (refused.state, refused.objection) == (REVIEW.STATE_REFUSED, REVIEW.OBJECTION_SCOPE)
    overruled = await call(stage, "police-guangzhou", pb.OverrulePapersReviewRequest(name=name, reason="the same"))
    assert overruled == await call(stage, "metro", pb.GetPapersReviewRequest(name=name))
    assert (await copies(stage, basis)).allowed


async def test_a_waiver_opens_what_papers_would(stage: Stage) -> None:
    waiver = await call(
        stage, "metro",
        pb.WaiveLegalBasisRequest(
            principal="principals/police-yuexiu", cameras=[city.TUNNEL], end_time=after(timedelta(hours=1)),
            reason="a child is missing",
        ),
    )  # fmt: skip
    assert (waiver.is_waiver, waiver.issuer, list(waiver.officers)) == (True, "agencies/metro", [])
    assert (await copies(stage, waiver.name)).allowed


async def test_lists_go_page_by_page_and_tokens_are_their_own(stage: Stage) -> None:
    names = [await stage.papers("police-yuexiu", city.TUNNEL) for _ in range(3)]
    first = await call(stage, "metro", pb.ListLegalBasesRequest(page_size=2))
    rest = await call(stage, "metro", pb.ListLegalBasesRequest(page_token=first.next_page_token))
    shown = [*first.legal_bases, *rest.legal_bases]
    assert {one.name for one in shown} == set(names)
    assert {(one.purpose, len(one.officers)) for one in shown} == {("", 2)}, "an operator is not told what for"
    for wrong in (
        pb.ListLegalBasesRequest(page_size=-1),
        pb.ListLegalBasesRequest(page_token="WzEsMl0"),
        pb.ListPapersReviewsRequest(parent="legalBases/-", page_token=first.next_page_token),
        pb.ListPapersReviewsRequest(parent="legalBases/x"),
        pb.GetPapersReviewRequest(name=names[0]),
        pb.DecidePapersReviewRequest(name=f"{names[0]}/reviews/metro", objection=9),  # type: ignore[arg-type]
        pb.GetReviewTermsRequest(name="agencies/metro"),
        pb.WaiveLegalBasisRequest(principal="metro"),
    ):
        with pytest.raises(errors.InvalidArgument):
            await call(stage, "metro", wrong)


async def test_a_review_that_is_not_there_is_as_absent_as_one_that_is_not_for_the_caller(stage: Stage) -> None:
    await waits(stage, 1)
    basis = await stage.papers("police-yuexiu", city.TUNNEL)
    said = set()
    for who, name in (("archive", basis), ("urban-yuexiu", basis), ("archive", f"legalBases/{'0' * 36}")):
        with pytest.raises(errors.NotFound) as absent:
            await call(stage, who, pb.GetPapersReviewRequest(name=f"{name}/reviews/metro"))
        said.add(str(absent.value).replace(name, "NAME"))
    assert len(said) == 1
