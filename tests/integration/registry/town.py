"""A town whose registry and permissions run for a module of tests: more agencies than the city, and calls by name.

Levels follow the place category: 6 (research and archives) is a state secret, 9 is level 4, all else level 2.
"""

import itertools
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import descriptor_pool, message_factory
from google.protobuf.message import Message

from kapok.fact.v1 import fact_pb2
from kapok.permissions.v1 import genesis_pb2, legal_basis_pb2, permissions_service_pb2
from kapok.registry.v1 import camera_pb2, registry_service_pb2
from services.chassis import bus, database, errors, identity, rpc_client, rpc_status
from services.chassis.clock import Clock, ManualClock, SystemClock
from services.chassis.identity import KeyRing
from services.chassis.outbox import Outbox
from services.decider.facts import CATEGORIES
from services.registry import app as registry
from services.registry import events
from services.registry.neighbours import RemotePermissions
from services.registry.store.cameras import CameraStore
from services.registry.store.tables import metadata
from tests.eventually import eventually
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage, built, officers
from tests.integration.registry.systems import Ask, in_service, papers, registered, stamp

SECRET_PLACE, QUIET_PLACE = "PLACE_CATEGORY_RESEARCH_AND_ARCHIVES", "PLACE_CATEGORY_MEDIA_AND_UTILITIES"
FINANCE = "PLACE_CATEGORY_FINANCE"
YUEXIU, TIANHE = "440104", "440106"
POLICE, ABOVE, ELSEWHERE, URBAN = "police-yuexiu", "police-guangzhou", "police-tianhe", "urban-yuexiu"
SECURITY, METRO, ARCHIVE, BANK = "security-guangzhou", "metro", "archive", "bank"
AGENCIES = {
    **city.AGENCIES,
    ELSEWHERE: ("public-security", TIANHE),
    BANK: ("operator", "440100"),
}
_LEVELS = {6: 5, 9: 4}
_LONGEST_CALL_S = 20


def code(serial: int, district: str = YUEXIU) -> str:
    """Twenty digits of a network camera."""
    return f"{district}00001320{serial:06d}"


def name_of(serial: int, district: str = YUEXIU) -> str:
    """The resource name of the camera with that code."""
    return f"districts/{district}/cameras/{code(serial, district)}"


@dataclass
class Inside:
    """The parts of a registry, on the database of the one that runs: for use cases with a clock of their own."""

    records: database.Database
    outbox: Outbox
    store: CameraStore
    permissions: RemotePermissions
    clock: Clock

    @property
    def kept(self) -> tuple[Any, Any, Any, Any, Any, Any]:
        """What every use case begins with."""
        return self.records, self.outbox, self.store, self.permissions, events.Facts(), self.clock


@dataclass
class Town:
    """Calls are made as the gateway makes them for an agency's principal."""

    stage: Stage
    facts: list[fact_pb2.Fact] = field(default_factory=list)
    _serials: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def serial(self) -> int:
        """One that no camera has yet."""
        return next(self._serials)

    def by(self, agency: str) -> Ask:
        """Calls of the registry for that agency: (Service.Method, request) → answer; raises errors.Error."""
        return partial(self.stage.register, agency)

    async def refused(self, agency: str, verb: str, request: Message) -> errors.Error:
        """The refusal of a call that must not pass."""
        try:
            await self.stage.register(agency, verb, request)
        except errors.Error as refusal:
            return refusal
        raise AssertionError(f"{verb} passed for {agency}")

    async def system(self, operator: str, identifier: str, record: Any = None, *, is_planned: bool = False) -> str:
        """A new system, in service unless it ``is_planned``; its name."""
        name = f"operators/{operator}/systems/{identifier}"
        if is_planned:
            await registered(self.by(operator), name, record or papers())
        else:
            await in_service(self.by(operator), name, record)
        return name

    async def camera(self, system: str, district: str = YUEXIU, **changes: Any) -> Any:
        """A new camera of the system, registered by its operator."""
        request = creation(drawn(system, self.serial(), district, **changes))
        return await self.by(system.split("/")[1])("RegistryService.CreateCamera", request)

    async def get(self, agency: str, camera: str) -> Any:
        """One camera."""
        return await self.by(agency)("RegistryService.GetCamera", registry_service_pb2.GetCameraRequest(name=camera))

    async def papers(self, agency: str, *cameras: str) -> str:
        """Register papers of the agency's about these cameras for an hour; their name (Article 19)."""
        basis = legal_basis_pb2.LegalBasis(
            number="GZ-1", issuer=f"agencies/{agency}", cameras=cameras, purpose="a theft",
            start_time=stamp(timedelta(0)), end_time=stamp(timedelta(hours=1)), document_sha256="0" * 64,
            officers=officers(),
        )  # fmt: skip
        request = permissions_service_pb2.RegisterLegalBasisRequest(legal_basis=basis)
        return str((await self.stage.ask(agency, "RegisterLegalBasis", request)).name)

    def told(self, kind: str, camera: str = "") -> list[fact_pb2.Fact]:
        """The facts of that kind that were heard, about that camera when one is named."""
        return [fact for fact in self.facts if fact.kind == kind and camera in ("", fact.camera)]

    async def awaited(self, kind: str, camera: str = "") -> fact_pb2.Fact:
        """The first such fact, as soon as it is heard."""
        await eventually(lambda: self.told(kind, camera))
        return self.told(kind, camera)[0]

    async def hear(self, message: Any) -> None:
        """A fact on the bus."""
        self.facts.append(fact_pb2.Fact.FromString(message.data))

    @asynccontextmanager
    async def stream(self, agency: str, verb: str, request: Message | None = None) -> AsyncIterator[Any]:
        """A streaming call while inside: the answers to ``request``, or a call to write requests to."""
        method = f"kapok.registry.v1.{verb}"
        path = "/{}/{}".format(*method.rsplit(".", 1))
        described = descriptor_pool.Default().FindMethodByName(method)
        sent, got = map(message_factory.GetMessageClass, (described.input_type, described.output_type))
        ring = KeyRing.from_files("gateway", self.stage.keys.pair("gateway"), self.stage.keys.peers)
        signed = identity.sign(
            ring, "registry", path, identity.Caller("gateway", "a request", city.principal(agency)), SystemClock()
        )
        options = {"metadata": ((identity.METADATA_KEY, signed),), "timeout": _LONGEST_CALL_S}
        async with grpc.aio.insecure_channel(self.stage.registry.listen, options=rpc_client.OPTIONS) as channel:
            made = channel.stream_stream if request is None else channel.unary_stream
            opened = made(path, sent.SerializeToString, got.FromString)
            call = opened(**options) if request is None else opened(request, **options)
            try:
                yield call
            except grpc.aio.AioRpcError as failure:
                raise rpc_status.to_error(failure, "registry") from failure
            finally:
                call.cancel()

    async def cut_off(self, agency: str, verb: str, request: Message) -> errors.Error:
        """How a stream of the agency's ends when its principal is revoked after the first answer."""
        revoked = permissions_service_pb2.RevokePrincipalRequest(name=city.principal(agency), reason="lost its key")
        try:
            async with self.stream(agency, verb, request) as call:
                await call.read()
                await self.stage.ask(ABOVE, "RevokePrincipal", revoked)
                await call.read()
        except errors.Error as refusal:
            return refusal
        raise AssertionError(f"{verb} went on")

    @asynccontextmanager
    async def inside(self, clock: ManualClock) -> AsyncIterator[Inside]:
        """The registry's own parts, with ``clock``."""
        settings = self.stage.registry
        ring = KeyRing.from_files("registry", settings.key_file, settings.peers_file)
        async with (
            database.connect(settings.database, registry.MIGRATIONS) as records,
            rpc_client.neighbour("permissions", settings.permissions_address, ring, SystemClock()) as neighbour,
        ):
            yield Inside(records, Outbox(records, metadata), CameraStore(), RemotePermissions(neighbour), clock)


def drawn(system: str, serial: int, district: str = YUEXIU, **changes: Any) -> camera_pb2.Camera:
    """A sound camera, but for ``changes``."""
    fields: dict[str, Any] = {
        "code": code(serial, district), "display_name": "camera", "place": "north exit", "purpose": "safety",
        "place_category": "PLACE_CATEGORY_OTHER", "premises": "PREMISES_PUBLIC_AREA", "system": system,
        "position": {"latitude": city.INSIDE[0], "longitude": city.INSIDE[1]},
    }  # fmt: skip
    return camera_pb2.Camera(**fields | changes)


def creation(camera: camera_pb2.Camera) -> registry_service_pb2.CreateCameraRequest:
    """The request that registers it."""
    return registry_service_pb2.CreateCameraRequest(parent=f"districts/{camera.code[:6]}", camera=camera)


def _signed_genesis(stage: Stage) -> bytes:
    genesis = genesis_pb2.Genesis(
        policy_csv=resources.files("services.permissions.genesis").joinpath("policy.csv").read_text("utf-8"),
        category_levels={category: _LEVELS.get(category, 2) for category in CATEGORIES},
    )
    for name, (kind, jurisdiction) in AGENCIES.items():
        tier = "municipal" if jurisdiction == "440100" else "district"
        agency = f"agencies/{name}"
        genesis.agencies.add(name=agency, display_name=name, kind=kind, tier=tier, jurisdiction=jurisdiction)
        prints = [city.fingerprint(name)]
        genesis.principals.add(name=city.principal(name), agency=agency, clearance=4, certificate_sha256=prints)
    signed = genesis_pb2.SignedGenesis(genesis=genesis.SerializeToString(deterministic=True))
    for kind, signer in stage.organs.items():
        signed.signatures.add(agency_kind=kind, signature=signer.sign("kapok.permissions.genesis", signed.genesis))
    return signed.SerializeToString()


@asynccontextmanager
async def running(folder: Path, database_url: str = "") -> AsyncIterator[Town]:
    """The town, its services up, its facts heard; the registry on SQLite unless ``database_url`` is given."""
    async with AsyncExitStack() as stack:
        sockets = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kapok-")))
        stage = await stack.enter_async_context(built(folder, sockets))
        stage.registry = replace(stage.registry, database=database_url or stage.registry.database)
        stage.permissions.genesis_file.write_bytes(_signed_genesis(stage))
        await stack.enter_async_context(stage.running())
        town = Town(stage)
        ear = bus.connect(stage.registry.bus_url, stage.keys.bus_seed("permissions"), "permissions")
        wire = await stack.enter_async_context(ear)
        await wire.subscribe("kapok.v1.facts.registry.>", town.hear)
        yield town


def told(refusal: errors.Error, hidden: str, absent: str) -> tuple[object, ...]:
    """All that a caller gets of a refusal, with one name written for another."""
    metadata = {key: value.replace(hidden, absent) for key, value in refusal.metadata.items()}
    return type(refusal), refusal.reason, refusal.message.replace(hidden, absent), metadata, list(refusal.violations)
