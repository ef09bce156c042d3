"""The API as its descriptors tell it: which methods there are, who owns each, whether agencies may call it.

The owner table is the only list; a method that is added to a proto of it is served without a change here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import FileDescriptor, MethodDescriptor

from kapok.annotations.v1 import cost_pb2, exposure_pb2
from kapok.audit.v1 import audit_service_pb2, evidence_service_pb2, findings_service_pb2, register_service_pb2
from kapok.permissions.v1 import (
    agencies_service_pb2,
    claims_service_pb2,
    decider_service_pb2,
    inspections_service_pb2,
    papers_service_pb2,
    permissions_service_pb2,
    policy_service_pb2,
    staff_service_pb2,
    takeovers_service_pb2,
)
from kapok.registry.v1 import (
    bulk_service_pb2,
    camera_facts_service_pb2,
    changes_service_pb2,
    health_service_pb2,
    registry_service_pb2,
    systems_service_pb2,
)
from kapok.streams.v1 import fence_service_pb2, media_service_pb2, running_sessions_service_pb2, streams_service_pb2
from services.gateway.method import Method

Surface = Mapping[str, Sequence[Any]]
SURFACE: Surface = {  # owner → the files that hold its services
    "registry": (
        registry_service_pb2.DESCRIPTOR,
        bulk_service_pb2.DESCRIPTOR,
        systems_service_pb2.DESCRIPTOR,
        changes_service_pb2.DESCRIPTOR,
        health_service_pb2.DESCRIPTOR,
        camera_facts_service_pb2.DESCRIPTOR,
    ),
    "permissions": (
        permissions_service_pb2.DESCRIPTOR,
        decider_service_pb2.DESCRIPTOR,
        policy_service_pb2.DESCRIPTOR,
        agencies_service_pb2.DESCRIPTOR,
        papers_service_pb2.DESCRIPTOR,
        inspections_service_pb2.DESCRIPTOR,
        staff_service_pb2.DESCRIPTOR,
        takeovers_service_pb2.DESCRIPTOR,
        claims_service_pb2.DESCRIPTOR,
    ),
    "streams": (
        streams_service_pb2.DESCRIPTOR,
        fence_service_pb2.DESCRIPTOR,
        running_sessions_service_pb2.DESCRIPTOR,
        media_service_pb2.DESCRIPTOR,
    ),
    "audit": (
        audit_service_pb2.DESCRIPTOR,
        findings_service_pb2.DESCRIPTOR,
        register_service_pb2.DESCRIPTOR,
        evidence_service_pb2.DESCRIPTOR,
    ),
}


@dataclass(frozen=True)
class Catalogue:
    """Methods by path, and the descriptors of those that agencies may call."""

    methods: Mapping[str, Method]
    exposed: Mapping[str, MethodDescriptor]

    def service_names(self) -> list[str]:
        """Full names of the services with a method for agencies: what reflection lists."""
        return sorted({descriptor.containing_service.full_name for descriptor in self.exposed.values()})


def read(surface: Surface = SURFACE) -> Catalogue:
    """The catalogue of ``surface``. No option means internal: least by default."""
    methods: dict[str, Method] = {}
    exposed: dict[str, MethodDescriptor] = {}
    for owner, files in surface.items():
        for descriptor in (method for file in files for method in _methods(file)):
            method = _method(owner, descriptor)
            methods[method.path] = method
            if method.is_exposed:
                exposed[method.path] = descriptor
    return Catalogue(methods, exposed)


def _methods(file: FileDescriptor) -> Iterator[MethodDescriptor]:
    for service in file.services_by_name.values():
        yield from service.methods


def _method(owner: str, descriptor: MethodDescriptor) -> Method:
    exposed: Any = exposure_pb2.exposure  # their generated types do not fit the one of Extensions
    costly: Any = cost_pb2.is_costly
    options = descriptor.GetOptions().Extensions
    return Method(
        path=f"/{descriptor.containing_service.full_name}/{descriptor.name}",
        owner=owner,
        is_exposed=options[exposed] == exposure_pb2.EXPOSURE_AGENCY,
        is_costly=options[costly],
        is_client_streaming=descriptor.client_streaming,
        is_server_streaming=descriptor.server_streaming,
    )
