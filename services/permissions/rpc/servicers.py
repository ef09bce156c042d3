"""Every servicer of permissions, as a server takes them."""

from collections.abc import Callable, Sequence
from typing import Any

from kapok.permissions.v1 import (
    agencies_service_pb2,
    agencies_service_pb2_grpc,
    claims_service_pb2,
    claims_service_pb2_grpc,
    decider_service_pb2,
    decider_service_pb2_grpc,
    inspections_service_pb2,
    inspections_service_pb2_grpc,
    papers_service_pb2,
    papers_service_pb2_grpc,
    permissions_service_pb2,
    permissions_service_pb2_grpc,
    policy_service_pb2,
    policy_service_pb2_grpc,
    staff_service_pb2,
    staff_service_pb2_grpc,
    takeovers_service_pb2,
    takeovers_service_pb2_grpc,
)
from services.chassis import rpc_server
from services.chassis.sealed_tokens import Tokens
from services.chassis.signing import Signer
from services.permissions.rpc.agencies import PermissionsServicer
from services.permissions.rpc.cell import DeciderServicer
from services.permissions.rpc.claims import ClaimsServicer
from services.permissions.rpc.inspections import InspectionsServicer
from services.permissions.rpc.papers import PapersServicer
from services.permissions.rpc.policy import PolicyServicer
from services.permissions.rpc.roll import AgenciesServicer
from services.permissions.rpc.staff import StaffServicer
from services.permissions.rpc.takeovers import TakeoversServicer
from services.permissions.service import Permissions

_FILES = (
    permissions_service_pb2, decider_service_pb2, policy_service_pb2, agencies_service_pb2, inspections_service_pb2,
    papers_service_pb2, staff_service_pb2, takeovers_service_pb2, claims_service_pb2,
)  # fmt: skip


def services(permissions: Permissions, signer: Signer, tokens: Tokens) -> Callable[[Any], Sequence[str]]:
    """Registers the services on a server, and names them."""
    servicers: rpc_server.Servicers = {
        permissions_service_pb2_grpc.add_PermissionsServiceServicer_to_server: PermissionsServicer(permissions),
        decider_service_pb2_grpc.add_DeciderServiceServicer_to_server: DeciderServicer(permissions, signer),
        policy_service_pb2_grpc.add_PolicyServiceServicer_to_server: PolicyServicer(permissions),
        agencies_service_pb2_grpc.add_AgenciesServiceServicer_to_server: AgenciesServicer(permissions),
        inspections_service_pb2_grpc.add_InspectionsServiceServicer_to_server: InspectionsServicer(permissions),
        papers_service_pb2_grpc.add_PapersServiceServicer_to_server: PapersServicer(permissions),
        staff_service_pb2_grpc.add_StaffServiceServicer_to_server: StaffServicer(permissions.staff),
        takeovers_service_pb2_grpc.add_TakeoversServiceServicer_to_server: TakeoversServicer(permissions, tokens),
        claims_service_pb2_grpc.add_ClaimsServiceServicer_to_server: ClaimsServicer(permissions.claims),
    }
    return rpc_server.registering(servicers, _FILES)
