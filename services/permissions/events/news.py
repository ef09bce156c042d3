"""What the registry's facts say of cameras: changed, closed to everybody, or of another place category.

Each replica forgets what changed as soon as it hears of it. What ends sessions is read by one of them, and stays in the
stream until it is on record: it may happen while none of them runs.
"""

import hashlib
import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from google.protobuf.message import DecodeError
from nats.aio.msg import Msg

from kapok.fact.v1 import fact_pb2
from kapok.registry.v1 import camera_pb2
from services.chassis import pulling
from services.chassis.bus import Bus
from services.permissions.camera_memory import CameraMemory
from services.permissions.closures import Closure
from services.permissions.neighbours import BARRED

log = logging.getLogger(__name__)
REGISTRY_FACTS = "kapok.v1.facts.registry.*.*"
_CAMERA = re.compile(r"districts/[0-9]{6}/cameras/[0-9]{20}")
_FACTS, _DURABLE = "kapok.v1.facts.registry.>", "permissions"
_RECLASSIFIED = "reclassified"
# These facts change no state, though a camera that is closed already may be in them. Any other verb may change it.
_SAME_STATE = frozenset({"created", "updated", "imported", "confirmed"})


@dataclass(frozen=True, slots=True)
class CameraNews:
    """Cameras that a fact of the registry is about; those that it closes to everybody, or gives another category."""

    cameras: frozenset[str]
    closed: tuple[str, ...] = ()
    categories: Mapping[str, int] = field(default_factory=dict)
    by: str = ""
    is_sealed: bool = False
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
    said = {camera.name: camera for camera in batch.cameras}
    names = {*said, fact.camera} if fact.camera else set(said)
    sound = frozenset(name for name in names if _CAMERA.fullmatch(name))
    is_told = {"camera": bool(names), "cameras": is_batch}.get(resource, True)
    barred = () if verb in _SAME_STATE else tuple(n for n, one in said.items() if one.state in BARRED and n in sound)
    moved = {n: one.place_category for n, one in said.items() if n in sound} if verb == _RECLASSIFIED else {}
    return CameraNews(
        sound, barred, moved, fact.principal, fact.is_sealed, is_whole=is_told and len(sound) == len(names)
    )  # fmt: skip


async def follow_cameras(bus: Bus, memory: CameraMemory) -> None:
    """Forget each camera that the registry says has changed, all of them after a fact that can't be read."""

    async def handle(message: Msg) -> None:
        news = read_news(message.subject, message.data)
        if not news.is_whole:
            log.error("a fact on %s can't be read: every camera is asked for anew", message.subject)
            memory.forget_all()
        elif news.cameras:
            memory.forget(news.cameras)

    await bus.subscribe(REGISTRY_FACTS, handle)


async def follow_closures(bus: Bus, end: Callable[[Closure], Awaitable[None]]) -> None:
    """Have what stands on cameras that are closed or reclassified ended, for as long as the service lives."""

    async def take(messages: Sequence[Msg]) -> None:
        for message in messages:
            if (closure := _closure(message)) is not None:
                await end(closure)

    await pulling.take_forever(pulling.named(bus, _DURABLE, _FACTS), take)


def _closure(message: Msg) -> Closure | None:
    news = read_news(message.subject, message.data)
    cameras = tuple(dict.fromkeys((*news.closed, *news.categories)))
    if not cameras:
        return None
    # The same fact is the same bytes, however often it comes.
    fact = hashlib.sha256(message.data).hexdigest()
    return Closure(fact, cameras, news.categories, news.by, news.is_sealed)
