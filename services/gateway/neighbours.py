"""The two services that the gateway asks for itself: permissions (who is this?) and audit (put this on record)."""

from dataclasses import dataclass
from datetime import UTC

from grpc_health.v1 import health_pb2

from kapok.audit.v1 import audit_service_pb2
from kapok.fact.v1 import fact_pb2
from kapok.permissions.v1 import decider_service_pb2
from services.chassis import errors
from services.chassis.rpc_client import Neighbour
from services.gateway.known import Bearer, Standing
from services.gateway.refusal import Refusal

_ASK_TIMEOUT_S = 2.0
_RECORD_TIMEOUT_S = 1.0  # a refusal waits this long for its record, then for the queue


@dataclass(frozen=True)
class PermissionsDirectory:
    """known.Directory at permissions."""

    permissions: Neighbour

    async def identify(self, bearer: Bearer) -> Standing:
        """How it stands; errors.Unauthenticated when unknown or revoked, errors.Denied when its principal was."""
        request = decider_service_pb2.IdentifyCertificateRequest(
            principal=bearer.principal, certificate_sha256=bearer.sha256, agency_key=bearer.agency_key
        )
        method = "kapok.permissions.v1.DeciderService.IdentifyCertificate"
        answer = await self.permissions.call(method, request, _ASK_TIMEOUT_S)
        if answer.principal != bearer.principal:
            raise errors.Unauthenticated("IDENTITY_MISSING", "no principal is registered for this certificate")
        until = answer.expire_time.ToDatetime(UTC) if answer.HasField("expire_time") else None
        return Standing(answer.agency, until, answer.is_person, answer.certificate_principal, answer.public_key)


@dataclass(frozen=True)
class PermissionsHealth:
    """policy_health.Permissions at permissions."""

    permissions: Neighbour

    async def has_policy(self) -> bool:
        """By its gRPC health."""
        request = health_pb2.HealthCheckRequest(service="kapok.permissions.policy")
        answer = await self.permissions.call("grpc.health.v1.Health.Check", request, _ASK_TIMEOUT_S)
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


@dataclass(frozen=True)
class AuditLedger:
    """refusal.Ledger at audit."""

    audit: Neighbour

    async def record(self, refusal: Refusal) -> None:
        """Return once audit has written it."""
        request = audit_service_pb2.RecordRefusalRequest(
            principal=refusal.principal,
            camera=refusal.camera,
            request_id=refusal.request_id,
            rule=refusal.rule,
            article=refusal.article,
            refusal=fact_pb2.Refusal(
                method=refusal.method,
                code=refusal.code,
                reason=refusal.reason,
                message=refusal.message,
                count=refusal.count,
            ),
        )
        await self.audit.call("kapok.audit.v1.RefusalService.RecordRefusal", request, _RECORD_TIMEOUT_S)
