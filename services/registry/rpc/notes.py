"""Change requests and alarms: protobuf ↔ domain."""

from datetime import datetime

from kapok.registry.v1 import changes_service_pb2, health_service_pb2
from services.registry.alarm import Alarm
from services.registry.change_request import CameraChange


def change(found: CameraChange) -> changes_service_pb2.CameraChange:
    """A request as it stands."""
    message = changes_service_pb2.CameraChange(
        name=found.name,
        camera=found.camera,
        reason=found.reason,
        place=found.place or "",
        direction_degrees=found.direction,
        place_category=found.category or 0,  # type: ignore[arg-type] # the numbers are the enum's own; so below
        premises=found.premises or 0,  # type: ignore[arg-type]
        purpose=found.purpose or "",
        state=found.state.value,  # type: ignore[arg-type]
        requested_by=found.requested_by,
        decided_by=found.decided_by,
        decision_reason=found.decision_reason,
    )
    if found.latitude is not None and found.longitude is not None:
        message.position.latitude, message.position.longitude = found.latitude, found.longitude
    message.request_time.FromDatetime(found.requested_at)
    if found.decided_at is not None:
        message.decide_time.FromDatetime(found.decided_at)
    return message


def change_draft(sent: changes_service_pb2.CameraChange, name: str, by: str, now: datetime) -> CameraChange:
    """What is asked for under ``name``. What is not set stays as it is."""
    has_position = sent.HasField("position")
    return CameraChange(
        name=name,
        camera=sent.camera,
        reason=sent.reason,
        requested_by=by,
        requested_at=now,
        place=sent.place or None,
        latitude=sent.position.latitude if has_position else None,
        longitude=sent.position.longitude if has_position else None,
        direction=sent.direction_degrees if sent.HasField("direction_degrees") else None,
        category=sent.place_category or None,
        premises=sent.premises or None,
        purpose=sent.purpose or None,
    )


def alarm(found: Alarm) -> health_service_pb2.Alarm:
    """An alarm, raised or cleared."""
    message = health_service_pb2.Alarm(
        camera=found.camera,
        before=found.before.value,  # type: ignore[arg-type] # the numbers are the enum's own; so below
        after=found.after.value,  # type: ignore[arg-type]
        cause=found.cause,
        is_cleared=found.is_cleared,
    )
    message.occur_time.FromDatetime(found.occurred_at)
    return message
