"""What permissions says on the bus, and the one thing that it hears there.

facts       kapok.v1.facts.permissions.<resource>.<verb>     through the outbox, for the ledger
endings     kapok.v1.permissions.endings, bucket `endings`   signed: a relay acts on them at once
heartbeat   kapok.v1.permissions.heartbeat                   signed
hears       kapok.v1.facts.registry.*.*                      cameras changed, or are closed to everybody
"""

import hashlib
import logging
import re
import uuid
from asyncio import Event
from collections.abc import Callable
from dataclasses import dataclass
from functools import singledispatch

from google.protobuf.message import DecodeError, Message
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.kv import KeyValue
from sqlalchemy.ext.asyncio import AsyncConnection

from kapok.fact.v1 import fact_pb2
from kapok.permissions.v1 import permissions_events_pb2, permissions_service_pb2
from kapok.registry.v1 import camera_pb2
from services.chassis import identity, outbox
from services.chassis.bus import Bus, BusAwayError
from services.chassis.signing import Signer
from services.decider.replica import Edition
from services.permissions.agency_key import AgencyKey
from services.permissions.basis import Registered
from services.permissions.camera_memory import CameraMemory
from services.permissions.certificate import Certificate
from services.permissions.closures import Closure
from services.permissions.ending import Ending, Heartbeat
from services.permissions.incident import Declared
from services.permissions.inspection import Inspecting
from services.permissions.joint.proposal import Proposal
from services.permissions.joint.sealed import SealedList
from services.permissions.neighbours import BARRED
from services.permissions.ports import Change, Held, Standing
from services.permissions.review import Review, Terms
from services.permissions.roll import AgencyEntry, PrincipalEntry
from services.permissions.rpc import (
    agency_keys,
    facts,
    incident_messages,
    messages,
    policy_change,
    review_messages,
    roll_messages,
    staff,
)
from services.permissions.rpc.inspections import inspection
from services.permissions.staff_record import StaffEntry, StaffKind

log = logging.getLogger(__name__)
ENDINGS = "kapok.v1.permissions.endings"
ENDINGS_PURPOSE = "kapok.permissions.ending"
ENDINGS_BUCKET = "endings"
POLICIES = "kapok.v1.permissions.policies"
POLICIES_BUCKET = "policies"
HEARTBEAT = "kapok.v1.permissions.heartbeat"
HEARTBEAT_PURPOSE = "kapok.permissions.heartbeat"
REGISTRY_FACTS = "kapok.v1.facts.registry.*.*"
_CAMERA = re.compile(r"districts/[0-9]{6}/cameras/[0-9]{20}")
# These facts change no state, though a camera that is closed already may be in them. Any other verb may change it.
_SAME_STATE = frozenset({"created", "updated", "imported", "confirmed"})
_FLUSH_TIMEOUT_S = 1


class FactJournal:
    """Facts in the transaction of what they tell; the outbox publishes them."""

    def __init__(self, box: outbox.Outbox) -> None:
        self._box = box

    async def add(self, transaction: AsyncConnection, *changes: Change) -> None:
        """Write ``changes`` with the transaction."""
        await self._box.add(transaction, *map(_fact, changes))

    def wake(self) -> None:
        """Say that something was committed."""
        self._box.wake()


class SignedVoice:
    """Speaks to relays and gateway. ``has_spoken`` is set by each ending: the bucket does not hold it yet."""

    def __init__(self, bus: Bus, signer: Signer) -> None:
        self._bus = bus
        self._signer = signer
        self._buckets: dict[str, KeyValue] = {}
        self.has_spoken = Event()

    async def tell(self, *endings: Ending) -> None:
        """Say them at once, and return when the server has them. Without a bus the heartbeat's silence tells."""
        if not endings:
            return
        self.has_spoken.set()
        try:
            for ending in endings:
                await self._bus.publish(ENDINGS, self._sealed(ending))
            await self._bus.client.flush(_FLUSH_TIMEOUT_S)
        except (NatsError, OSError) as error:
            log.warning("endings up to %s wait for the bus: %r", endings[-1].number, error)

    async def keep(self, ending: Ending) -> None:
        """Put it into the bucket, for whoever was away; the same bytes however often. Raises BusAwayError."""
        await self._put(ENDINGS_BUCKET, ending.number, self._sealed(ending))

    async def proclaim(self, edition: Edition) -> None:
        """Say a version of the policy at once; a bus that is away is no error: relays read it later, or fail closed."""
        try:
            await self._bus.publish(POLICIES, self._sealed_edition(edition))
        except (NatsError, OSError) as error:
            log.warning("policy %s waits for the bus: %r", edition.revision, error)

    async def keep_edition(self, edition: Edition) -> None:
        """Put a version of the policy into its bucket. Raises BusAwayError."""
        await self._put(POLICIES_BUCKET, edition.revision, self._sealed_edition(edition))

    async def beat(self, heartbeat: Heartbeat) -> None:
        """Say where permissions is. Never from a buffer: a late heartbeat would renew a lease that has run out."""
        if not self._bus.client.is_connected:
            raise BusAwayError("no heartbeat without a bus")
        message = permissions_events_pb2.Heartbeat(
            committed_number=heartbeat.committed_number,
            policy_revision=heartbeat.policy_revision,
            time=messages.stamp(heartbeat.at),
        )
        await self._bus.publish(HEARTBEAT, self._signer.seal(HEARTBEAT_PURPOSE, message.SerializeToString()))

    async def _put(self, name: str, number: int, signed: bytes) -> None:
        try:
            bucket = self._buckets.get(name) or await self._bus.bucket(name)
            self._buckets[name] = bucket
            await bucket.put(str(number), signed)
        except (NatsError, OSError) as error:
            raise BusAwayError(f"{name} {number} is not in the bucket yet: {error!r}") from error

    def _sealed_edition(self, edition: Edition) -> bytes:
        return self._signer.seal(facts.EDITION_PURPOSE, facts.edition(edition).SerializeToString())

    def _sealed(self, ending: Ending) -> bytes:
        message = permissions_events_pb2.Ending(
            number=ending.number,
            cause=f"CAUSE_{ending.cause.name}",
            subject=ending.subject,
            occur_time=messages.stamp(ending.occurred_at),
            is_sealed=ending.is_sealed,
        )
        return self._signer.seal(ENDINGS_PURPOSE, message.SerializeToString())


@dataclass(frozen=True, slots=True)
class CameraNews:
    """Cameras that a fact of the registry is about, and those of them that it closes to everybody."""

    cameras: frozenset[str]
    closed: tuple[str, ...] = ()
    is_whole: bool = True  # False: something in the fact could not be read, any camera may have changed


def read_news(subject: str, data: bytes) -> CameraNews:
    """What a fact of the registry on ``kapok.v1.facts.registry.<resource>.<verb>`` says of cameras. Never raises."""
    resource, verb = subject.rsplit(".", 2)[1:]
    fact, batch, single = fact_pb2.Fact(), camera_pb2.CameraBatch(), camera_pb2.Camera()
    try:
        fact.ParseFromString(data)
        if fact.snapshot.Unpack(single):
            batch.cameras.append(single)
        is_batch = fact.snapshot.Unpack(batch)
    except DecodeError:
        return CameraNews(frozenset(), is_whole=False)
    states = {camera.name: camera.state for camera in batch.cameras}
    names = {*states, fact.camera} if fact.camera else set(states)
    sound = frozenset(name for name in names if _CAMERA.fullmatch(name))
    is_told = {"camera": bool(names), "cameras": is_batch}.get(resource, True)
    closed = () if verb in _SAME_STATE else tuple(n for n, state in states.items() if state in BARRED and n in sound)
    return CameraNews(sound, closed, is_whole=is_told and len(sound) == len(names))


async def follow_cameras(bus: Bus, memory: CameraMemory, close: Callable[[Closure], None]) -> None:
    """Forget each camera that the registry says has changed, all of them after a fact that can't be read.

    ``close`` is told of cameras that public security suspended or that are retired.
    """

    async def handle(message: Msg) -> None:
        news = read_news(message.subject, message.data)
        if not news.is_whole:
            log.error("a fact on %s can't be read: every camera is asked for anew", message.subject)
            memory.forget_all()
        elif news.cameras:
            memory.forget(news.cameras)
        if news.closed:
            # The same fact is the same bytes, however often and by whichever replica it is heard.
            close(Closure(hashlib.sha256(message.data).hexdigest(), news.closed))

    await bus.subscribe(REGISTRY_FACTS, handle)


def _fact(change: Change) -> outbox.Message:
    caller = identity.current_caller.get()
    kind = f"permissions.{change.verb}"
    fact = fact_pb2.Fact(
        id=str(uuid.uuid4()),
        kind=kind,
        occur_time=messages.stamp(change.at),
        principal=change.by,
        camera=change.camera,
        rule=change.rule,
        article=change.article,
        request_id=caller.request_id if caller else "",
        is_sealed=change.is_sealed,
    )
    fact.snapshot.Pack(_snapshot(change.snapshot))
    return outbox.Message(fact.id, f"kapok.v1.facts.{kind}", fact.SerializeToString(), change.at)


@singledispatch
def _snapshot(resource: object) -> Message:
    raise TypeError(f"no message tells of a {type(resource).__name__}")


@_snapshot.register
def _(resource: Registered) -> Message:
    return messages.legal_basis(resource)


@_snapshot.register
def _(resource: Inspecting) -> Message:
    return inspection(resource)


@_snapshot.register
def _(resource: Review) -> Message:
    return review_messages.review(resource)


@_snapshot.register
def _(resource: Terms) -> Message:
    return review_messages.terms(resource.operator, resource)


@_snapshot.register
def _(resource: Declared) -> Message:
    return incident_messages.incident(resource)


@_snapshot.register
def _(resource: Proposal) -> Message:
    return policy_change.proposal(resource)


@_snapshot.register
def _(resource: SealedList) -> Message:
    return policy_change.sealed_levels(resource, is_shown=True)


@_snapshot.register
def _(resource: AgencyKey) -> Message:
    return agency_keys.agency_key(resource)


@_snapshot.register
def _(resource: AgencyEntry) -> Message:
    return roll_messages.agency(resource)


@_snapshot.register
def _(resource: PrincipalEntry) -> Message:
    return roll_messages.principal(resource)


@_snapshot.register
def _(resource: StaffEntry) -> Message:
    return staff.training(resource) if resource.kind is StaffKind.TRAINING else staff.shift(resource)


@_snapshot.register
def _(resource: Certificate) -> Message:
    return roll_messages.certificate(resource)


@_snapshot.register
def _(resource: Held) -> Message:
    return messages.takeover(resource)


@_snapshot.register
def _(resource: Standing) -> Message:
    """The order that was carried out: it holds the reason, which no resource does."""
    orders = permissions_service_pb2
    order = orders.RevokePrincipalRequest if resource.is_revoked else orders.ReinstatePrincipalRequest
    return order(name=resource.name, reason=resource.reason)
