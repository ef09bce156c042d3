"""What audit asks of permissions: domain → protobuf → domain."""

from dataclasses import dataclass

from kapok.permissions.v1 import decider_service_pb2, decision_pb2
from services.audit.domain import Reader
from services.audit.trace import Claimed
from services.chassis import errors
from services.chassis.rpc_client import Neighbour
from services.decider.facts import Action
from services.decider.ruling import Ruling

_SERVICE = "kapok.permissions.v1.DeciderService"


@dataclass(frozen=True)
class RemotePermissions:
    """service.Permissions, register.Permissions and evidence.Permissions over gRPC."""

    neighbour: Neighbour

    async def identify(self, principal: str, certificate_sha256: str) -> Reader:
        request = decider_service_pb2.IdentifyCertificateRequest(
            principal=principal, certificate_sha256=certificate_sha256
        )
        answer = await self.neighbour.call(f"{_SERVICE}.IdentifyCertificate", request)
        return Reader(answer.agency_kind, answer.tier, answer.agency, answer.jurisdiction)

    async def level_seen_by(self, principal: str, camera: str) -> int:
        request = decider_service_pb2.DecideRequest(
            principal=principal, camera=camera, action=decision_pb2.ACTION_DESCRIBE
        )
        try:
            answer = await self.neighbour.call(f"{_SERVICE}.Decide", request)
        except errors.Denied as denial:
            if denial.reason == "CAMERA_NOT_ACCESSIBLE":
                return 0
            raise
        return int(answer.security_level)

    async def rule_on(self, principal: str, camera: str, action: Action) -> Ruling:
        request = decider_service_pb2.DecideRequest(principal=principal, camera=camera, action=f"ACTION_{action.name}")
        answer = await self.neighbour.call(f"{_SERVICE}.Decide", request)
        found = answer.decision
        return Ruling(
            is_allowed=found.allowed,
            rule=found.rule,
            article=found.article,
            sentence=found.sentence,
            agency=answer.agency,
            operator=answer.operator,
            level=answer.security_level,
            inspection=answer.incident,
            nearest=found.nearest_rule,
            lacking=tuple(found.lacking),
        )

    async def claim_read_by(self, principal: str, claim: str) -> Claimed:
        request = decider_service_pb2.ReadClaimRequest(principal=principal, name=claim)
        answer = await self.neighbour.call(f"{_SERVICE}.ReadClaim", request)
        return Claimed(answer.takeover, frozenset(answer.cameras), answer.shows_sealed)
