"""The gRPC side of permissions: protobuf ↔ domain, nothing else.

agencies   PermissionsService          messages            resources
incidents  its methods about those     incident_messages   incidents, their acts, pages of them
cell       DeciderService              answers             decisions, explanations, scopes
callers    on whose behalf             genesis             the organs' signed document
"""

from collections.abc import Callable, Sequence
from typing import Any

from kapok.permissions.v1 import (
    decider_service_pb2,
    decider_service_pb2_grpc,
    permissions_service_pb2,
    permissions_service_pb2_grpc,
)
from services.chassis.signing import Signer
from services.permissions.rpc.agencies import PermissionsServicer
from services.permissions.rpc.cell import DeciderServicer
from services.permissions.service import Permissions


def services(permissions: Permissions, signer: Signer) -> Callable[[Any], Sequence[str]]:
    """Registers both services on a server, and names them."""

    def register(server: Any) -> Sequence[str]:
        permissions_service_pb2_grpc.add_PermissionsServiceServicer_to_server(PermissionsServicer(permissions), server)
        decider_service_pb2_grpc.add_DeciderServiceServicer_to_server(DeciderServicer(permissions, signer), server)
        return [
            permissions_service_pb2.DESCRIPTOR.services_by_name["PermissionsService"].full_name,
            decider_service_pb2.DESCRIPTOR.services_by_name["DeciderService"].full_name,
        ]

    return register
