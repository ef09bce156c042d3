"""Composes the lenses of the whole city: loads the clips, opens both ports, keeps the beat until the end."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from demo.cameras.feed import Feed, pace
from demo.cameras.lens import Connection, Lenses
from demo.cameras.ptz import Ptz
from demo.cameras.rtp import Track
from demo.city import CAMERAS, LENS_PASSWORD, LENS_USERNAME
from demo.clip import read
from services.rtsp.digest import Credentials

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Settings:
    """``port`` and ``ptz_port`` 0 take free ones; ``parent`` is the process without which the lenses end."""

    clips: Path
    port: int
    ptz_port: int
    ptz_log: Path
    parent: int


@dataclass(frozen=True, slots=True)
class Ports:
    """Where it listens."""

    rtsp: int
    ptz: int


def load(directory: Path, now_s: float) -> dict[str, Feed]:
    """The feed of each camera code. Raises ValueError with what to do when a clip is missing."""
    tracks = {(clip := read(path)).number: clip for path in sorted(directory.glob("*.clip"))}
    missing = sorted({camera.clip for camera in CAMERAS} - set(tracks))
    if missing:
        raise ValueError(f"{directory} lacks clip {missing[0]}; build it: python -m demo.clips {directory}")
    # Clips have their pictures in turn within the 40 ms, so that the work is spread.
    feeds = {number: Feed(Track(clip, number / 5 / clip.fps), now_s) for number, clip in tracks.items()}
    return {camera.code: feeds[camera.clip] for camera in CAMERAS}


def steady_clock() -> Callable[[], float]:
    """Unix seconds of the start, carried on by the monotonic clock: no step of the wall clock breaks the beat."""
    offset_s = time.time() - time.monotonic()
    return lambda: offset_s + time.monotonic()


@asynccontextmanager
async def open_lenses(settings: Settings) -> AsyncIterator[Ports]:
    """Every camera of the city answers inside the context."""
    now_s = steady_clock()
    who = Credentials(LENS_USERNAME, LENS_PASSWORD)
    feeds = load(settings.clips, now_s())
    lenses = Lenses(feeds, who, now_s)
    async with AsyncExitStack() as stack:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Connection(lenses), HOST, settings.port, backlog=512)
        stack.callback(server.close)
        ptz_port = await _open_ptz(settings, who, stack)
        stack.callback(lenses.close)
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        pacer = tasks.create_task(pace(tuple(set(feeds.values())), now_s, lenses.reap), name="pace")
        stack.callback(pacer.cancel)
        yield Ports(server.sockets[0].getsockname()[1], ptz_port)


async def _open_ptz(settings: Settings, who: Credentials, stack: AsyncExitStack) -> int:
    settings.ptz_log.touch()  # a log that can't be written is told now, not at the first command
    moving = (camera.code for camera in CAMERAS if camera.has_ptz)
    runner = web.AppRunner(Ptz(moving, who, settings.ptz_log).application(), access_log=None)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, HOST, settings.ptz_port).start()
    return int(runner.addresses[0][1])


async def orphaned(parent: int, ended: asyncio.Event) -> None:
    """Set ``ended`` once ``parent`` is this process's parent no more: lenses never outlive the platform before them."""
    while os.getppid() == parent:  # noqa: ASYNC110 (no event tells a process portably that its parent has gone)
        await asyncio.sleep(0.2)
    ended.set()
