"""The catalogue is what the protos say: nothing is forgotten, nothing is exposed that does not say so."""

import importlib
from pathlib import Path

import kapok
from services.gateway.rpc import catalogue
from services.gateway.rpc.transcoding import bindings


def test_every_service_of_the_protos_has_its_owner() -> None:
    described = set()
    root = Path(next(iter(kapok.__path__)))
    for module in root.rglob("*_pb2.py"):
        name = ".".join(module.relative_to(root.parent).with_suffix("").parts)
        services = importlib.import_module(name).DESCRIPTOR.services_by_name.values()
        described |= {service.full_name for service in services}
    listed = {path.split("/")[1] for path in catalogue.read().methods}
    assert listed == described


def test_the_owner_of_a_method_is_the_service_of_its_package() -> None:
    for path, method in catalogue.read().methods.items():
        assert path.startswith(f"/kapok.{method.owner}.v1.")


def test_internal_services_are_not_exposed() -> None:
    exposed = {path.split("/")[1].rpartition(".")[2] for path in catalogue.read().exposed}
    registry = {"RegistryService", "BulkService", "SystemsService", "ChangesService", "HealthService"}
    assert exposed == registry | {
        "PermissionsService", "AgenciesService", "InspectionsService", "PapersService", "StaffService", "PolicyService",
        "TakeoversService", "ClaimsService", "StreamsService", "AuditService", "FindingsService", "RegisterService",
        "EvidenceService",
    }  # fmt: skip


def test_every_exposed_method_has_its_route_but_for_streams_of_many_answers() -> None:
    api = catalogue.read()
    routed = {binding.path for binding in bindings(api)}
    streaming = {path for path, method in api.exposed.items() if method.server_streaming}
    assert set(api.exposed) - routed == streaming
    assert routed <= set(api.exposed)
