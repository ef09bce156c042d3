"""PapersService: lists of papers, waivers, reviews by operators (Article 19)."""

from collections.abc import AsyncIterator

from kapok.permissions.v1 import legal_basis_pb2, papers_review_pb2
from kapok.permissions.v1 import papers_service_pb2 as pb
from services.chassis.errors import InvalidArgument, Violation
from services.permissions.papers.basis import Waived
from services.permissions.rpc import legal_basis_messages, messages, paging, review_messages
from services.permissions.rpc.callers import principal_of_call
from services.permissions.service import Permissions

_ALL = "legalBases/-"


class PapersServicer:
    """Every method speaks for the principal that the gateway identified."""

    def __init__(self, permissions: Permissions) -> None:
        self._bases = permissions.bases
        self._reviews = permissions.reviews

    async def ListLegalBases(self, request: pb.ListLegalBasesRequest, _context: object) -> pb.ListLegalBasesResponse:
        principal = principal_of_call()
        size, before = paging.by_time("legal_basis", request)
        found = await self._bases.list(principal, before, size + 1)
        shown, token = paging.fitting(
            found,
            size,
            legal_basis_messages.legal_basis,
            lambda one: (one.registered_at or one.papers.starts_at, one.name),
        )
        return pb.ListLegalBasesResponse(legal_bases=shown, next_page_token=token)

    async def WaiveLegalBasis(self, request: pb.WaiveLegalBasisRequest, _context: object) -> legal_basis_pb2.LegalBasis:
        principal = principal_of_call()
        waived = Waived(
            principal=messages.named("principal", request.principal, "principal"),
            cameras=frozenset(messages.named("camera", name, "cameras") for name in request.cameras),
            ends_at=messages.instant(request.end_time, "end_time"),
            reason=request.reason,
        )
        return legal_basis_messages.legal_basis(await self._bases.waive(principal, waived))

    async def UpdateReviewTerms(
        self, request: pb.UpdateReviewTermsRequest, _context: object
    ) -> papers_review_pb2.ReviewTerms:
        principal, sent = principal_of_call(), request.review_terms
        operator = review_messages.terms_of(sent.name, "review_terms.name")
        terms = await self._reviews.set_terms(principal, operator, sent.deadline_hours, sent.reason)
        return review_messages.terms(operator, terms)

    async def GetReviewTerms(
        self, request: pb.GetReviewTermsRequest, _context: object
    ) -> papers_review_pb2.ReviewTerms:
        principal, operator = principal_of_call(), review_messages.terms_of(request.name, "name")
        return review_messages.terms(operator, await self._reviews.terms(principal, operator))

    async def GetPapersReview(
        self, request: pb.GetPapersReviewRequest, _context: object
    ) -> papers_review_pb2.PapersReview:
        principal, of = principal_of_call(), review_messages.review_of(request.name)
        return review_messages.review(await self._reviews.get(principal, *of))

    async def ListPapersReviews(
        self, request: pb.ListPapersReviewsRequest, _context: object
    ) -> pb.ListPapersReviewsResponse:
        principal = principal_of_call()
        if request.parent != _ALL:
            raise InvalidArgument(Violation("parent", f"must be {_ALL}"))
        size, before = paging.by_time("papers_review", request)
        place = (before[0], before[1].replace("/reviews/", "/agencies/")) if before else None
        found = await self._reviews.list(principal, place, size + 1)
        shown, token = paging.fitting(found, size, review_messages.review, lambda one: (one.requested_at, one.name))
        return pb.ListPapersReviewsResponse(papers_reviews=shown, next_page_token=token)

    async def DecidePapersReview(
        self, request: pb.DecidePapersReviewRequest, _context: object
    ) -> papers_review_pb2.PapersReview:
        principal, of = principal_of_call(), review_messages.review_of(request.name)
        return review_messages.review(await self._reviews.decide(principal, *of, review_messages.word(request)))

    async def OverrulePapersReview(
        self, request: pb.OverrulePapersReviewRequest, _context: object
    ) -> papers_review_pb2.PapersReview:
        principal, of = principal_of_call(), review_messages.review_of(request.name)
        return review_messages.review(await self._reviews.overrule(principal, *of, request.reason))

    async def WatchPapersReviews(
        self, request: pb.WatchPapersReviewsRequest, _context: object
    ) -> AsyncIterator[pb.WatchPapersReviewsResponse]:
        principal, after = principal_of_call(), review_messages.behind(request.resume_token)
        async for news in self._reviews.watch(principal, after):
            shown = map(review_messages.review, news.reviews)
            yield pb.WatchPapersReviewsResponse(papers_reviews=shown, resume_token=str(news.number))
