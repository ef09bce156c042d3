"""InspectionsService (Article 17)."""

from google.type.latlng_pb2 import LatLng

from kapok.permissions.v1 import inspection_pb2
from kapok.permissions.v1 import inspections_service_pb2 as pb
from services.decider.facts import Area
from services.permissions.inspections.domain import Inspecting, Mandate, Report
from services.permissions.rpc import legal_basis_messages, messages, paging
from services.permissions.rpc.callers import principal_of_call
from services.permissions.service import Permissions


class InspectionsServicer:
    """Every method speaks for the principal that the gateway identified."""

    def __init__(self, permissions: Permissions) -> None:
        self._inspections = permissions.inspections

    async def OpenInspection(self, request: pb.OpenInspectionRequest, _context: object) -> inspection_pb2.Inspection:
        principal = principal_of_call()
        return inspection(await self._inspections.open(principal, _mandate(request.inspection)))

    async def CloseInspection(self, request: pb.CloseInspectionRequest, _context: object) -> inspection_pb2.Inspection:
        principal, name = principal_of_call(), messages.named("inspection", request.name, "name")
        return inspection(await self._inspections.close(principal, name, Report(request.report, request.report_sha256)))

    async def GetInspection(self, request: pb.GetInspectionRequest, _context: object) -> inspection_pb2.Inspection:
        principal, name = principal_of_call(), messages.named("inspection", request.name, "name")
        return inspection(await self._inspections.get(principal, name))

    async def ListInspections(self, request: pb.ListInspectionsRequest, _context: object) -> pb.ListInspectionsResponse:
        principal = principal_of_call()
        size, before = paging.by_time("inspection", request)
        found = await self._inspections.list(principal, before, size + 1)
        shown, token = paging.fitting(found, size, inspection, lambda one: (one.starts_at, one.name))
        return pb.ListInspectionsResponse(inspections=shown, next_page_token=token)


def inspection(found: Inspecting) -> inspection_pb2.Inspection:
    """An inspection as it stands."""
    mandate, report = found.mandate, found.report
    corners = [LatLng(latitude=latitude, longitude=longitude) for latitude, longitude in mandate.area.polygon]
    return inspection_pb2.Inspection(
        name=found.name,
        state=f"STATE_{found.state.name}",
        order_number=mandate.order_number,
        purpose=mandate.purpose,
        officers=map(legal_basis_messages.shown_officer, mandate.officers),
        area=corners,
        districts=sorted(mandate.area.districts),
        operators=sorted(mandate.area.operators),
        systems=sorted(mandate.area.systems),
        cameras=sorted(mandate.area.cameras),
        end_time=messages.stamp(mandate.ends_at),
        principal=found.principal,
        agency=found.agency,
        start_time=messages.stamp(found.starts_at),
        close_time=messages.stamp(found.closed_at),
        report=report.text if report else "",
        report_sha256=report.document_sha256 if report else "",
        reported_by=report.filed_by if report else "",
        report_time=messages.stamp(report.filed_at) if report else None,
        concerned_operators=sorted(found.operators),
        check_count=found.checks,
    )


def _mandate(sent: inspection_pb2.Inspection) -> Mandate:
    area = Area(
        polygon=tuple((corner.latitude, corner.longitude) for corner in sent.area),
        districts=frozenset(sent.districts),
        cameras=frozenset(messages.named("camera", name, "inspection.cameras") for name in sent.cameras),
        operators=frozenset(messages.named("agency", name, "inspection.operators") for name in sent.operators),
        systems=frozenset(messages.named("camera_system", name, "inspection.systems") for name in sent.systems),
    )
    officers = tuple(legal_basis_messages.officer(one, "inspection.officers") for one in sent.officers)
    ends_at = messages.instant(sent.end_time, "inspection.end_time")
    return Mandate(sent.order_number, sent.purpose, officers, area, ends_at)
