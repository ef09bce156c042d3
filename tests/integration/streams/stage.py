"""A relay process on a real nats-server, told what to do by a test that holds the keys of permissions and streams."""

import asyncio
import base64
import os
import sys
import uuid
import zlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from nats.js.kv import KeyValue

from kapok.permissions.v1 import permissions_events_pb2 as said
from kapok.permissions.v1 import replica_pb2
from kapok.registry.v1 import camera_pb2
from kapok.streams.v1 import relay_pb2
from services.cell.authority import Authority
from services.chassis import bus, sealing
from services.chassis.signing import Signer
from services.permissions import genesis
from tests.eventually import eventually
from tests.integration.gateway.nats import serving
from tests.integration.relay.lens import Lens, lens

LEASE_S = 1.5
RELAY = "relay-1"
TAKEOVER = "takeovers/fire"
CAMERA = "districts/440104/cameras/44010400011320000001"
GENESIS = Path(genesis.__file__).with_name("policy.csv").read_text(encoding="utf-8")
_FACTS = {"principal", "agency", "camera", "number", "legal_basis", "incident", "revision", "kind", "level", "at",
          "ground_ends_at", "facts_signer", "takeover_ends_at"}  # fmt: skip


@dataclass
class Stage:
    """What permissions and streams would do. ``number`` is of the last ending committed, ``revision`` of the policy."""

    bus: bus.Bus
    endings: KeyValue
    permissions: Signer
    streams: Signer
    relay_key: bytes
    lens: Lens
    process: asyncio.subprocess.Process
    heard: list[relay_pb2.RelayAnnouncement]
    bus_url: str
    policies: KeyValue
    number: int = 5
    revision: int = 0
    assigned: set[str] = field(default_factory=set)  # sessions, by `assign`
    calls_rolls: bool = True  # as streams does; not while that service itself runs
    ca: Path = Path()  # that issued the relay's certificate
    beats: asyncio.Event = field(default_factory=asyncio.Event)  # set while permissions is alive

    async def beat(self, signer: Signer | None = None, ahead: timedelta = timedelta()) -> None:
        """One heartbeat; its clock may be ``ahead``."""
        heartbeat = said.Heartbeat(committed_number=self.number, policy_revision=self.revision)
        heartbeat.time.FromDatetime(datetime.now(UTC) + ahead)
        signed = (signer or self.permissions).seal("kapok.permissions.heartbeat", heartbeat.SerializeToString())
        await self.bus.publish("kapok.v1.permissions.heartbeat", signed)

    async def end(self, subject: str, *, is_heard: bool = True, signer: Signer | None = None) -> None:
        """Commit an ending; with ``is_heard`` false its core message is lost."""
        self.number += 1
        ending = said.Ending(number=self.number, cause="CAUSE_PRINCIPAL_REVOKED", subject=subject)
        signed = (signer or self.permissions).seal("kapok.permissions.ending", ending.SerializeToString())
        await self.endings.put(str(self.number), signed)
        if is_heard:
            await self.bus.publish("kapok.v1.permissions.endings", signed)

    def sealed_source(self, relay: str = RELAY, camera: str = CAMERA, **source: str) -> bytes:
        """The lens, or another ``source``, sealed to the relay's key as that camera's source for that relay."""
        said = camera_pb2.Source(**{"stream_uri": self.lens.uri} | source)
        return sealing.seal(
            self.relay_key, said.SerializeToString(), sealing.context("kapok.registry.source", relay, camera)
        )

    async def adopt(
        self,
        policy_csv: str = GENESIS,
        *,
        is_heard: bool = True,
        is_kept: bool = True,
        marks: Sequence[str] = (),
        **lease_seconds: int,
    ) -> None:
        """Put the next version of the policy in force, with its values; its push may be lost, or what is kept of it."""
        self.revision += 1
        edition = replica_pb2.PolicyEdition(
            revision=self.revision, policy_csv=zlib.compress(policy_csv.encode()),
            number=self.number + 1 if self.revision > 1 else 0,
            lease_seconds={one.replace("_", "-"): seconds for one, seconds in lease_seconds.items()},
            marks=marks,
        )  # fmt: skip
        signed = self.permissions.seal("kapok.permissions.edition", edition.SerializeToString())
        if is_kept:
            await self.policies.put(str(self.revision), signed)
        if is_heard:
            await self.bus.publish("kapok.v1.permissions.policies", signed)
        if self.revision > 1:
            await self.end(f"policyVersions/{self.revision}", is_heard=is_heard)

    def decided(self, session: str, **changes: Any) -> bytes:
        """What permissions says of a session: municipal police watch live; papers or an incident if they are named, a
        takeover of its own agency until ``takeover_ends_at``.
        """
        said = {
            "principal": "principals/p", "agency": "agencies/a", "camera": CAMERA, "number": self.number, "level": 1,
            "revision": self.revision, "kind": "public-security", "at": datetime.now(UTC),
        } | changes  # fmt: skip
        made = replica_pb2.SessionFacts(
            session=session, action="ACTION_LIVE", number=said["number"], policy_revision=said["revision"],
            principal={"name": said["principal"], "agency": said["agency"], "kind": said["kind"],
                       "tier": "municipal", "jurisdiction": "440100", "clearance": 5},
            camera={"name": said["camera"], "level": said["level"], "place_category": 13, "operator": "agencies/metro",
                    "is_accepted": True, "is_operating": True},
        )  # fmt: skip
        made.decide_time.FromDatetime(said["at"])
        for grounds, name in ((made.legal_bases, said.get("legal_basis")), (made.incidents, said.get("incident"))):
            if name:
                ground = grounds.add(name=name)
                ground.start_time.FromDatetime(said["at"] - timedelta(minutes=1))
                ground.end_time.FromDatetime(said.get("ground_ends_at", said["at"] + timedelta(hours=1)))
        if ends_at := said.get("takeover_ends_at"):
            taken = made.takeovers.add(
                name=TAKEOVER, number=1, principal=said["principal"], agency=said["agency"], kind=said["kind"],
                tier="municipal", start_time=made.decide_time,
            )  # fmt: skip
            taken.end_time.FromDatetime(ends_at)
        return (said.get("facts_signer") or self.permissions).seal("kapok.permissions.facts", made.SerializeToString())

    def assignment(self, **changes: Any) -> relay_pb2.Assignment:
        """A new session of ``changes``."""
        session = f"sessions/{uuid.uuid4()}"
        fields: dict[str, Any] = {
            "session": session, "relay": RELAY, "viewer_limit": 1, "sealed_source": self.sealed_source(),
            "signed_facts": self.decided(session, **{key: changes[key] for key in changes.keys() & _FACTS}),
        }  # fmt: skip
        ends_at = changes.get("ends_at", datetime.now(UTC) + timedelta(minutes=5))
        known = relay_pb2.Assignment.DESCRIPTOR.fields_by_name
        made = relay_pb2.Assignment(**fields | {key: value for key, value in changes.items() if key in known})
        made.expire_time.FromDatetime(ends_at)
        return made

    async def tell(self, verb: str, order: bytes) -> relay_pb2.RelayReply:
        """Give the relay an order; its reply."""
        return relay_pb2.RelayReply.FromString(
            await self.bus.request(f"kapok.v1.relays.{RELAY}.{verb}", order, timeout_s=5)
        )

    async def assign(self, signer: Signer | None = None, **changes: Any) -> tuple[str, relay_pb2.RelayReply]:
        """Give the relay a session of ``changes``; the viewer's URL and the relay's reply."""
        made = self.assignment(**changes)
        self.assigned.add(made.session)
        signed = (signer or self.streams).seal("kapok.streams.assignment", made.SerializeToString())
        return self.url(made.session), await self.tell("assign", signed)

    async def call_roll(self, said: relay_pb2.RelayAnnouncement) -> None:
        """Everything that was ever assigned is the relay's own."""
        call = relay_pb2.RollCall(
            relay=said.relay, process=said.process, orders=said.orders, doubt=said.doubt, sessions=self.assigned
        )  # fmt: skip
        signed = self.streams.seal("kapok.streams.roll", call.SerializeToString())
        await self.bus.request(f"kapok.v1.relays.{said.relay}.roll", signed, timeout_s=5)

    async def settled(self) -> None:
        """Return once the relay has applied every ending: it answers no newer decision before."""

        async def is_accepted() -> bool:
            return not (await self.assign(principal="principals/nobody"))[1].error_kind

        await eventually(is_accepted)

    def url(self, session: str, signer: Signer | None = None, **changes: Any) -> str:
        """The URL of a session, its token signed by ``signer``."""
        in_a_minute_ms = int((datetime.now(UTC) + timedelta(minutes=1)).timestamp() * 1000)
        fields: dict[str, Any] = {"session": session, "relay": RELAY, "expire_time_ms": in_a_minute_ms, "nonce": b"n"}
        token = relay_pb2.SessionToken(**fields | changes)
        sealed = (signer or self.streams).seal("kapok.streams.token", token.SerializeToString())
        text = base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()
        return f"rtsp://127.0.0.1:{self.heard[-1].rtsp_port}/s/{session.removeprefix('sessions/')}?token={text}"

    async def facts(self) -> list[str]:
        """The kinds of all facts stored so far."""
        stored = await self.bus.jetstream.stream_info(bus.FACTS_STREAM)
        found = [await self.bus.jetstream.get_msg(bus.FACTS_STREAM, n + 1) for n in range(stored.state.messages)]
        return [str(message.subject).rpartition(".")[2] for message in found]


@asynccontextmanager
async def stage(home: Path, **settings: str | None) -> AsyncIterator[Stage]:
    """A relay with a lease and these ``settings`` (None: without), a camera that plays, permissions that beat."""
    seed, own = os.urandom(32), X25519PrivateKey.generate()
    permissions, streams = Signer(os.urandom(32)), Signer(seed)
    files = {
        "own": own.private_bytes_raw(), "permissions": permissions.public_key, "streams": streams.public_key,
        "streams.seed": seed,
    }  # fmt: skip
    for name, content in files.items():
        (home / name).write_text(content.hex())
    heard: list[relay_pb2.RelayAnnouncement] = []
    with serving("--jetstream", "--store_dir", str(home / "nats")) as url:
        async with bus.connect(url, None, "test") as opened, lens() as camera, playing(camera):
            await bus.ensure_facts_stream(opened.jetstream)
            endings = await opened.jetstream.create_key_value(bucket="endings")
            policies = await opened.jetstream.create_key_value(bucket="policies")

            async def announced(message: Any) -> None:
                heard.append(relay_pb2.RelayAnnouncement.FromString(message.data))
                if heard[-1].doubt and held.calls_rolls:
                    await held.call_roll(heard[-1])

            await opened.subscribe("kapok.v1.relays.*.announce", announced)
            environment = os.environ | _environment(home, url) | settings
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "services.streams.relay",
                env={name: value for name, value in environment.items() if value is not None},
            )  # fmt: skip
            relay_key = own.public_key().public_bytes_raw()
            held = Stage(opened, endings, permissions, streams, relay_key, camera, process, heard, url, policies)
            held.ca = home / "certs" / "ca.pem"
            await held.adopt()
            held.beats.set()
            async with asyncio.TaskGroup() as tasks:
                heart = tasks.create_task(_beat_on(held))
                try:
                    await eventually(lambda: heard)
                    await held.settled()
                    yield held
                finally:
                    heart.cancel()
                    if process.returncode is None:
                        process.terminate()
                    await process.wait()


@asynccontextmanager
async def another_relay(
    held: Stage, home: Path, name: str, **settings: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A second relay process of that name on the same stage, announced."""
    (home / f"own-{name}").write_text(X25519PrivateKey.generate().private_bytes_raw().hex())
    environment = _environment(home, held.bus_url) | {
        "KAPOK_RELAY_ID": name,
        "KAPOK_KEY_FILE": str(home / f"own-{name}"),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.streams.relay", env=os.environ | environment | settings
    )
    before = len(held.heard)
    try:
        await eventually(lambda: any(said.relay == name for said in held.heard[before:]))
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _environment(home: Path, url: str) -> dict[str, str]:
    shown = Authority.open(home / "certs", datetime.now(UTC)).relay(RELAY)
    return {
        "KAPOK_RELAY_ID": RELAY, "KAPOK_BUS_URL": url, "KAPOK_KEY_FILE": str(home / "own"), "KAPOK_DRAIN_S": "0.2",
        "KAPOK_RTSPS_LISTEN": "127.0.0.1:0", "KAPOK_WSS_LISTEN": "127.0.0.1:0",
        "KAPOK_CERTIFICATE_FILE": str(shown.certificate), "KAPOK_PRIVATE_KEY_FILE": str(shown.key),
        "KAPOK_RTSP_LISTEN": "127.0.0.1:0", "KAPOK_METRICS_LISTEN": "127.0.0.1:0", "KAPOK_LEASE_S": str(LEASE_S),
        "KAPOK_STREAMS_PUBLIC_KEY": str(home / "streams"), "KAPOK_SOURCE_NETWORKS": "127.0.0.0/8",
        "KAPOK_PERMISSIONS_PUBLIC_KEY": str(home / "permissions"),
    }  # fmt: skip


async def _beat_on(held: Stage) -> None:
    while True:
        await held.beats.wait()
        await held.beat()
        await asyncio.sleep(0.09)


@asynccontextmanager
async def playing(camera: Lens) -> AsyncIterator[None]:
    """The camera shows a key picture and nine others, again and again, while inside."""

    async def play() -> None:
        while True:
            for number in range(10):
                camera.delta() if number else camera.key()
                await asyncio.sleep(0.02)

    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(play())
        yield
        task.cancel()
