"""A camera system with every paper, registered and brought in service step by step, as its operator would."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from kapok.registry.v1 import system_pb2, systems_service_pb2

Ask = Callable[[str, Message], Awaitable[Any]]
STEPS = ("LIFE_STATE_BUILT", "LIFE_STATE_ACCEPTED", "LIFE_STATE_IN_SERVICE")
PHOTO = "ab" * 32


def stamp(by: timedelta) -> Timestamp:
    """A time from now."""
    made = Timestamp()
    made.FromDatetime(datetime.now(UTC) + by)
    return made


def papers(**changes: Any) -> system_pb2.CameraSystem:
    """A system with everything that the articles ask for, but for ``changes``."""
    ago, later = stamp(-timedelta(days=10)), stamp(timedelta(days=300))
    attested = {"attest_time": ago, "photo_sha256": PHOTO, "attested_by": "duty office"}
    works = ("WORK_DESIGN", "WORK_CONSTRUCTION", "WORK_MAINTENANCE")
    fields: dict[str, Any] = {
        "display_name": "main system",
        "qualifications": [{"work": w, "entity": "a company", "number": "Q-1", "expire_time": later} for w in works],
        "acceptance": {"certificate_number": "A-1", "issuer": "district public security", "accept_time": ago},
        "is_fixed_place": True, "sign": attested, "password_exclusion": attested, "storage_days": 30,
    }  # fmt: skip
    return system_pb2.CameraSystem(**fields | changes)


async def registered(ask: Ask, name: str, system: system_pb2.CameraSystem) -> Any:
    """Register ``system`` as planned."""
    operator, _, identifier = name.partition("/systems/")
    request = systems_service_pb2.CreateCameraSystemRequest(
        parent=operator, camera_system=system, camera_system_id=identifier
    )
    return await ask("SystemsService.CreateCameraSystem", request)


async def moved(ask: Ask, name: str, state: str, reason: str = "as planned") -> Any:
    """One step of the life cycle."""
    request = systems_service_pb2.TransitionCameraSystemRequest(name=name, state=state, reason=reason)
    return await ask("SystemsService.TransitionCameraSystem", request)


async def in_service(ask: Ask, name: str, system: system_pb2.CameraSystem | None = None) -> Any:
    """Register and bring in service."""
    found = await registered(ask, name, system or papers())
    for state in STEPS:
        found = await moved(ask, name, state)
    return found


def step(name: str, state: str, **more: Any) -> systems_service_pb2.TransitionCameraSystemRequest:
    """The request for one step."""
    return systems_service_pb2.TransitionCameraSystemRequest(
        name=name, state=f"LIFE_STATE_{state}", **{"reason": "an order"} | more
    )


def renamed(name: str) -> systems_service_pb2.UpdateCameraSystemRequest:
    """The request that gives a system another display name."""
    system = system_pb2.CameraSystem(name=name, display_name="mine now")
    return systems_service_pb2.UpdateCameraSystemRequest(camera_system=system, update_mask={"paths": ["display_name"]})
