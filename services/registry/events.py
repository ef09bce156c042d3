"""What the registry says on the bus, and what it hears there.

facts   kapok.v1.facts.registry.camera.<verb>    one camera       registry.system.<verb>    one system
        kapok.v1.facts.registry.cameras.<verb>   up to a thousand registry.change.<verb>    a change request
        kapok.v1.facts.registry.alarm.<verb>     one alarm        registry.finding.<verb>   raised, resolved
hears   kapok.v1.health.<reporter>               how relays and probes find cameras

A record never carries its source: that is input only. Facts about state secrets say so, and are facts of their own.
"""

import logging
import uuid
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from datetime import datetime

from google.protobuf.message import DecodeError
from google.protobuf.message import Message as Protobuf
from nats.aio.msg import Msg

from kapok.fact.v1 import fact_pb2
from kapok.registry.v1 import camera_pb2, health_events_pb2, registry_events_pb2
from services.chassis.bus import Bus
from services.chassis.outbox import Message
from services.registry.alarm import Alarm
from services.registry.change_request import CameraChange
from services.registry.domain import Camera, Deed
from services.registry.finding import Finding
from services.registry.health import Report, Reporter
from services.registry.rpc import messages, notes, records
from services.registry.system import CameraSystem, Operator

log = logging.getLogger(__name__)
HEALTH = "kapok.v1.health"
PLATFORM = Deed("", "")  # what nobody did
MOST_CAMERAS = 1000
_MOST_BYTES = 700 * 1024  # NATS takes a megabyte; the envelope and the ledger want some of it


class Facts:
    """Writes facts down as messages for the outbox."""

    def one(self, verb: str, camera: Camera, deed: Deed) -> Message:
        """`verb` is the past tense of what happened to one camera: "created", "updated", "retired"."""
        fact = _fact(f"registry.camera.{verb}", deed, camera.updated_at, messages.camera(camera))
        fact.camera, fact.is_sealed = camera.name, camera.is_sealed
        return _message(fact, camera.updated_at)

    def many(self, verb: str, cameras: Sequence[Camera], deed: Deed, at: datetime) -> Iterator[Message]:
        """About cameras that changed together: as few facts as they fit in, those of state secrets apart."""
        for is_sealed in (False, True):
            alike = (messages.camera(camera) for camera in cameras if camera.is_sealed == is_sealed)
            for batch in _batches(alike):
                fact = _fact(f"registry.cameras.{verb}", deed, at, camera_pb2.CameraBatch(cameras=batch))
                fact.is_sealed = is_sealed
                yield _message(fact, at)

    def system(self, verb: str, system: CameraSystem, deed: Deed, *, is_sealed: bool) -> Message:
        """One system: "created", "updated", "transitioned", "confirmed"."""
        fact = _fact(f"registry.system.{verb}", deed, system.updated_at, records.system(system))
        fact.is_sealed = is_sealed
        return _message(fact, system.updated_at)

    def operator(self, operator: Operator, deed: Deed, *, is_sealed: bool) -> Message:
        """An operator's record was entered or changed."""
        fact = _fact("registry.operator.updated", deed, operator.updated_at, records.operator(operator))
        fact.is_sealed = is_sealed
        return _message(fact, operator.updated_at)

    def change(self, verb: str, change: CameraChange, deed: Deed, *, is_sealed: bool) -> Message:
        """A change request: "requested", "approved", "rejected", "withdrawn"."""
        at = change.decided_at or change.requested_at
        fact = _fact(f"registry.change.{verb}", deed, at, notes.change(change))
        fact.camera, fact.is_sealed = change.camera, is_sealed
        return _message(fact, at)

    def alarm(self, alarm: Alarm) -> Message:
        """An alarm, raised or cleared; nobody's deed."""
        verb = "cleared" if alarm.is_cleared else "raised"
        fact = _fact(f"registry.alarm.{verb}", PLATFORM, alarm.occurred_at, notes.alarm(alarm))
        fact.camera, fact.is_sealed = alarm.camera, alarm.is_sealed
        return _message(fact, alarm.occurred_at)

    def finding(self, finding: Finding, at: datetime) -> Message:
        """A duty that is owed, or met again; nobody's deed."""
        verb = "raised" if finding.is_open else "resolved"
        message = registry_events_pb2.Finding(
            duty=records.duty(finding.duty), subject=finding.subject, operator=finding.operator,
            districts=finding.districts, count=finding.count, cameras=finding.cameras, consequence=finding.consequence,
        )  # fmt: skip
        message.due_time.FromDatetime(finding.due_at)
        fact = _fact(f"registry.finding.{verb}", PLATFORM, at, message)
        fact.article, fact.is_sealed = finding.duty.article, finding.is_sealed
        return _message(fact, at)


async def follow_health(bus: Bus, hear: Callable[[Reporter, Sequence[Report]], Awaitable[None]]) -> None:
    """Hand on what relays report, each on a subject of its own; what a message says of its reporter is not read."""

    async def handle(message: Msg) -> None:
        reporter = message.subject.removeprefix(f"{HEALTH}.")
        try:
            told = health_events_pb2.HealthReports.FromString(message.data)
        except DecodeError:
            log.warning("what %s reports can't be read", reporter)
            return
        if len(told.reports) > MOST_CAMERAS:
            log.warning("%s reports %d cameras in one message, more than %d", reporter, len(told.reports), MOST_CAMERAS)
            return
        await hear(
            Reporter.RELAY, [Report.read(one.camera, one.signal, one.storage, one.device) for one in told.reports]
        )

    await bus.subscribe(f"{HEALTH}.*", handle, queue="registry")  # one replica hears each


def _batches(messages: Iterable[camera_pb2.Camera]) -> Iterator[list[camera_pb2.Camera]]:
    """As many together as one fact may carry."""
    batch: list[camera_pb2.Camera] = []
    size = 0
    for message in messages:
        size += (own := message.ByteSize())
        if batch and (len(batch) == MOST_CAMERAS or size > _MOST_BYTES):
            yield batch
            batch, size = [], own
        batch.append(message)
    if batch:
        yield batch


def _fact(kind: str, deed: Deed, occurred_at: datetime, snapshot: Protobuf) -> fact_pb2.Fact:
    fact = fact_pb2.Fact(
        id=str(uuid.uuid4()), kind=kind, principal=deed.principal, rule=deed.rule, article=deed.article,
        request_id=deed.request_id,
    )  # fmt: skip
    fact.occur_time.FromDatetime(occurred_at)
    fact.snapshot.Pack(snapshot)
    return fact


def _message(fact: fact_pb2.Fact, occurred_at: datetime) -> Message:
    return Message(fact.id, f"kapok.v1.facts.{fact.kind}", fact.SerializeToString(), occurred_at)
