"""Permissions at work: a real nats-server with the rights of a home, a real registry, real gRPC; callers by name."""

import contextlib
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import grpc
from google.protobuf import descriptor_pool, message_factory
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from kapok.permissions.v1 import decider_service_pb2, decision_pb2, incident_pb2, legal_basis_pb2
from kapok.permissions.v1 import permissions_service_pb2 as pb
from kapok.permissions.v1 import takeovers_service_pb2 as takeovers
from kapok.registry.v1 import camera_pb2, registry_service_pb2
from services.cell import keys as key_files
from services.cell import layout, nats, rights
from services.chassis import bus, errors, identity, rpc_client, rpc_status
from services.chassis.clock import SystemClock
from services.chassis.signing import Signer, Verifier
from services.permissions import app as permissions
from services.registry import app as registry
from tests.integration.permissions import city
from tests.integration.registry.systems import in_service

RELAY = "relay-1"
# A connection of its own: one shared with a service waits out that one's backoff after a restart.
_OPTIONS = (*rpc_client.OPTIONS, ("grpc.use_local_subchannel_pool", 1))
_CLOCK = SystemClock()


def after(by: timedelta) -> Timestamp:
    """A time from now."""
    made = Timestamp()
    made.FromDatetime(datetime.now(UTC) + by)
    return made


def officers(lasting: timedelta = timedelta(days=1)) -> list[legal_basis_pb2.Officer]:
    """Two, with certificates that end so much later."""
    return [
        legal_basis_pb2.Officer(
            display_name=f"officer {n}", certificate_number=f"P{n}", certificate_expire_time=after(lasting)
        )
        for n in "12"
    ]


@dataclass
class Stage:
    """One running platform of registry and permissions. Calls are made as the gateway or a service makes them."""

    folder: Path
    keys: key_files.Keys
    registry: registry.Settings
    permissions: permissions.Settings
    stream_uri: str = "rtsp://127.0.0.1:1/one"  # of every camera
    motors: Callable[[str], Mapping[str, str]] = lambda _code: {}  # of the source of each, by its code

    @property
    def organs(self) -> dict[str, Signer]:
        """The three organs' keys."""
        return {kind: Signer.from_file(self.keys.signing(f"organ-{kind}")) for kind in key_files.ORGANS}

    @property
    def verifier(self) -> Verifier:
        """What relays check endings, heartbeats and grants with."""
        return Verifier(bytes.fromhex(self.keys.public("permissions").read_text()))

    async def ask(self, name: str, verb: str, request: Message) -> Any:
        """Call a method for a principal, as the gateway does; raises errors.Error."""
        return await self.pretend("gateway", name, verb, request)

    async def pretend(self, service: str, name: str, verb: str, request: Message) -> Any:
        """The same, as another service would."""
        beside = request.DESCRIPTOR.file.services_by_name.values()  # a request stands beside its method's service
        owner = next(one for one in beside if verb in one.methods_by_name)
        return await self._call(service, city.principal(name), f"{owner.full_name}.{verb}", request)

    async def serve(self, service: str, verb: str, request: Message) -> Any:
        """Call a method of DeciderService, as ``service`` does; raises errors.Error."""
        return await self._call(service, "", f"kapok.permissions.v1.DeciderService.{verb}", request)

    async def check(self, name: str, camera: str, action: str, **grounds: str) -> decision_pb2.Decision:
        """May the principal do this?"""
        request = pb.CheckRequest(camera=camera, action=f"ACTION_{action}", **grounds)
        answer = await self.ask(name, "Check", request)
        decision: decision_pb2.Decision = answer.decision
        return decision

    async def papers(self, name: str, *cameras: str, use_limit: int = 0) -> str:
        """Register papers of the principal for an hour; their name."""
        basis = legal_basis_pb2.LegalBasis(
            number="GZ-2026-1", issuer=f"agencies/{city.PRINCIPALS[name]}", cameras=cameras, purpose="a theft",
            start_time=after(timedelta(0)), end_time=after(timedelta(hours=1)), document_sha256="0" * 64,
            officers=officers(), use_limit=use_limit,
        )  # fmt: skip
        answer = await self.ask(name, "RegisterLegalBasis", pb.RegisterLegalBasisRequest(legal_basis=basis))
        return str(answer.name)

    async def incident(self, name: str, *agencies: str) -> str:
        """Declare a fire in the block for an hour; its name."""
        incident = incident_pb2.Incident(
            display_name="fire in the tunnel", kind="INCIDENT_KIND_ACCIDENT", order_number="O-1",
            area=[{"latitude": latitude, "longitude": longitude} for latitude, longitude in city.BLOCK],
            end_time=after(timedelta(hours=1)), agencies=[f"agencies/{agency}" for agency in agencies],
            letter_number="L-1", officer_certificates=["P1", "P2"],
        )  # fmt: skip
        answer = await self.ask(name, "DeclareIncident", pb.DeclareIncidentRequest(incident=incident))
        return str(answer.name)

    async def take_over(
        self, name: str, *cameras: str, lasting: timedelta = timedelta(minutes=10), **ground: str
    ) -> Any:
        """Take cameras over."""
        takeover = {
            "cameras": cameras, "cause": "CAUSE_ACCIDENT", "reason": "smoke", "end_time": after(lasting), **ground
        }  # fmt: skip
        return await self.ask(name, "RequestTakeover", takeovers.RequestTakeoverRequest(takeover=takeover))

    async def grant(self, name: str, camera: str) -> Any:
        """The grant to command, as streams asks for it."""
        request = decider_service_pb2.GrantControlRequest(principal=city.principal(name), camera=camera)
        return await self.serve("streams", "GrantControl", request)

    def hear(self) -> Any:
        """The bus as a relay hears it."""
        return bus.connect(self.permissions.bus_url, self.keys.bus_seed(RELAY), RELAY)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Both services."""
        async with registry.app(self.registry), permissions.app(self.permissions):
            yield

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Permissions without its registry."""
        async with permissions.app(self.permissions):
            yield

    async def register_cameras(self) -> None:
        """As their operators would, each in a system of its own that is in service."""
        for name, (_, operator) in city.CAMERAS.items():
            system = await self.system(operator)
            camera = camera_pb2.Camera(
                code=name.rpartition("/")[2], display_name="camera", place="north exit", purpose="safety",
                place_category="PLACE_CATEGORY_OTHER", premises="PREMISES_PUBLIC_AREA", system=system,
                source={"stream_uri": self.stream_uri, "secondary_stream_uri": f"{self.stream_uri}-small"},
                position=dict(zip(("latitude", "longitude"), city.INSIDE, strict=True)),
            )  # fmt: skip
            camera.source.MergeFrom(camera_pb2.Source(**self.motors(camera.code)))
            request = registry_service_pb2.CreateCameraRequest(parent="districts/440104", camera=camera)
            await self.register(operator, "RegistryService.CreateCamera", request)

    async def system(self, operator: str) -> str:
        """The operator's system, made and brought in service the first time; its name."""
        name = f"operators/{operator}/systems/main"
        with contextlib.suppress(errors.AlreadyExists):
            await in_service(partial(self.register, operator), name)
        return name

    async def call_for(self, name: str, method: str, request: Message) -> Any:
        """Call any method for a principal, as the gateway does; raises errors.Error."""
        return await self._call("gateway", city.principal(name), method, request)

    async def register(self, operator: str, verb: str, request: Message) -> Any:
        """Call a method of the registry for an operator, as the gateway does; raises errors.Error."""
        return await self._call("gateway", city.principal(operator), f"kapok.registry.v1.{verb}", request)

    async def _call(self, service: str, principal: str, method: str, request: Message) -> Any:
        """One call signed by ``service``, for ``principal`` when it is the gateway."""
        audience = method.split(".")[1]
        ring = identity.KeyRing.from_files(service, self.keys.pair(service), self.keys.peers)
        path = "/{}/{}".format(*method.rsplit(".", 1))
        who = identity.Caller(service, str(uuid.uuid4()), principal)
        signed = identity.sign(ring, audience, path, who, _CLOCK)
        described = descriptor_pool.Default().FindMethodByName(method)
        answer = message_factory.GetMessageClass(described.output_type)
        address = getattr(self, audience).listen
        async with grpc.aio.insecure_channel(address, options=_OPTIONS) as channel:
            call = channel.unary_unary(path, type(request).SerializeToString, answer.FromString)
            try:
                return await call(request, metadata=((identity.METADATA_KEY, signed),), timeout=20)
            except grpc.aio.AioRpcError as failure:
                raise rpc_status.to_error(failure, audience) from failure


@asynccontextmanager
async def built(
    folder: Path, sockets: Path, databases: Mapping[str, str] = MappingProxyType({})
) -> AsyncIterator[Stage]:
    """A platform that is not running yet, with its bus; on ``databases`` by service, on files where there is none."""
    home = layout.prepare(folder / "a home")
    services = [service.name for service in rights.SERVICES]
    keys = key_files.make(home.keys, services, [RELAY], [rights.SETUP.name, rights.CELL.name])
    async with AsyncExitStack() as stack:
        lock = await stack.enter_async_context(layout.claim(home))
        server = await stack.enter_async_context(nats.serve(home, keys, [RELAY], lock))

        def shared(name: str) -> dict[str, Any]:
            return {
                "listen": f"unix:{sockets}/{name}.sock",
                "database": databases.get(name, f"sqlite+aiosqlite:///{home.data / name}.db"),
                "bus_url": server.url,
                "bus_seed": keys.bus_seed(name),
                "key_file": keys.pair(name),
                "peers_file": keys.peers,
            }

        stage = Stage(
            folder,
            keys,
            registry.Settings(
                **shared("registry"),
                permissions_address=f"unix:{sockets}/permissions.sock",
                credentials_key=keys.credentials,
            ),
            permissions.Settings(
                **shared("permissions"),
                registry_address=f"unix:{sockets}/registry.sock",
                streams_address=f"unix:{sockets}/streams.sock",
                signing_key=keys.signing("permissions"),
                genesis_file=folder / "genesis.bin",
                organ_keys=keys.organs,
            ),
        )
        stage.permissions.genesis_file.write_bytes(city.signed_genesis(stage.organs))
        yield stage
