"""Child processes of a cell: the bus, relays, and what a demo brings.

A child is alive inside `started`, dies with the cell however the cell ends (see leash.py), is asked to stop with
SIGTERM and killed when it does not. What it says goes to a log of bounded size, never into memory.
"""

import asyncio
import logging
import os
import re
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from logging.handlers import RotatingFileHandler
from pathlib import Path

from services.chassis import errors

log = logging.getLogger(__name__)
_LEASH = Path(__file__).with_name("leash.py")
_LOG_BYTES = 8 * 1024 * 1024
_LINE_BYTES = 64 * 1024
_ENVIRONMENT = {"PATH": os.defpath, "LANG": "C.UTF-8"}  # ours is not theirs: it may hold settings of another service
_BACKOFF_S = (0.2, 0.5, 1.0, 2.0, 5.0)
_STEADY_S = 60.0  # a child that lived this long starts again as if it had never failed


@dataclass(frozen=True)
class Program:
    """What to run, and how to know that it is ready: a line of its output that ``ready`` matches."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    ready: str = ""  # regular expression; empty = ready when started
    ready_within_s: float = 10.0
    stop_within_s: float = 1.0  # all of a cell's children together stop within five seconds
    descriptors: tuple[int, ...] = ()  # open files that the child inherits


class Child(asyncio.SubprocessProtocol):
    """A running child: logs what it says, waits for its greeting and for its end."""

    def __init__(self, program: Program, log_path: Path) -> None:
        self.program = program
        self.log_path = log_path
        self._line = b""
        self._log = RotatingFileHandler(log_path, maxBytes=_LOG_BYTES, backupCount=1, encoding="utf-8")
        self._greeting: asyncio.Future[re.Match[str] | None] = asyncio.get_running_loop().create_future()
        self._ended = asyncio.Event()

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        *lines, self._line = (self._line + data).split(b"\n")
        if len(self._line) > _LINE_BYTES:  # whoever writes no line ends gets some from us
            lines, self._line = [*lines, self._line], b""
        for line in lines:
            self._take(line.decode(errors="replace"))

    def process_exited(self) -> None:
        self._ended.set()
        if not self._greeting.done():
            self._greeting.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._log.close()

    async def ended(self) -> None:
        """Return once the process has ended."""
        await self._ended.wait()

    async def greeting(self) -> re.Match[str]:
        """The match of the ready line; errors.Unavailable when the child ends or stays silent instead."""
        try:
            async with asyncio.timeout(self.program.ready_within_s):
                found = await self._greeting
        except TimeoutError:
            found = None
        if found is None:
            raise self.failure("did not become ready")
        return found

    def failure(self, what: str) -> errors.Unavailable:
        """The error that says ``what`` happened to this child and where to read more."""
        name = self.program.name
        return errors.Unavailable("SERVICE_AWAY", f"{name} {what}; {self.log_path} says more", service=name)

    def _take(self, line: str) -> None:
        self._log.emit(logging.makeLogRecord({"msg": line}))
        if self.program.ready and not self._greeting.done() and (found := re.search(self.program.ready, line)):
            self._greeting.set_result(found)


@asynccontextmanager
async def started(program: Program, logs: Path) -> AsyncIterator[Child]:
    """Run ``program`` while inside, from when it is ready; its log is <name>.log in ``logs``."""
    child = Child(program, logs / f"{program.name}.log")
    transport, _ = await asyncio.get_running_loop().subprocess_exec(
        lambda: child,
        *(sys.executable, "-I", "-S", str(_LEASH), str(os.getpid()), *program.command),
        stdin=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.STDOUT,
        env=_ENVIRONMENT | dict(program.environment),
        pass_fds=program.descriptors,
        start_new_session=True,  # a Ctrl-C at the terminal is for the cell, which stops its children in order
    )
    try:
        if program.ready:
            await child.greeting()
        yield child
    finally:
        await _stop(child, transport)


async def guard(child: Child) -> None:
    """Wait for ever; errors.Unavailable when the child ends, which ends the task group that we run in."""
    await child.ended()
    raise child.failure("ended unexpectedly")


async def keep(start: Callable[[], AbstractAsyncContextManager[Child]]) -> None:
    """Run a child for ever: whenever it ends it starts again, after growing delays while it keeps failing."""
    clock = asyncio.get_running_loop()
    failures = 0
    while True:
        begun = clock.time()
        async with start() as child:
            await child.ended()
        failures = 0 if clock.time() - begun > _STEADY_S else min(failures + 1, len(_BACKOFF_S) - 1)
        log.error("%s; starting it again in %.1f s", child.failure("ended unexpectedly"), _BACKOFF_S[failures])
        await asyncio.sleep(_BACKOFF_S[failures])


async def _stop(child: Child, transport: asyncio.SubprocessTransport) -> None:
    try:
        if transport.get_returncode() is None:
            transport.terminate()
        async with asyncio.timeout(child.program.stop_within_s):
            await child.ended()
    except TimeoutError:
        log.warning("%s does not stop within %.1f s; killing it", child.program.name, child.program.stop_within_s)
        transport.kill()
        await child.ended()
    finally:
        transport.close()
