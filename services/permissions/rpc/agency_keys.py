"""AgenciesService, as far as it is about keys."""

from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper

from kapok.permissions.v1 import agencies_service_pb2 as pb
from kapok.permissions.v1 import agency_key_pb2
from services.chassis.errors import InvalidArgument, Violation
from services.permissions.agencies.key import AgencyKey, KeyPurpose
from services.permissions.agencies.keys import KeyDraft
from services.permissions.rpc import messages, paging
from services.permissions.rpc.callers import principal_of_call
from services.permissions.service import Permissions

_PURPOSE: EnumTypeWrapper = agency_key_pb2.AgencyKey.Purpose
_PURPOSES = {_PURPOSE.Value(f"PURPOSE_{purpose.name}"): purpose for purpose in KeyPurpose}


class AgencyKeyMethods:
    """Every method speaks for the principal that the gateway identified."""

    def __init__(self, permissions: Permissions) -> None:
        self._permissions = permissions

    async def RegisterAgencyKey(
        self, request: pb.RegisterAgencyKeyRequest, _context: object
    ) -> agency_key_pb2.AgencyKey:
        principal, asked = principal_of_call(), request.agency_key
        if asked.purpose not in _PURPOSES:
            raise InvalidArgument(Violation("agency_key.purpose", "must be PURPOSE_TOKENS or PURPOSE_LETTERS"))
        agency = messages.named("agency", asked.agency, "agency_key.agency")
        draft = KeyDraft(agency, _PURPOSES[asked.purpose], asked.public_key, request.proof)
        return agency_key(await self._permissions.agency_keys.register(principal, draft))

    async def ListAgencyKeys(self, request: pb.ListAgencyKeysRequest, _context: object) -> pb.ListAgencyKeysResponse:
        principal = principal_of_call()
        agency = messages.named("agency", request.parent, "parent")
        size, after = paging.by_name("agency_key", "agencyKeys/", request)
        found = await self._permissions.agency_keys.list(principal, agency, after, size + 1)
        token = found[size - 1].key_id if len(found) > size else ""
        return pb.ListAgencyKeysResponse(agency_keys=map(agency_key, found[:size]), next_page_token=token)

    async def RevokeAgencyKey(self, request: pb.RevokeAgencyKeyRequest, _context: object) -> agency_key_pb2.AgencyKey:
        principal = principal_of_call()
        key_id = messages.named("agency_key", request.name, "name").removeprefix("agencyKeys/")
        return agency_key(await self._permissions.agency_keys.revoke(principal, key_id, request.reason))


def agency_key(key: AgencyKey) -> agency_key_pb2.AgencyKey:
    """A key on record."""
    gone = key.revocation
    return agency_key_pb2.AgencyKey(
        name=key.name,
        agency=key.agency,
        purpose=f"PURPOSE_{key.purpose.name}",
        public_key=key.public_key,
        register_time=messages.stamp(key.registered_at),
        registered_by=key.registered_by,
        revoke_time=messages.stamp(gone.at) if gone else None,
        revoked_by=gone.principal if gone else "",
        revoke_reason=gone.reason if gone else "",
    )
