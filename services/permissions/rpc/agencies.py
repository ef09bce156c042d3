"""PermissionsService: what agencies ask, through the gateway, which vouches for the principal."""

from kapok.permissions.v1 import legal_basis_pb2, permissions_service_pb2
from services.chassis import errors
from services.permissions.batches import Batch
from services.permissions.question import Question
from services.permissions.rpc import answers, batches, legal_basis_messages, messages
from services.permissions.rpc.callers import principal_of_call
from services.permissions.rpc.incidents import IncidentMethods

_STATE = "/controlState"
pb = permissions_service_pb2


class PermissionsServicer(IncidentMethods):
    """Every method speaks for the principal that the gateway identified; no field of a request is trusted for it."""

    async def Check(self, request: pb.CheckRequest, _context: object) -> pb.CheckResponse:
        answer = await self._permissions.decisions.decide(_question(request))
        return pb.CheckResponse(decision=answers.decision(answer.decision, answer.number))

    async def CheckBatch(self, request: pb.CheckBatchRequest, _context: object) -> pb.CheckBatchResponse:
        asked = Batch(
            principal=principal_of_call(),
            action=messages.action(request.action),
            legal_basis=messages.optional("legal_basis", request.legal_basis, "legal_basis"),
            incident=messages.optional("ground", request.incident, "incident"),
        )
        if bool(request.cameras) == bool(request.snapshot) or (request.cameras and request.numbers):
            described = "must be names of cameras, or a snapshot with numbers in it: one of the two"
            raise errors.InvalidArgument(errors.Violation("cameras", described))
        if request.cameras:
            cameras = batches.listed(request.cameras, may_repeat=True)
            return batches.response(await self._permissions.batches.decide_named(asked, cameras), has_reasons=True)
        name = messages.named("camera_snapshot", request.snapshot, "snapshot")
        numbered = self._permissions.batches.decide_numbered(asked, name, batches.numbers(request))
        return batches.response(await numbered, has_reasons=False)

    async def CreateCameraSnapshot(
        self, request: pb.CreateCameraSnapshotRequest, _context: object
    ) -> pb.CameraSnapshot:
        principal = principal_of_call()
        cameras = batches.listed(request.cameras, may_repeat=False)
        return batches.snapshot(await self._permissions.batches.snapshot(principal, cameras))

    async def Explain(self, request: pb.ExplainRequest, _context: object) -> pb.ExplainResponse:
        about = messages.optional("principal", request.principal, "principal") or principal_of_call()
        return answers.explanation(*await self._permissions.decisions.explain(_question(request), about))

    async def DescribeScope(self, request: pb.DescribeScopeRequest, _context: object) -> pb.DescribeScopeResponse:
        principal = principal_of_call()
        return answers.scope(*await self._permissions.decisions.scope(principal, messages.action(request.action)))

    async def RegisterLegalBasis(
        self, request: pb.RegisterLegalBasisRequest, _context: object
    ) -> legal_basis_pb2.LegalBasis:
        principal = principal_of_call()
        papers = legal_basis_messages.papers(request.legal_basis)
        return legal_basis_messages.legal_basis(await self._permissions.bases.register(principal, papers))

    async def GetLegalBasis(self, request: pb.GetLegalBasisRequest, _context: object) -> legal_basis_pb2.LegalBasis:
        principal = principal_of_call()
        name = messages.named("legal_basis", request.name, "name")
        return legal_basis_messages.legal_basis(await self._permissions.bases.get(principal, name))

    async def RevokeLegalBasis(
        self, request: pb.RevokeLegalBasisRequest, _context: object
    ) -> legal_basis_pb2.LegalBasis:
        principal = principal_of_call()
        name = messages.named("legal_basis", request.name, "name")
        return legal_basis_messages.legal_basis(await self._permissions.bases.revoke(principal, name, request.reason))

    async def RevokePrincipal(self, request: pb.RevokePrincipalRequest, _context: object) -> pb.RevokePrincipalResponse:
        principal = principal_of_call()
        name = messages.named("principal", request.name, "name")
        ending = await self._permissions.principals.revoke(principal, name, request.reason)
        return pb.RevokePrincipalResponse(number=ending.number, revoke_time=messages.stamp(ending.occurred_at))

    async def ReinstatePrincipal(
        self, request: pb.ReinstatePrincipalRequest, _context: object
    ) -> pb.ReinstatePrincipalResponse:
        principal = principal_of_call()
        name = messages.named("principal", request.name, "name")
        await self._permissions.principals.reinstate(principal, name, request.reason)
        return pb.ReinstatePrincipalResponse()


def _question(request: pb.CheckRequest | pb.ExplainRequest) -> Question:
    return Question(
        principal=principal_of_call(),
        camera=messages.named("camera", request.camera, "camera"),
        action=messages.action(request.action),
        legal_basis=messages.optional("legal_basis", request.legal_basis, "legal_basis"),
        incident=messages.optional("ground", request.incident, "incident"),
    )
