"""The cell behind a gateway under test: real gRPC, a real nats-server, services with the data of the tests."""

# ruff: noqa: N802 - gRPC method names are the proto's

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import grpc
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kapok.audit.v1 import audit_service_pb2, audit_service_pb2_grpc
from kapok.permissions.v1 import decider_service_pb2, decider_service_pb2_grpc, permissions_events_pb2
from kapok.registry.v1 import camera_pb2, registry_service_pb2, registry_service_pb2_grpc
from services.chassis import bus, errors, identity, rpc_server
from services.chassis.clock import SystemClock
from services.chassis.signing import Signer
from services.gateway.app import Bound, Settings, app
from services.gateway.rpc import catalogue
from services.permissions.rpc.health import Health
from tests.integration.gateway.authority import Authority, Pair
from tests.integration.gateway.echo import DESCRIPTOR as ECHO_FILE
from tests.integration.gateway.echo import Echo

POLICE = "principals/police-yuexiu"
AUDIENCE = "kapok://cells/tested"
_SERVICES = ("gateway", "registry", "permissions", "streams", "audit")


class Directory(decider_service_pb2_grpc.DeciderServiceServicer):
    """Permissions with a table of certificates."""

    def __init__(self) -> None:
        self.certificates: dict[str, str] = {}
        self.revoked: set[str] = set()
        self.persons: set[str] = set()
        self.certified_persons: set[str] = set()  # which permissions never lets happen
        self.keys: dict[str, bytes] = {}  # by agencyKeys/…
        self.agencies: dict[str, str] = {}  # by principal; everybody else is of the police
        self.questions = 0

    async def IdentifyCertificate(self, request: Any, _context: Any) -> Any:
        self.questions += 1
        if request.agency_key:
            return self._person(request)
        if self.certificates.get(request.certificate_sha256) != request.principal:
            raise errors.Unauthenticated("IDENTITY_MISSING", "no principal is registered for this certificate")
        if request.principal in self.revoked:
            raise errors.Denied("PRINCIPAL_REVOKED", f"{request.principal} was revoked", principal=request.principal)
        is_person = request.principal in self.certified_persons
        return decider_service_pb2.IdentifyCertificateResponse(
            principal=request.principal, agency=self.agencies.get(request.principal, "agencies/police"),
            is_person=is_person,
        )  # fmt: skip

    def _person(self, request: Any) -> Any:
        if request.principal in self.revoked:
            raise errors.Denied("PRINCIPAL_REVOKED", f"{request.principal} was revoked", principal=request.principal)
        if request.agency_key not in self.keys or request.principal not in self.persons:
            raise errors.Unauthenticated("PERSON_TOKEN_INVALID", "kid: no key on record", claim="kid")
        return decider_service_pb2.IdentifyCertificateResponse(
            principal=request.principal, agency="agencies/police", is_person=True,
            certificate_principal=self.certificates[request.certificate_sha256],
            public_key=self.keys[request.agency_key],
        )  # fmt: skip


class Refusals(audit_service_pb2_grpc.RefusalServiceServicer):
    """Audit that remembers refusals."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    async def RecordRefusal(self, request: Any, _context: Any) -> Any:
        self.seen.append(request)
        return audit_service_pb2.RecordRefusalResponse()


class Cameras(registry_service_pb2_grpc.RegistryServiceServicer):
    """A registry that answers with what it was asked."""

    def __init__(self) -> None:
        self.requests: list[Any] = []

    async def GetCamera(self, request: Any, _context: Any) -> Any:
        self.requests.append(request)
        return camera_pb2.Camera(name=request.name, display_name="北京路", security_level=2)

    async def ListCameras(self, request: Any, _context: Any) -> Any:
        self.requests.append(request)
        return registry_service_pb2.ListCamerasResponse(next_page_token="next")

    async def CreateCamera(self, request: Any, _context: Any) -> Any:
        self.requests.append(request)
        return request.camera

    async def UpdateCamera(self, request: Any, _context: Any) -> Any:
        self.requests.append(request)
        return request.camera


@dataclass
class Cell:
    """What a test needs to call the gateway and to look behind it."""

    folder: Path
    authority: Authority
    settings: Settings
    bus: bus.Bus
    permissions_signer: Signer
    directory: Directory = field(default_factory=Directory)
    refusals: Refusals = field(default_factory=Refusals)
    cameras: Cameras = field(default_factory=Cameras)
    echo: Echo = field(default_factory=Echo)
    health: Health = field(default_factory=Health)  # of permissions
    audit: AsyncExitStack = field(default_factory=AsyncExitStack)  # closed by a test that wants audit away

    def ring(self, name: str) -> identity.KeyRing:
        """The keys of one service."""
        return identity.KeyRing.from_files(name, self.folder / f"{name}.key32", self.folder / "peers.json")

    def serve(self, name: str, register: Callable[[Any], list[str]], checker: Any = None) -> Any:
        """One service of the cell at its socket."""
        edge = rpc_server.Edge(self.ring(name), SystemClock())
        return rpc_server.serve(f"unix:{self.folder}/{name}.sock", [edge], register, checker=checker)

    def member(self, principal: str) -> Pair:
        """A certificate that permissions knows."""
        pair = self.authority.client(principal.removeprefix("principals/"))
        self.directory.certificates[pair.sha256] = principal
        return pair

    async def revoke(self, principal: str, signer: Signer | None = None) -> None:
        """As permissions does: in its table, then on the bus."""
        self.directory.revoked.add(principal)
        ending = permissions_events_pb2.Ending(
            number=1, cause=permissions_events_pb2.Ending.CAUSE_PRINCIPAL_REVOKED, subject=principal
        )
        sealed = (signer or self.permissions_signer).seal("kapok.permissions.ending", ending.SerializeToString())
        await self.bus.publish("kapok.v1.permissions.endings", sealed)

    async def serve_audit(self) -> None:
        """Audit, until ``audit`` is closed."""

        def register(server: Any) -> list[str]:
            audit_service_pb2_grpc.add_RefusalServiceServicer_to_server(self.refusals, server)
            return ["kapok.audit.v1.RefusalService"]

        await self.audit.enter_async_context(self.serve("audit", register))

    @asynccontextmanager
    async def gateway(self, **changed: Any) -> AsyncIterator[Bound]:
        """The gateway under test, with settings changed."""
        surface = {**catalogue.SURFACE, "streams": (*catalogue.SURFACE["streams"], ECHO_FILE)}
        async with app(replace(self.settings, **changed), surface) as bound:
            yield bound


@asynccontextmanager
async def running(folder: Path, bus_url: str) -> AsyncIterator[Cell]:
    """A cell with every service but the gateway."""
    authority = Authority(folder, "authority")
    permissions_signer = Signer(b"p" * 32)
    (folder / "permissions.pub").write_text(permissions_signer.public_key.hex())
    _write_keys(folder)
    settings = _settings(folder, authority, bus_url)
    async with bus.connect(bus_url, None, "permissions") as opened_bus, AsyncExitStack() as stack:
        cell = Cell(folder, authority, settings, opened_bus, permissions_signer)

        def permissions(server: Any) -> list[str]:
            decider_service_pb2_grpc.add_DeciderServiceServicer_to_server(cell.directory, server)
            return ["kapok.permissions.v1.DeciderService"]

        def registry(server: Any) -> list[str]:
            registry_service_pb2_grpc.add_RegistryServiceServicer_to_server(cell.cameras, server)
            return ["kapok.registry.v1.RegistryService"]

        await stack.enter_async_context(cell.serve("permissions", permissions, cell.health.checker))
        await stack.enter_async_context(cell.serve("registry", registry))
        await stack.enter_async_context(cell.serve("streams", cell.echo.register))
        await stack.enter_async_context(cell.audit)
        await cell.serve_audit()
        yield cell


def channel(cell: Cell, port: int, pair: Pair) -> Any:
    """An agency's connection."""
    credentials = grpc.ssl_channel_credentials(
        cell.authority.file.read_bytes(), pair.private_key.read_bytes(), pair.certificate.read_bytes()
    )
    return grpc.aio.secure_channel(f"localhost:{port}", credentials)


def _write_keys(folder: Path) -> None:
    private = {name: X25519PrivateKey.generate() for name in _SERVICES}
    for name, key in private.items():
        (folder / f"{name}.key32").write_text(key.private_bytes_raw().hex())
    peers = {name: key.public_key().public_bytes_raw().hex() for name, key in private.items()}
    (folder / "peers.json").write_text(json.dumps(peers))


def _settings(folder: Path, authority: Authority, bus_url: str) -> Settings:
    server = authority.server()
    return Settings(
        listen="127.0.0.1:0",
        http_listen="127.0.0.1:0",
        audience=AUDIENCE,
        ca_file=authority.file,
        certificate_file=server.certificate,
        private_key_file=server.private_key,
        permissions_public_key=folder / "permissions.pub",
        bus_url=bus_url,
        key_file=folder / "gateway.key32",
        peers_file=folder / "peers.json",
        **{f"{name}_address": f"unix:{folder}/{name}.sock" for name in _SERVICES[1:]},
    )
