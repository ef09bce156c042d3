"""Every agency call that can name a state secret: its camera, its system, its operator, a request about it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from google.type.latlng_pb2 import LatLng

from demo.chapters import ahead
from demo.city import CAMERAS
from kapok.audit.v1 import register_service_pb2 as register
from kapok.permissions.v1 import (
    claim_pb2,
    incident_pb2,
    inspection_pb2,
    legal_basis_pb2,
    papers_review_pb2,
    policy_pb2,
    takeover_pb2,
)
from kapok.permissions.v1 import claims_service_pb2 as claims
from kapok.permissions.v1 import inspections_service_pb2 as inspections
from kapok.permissions.v1 import papers_service_pb2 as papers
from kapok.permissions.v1 import permissions_service_pb2 as permissions
from kapok.permissions.v1 import policy_service_pb2 as policy
from kapok.permissions.v1 import takeovers_service_pb2 as takeovers
from kapok.registry.v1 import bulk_service_pb2 as bulk
from kapok.registry.v1 import camera_filter_pb2, camera_pb2, system_pb2
from kapok.registry.v1 import changes_service_pb2 as changes
from kapok.registry.v1 import registry_service_pb2 as registry
from kapok.registry.v1 import systems_service_pb2 as systems
from kapok.streams.v1 import session_pb2
from kapok.streams.v1 import streams_service_pb2 as streams

SECRET = next(camera for camera in CAMERAS if camera.level == 5)
NEVER = f"districts/{SECRET.district}/cameras/{SECRET.code[:-6]}987654"
# As long as those that are there: a protobuf tells lengths.
OPERATOR, NO_OPERATOR = f"operators/{SECRET.operator}", "operators/institute-absent"
SEALED, NO_SYSTEM = f"{OPERATOR}/systems/sealed", f"{OPERATOR}/systems/absent"
NOW, END = ahead(timedelta(0)), ahead(timedelta(hours=1))
LAST_YEAR = ahead(timedelta(days=-365))
HERE = LatLng(latitude=SECRET.latitude, longitude=SECRET.longitude)
NOTHING_THERE = LatLng(latitude=SECRET.latitude + 1e-4, longitude=SECRET.longitude)  # ten metres on
_METRES = 2e-5  # degrees, some two metres


def of_cameras(camera: str) -> Iterator[Any]:
    """Every agency call on the record of one camera."""
    yield registry.GetCameraRequest(name=camera)
    yield registry.GetCameraRequest(name=camera, as_of_time=NOW)
    yield registry.GetCameraRequest(name=camera, as_of_time=LAST_YEAR)
    yield registry.ListCameraRevisionsRequest(parent=camera)
    for path in ("purpose", "display_name", "security_level", "nothing"):
        for etag in ("", "r1"):
            draft = camera_pb2.Camera(name=camera, purpose="other", display_name="other", etag=etag)
            yield registry.UpdateCameraRequest(camera=draft, update_mask={"paths": [path]})
    yield registry.RetireCameraRequest(name=camera, reason="why not")
    yield registry.RetireCameraRequest(name=camera, reason="why not", etag="r1")
    yield registry.ConfirmCamerasRequest(names=[camera])
    for change in ({"place": "elsewhere"}, {"place": "toilet"}, {"position": HERE}, {}):
        asked = changes.CameraChange(camera=camera, reason="why not", **change)
        yield changes.RequestCameraChangeRequest(camera_change=asked)
    yield changes.ListCameraChangesRequest(camera=camera)
    yield changes.ListCameraChangesRequest(camera=camera, state="STATE_REQUESTED")


def of_rights(camera: str) -> Iterator[Any]:
    """Every agency call on what may be done with it."""
    for action in ("ACTION_DESCRIBE", "ACTION_LIVE", "ACTION_COPY", "ACTION_CONTROL", "ACTION_TAKE_OVER",
                   "ACTION_INSPECT", "ACTION_LIVE_CHECK"):  # fmt: skip
        yield permissions.CheckRequest(camera=camera, action=action)
        yield permissions.ExplainRequest(camera=camera, action=action)
        yield permissions.CheckBatchRequest(cameras=[camera, camera], action=action)
        yield permissions.DescribeScopeRequest(action=action)
    yield takeovers.GetControlStateRequest(name=f"{camera}/controlState")
    yield register.ListCameraUsesRequest(parent=camera)
    yield register.ListCameraUsesRequest(parent=camera, page_token="none of ours")
    yield streams.ListCameraSessionsRequest(parent=camera)
    yield streams.ListCameraSessionsRequest(parent=camera, include_closed=True)
    yield streams.ListCameraSessionsRequest(parent=camera, page_token="none of ours")
    yield streams.MoveCameraRequest(camera=camera, pan=0.1)
    yield streams.PointCameraRequest(camera=camera, to={"pan": 0.1})
    yield streams.ListPresetsRequest(parent=camera)
    yield streams.CreatePresetRequest(parent=camera, preset={"display_name": "gate"})
    yield streams.RecallPresetRequest(name=f"{camera}/presets/1")
    for kind in ("KIND_LIVE", "KIND_COPY", "KIND_LIVE_CHECK"):
        session = session_pb2.Session(camera=camera, kind=kind, purpose="PURPOSE_PUBLIC_ORDER")
        yield streams.OpenSessionRequest(session=session)


def of_grounds(camera: str) -> Iterator[Any]:
    """Every agency call that puts something on record for it that rights stand on, or asks for control of it."""
    officers = [
        legal_basis_pb2.Officer(display_name=f"{n}", certificate_number=f"{n}", certificate_expire_time=END)
        for n in range(2)
    ]
    basis = legal_basis_pb2.LegalBasis(
        number="1", officers=officers, cameras=[camera], start_time=NOW, end_time=END, purpose="theft",
        issuer="agencies/police-guangzhou", document_sha256="0" * 64,
    )  # fmt: skip
    yield permissions.RegisterLegalBasisRequest(legal_basis=basis)
    yield papers.WaiveLegalBasisRequest(
        principal="principals/police-yuexiu", cameras=[camera], end_time=END, reason="why not"
    )
    inspected = inspection_pb2.Inspection(
        order_number="1", purpose="why not", officers=officers, cameras=[camera], end_time=END
    )
    yield inspections.OpenInspectionRequest(inspection=inspected)
    takeover = takeover_pb2.Takeover(cameras=[camera], cause="CAUSE_ACCIDENT", reason="why not", end_time=END)
    yield takeovers.RequestTakeoverRequest(takeover=takeover)
    loss = claim_pb2.Loss(kind="KIND_LOSS", text="why not", amount_fen=1, camera=camera)
    claim = claim_pb2.Claim(reason="why not", losses=[loss])
    yield claims.FileClaimRequest(parent="takeovers/00000000-0000-4000-8000-000000000000", claim=claim)
    incident = incident_pb2.Incident(
        display_name="x", kind="INCIDENT_KIND_ACCIDENT", order_number="1", cameras=[camera], end_time=END,
        agencies=["agencies/command-guangzhou"], letter_number="1", officer_certificates=["1", "2"],
    )  # fmt: skip
    yield permissions.DeclareIncidentRequest(incident=incident)
    nowhere = "incidents/00000000-0000-4000-8000-000000000000"
    yield permissions.WidenIncidentRequest(name=nowhere, order_number="1", reason="why not", cameras=[camera])
    levels = [policy_pb2.CameraLevel(code=camera.rpartition("/")[2], level=2)]
    yield policy.DrawUpSealedLevelsRequest(camera_levels=levels)


def of_systems(system: str) -> Iterator[Any]:
    """Every agency call that can name a system, those included that find cameras by it."""
    parent, _, identifier = system.partition("/systems/")
    yield systems.GetCameraSystemRequest(name=system)
    yield systems.CreateCameraSystemRequest(
        parent=parent, camera_system=system_pb2.CameraSystem(display_name="x"), camera_system_id=identifier
    )
    for etag in ("", "r1"):
        draft = system_pb2.CameraSystem(name=system, display_name="x", etag=etag)
        yield systems.UpdateCameraSystemRequest(camera_system=draft, update_mask={"paths": ["display_name"]})
        for state in list(camera_pb2.LifeState.keys()):
            yield systems.TransitionCameraSystemRequest(name=system, state=state, reason="why not", etag=etag)
    yield registry.ConfirmCamerasRequest(system=system)
    takeover = takeover_pb2.Takeover(systems=[system], cause="CAUSE_ACCIDENT", reason="why not", end_time=END)
    yield takeovers.RequestTakeoverRequest(takeover=takeover)
    for camera in (SECRET.code, NEVER.rpartition("/")[2]):
        draft_camera = camera_pb2.Camera(
            code=camera, system=system, display_name="x", place_category=10, premises=1, place="x", purpose="x",  # type: ignore[arg-type] # the enum's numbers
            position=HERE, source=camera_pb2.Source(stream_uri="rtsp://127.0.0.1:9/x"),
        )  # fmt: skip
        yield registry.CreateCameraRequest(parent=f"districts/{SECRET.district}", camera=draft_camera)
        yield bulk.ImportCamerasRequest(cameras=[draft_camera])
        yield bulk.ImportCamerasRequest(cameras=[draft_camera], dry_run=True)
    yield from of_filters(camera_filter_pb2.CameraFilter(systems=[system]))


def of_operators(operator: str) -> Iterator[Any]:
    """Every agency call that can name an operator that has nothing but state secrets."""
    entity = system_pb2.ResponsibleEntity(display_name="x", role="ROLE_OWNER")
    record = system_pb2.Operator(name=operator, display_name="x", responsible_entities=[entity])
    yield systems.GetOperatorRequest(name=operator)
    yield systems.UpdateOperatorRequest(operator=record)
    yield systems.ListCameraSystemsRequest(parent=operator)
    agency = f"agencies/{operator.removeprefix('operators/')}"
    yield papers.GetReviewTermsRequest(name=f"{agency}/reviewTerms")
    terms = papers_review_pb2.ReviewTerms(name=f"{agency}/reviewTerms")
    yield papers.UpdateReviewTermsRequest(review_terms=terms)
    review = f"legalBases/00000000-0000-4000-8000-000000000000/reviews/{agency.removeprefix('agencies/')}"
    yield papers.GetPapersReviewRequest(name=review)
    yield papers.DecidePapersReviewRequest(name=review, accepted=True)
    yield papers.OverrulePapersReviewRequest(name=review, reason="why not")
    yield from of_filters(camera_filter_pb2.CameraFilter(operators=[agency]))


def of_filters(chosen: camera_filter_pb2.CameraFilter) -> Iterator[Any]:
    """Every agency call that finds cameras, by ``chosen`` and by words and place beside it."""
    circle = camera_filter_pb2.Circle(center=HERE, radius_meters=100)
    for more in ({}, {"text": SECRET.name_zh}, {"area": camera_filter_pb2.Area(circle=circle)}):
        narrowed = camera_filter_pb2.CameraFilter(**more)
        narrowed.MergeFrom(chosen)
        yield registry.ListCamerasRequest(parent="districts/-", filter=narrowed)
        yield registry.ListCamerasRequest(
            parent=f"districts/{SECRET.district}", filter=narrowed, order_by="update_time"
        )
        for action in ("ACTION_DESCRIBE", "ACTION_LIVE", "ACTION_INSPECT"):
            yield registry.ListAllowedCamerasRequest(parent="districts/-", action=action, filter=narrowed)
        yield bulk.ExportCamerasRequest(filter=narrowed)
        yield registry.CountCamerasRequest(filter=narrowed)


def of_places(place: LatLng) -> Iterator[Any]:
    """Every agency call that takes what lies in an area: of some metres around the place."""
    corners = ((-1, -1), (-1, 1), (1, 1), (1, -1))
    area = [
        LatLng(latitude=place.latitude + north * _METRES, longitude=place.longitude + east * _METRES)
        for north, east in corners
    ]
    takeover = takeover_pb2.Takeover(area=area, cause="CAUSE_ACCIDENT", reason="why not", end_time=END)
    yield takeovers.RequestTakeoverRequest(takeover=takeover)


def of_changes(change: str) -> Iterator[Any]:
    """Every agency call on a change request."""
    yield changes.DecideCameraChangeRequest(name=change, approved=True, reason="why not")
    yield changes.DecideCameraChangeRequest(name=change, approved=False, reason="why not")
    yield changes.WithdrawCameraChangeRequest(name=change)


def everything() -> Iterator[Any]:
    """All of these calls."""
    yield from (*of_cameras(NEVER), *of_rights(NEVER), *of_grounds(NEVER))
    yield from (*of_systems(NO_SYSTEM), *of_operators(NO_OPERATOR))
    yield from of_changes("cameraChanges/0")


_TALKS = "names an incident, papers, a takeover, a session or a proposal, never a camera; those are made by calls above"
# Agency calls that are not tried here, each with why it can't tell or where else it is tried.
ELSEWHERE = {
    "kapok.audit.v1.AuditService.GetHead": "names a book",
    "kapok.audit.v1.AuditService.ListRecords": "names a book; test_state_secrets looks into both",
    "kapok.audit.v1.FindingsService.ListFindings": "a list that test_state_secrets reads whole",
    "kapok.registry.v1.HealthService.ListAlarms": "a list that test_state_secrets reads whole",
    "kapok.registry.v1.HealthService.WatchAlarms": "that list as it grows: tests/integration/registry/test_health.py",
    "kapok.registry.v1.RegistryService.WatchCameras": "test_state_secrets watches while a secret changes",
    "kapok.permissions.v1.PermissionsService.CreateCameraSnapshot": "looks nothing up; its answer has a random name",
    "kapok.permissions.v1.InspectionsService.CloseInspection": _TALKS,
    "kapok.permissions.v1.InspectionsService.GetInspection": _TALKS,
    "kapok.permissions.v1.InspectionsService.ListInspections": _TALKS,
    **{
        f"kapok.permissions.v1.StaffService.{verb}": "names a person, its training or its shift"
        for verb in ("RegisterTraining", "RevokeTraining", "ListTrainings", "EnterShift", "EndShift", "ListShifts")
    },
    "kapok.permissions.v1.PapersService.ListLegalBases": "a list of the caller's own",
    "kapok.permissions.v1.PapersService.ListPapersReviews": "a list of the caller's own",
    "kapok.permissions.v1.PapersService.WatchPapersReviews": "a list of the caller's own, as it grows",
    "kapok.permissions.v1.PermissionsService.RevokePrincipal": "names a principal",
    "kapok.permissions.v1.PermissionsService.ReinstatePrincipal": "names a principal",
    "kapok.permissions.v1.PermissionsService.ListIncidents": "tests/e2e/test_incidents.py",
    **{
        f"kapok.permissions.v1.PermissionsService.{verb}": _TALKS
        for verb in ("EndIncident", "GetIncident", "DecideIncident", "ExtendIncident", "GetLegalBasis",
                     "RevokeLegalBasis")
    },
    **{
        f"kapok.permissions.v1.TakeoversService.{verb}": _TALKS + "; tests/integration/permissions/test_takeovers.py"
        for verb in ("RenewTakeover", "ReleaseTakeover", "RevokeTakeover", "GetTakeover")
    },
    **{
        f"kapok.permissions.v1.ClaimsService.{verb}": _TALKS + "; tests/integration/permissions/test_claims_rpc.py"
        for verb in ("AnswerClaim", "SupplementClaim", "SettleClaim", "WithdrawClaim", "GetClaim", "ListClaims")
    },
    **{
        f"kapok.audit.v1.EvidenceService.{verb}": "names a claim; tests/integration/audit/test_evidence.py"
        for verb in ("ListClaimEvidence", "SummarizeClaimEvidence")
    },
    **{
        f"kapok.permissions.v1.TakeoversService.{verb}": "tests/integration/permissions/test_takeover_notices.py"
        for verb in ("ListTakeovers", "WatchTakeovers")
    },
    **{
        f"kapok.permissions.v1.AgenciesService.{verb}": "names agencies, principals, their certificates and keys"
        for verb in ("RegisterAgency", "GetAgency", "ListAgencies", "SuspendAgency", "ReinstateAgency",
                     "RegisterPrincipal", "SetPrincipalRoles", "ListPrincipals", "RegisterCertificate",
                     "RevokeCertificate", "RegisterAgencyKey", "ListAgencyKeys", "RevokeAgencyKey")
    },
    **{f"kapok.streams.v1.StreamsService.{verb}": _TALKS
       for verb in ("RenewSession", "CloseSession", "ListSessions", "RecordCopy", "OpenTakeoverFeeds")},
    **{
        f"kapok.permissions.v1.PolicyService.{verb}": _TALKS + "; tests/integration/permissions/test_sealed_levels.py"
        for verb in ("ProposePolicyChange", "GetPolicyProposal", "ListPolicyProposals", "SignPolicyProposal",
                     "RejectPolicyProposal", "WithdrawPolicyProposal", "SimulatePolicyProposal", "GetSealedLevels",
                     "GetPolicyVersion", "ListPolicyVersions")
    },
}  # fmt: skip
