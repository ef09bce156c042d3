"""What streams asks of its neighbours, in their protobuf and in our own words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from kapok.permissions.v1 import decider_service_pb2, decision_pb2
from kapok.registry.v1 import camera_facts_service_pb2
from services.chassis import errors
from services.chassis.rpc_client import Neighbour
from services.decider.exclusive import Suspension
from services.decider.facts import Action
from services.decider.ruling import Ruling
from services.streams.domain import Order, Permit
from services.streams.kept_pointings import Over
from services.streams.placement import Relay
from services.streams.ports import ControlPermit, Taken
from services.streams.restoring import RestoringPermit

SECRET_LEVEL = 5
_DECIDER = "kapok.permissions.v1.DeciderService"


@dataclass(frozen=True)
class PermissionsNeighbour:
    """Permissions, over gRPC."""

    neighbour: Neighbour

    async def decide(self, order: Order, session: str) -> Permit:
        """The permit of ``session``, a use of its papers; a denial becomes the error that tells what to do next."""
        assert order.kind is not None, "checked orders only"
        request = decider_service_pb2.DecideRequest(
            principal=order.principal, camera=order.camera, action=f"ACTION_{order.kind.name}",
            legal_basis=order.legal_basis, incident=order.incident, session=session,
            credentials=sorted(order.shown.credentials),
        )  # fmt: skip
        answer = await self.neighbour.call(f"{_DECIDER}.Decide", request)
        decision = answer.decision
        _refuse_denied(decision, order.camera, order.kind.value)
        until = decision.valid_until.ToDatetime(UTC) if decision.HasField("valid_until") else None
        is_sealed = answer.security_level == SECRET_LEVEL
        return Permit(
            decision.rule, decision.article, answer.agency, answer.incident, decision.number, is_sealed, until,
            answer.signed_facts, *_lease(answer), _suspension(answer),
        )  # fmt: skip

    async def grant_control(self, principal: str, camera: str) -> ControlPermit:
        """The signed grant; a denial names the holder."""
        request = decider_service_pb2.GrantControlRequest(principal=principal, camera=camera)
        answer = await self.neighbour.call(f"{_DECIDER}.GrantControl", request)
        _refuse_denied(answer.decision, camera, "control")
        decision, is_sealed = answer.decision, answer.security_level == SECRET_LEVEL
        return ControlPermit(
            answer.signed_grant, decision.rule, decision.article, is_sealed, answer.agency, answer.takeover
        )

    async def over(self, asked: Mapping[str, Sequence[str]]) -> list[Over]:
        """Those of these takeovers, by camera, that are over, in the order of their ends."""
        of_camera = decider_service_pb2.ListOverTakeoversRequest.OfCamera
        request = decider_service_pb2.ListOverTakeoversRequest(
            asked=[of_camera(camera=camera, takeovers=names) for camera, names in asked.items()]
        )
        answer = await self.neighbour.call(f"{_DECIDER}.ListOverTakeovers", request)
        return [Over(one.camera, one.takeover, one.over_time.ToDatetime(UTC), one.heir) for one in answer.over]

    async def grant_restoring(self, camera: str, takeover: str) -> RestoringPermit:
        """The signed grant, of the platform's own."""
        request = decider_service_pb2.GrantRestoringRequest(camera=camera, takeover=takeover)
        answer = await self.neighbour.call(f"{_DECIDER}.GrantRestoring", request)
        return RestoringPermit(answer.signed_grant, answer.epoch, answer.security_level == SECRET_LEVEL)

    async def taken(self, principal: str, takeover: str) -> Taken:
        """What a takeover of the principal's agency has still; errors.NotFound for any other."""
        request = decider_service_pb2.ListTakenCamerasRequest(principal=principal, takeover=takeover)
        answer = await self.neighbour.call(f"{_DECIDER}.ListTakenCameras", request)
        return Taken(tuple(answer.cameras), answer.legal_basis, answer.incident)

    async def rule_on(self, principal: str, camera: str, action: Action) -> Ruling:
        """The decision, for records of the camera; errors.Denied when it is absent or hidden."""
        request = decider_service_pb2.DecideRequest(principal=principal, camera=camera, action=f"ACTION_{action.name}")
        answer = await self.neighbour.call(f"{_DECIDER}.Decide", request)
        found = answer.decision
        return Ruling(
            is_allowed=found.allowed, rule=found.rule, article=found.article, sentence=found.sentence,
            agency=answer.agency, operator=answer.operator, level=answer.security_level, inspection=answer.incident,
            nearest=found.nearest_rule, lacking=tuple(found.lacking),
        )  # fmt: skip

    async def kind_of(self, principal: str, certificate_sha256: str) -> str:
        """The kind of the principal's agency."""
        request = decider_service_pb2.IdentifyCertificateRequest(
            principal=principal, certificate_sha256=certificate_sha256
        )
        return str((await self.neighbour.call(f"{_DECIDER}.IdentifyCertificate", request)).agency_kind)


@dataclass(frozen=True)
class RegistryNeighbour:
    """Registry, over gRPC."""

    neighbour: Neighbour

    async def seal_source(self, camera: str, relay: Relay) -> bytes:
        """The camera's source, for that relay's eyes only."""
        request = camera_facts_service_pb2.SealSourceRequest(
            camera=camera, relay=relay.name, relay_public_key=relay.public_key
        )  # fmt: skip
        answer = await self.neighbour.call("kapok.registry.v1.CameraFactsService.SealSource", request)
        return bytes(answer.sealed_source)


def _lease(answer: decider_service_pb2.DecideResponse) -> tuple[int, datetime | None]:
    """What a takeover's holder may outlast, and the takeover's end."""
    if not answer.HasField("lease_end_time"):
        return 0, None
    return answer.lease_seconds, answer.lease_end_time.ToDatetime(UTC)


def _suspension(answer: decider_service_pb2.DecideResponse) -> Suspension | None:
    """What keeps it from showing anything now."""
    if not answer.HasField("suspension"):
        return None
    found = answer.suspension
    return Suspension(found.takeover, found.agency, found.end_time.ToDatetime(UTC))


def _refuse_denied(decision: decision_pb2.Decision, camera: str, action: str) -> None:
    if decision.allowed:
        return
    lacking = list(decision.lacking)
    reasons = {"papers": "PAPERS_MISSING", "reviewed": "PAPERS_IN_REVIEW"}
    reason = reasons.get(",".join(lacking), "NOT_PERMITTED")
    raise errors.Denied(
        reason, decision.sentence, rule=decision.rule, article=decision.article, nearest=decision.nearest_rule,
        lacking=",".join(lacking), camera=camera, action=action,
    )  # fmt: skip
