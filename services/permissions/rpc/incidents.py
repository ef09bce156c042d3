"""PermissionsService, as far as it is about incidents (Article 18 ¶2)."""

from kapok.permissions.v1 import incident_pb2
from kapok.permissions.v1 import permissions_service_pb2 as pb
from services.permissions.rpc import incident_messages, messages, paging
from services.permissions.rpc.callers import principal_of_call
from services.permissions.rpc.incident_messages import incident
from services.permissions.service import Permissions


class IncidentMethods:
    """Every method speaks for the principal that the gateway identified."""

    def __init__(self, permissions: Permissions) -> None:
        self._permissions = permissions

    async def DeclareIncident(self, request: pb.DeclareIncidentRequest, _context: object) -> incident_pb2.Incident:
        principal = principal_of_call()
        declaration = incident_messages.declaration(request.incident)
        return incident(await self._permissions.incidents.declare(principal, declaration))

    async def EndIncident(self, request: pb.EndIncidentRequest, _context: object) -> incident_pb2.Incident:
        principal = principal_of_call()
        name = messages.named("incident", request.name, "name")
        return incident(await self._permissions.incidents.end(principal, name))

    async def DecideIncident(self, request: pb.DecideIncidentRequest, _context: object) -> incident_pb2.Incident:
        principal = principal_of_call()
        name, ruling = messages.named("incident", request.name, "name"), incident_messages.ruling(request)
        return incident(await self._permissions.incidents.decide(principal, name, ruling))

    async def ExtendIncident(self, request: pb.ExtendIncidentRequest, _context: object) -> incident_pb2.Incident:
        principal = principal_of_call()
        name, extension = messages.named("incident", request.name, "name"), incident_messages.extension(request)
        return incident(await self._permissions.incidents.extend(principal, name, extension))

    async def WidenIncident(self, request: pb.WidenIncidentRequest, _context: object) -> incident_pb2.Incident:
        principal = principal_of_call()
        name, widening = messages.named("incident", request.name, "name"), incident_messages.widening(request)
        return incident(await self._permissions.incidents.widen(principal, name, widening))

    async def GetIncident(self, request: pb.GetIncidentRequest, _context: object) -> incident_pb2.Incident:
        principal = principal_of_call()
        return incident(
            await self._permissions.incidents.get(principal, messages.named("incident", request.name, "name"))
        )

    async def ListIncidents(self, request: pb.ListIncidentsRequest, _context: object) -> pb.ListIncidentsResponse:
        principal = principal_of_call()
        size, before = paging.by_time("incident", request)
        found = await self._permissions.incidents.list(principal, before, size + 1)
        shown, token = paging.fitting(found, size, incident, lambda one: (one.acts[0].at, one.name))  # ≤ 700 KiB each
        return pb.ListIncidentsResponse(incidents=shown, next_page_token=token)
