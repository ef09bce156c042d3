"""The other processes of bench-fanout: started, pinned to a core, asked line by line, always ended."""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.fanout.camera import DELTA_BYTES, GROUP, KEY_BYTES, PICTURES_S, wire_bytes

_URGENT = -10
_LINE_MOST = 64 * 1024 * 1024
_HERE = Path(__file__).parent
_BUILD = _HERE.parents[1] / "build"
_CORES = os.sched_getaffinity(0)
_CPU_CLOCK = 2  # of a process, as Linux numbers clocks: CPUCLOCK_SCHED in posix-timers.h
SERVER_CORE, OTHERS_CORE = 0, -1  # of the cores this process may use


@dataclass(frozen=True)
class Child:
    """A process that prints a line for each that it reads."""

    process: asyncio.subprocess.Process

    async def line(self) -> str:
        """What it prints next; raises EOFError when it has ended."""
        assert self.process.stdout is not None
        said = await self.process.stdout.readline()
        if not said:
            raise EOFError(f"process {self.process.pid} ended")
        return said.decode().strip()

    async def ask(self, **order: Any) -> Any:
        """Give an order; its answer."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        await self.process.stdin.drain()
        return json.loads(await self.line())


@asynccontextmanager
async def child(*command: str) -> AsyncIterator[Child]:
    """The process while inside, beside whatever is measured."""
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=_LINE_MOST
    )
    pin(process.pid, OTHERS_CORE)
    try:
        yield Child(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@asynccontextmanager
async def crowd(authority: Path | None = None) -> AsyncIterator[Child]:
    """Viewers (bench/fanout/audience.py), who yield to whoever measures them or is measured."""
    async with child(*part("audience", *([str(authority)] if authority else []))) as audience:
        os.setpriority(os.PRIO_PROCESS, audience.process.pid, 0)
        yield audience


def take_precedence() -> None:
    """This process and its children go before what else the machine does, where that is allowed."""
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, _URGENT)


def part(name: str, *words: str) -> tuple[str, ...]:
    """The command that runs a module of this folder."""
    return sys.executable, "-m", f"bench.fanout.{name}", *words


def pin(process: int, core: int) -> None:
    """Every thread of ``process`` to one core; those it starts later inherit it."""
    chosen = sorted(_CORES)[core]
    for thread in Path(f"/proc/{process}/task").iterdir():
        os.sched_setaffinity(int(thread.name), {chosen})


def cpu_s(process: int) -> float:
    """CPU seconds, of user and system, that ``process`` has used: its own clock, since /proc counts in 10 ms."""
    return time.clock_gettime(~process << 3 | _CPU_CLOCK)


async def bare_loop() -> Path:
    """The kernel's limit, compiled; raises OSError without a compiler."""
    made = _BUILD / "fanout-bare"
    _BUILD.mkdir(exist_ok=True)
    process = await asyncio.create_subprocess_exec("cc", "-O2", "-o", str(made), str(_HERE / "bare.c"))
    if await process.wait():
        raise OSError(f"cc could not compile {_HERE.name}/bare.c")
    return made


def bare_words(viewers: int) -> tuple[str, ...]:
    """Its arguments: the same buffers at the same pace."""
    words = (viewers, wire_bytes(KEY_BYTES), wire_bytes(DELTA_BYTES), GROUP, PICTURES_S)
    return tuple(str(word) for word in words)
