"""DeciderService: what the other services of the cell ask, each speaking for itself."""

from kapok.permissions.v1 import decider_service_pb2, permissions_events_pb2, permissions_service_pb2, reach_pb2
from services.chassis import errors, identity
from services.chassis.signing import Signer
from services.decider.exclusive import suspension
from services.permissions.batches import Batch
from services.permissions.question import Answer, Question
from services.permissions.rpc import answers, claim_messages, facts, messages, reaches, restoring_messages
from services.permissions.service import Permissions
from services.permissions.takeovers.controls import Grant

GRANT_PURPOSE = "kapok.permissions.grant"
_CELL = frozenset({"gateway", "registry", "streams", "audit"})
pb = decider_service_pb2


class DeciderServicer:
    """The principal asked about is the request's: these callers have identified it themselves."""

    def __init__(self, permissions: Permissions, signer: Signer) -> None:
        self._permissions = permissions
        self._signer = signer

    async def Decide(self, request: pb.DecideRequest, _context: object) -> pb.DecideResponse:
        _check_caller(_CELL)
        question = Question(
            principal=messages.named("principal", request.principal, "principal"),
            camera=messages.named("camera", request.camera, "camera"),
            action=messages.action(request.action),
            legal_basis=messages.optional("legal_basis", request.legal_basis, "legal_basis"),
            incident=messages.optional("ground", request.incident, "incident"),
            used_for=messages.optional("session", request.session, "session"),
            credentials=frozenset(request.credentials),
        )
        answer = await self._permissions.decisions.decide(question)
        lasting = await self._permissions.decisions.holding(answer) if _opens(question, answer) else None
        return pb.DecideResponse(
            decision=answers.decision(answer.decision, answer.number),
            agency=answer.principal.agency,
            incident=answer.incident or answer.inspection,
            security_level=answer.camera.level,
            signed_facts=self._signed_facts(question, answer),
            operator=answer.camera.operator,
            lease_seconds=int(lasting[0].total_seconds()) if lasting else 0,
            lease_end_time=messages.stamp(lasting[1]) if lasting else None,
            suspension=_suspension(question, answer),
        )

    async def ScopeOf(
        self, request: pb.ScopeOfRequest, _context: object
    ) -> permissions_service_pb2.DescribeScopeResponse:
        _check_caller(_CELL)
        principal = messages.named("principal", request.principal, "principal")
        return answers.scope(*await self._permissions.decisions.scope(principal, messages.action(request.action)))

    async def ReachOf(self, request: pb.ReachOfRequest, _context: object) -> reach_pb2.Reach:
        _check_caller({"registry"})
        asked = Batch(
            principal=messages.named("principal", request.principal, "principal"),
            action=messages.action(request.action),
            legal_basis=messages.optional("legal_basis", request.legal_basis, "legal_basis"),
            incident=messages.optional("incident", request.incident, "incident"),
        )
        return reaches.reach(await self._permissions.reaches.of(asked))

    async def GrantControl(self, request: pb.GrantControlRequest, _context: object) -> pb.GrantControlResponse:
        _check_caller({"streams"})
        principal = messages.named("principal", request.principal, "principal")
        camera = messages.named("camera", request.camera, "camera")
        grant = await self._permissions.controls.grant(principal, camera)
        return pb.GrantControlResponse(
            signed_grant=self._signer.seal(GRANT_PURPOSE, _control_grant(grant).SerializeToString()),
            decision=answers.decision(grant.answer.decision, grant.answer.number),
            security_level=grant.answer.camera.level,
            agency=grant.answer.principal.agency,
            takeover=grant.takeover,
        )

    async def ListTakenCameras(
        self, request: pb.ListTakenCamerasRequest, _context: object
    ) -> pb.ListTakenCamerasResponse:
        _check_caller({"streams"})
        principal = messages.named("principal", request.principal, "principal")
        takeover = messages.named("takeover", request.takeover, "takeover")
        cameras, ground = await self._permissions.takeover_reads.taken(principal, takeover)
        field = "incident" if ground.startswith("incidents/") else "legal_basis"
        return pb.ListTakenCamerasResponse(cameras=cameras, **{field: ground})

    async def ListOverTakeovers(
        self, request: pb.ListOverTakeoversRequest, _context: object
    ) -> pb.ListOverTakeoversResponse:
        _check_caller({"streams"})
        over = await self._permissions.restorings.over(restoring_messages.asked(request))
        return restoring_messages.over(over)

    async def GrantRestoring(self, request: pb.GrantRestoringRequest, _context: object) -> pb.GrantRestoringResponse:
        _check_caller({"streams"})
        camera = messages.named("camera", request.camera, "camera")
        takeover = messages.named("takeover", request.takeover, "takeover")
        found = await self._permissions.restorings.grant(camera, takeover)
        grant = restoring_messages.grant(found).SerializeToString()
        return pb.GrantRestoringResponse(
            signed_grant=self._signer.seal(GRANT_PURPOSE, grant), epoch=found.epoch, security_level=found.level
        )

    async def LevelsOf(self, request: pb.LevelsOfRequest, _context: object) -> pb.LevelsOfResponse:
        _check_caller({"registry"})
        levels, revision = await self._permissions.levels.of(messages.new_cameras(request.cameras))
        return pb.LevelsOfResponse(security_levels=levels, policy_revision=revision)

    async def GetLevelChanges(self, request: pb.GetLevelChangesRequest, _context: object) -> pb.GetLevelChangesResponse:
        _check_caller({"registry"})
        found = await self._permissions.versions.level_changes(request.since_revision)
        return pb.GetLevelChangesResponse(
            revision=found.revision,
            place_categories=found.categories,
            codes=found.codes,
            sealed_codes=found.sealed,
        )

    async def ListAgencyNames(self, request: pb.ListAgencyNamesRequest, _context: object) -> pb.ListAgencyNamesResponse:
        _check_caller({"registry"})
        names = await self._permissions.principals.agency_names(request.agency_kind, request.tier)
        return pb.ListAgencyNamesResponse(names=names)

    async def IdentifyCertificate(
        self, request: pb.IdentifyCertificateRequest, _context: object
    ) -> pb.IdentifyCertificateResponse:
        _check_caller(_CELL)
        key_id = messages.optional("agency_key", request.agency_key, "agency_key").removeprefix("agencyKeys/")
        found = await self._permissions.principals.identify(request.principal, request.certificate_sha256, key_id)
        principal = found.principal
        return pb.IdentifyCertificateResponse(
            principal=principal.name,
            agency=principal.agency,
            agency_kind=principal.kind.value,
            tier=principal.tier.value,
            expire_time=messages.stamp(found.expires_at),
            jurisdiction=principal.jurisdiction,
            is_person=principal.is_person,
            public_key=found.public_key,
            certificate_principal=found.system,
        )

    async def ReadClaim(self, request: pb.ReadClaimRequest, _context: object) -> pb.ReadClaimResponse:
        _check_caller({"audit"})
        principal = messages.named("principal", request.principal, "principal")
        found = await self._permissions.claims.read(principal, *claim_messages.claim_of(request.name))
        return pb.ReadClaimResponse(
            takeover=found.claim.takeover, cameras=sorted(found.cameras), shows_sealed=found.shows_sealed
        )

    def _signed_facts(self, question: Question, answer: Answer) -> bytes:
        """What a relay needs for the session that opens; nothing without one."""
        if not _opens(question, answer):
            return b""
        return self._signer.seal(facts.FACTS_PURPOSE, facts.session_facts(question, answer).SerializeToString())


def _opens(question: Question, answer: Answer) -> bool:
    """Whether a session opens on the answer."""
    return answer.decision.allowed and bool(question.used_for)


def _check_caller(allowed: frozenset[str] | set[str]) -> None:
    """An INTERNAL method is for services that speak for themselves: nothing forwarded for an agency comes in here."""
    caller = identity.caller()
    if caller.service not in allowed or caller.principal:
        raise errors.Denied("METHOD_NOT_EXPOSED", "this method is for services of the cell", method="DeciderService")


def _suspension(question: Question, answer: Answer) -> pb.Suspension | None:
    """What keeps an allowance from showing anything now."""
    about = answer.principal, answer.camera, question.action, answer.circumstances
    found = suspension(*about, answer.now) if answer.decision.allowed else None
    if found is None:
        return None
    return pb.Suspension(takeover=found.takeover, agency=found.agency, end_time=messages.stamp(found.until))


def _control_grant(grant: Grant) -> permissions_events_pb2.ControlGrant:
    principal = grant.answer.principal
    return permissions_events_pb2.ControlGrant(
        camera=grant.answer.camera.name,
        principal=principal.name,
        agency=principal.agency,
        epoch=grant.epoch,
        expire_time=messages.stamp(grant.expires_at),
    )
