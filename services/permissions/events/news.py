"""What the registry's facts say of cameras: changed, or closed to everybody."""

import hashlib
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass

from google.protobuf.message import DecodeError
from nats.aio.msg import Msg

from kapok.fact.v1 import fact_pb2
from kapok.registry.v1 import camera_pb2
from services.chassis.bus import Bus
from services.permissions.camera_memory import CameraMemory
from services.permissions.closures import Closure
from services.permissions.neighbours import BARRED

log = logging.getLogger(__name__)
REGISTRY_FACTS = "kapok.v1.facts.registry.*.*"
_CAMERA = re.compile(r"districts/[0-9]{6}/cameras/[0-9]{20}")
# These facts change no state, though a camera that is closed already may be in them. Any other verb may change it.
_SAME_STATE = frozenset({"created", "updated", "imported", "confirmed"})


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
