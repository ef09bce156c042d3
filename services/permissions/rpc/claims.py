"""ClaimsService (Article 18 ¶3)."""

from kapok.permissions.v1 import claim_pb2
from kapok.permissions.v1 import claims_service_pb2 as pb
from services.permissions.claims.rules import Supplement
from services.permissions.claims.service import Claims
from services.permissions.rpc import messages, paging
from services.permissions.rpc.callers import principal_of_call
from services.permissions.rpc.claim_messages import claim, claim_of, statement, word

_ALL = "takeovers/-"


class ClaimsServicer:
    """Every method speaks for the principal that the gateway identified."""

    def __init__(self, claims: Claims) -> None:
        self._claims = claims

    async def FileClaim(self, request: pb.FileClaimRequest, _context: object) -> claim_pb2.Claim:
        principal, takeover = principal_of_call(), messages.named("takeover", request.parent, "parent")
        return claim(await self._claims.file(principal, takeover, statement(request.claim)))

    async def AnswerClaim(self, request: pb.AnswerClaimRequest, _context: object) -> claim_pb2.Claim:
        principal, of = principal_of_call(), claim_of(request.name)
        return claim(await self._claims.answer(principal, *of, word(request)))

    async def SupplementClaim(self, request: pb.SupplementClaimRequest, _context: object) -> claim_pb2.Claim:
        principal, of = principal_of_call(), claim_of(request.name)
        reply = Supplement(request.text, request.document_sha256)
        return claim(await self._claims.supplement(principal, *of, reply))

    async def SettleClaim(self, request: pb.SettleClaimRequest, _context: object) -> claim_pb2.Claim:
        principal, of = principal_of_call(), claim_of(request.name)
        return claim(await self._claims.settle(principal, *of, request.payment_reference))

    async def WithdrawClaim(self, request: pb.WithdrawClaimRequest, _context: object) -> claim_pb2.Claim:
        principal, of = principal_of_call(), claim_of(request.name)
        return claim(await self._claims.withdraw(principal, *of, request.reason))

    async def GetClaim(self, request: pb.GetClaimRequest, _context: object) -> claim_pb2.Claim:
        principal, of = principal_of_call(), claim_of(request.name)
        return claim(await self._claims.get(principal, *of))

    async def ListClaims(self, request: pb.ListClaimsRequest, _context: object) -> pb.ListClaimsResponse:
        principal, parent = principal_of_call(), messages.named("takeovers_or_all", request.parent, "parent")
        size, before = paging.by_time("claim", request)
        found = await self._claims.list(principal, "" if parent == _ALL else parent, before, size + 1)
        shown, token = paging.fitting(found, size, claim, lambda one: (one.filed_at, one.name))
        return pb.ListClaimsResponse(claims=shown, next_page_token=token)
