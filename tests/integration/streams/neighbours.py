"""The streams service between a real relay and neighbours that answer as a test tells them to, over real gRPC."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from kapok.fact.v1 import fact_pb2
from kapok.permissions.v1 import decider_service_pb2, decider_service_pb2_grpc, decision_pb2, permissions_events_pb2
from kapok.registry.v1 import camera_facts_service_pb2, camera_facts_service_pb2_grpc, camera_pb2
from kapok.streams.v1 import session_pb2
from kapok.streams.v1 import streams_service_pb2 as pb
from services.cell import keys as key_files
from services.chassis import errors, identity, rpc_server, sealing
from services.chassis.bus import FACTS_STREAM
from services.chassis.clock import SystemClock
from services.streams import app as streams
from tests.eventually import eventually
from tests.integration.registry.calls import Caller
from tests.integration.streams.stage import CAMERA, Stage


def allowed(number: int, **changes: Any) -> decision_pb2.Decision:
    """A yes, decided when that ending was the last."""
    fields: dict[str, Any] = {"allowed": True, "rule": "art14-live-own", "article": "Article 14 ¶1", "number": number}
    return decision_pb2.Decision(**fields | changes)


@dataclass
class Permissions(decider_service_pb2_grpc.DeciderServiceServicer):
    """Answers ``before`` one by one, then ``decision``, and signs grants of control under ``epoch``.

    Until ``taken_until``, if that is set, the camera is the asking agency's by a takeover, with ``lease_s`` for it.
    """

    relay: Stage
    decision: decision_pb2.Decision
    level: int = 1
    epoch: int = 1
    before: list[decision_pb2.Decision] = field(default_factory=list)
    taken_until: datetime | None = None
    lease_s: int = 120
    asked: list[tuple[str, Any]] = field(default_factory=list)  # (service that asked, request)

    def relent(self) -> None:
        """Allow everything again."""
        self.decision, self.level, self.epoch, self.taken_until = allowed(self.relay.number), 1, 1, None
        self.asked.clear()

    async def Decide(self, request: Any, _context: Any) -> Any:  # noqa: N802 - the proto's name
        self.asked.append((identity.caller().service, request))
        decision = self.before.pop(0) if self.before else self.decision
        said = {
            "principal": request.principal, "agency": "agencies/police", "camera": request.camera,
            "legal_basis": request.legal_basis, "incident": request.incident, "number": decision.number,
            "level": self.level, "kind": "national-security" if self.level == 5 else "public-security",
            "takeover_ends_at": self.taken_until, "revision": self.relay.revision,
        }  # fmt: skip
        if self.level == 5:
            said["legal_basis"] = said["legal_basis"] or "legalBases/secret"
        answer = decider_service_pb2.DecideResponse(
            decision=decision, agency="agencies/police", security_level=self.level,
            signed_facts=self.relay.decided(request.session, **said),
        )  # fmt: skip
        if self.taken_until:
            answer.lease_seconds = self.lease_s
            answer.lease_end_time.FromDatetime(self.taken_until)
        return answer

    async def GrantControl(self, request: Any, _context: Any) -> Any:  # noqa: N802 - the proto's name
        grant = permissions_events_pb2.ControlGrant(
            camera=request.camera, principal=request.principal, epoch=self.epoch
        )
        grant.expire_time.FromMilliseconds(int(SystemClock().now().timestamp() * 1000) + 2000)
        signed = self.relay.permissions.seal("kapok.permissions.grant", grant.SerializeToString())
        return decider_service_pb2.GrantControlResponse(
            signed_grant=signed,
            decision=self.decision,
            security_level=self.level,
            agency="agencies/police",
            takeover="takeovers/1",
        )


@dataclass
class Registry(camera_facts_service_pb2_grpc.CameraFactsServiceServicer):
    """Seals ``source`` to whichever relay, or refuses."""

    source: camera_pb2.Source
    refusal: errors.Error | None = None

    async def SealSource(self, request: Any, _context: Any) -> Any:  # noqa: N802 - the proto's name
        if self.refusal:
            raise self.refusal
        context = sealing.context("kapok.registry.source", request.relay, request.camera)
        sealed = sealing.seal(request.relay_public_key, self.source.SerializeToString(), context)
        return camera_facts_service_pb2.SealSourceResponse(sealed_source=sealed)


@dataclass
class Desk:
    """Where ``principal`` asks; not running before ``serving``."""

    relay: Stage
    permissions: Permissions
    registry: Registry
    keys: key_files.Keys
    settings: streams.Settings
    principal: str = "principals/police"

    async def ask(self, verb: str, request: Any, principal: str | None = None) -> Any:
        """Call StreamsService through the gateway, perhaps for another; raises errors.Error."""
        caller = Caller(self.keys, "gateway", self.principal if principal is None else principal)
        return await caller.ask(self.settings.listen, f"kapok.streams.v1.StreamsService.{verb}", request)

    async def open(self, **changes: Any) -> Any:
        """Open a session of ``changes``."""
        wanted = {"camera": CAMERA, "kind": "KIND_LIVE", "purpose": "PURPOSE_PUBLIC_ORDER"}
        request = pb.OpenSessionRequest(session=session_pb2.Session(**wanted | changes))
        return await self.ask("OpenSession", request)

    async def sessions(self, principal: str | None = None) -> list[session_pb2.Session]:
        """All sessions of the principal, or of another."""
        answer = await self.ask("ListSessions", pb.ListSessionsRequest(page_size=1000), principal)
        return list(answer.sessions)

    async def facts(self) -> list[fact_pb2.Fact]:
        """The principal's facts stored so far, in order."""
        jetstream = self.relay.bus.jetstream
        count = (await jetstream.stream_info(FACTS_STREAM)).state.messages
        messages = [await jetstream.get_msg(FACTS_STREAM, number) for number in range(1, count + 1)]
        found = [fact_pb2.Fact.FromString(message.data or b"") for message in messages]
        return [fact for fact in found if fact.principal == self.principal]

    async def told(self, *kinds: str, perhaps: str = "") -> list[fact_pb2.Fact]:
        """The principal's facts, once they are exactly of these kinds, in whatever order, ``perhaps`` left out."""

        async def are_told() -> list[fact_pb2.Fact]:
            facts = [fact for fact in await self.facts() if fact.kind != perhaps]
            return facts if sorted(fact.kind for fact in facts) == sorted(kinds) else []

        facts: Any = await eventually(are_told)
        return list(facts)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """The service and its neighbours; a relay that runs has announced itself."""
        async with AsyncExitStack() as stack:
            for name, servicer, add in (
                ("permissions", self.permissions, decider_service_pb2_grpc.add_DeciderServiceServicer_to_server),
                ("registry", self.registry, camera_facts_service_pb2_grpc.add_CameraFactsServiceServicer_to_server),
            ):
                ring = identity.KeyRing.from_files(name, self.keys.pair(name), self.keys.peers)
                address = getattr(self.settings, f"{name}_address")

                def register(server: Any, servicer: Any = servicer, add: Any = add) -> list[str]:
                    add(servicer, server)
                    return []

                edge = rpc_server.Edge(ring, SystemClock())
                await stack.enter_async_context(rpc_server.serve(address, [edge], register))
            self.relay.calls_rolls = False
            stack.callback(setattr, self.relay, "calls_rolls", True)
            await stack.enter_async_context(streams.app(self.settings))
            heard = len(self.relay.heard)
            if self.relay.process.returncode is None:
                await eventually(lambda: len(self.relay.heard) > heard)
            yield


def desk(relay: Stage, home: Path, folder: Path) -> Desk:
    """A desk before ``relay``, whose keys lie in ``home``; its own files in ``folder``, short enough for sockets."""
    keys = key_files.make(folder / "keys", ["gateway", "registry", "permissions", "streams"], [], [])
    settings = streams.Settings(
        listen=f"unix:{folder}/streams.sock",
        database=f"sqlite+aiosqlite:///{folder}/streams.db",
        bus_url=relay.bus_url,
        key_file=keys.pair("streams"),
        peers_file=keys.peers,
        signing_key=home / "streams.seed",
        permissions_public_key=home / "permissions",
        permissions_address=f"unix:{folder}/permissions.sock",
        registry_address=f"unix:{folder}/registry.sock",
    )
    source = camera_pb2.Source(stream_uri=relay.lens.uri)
    return Desk(relay, Permissions(relay, allowed(relay.number)), Registry(source), keys, settings)
