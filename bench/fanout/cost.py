"""What a server with viewers costs: CPU per gigabit, delay, pictures lost. Two are measured in turns:

ours plays, theirs is stopped ─► theirs plays, ours is stopped ─► … ─► medians, so that a noisy machine is noisy to both
"""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.fanout.children import SERVER_CORE, Child, bare_loop, bare_words, child, cpu_s, crowd, part, pin

WITHIN_S, SETTLE_S = 90, 1.0  # for a whole measurement; until what was stopped is under way again
_QUIET_CPU, _LOOK_S, _LOOKS_MOST = 0.06, 0.25, 60


@dataclass(frozen=True)
class Scale:
    """How big and how long."""

    few: int = 200
    many: int = 1000
    seconds: float = 2.5
    runs: int = 3
    joins: int = 100
    cameras: int = 200
    revoked: int = 100
    stopped: int = 20


@dataclass(frozen=True)
class Cost:
    """Medians over the runs; ``lost`` pictures are their sum."""

    cpu_per_gbit: float
    delay_p99_ms: float | None
    lost: int
    gbit_per_s: float

    def __str__(self) -> str:
        delay = "-" if self.delay_p99_ms is None else f"{self.delay_p99_ms:.1f} ms"
        return f"{self.cpu_per_gbit:.3f} CPU s/Gbit, {self.gbit_per_s:.2f} Gbit/s, p99 {delay}, {self.lost} lost"


@dataclass(frozen=True)
class Against:
    """A cost, and that of its limit in turns with it; None where there is no such limit on this machine."""

    ours: Cost
    limit: Cost | None

    @property
    def ratio(self) -> float | None:
        """Of CPU per gigabit."""
        return self.ours.cpu_per_gbit / self.limit.cpu_per_gbit if self.limit else None

    def __str__(self) -> str:
        return f"{self.ours}; limit {self.limit.cpu_per_gbit:.3f}" if self.limit else f"{self.ours}; no limit"


@dataclass(frozen=True)
class Stand:
    """A server whose viewers have joined. While ``source`` is stopped, nothing is sent."""

    server: int
    audience: Child
    source: int

    def play(self, is_playing: bool) -> None:
        """Let it send, or not."""
        os.kill(self.source, signal.SIGCONT if is_playing else signal.SIGSTOP)


async def against(ours: Stand, limit: Stand | None, scale: Scale) -> Against:
    """Both costs. OSError when viewers get nothing."""
    stands = [ours] if limit is None else [ours, limit]
    told: list[list[_Window]] = [[] for _ in stands]
    for _ in range(scale.runs):
        for stand, windows in zip(stands, told, strict=True):
            for other in stands:
                other.play(other is stand)
            windows.append(await _window(stand, scale.seconds))
    ours.play(True)
    costs = [_cost(windows) for windows in told]
    return Against(costs[0], costs[1] if limit else None)


@dataclass(frozen=True)
class _Window:
    cpu_s: float
    gbit: float
    seconds: float
    delay_p99_ms: float | None
    lost: int


async def _window(stand: Stand, seconds: float) -> _Window:
    await stand.audience.ask(count=SETTLE_S)
    before_s, began_s = cpu_s(stand.server), time.monotonic()
    told = await stand.audience.ask(count=seconds)
    used_s, gbit = cpu_s(stand.server) - before_s, told["bytes"] * 8 / 1e9
    if not gbit:
        raise OSError("no viewer received anything")
    return _Window(used_s, gbit, time.monotonic() - began_s, told["delay_p99_ms"], told["lost"])


def _cost(windows: Sequence[_Window]) -> Cost:
    delays = [window.delay_p99_ms for window in windows if window.delay_p99_ms is not None]
    return Cost(
        cpu_per_gbit=median(window.cpu_s / window.gbit for window in windows),
        delay_p99_ms=median(delays) if delays else None,
        lost=sum(window.lost for window in windows),
        gbit_per_s=median(window.gbit / window.seconds for window in windows),
    )


@asynccontextmanager
async def stand(server: int, urls: Sequence[str], source: int, authority: Path | None = None) -> AsyncIterator[Stand]:
    """A server that runs, when everybody has joined."""
    pin(server, SERVER_CORE)
    async with asyncio.timeout(WITHIN_S), crowd(authority) as audience:
        await quiet(server)
        await audience.ask(join=list(urls))
        yield Stand(server, audience, source)


async def quiet(server: int) -> None:
    """Until what earlier viewers left behind is done: their ends go on record, one after another."""
    for _ in range(_LOOKS_MOST):
        before_s = cpu_s(server)
        await asyncio.sleep(_LOOK_S)
        if cpu_s(server) - before_s < _QUIET_CPU * _LOOK_S:
            return


@asynccontextmanager
async def loop_of(command: Sequence[str], viewers: int, authority: Path | None = None) -> AsyncIterator[Stand]:
    """A limit: a program that prints its URL and sends without being asked, stopped until it is its turn."""
    async with child(*command) as loop, crowd(authority) as audience:
        pin(loop.process.pid, SERVER_CORE)
        await audience.ask(join=[await loop.line()] * viewers)
        made = Stand(loop.process.pid, audience, loop.process.pid)
        made.play(False)
        yield made


@asynccontextmanager
async def kernel(viewers: int) -> AsyncIterator[Stand]:
    """The bare loop in C; raises OSError without a compiler."""
    async with loop_of([str(await bare_loop()), *bare_words(viewers)], viewers) as made:
        yield made


async def gstreamer(source: str, camera: int, scale: Scale) -> Cost:
    """Of GStreamer's RTSP server; raises EOFError where it is not installed."""
    async with child("/usr/bin/python3", str(Path(__file__).with_name("gstreamer.py")), source) as server:
        return await alone(server.process.pid, [await server.line()] * scale.few, camera, scale)


async def alone(server: int, urls: Sequence[str], source: int, scale: Scale) -> Cost:
    """Of a server that runs, with nothing beside it."""
    async with stand(server, urls, source) as held:
        return (await against(held, None, scale)).ours


def encrypted(certificate: Path, private_key: Path, viewers: int) -> tuple[str, ...]:
    """The command of a loop of Python's ssl."""
    return part("encrypted", str(certificate), str(private_key), *bare_words(viewers))
