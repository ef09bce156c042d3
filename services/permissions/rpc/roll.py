"""AgenciesService: who connects, and with what."""

from kapok.permissions.v1 import agencies_service_pb2 as pb
from kapok.permissions.v1 import genesis_pb2
from services.permissions.rpc import messages, paging, roll_messages
from services.permissions.rpc.agency_keys import AgencyKeyMethods
from services.permissions.rpc.callers import principal_of_call


class AgenciesServicer(AgencyKeyMethods):
    """Every method speaks for the principal that the gateway identified; no field of a request is trusted for it."""

    async def RegisterAgency(self, request: pb.RegisterAgencyRequest, _context: object) -> genesis_pb2.Agency:
        principal, agency = principal_of_call(), roll_messages.read_agency(request.agency)
        account = roll_messages.read_account(request.principal, agency.name)
        return roll_messages.agency(
            await self._permissions.agencies.register(principal, agency, account, request.certificate)
        )

    async def GetAgency(self, request: pb.GetAgencyRequest, _context: object) -> genesis_pb2.Agency:
        principal, name = principal_of_call(), messages.named("agency", request.name, "name")
        return roll_messages.agency(await self._permissions.agencies.get(principal, name))

    async def ListAgencies(self, request: pb.ListAgenciesRequest, _context: object) -> pb.ListAgenciesResponse:
        principal = principal_of_call()
        size, after = paging.by_name("agency", "agencies/", request)
        found = await self._permissions.agencies.list(principal, f"agencies/{after}" if after else "", size + 1)
        token = found[size - 1].agency.name.removeprefix("agencies/") if len(found) > size else ""
        return pb.ListAgenciesResponse(agencies=map(roll_messages.agency, found[:size]), next_page_token=token)

    async def SuspendAgency(self, request: pb.SuspendAgencyRequest, _context: object) -> genesis_pb2.Agency:
        principal, name = principal_of_call(), messages.named("agency", request.name, "name")
        return roll_messages.agency(await self._permissions.agencies.suspend(principal, name, request.reason))

    async def ReinstateAgency(self, request: pb.ReinstateAgencyRequest, _context: object) -> genesis_pb2.Agency:
        principal, name = principal_of_call(), messages.named("agency", request.name, "name")
        return roll_messages.agency(await self._permissions.agencies.reinstate(principal, name, request.reason))

    async def RegisterPrincipal(self, request: pb.RegisterPrincipalRequest, _context: object) -> genesis_pb2.Principal:
        principal = principal_of_call()
        agency = messages.named("agency", request.principal.agency, "principal.agency")
        account = roll_messages.read_account(request.principal, agency)
        entry = await self._permissions.enrolments.register(principal, account, request.certificate)
        return roll_messages.principal(entry)

    async def SetPrincipalRoles(self, request: pb.SetPrincipalRolesRequest, _context: object) -> genesis_pb2.Principal:
        principal, name = principal_of_call(), messages.named("principal", request.name, "name")
        order = roll_messages.read_role_order(request, name)
        return roll_messages.principal(await self._permissions.role_grants.set(principal, order))

    async def ListPrincipals(self, request: pb.ListPrincipalsRequest, _context: object) -> pb.ListPrincipalsResponse:
        principal, agency = principal_of_call(), messages.named("agency", request.parent, "parent")
        size, after = paging.by_name("principal", "principals/", request)
        behind = f"principals/{after}" if after else ""
        found = await self._permissions.enrolments.list(principal, agency, behind, size + 1)
        token = found[size - 1].account.name.removeprefix("principals/") if len(found) > size else ""
        return pb.ListPrincipalsResponse(principals=map(roll_messages.principal, found[:size]), next_page_token=token)

    async def RegisterCertificate(
        self, request: pb.RegisterCertificateRequest, _context: object
    ) -> genesis_pb2.Certificate:
        principal, name = principal_of_call(), messages.named("principal", request.parent, "parent")
        made = await self._permissions.enrolments.certify(principal, name, request.certificate)
        return roll_messages.certificate(made)

    async def RevokeCertificate(
        self, request: pb.RevokeCertificateRequest, _context: object
    ) -> genesis_pb2.Certificate:
        principal, name = principal_of_call(), messages.named("certificate", request.name, "name")
        sha256 = name.removeprefix("certificates/")
        return roll_messages.certificate(await self._permissions.enrolments.revoke(principal, sha256, request.reason))
