"""The relay with viewers of every kind: its URLs, its memory, joins, many cameras, and viewers that stand still."""

import asyncio
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bench.crowd import first_picture_s
from bench.fanout.children import crowd
from bench.fanout.cost import SETTLE_S, Against, Cost, Scale, Stand, against, alone, stand
from tests.integration.streams.stage import Stage

_CAMERA = "districts/440104/cameras/44010400011320009999"
_JOINING_S, _STANDING_S = 10, 6.0
_TOKEN_S = 600  # all sessions are asked for before any viewer joins


@dataclass(frozen=True)
class Relay:
    """A relay on its stage, and the paced camera: its URI and its process."""

    stage: Stage
    source: str
    camera: int

    @property
    def process(self) -> int:
        """The relay's."""
        return self.stage.process.pid

    async def assigned(self, scheme: str = "rtsp", **changes: Any) -> str:
        """A new session on the paced camera; its URL, by a scheme of bench/fanout/joining.py."""
        stage = self.stage
        sealed = stage.sealed_source(stream_uri=self.source, camera=str(changes.get("camera", _CAMERA)))
        url, reply = await stage.assign(sealed_source=sealed, **({"camera": _CAMERA} | changes))
        if reply.error_kind:
            raise OSError(f"the relay refused a session: {reply}")
        session = "sessions/" + url.partition("/s/")[2].partition("?")[0]
        url = stage.url(session, expire_time_ms=int((time.time() + _TOKEN_S) * 1000))
        said = stage.heard[-1]
        ports = {"ws": said.web_port, "rtsps": said.rtsps_port, "grpc": said.grpc_port, "grpcs": said.grpc_port}
        port = ports.get(scheme, said.rtsp_port)
        return url.replace(f"rtsp://127.0.0.1:{said.rtsp_port}/", f"{scheme}://127.0.0.1:{port}/", 1)


async def watched(
    relay: Relay, scheme: str, limit: Stand | None, scale: Scale, authority: Path | None = None
) -> Against:
    """``few`` viewers of one camera that join by ``scheme``."""
    url = await relay.assigned(scheme, viewer_limit=scale.few)
    async with stand(relay.process, [url] * scale.few, relay.camera, authority) as held:
        return await against(held, limit, scale)


async def memory(relay: Relay, limit: Stand | None, scale: Scale) -> tuple[Against, float]:
    """Cost with many viewers, and KiB of the relay for each beyond what it used with one."""
    process = psutil.Process(relay.process)
    url = await relay.assigned(viewer_limit=scale.many + 1)
    async with stand(relay.process, [url], relay.camera) as held:
        await held.audience.ask(count=SETTLE_S)
        before = process.memory_info().rss
        await held.audience.ask(join=[url] * scale.many)
        found = await against(held, limit, scale)
        return found, (process.memory_info().rss - before) / 1024 / scale.many


async def joins_p99_ms(relay: Relay, scale: Scale) -> float:
    """From connecting to the whole first key picture, of one more viewer of a camera that runs with viewers."""
    url = await relay.assigned(viewer_limit=scale.few + scale.joins)
    async with stand(relay.process, [url] * scale.few, relay.camera) as held, asyncio.TaskGroup() as tasks:
        tasks.create_task(held.audience.ask(count=_JOINING_S))
        return p99([(await asyncio.to_thread(first_picture_s, url))[0] * 1000 for _ in range(scale.joins)])


async def many_cameras(relay: Relay, scale: Scale) -> Cost:
    """Five viewers of each of many cameras; the first of each come first, for they wait for a key picture."""
    names = [f"districts/440104/cameras/4401040001132001{number:04}" for number in range(scale.cameras)]
    urls = [await relay.assigned(camera=name, viewer_limit=5) for name in names]
    return await alone(relay.process, urls * 5, relay.camera, scale)


async def standing_still(relay: Relay, scale: Scale) -> tuple[Cost, float]:
    """What ``few`` viewers get while others are stopped (SIGSTOP), and KiB of the relay for each of those."""
    process = psutil.Process(relay.process)
    url = await relay.assigned(viewer_limit=scale.few + scale.stopped)
    async with stand(relay.process, [url] * scale.few, relay.camera) as held, crowd() as still:
        await asyncio.gather(still.ask(join=[url] * scale.stopped), held.audience.ask(count=SETTLE_S))
        await asyncio.gather(still.ask(count=SETTLE_S), held.audience.ask(count=SETTLE_S))
        before = process.memory_info().rss
        still.process.send_signal(signal.SIGSTOP)
        await held.audience.ask(count=_STANDING_S)  # until their sockets are full, and longer
        found = (await against(held, None, scale)).ours
        return found, (process.memory_info().rss - before) / 1024 / scale.stopped


def p99(values: Sequence[float]) -> float:
    """The 99th percentile."""
    return sorted(values)[int(0.99 * (len(values) - 1))]
